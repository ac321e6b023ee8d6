//! Which rankings are measured, and how.

use serde::{Deserialize, Serialize};

use crate::attribute::{Ranking, Removal};

/// What is measured and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaithfulnessOptions {
    /// Rankings to measure.
    pub rankings: Vec<Ranking>,
    /// Ways to remove words.
    pub removals: Vec<Removal>,
    /// How AOPC is normalised; `None`: not at all. This takes most of the time, which grows about as the
    /// cube of a text's length.
    pub normalisation: Option<Normalisation>,
    /// Seed of the random ranking.
    pub seed: u64,
}

impl Default for FaithfulnessOptions {
    fn default() -> Self {
        Self {
            rankings: Ranking::ALL.to_vec(),
            removals: Removal::ALL.to_vec(),
            normalisation: Some(Normalisation::default()),
            seed: 0,
        }
    }
}

/// How the limits of AOPC are searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Normalisation {
    /// Maximum number of words for which every set of words is tried, so that the limits are exact.
    pub exact: usize,
    /// Sets of words that the beam search keeps for longer texts.
    pub beam: usize,
    /// Maximum number of words of a text that is normalised at all.
    pub longest: usize,
}

impl Default for Normalisation {
    /// The beam of Edin et al.'s package; the 2^10 passes of an exact search are about as many as
    /// this beam takes.
    fn default() -> Self {
        Self {
            exact: 10,
            beam: 5,
            longest: 64,
        }
    }
}
