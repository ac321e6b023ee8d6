//! Where the neurons of the last block fire most in a handful of texts.

use serde::Serialize;

use super::texts_a_piece;
use crate::model::{Batch, Classifier, ReadError};

/// Places that are kept for each neuron.
const LISTED: usize = 3;

/// A place at which a neuron fires.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FiresAt {
    /// Number of the text.
    pub text: usize,
    /// Number of the word.
    pub word: usize,
    /// u > 0.
    pub activation: f32,
}

/// The search for them, some texts at a time.
#[derive(Clone, Debug)]
pub struct Examples {
    texts: Vec<Vec<u32>>,
    done: usize,
    /// Of each neuron, the strongest first, each in another text.
    neurons: Vec<Vec<FiresAt>>,
}

impl Examples {
    /// Begins with the words that a model of so many `neurons` reads of each text.
    pub fn new(texts: Vec<Vec<u32>>, neurons: usize) -> Self {
        Self {
            texts,
            done: 0,
            neurons: vec![Vec::new(); neurons],
        }
    }

    /// Texts that were read, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        (self.done, self.texts.len())
    }

    /// Reads some more texts; whether those were all.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub async fn advance(&mut self, model: &Classifier) -> Result<bool, ReadError> {
        let rest = &self.texts[self.done..];
        let piece = texts_a_piece(rest.iter().map(Vec::len).max().unwrap_or(0));
        let next = &rest[..piece.min(rest.len())];
        let read: Vec<(usize, &[u32])> = (self.done..)
            .zip(next.iter().map(Vec::as_slice))
            .filter(|(_, ids)| !ids.is_empty())
            .collect();
        self.done += next.len();
        if !read.is_empty() {
            let ids: Vec<&[u32]> = read.iter().map(|&(_, ids)| ids).collect();
            let batch = Batch::new(&ids, &model.config, &model.device());
            let traces = model.forward(&batch, None).read().await?;
            for ((text, _), trace) in read.iter().zip(&traces) {
                let u = &trace.last_layer().neurons;
                for (neuron, places) in self.neurons.iter_mut().enumerate() {
                    see(
                        places,
                        strongest(*text, (0..u.rows).map(|i| u.at(i, neuron))),
                    );
                }
            }
        }
        Ok(self.done == self.texts.len())
    }

    /// What was found, neuron by neuron.
    pub fn found(&self) -> &[Vec<FiresAt>] {
        &self.neurons
    }
}

/// Where a neuron fires most in a text; `None` if it does not.
fn strongest(text: usize, activations: impl Iterator<Item = f32>) -> Option<FiresAt> {
    let firing = activations.enumerate().filter(|(_, u)| *u > 0.0);
    let most = firing.reduce(|most, next| if next.1 > most.1 { next } else { most });
    most.map(|(word, activation)| FiresAt {
        text,
        word,
        activation,
    })
}

/// Keeps a place if it is among the strongest; among equals, the first seen stays.
fn see(places: &mut Vec<FiresAt>, place: Option<FiresAt>) {
    let Some(place) = place else { return };
    let at = places.partition_point(|other| other.activation >= place.activation);
    places.insert(at, place);
    places.truncate(LISTED);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_places_of_different_texts_are_kept() {
        let mut places = Vec::new();
        for (text, u) in [[0.0, 1.0], [0.0, 0.0], [3.0, 2.0], [1.0, 0.0], [2.0, 0.5]]
            .into_iter()
            .enumerate()
        {
            see(&mut places, strongest(text, u.into_iter()));
        }
        let found: Vec<_> = places
            .iter()
            .map(|p| (p.text, p.word, p.activation))
            .collect();
        assert_eq!(found, [(2, 0, 3.0), (4, 0, 2.0), (0, 1, 1.0)]);
    }
}
