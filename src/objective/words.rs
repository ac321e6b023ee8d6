//! An objective in words, for a model's card.

use std::fmt::{Display, Formatter, Result};

use crate::model::Winners;

use super::{Apart, Family, GateGuard, Objective, Overlap, Pairs, ScaleFree, Space, Weight};

impl Space {
    /// Its name in files and cards.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mlp => "mlp",
            Self::Evidence => "evidence",
            Self::Embedding => "embedding",
        }
    }
}

impl Overlap {
    /// Its name in files and cards.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cosine => "cosine",
            Self::Shares => "shares",
        }
    }
}

impl Weight {
    /// Its name in files and cards.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Evidence => "evidence",
            Self::Even => "even",
        }
    }
}

impl Pairs {
    /// Its name in files and cards.
    pub fn name(self) -> &'static str {
        match self {
            Self::Attended => "attended",
            Self::Contrasted => "contrasted",
        }
    }
}

impl Family {
    /// Its name in files and cards.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::ScaleFree(_) => "scale-free",
        }
    }
}

impl Display for Objective {
    /// What is minimised, leaving out the forms of losses that have no weight.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.family {
            Family::Published => f.write_str("published")?,
            Family::ScaleFree(options) => {
                match self.lambda_importance > 0.0 || self.lambda_interaction > 0.0 {
                    true => write!(f, "scale-free, {options}")?,
                    false => f.write_str("cross-entropy")?,
                }
                if options.guard != GateGuard::None {
                    write!(f, ", gate guard {}", options.guard)?;
                }
                if let Some(Winners { count, correlated }) = options.winners {
                    write!(f, ", neurons of {count} words, correlated {correlated}")?;
                }
            }
        }
        for (name, weight) in self.penalties.named() {
            if weight > 0.0 {
                write!(f, ", {name} {weight}")?;
            }
        }
        Ok(())
    }
}

impl Display for ScaleFree {
    /// The forms of the two losses.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let space = self.space.name();
        let apart = match self.apart {
            Apart::Important => "each other",
            Apart::All => "all words",
        };
        let given = if self.gate_given { ", gate given" } else { "" };
        let pairs = self.pairs.name();
        let (overlap, weight) = (self.overlap.name(), self.weight.name());
        write!(
            f,
            "space {space}, apart from {apart} by {overlap}, weight {weight}{given}, pairs {pairs}"
        )?;
        match self.layers {
            None => Ok(()),
            Some(layers) => write!(f, ", layers {layers}"),
        }
    }
}

impl Display for GateGuard {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Rate { rho, weight } => write!(f, "keep rate {rho}, weight {weight}"),
            Self::Entropy { beta } => write!(f, "keep entropy, beta {beta}"),
            Self::Agreement { weight } => write!(f, "agreement, weight {weight}"),
            Self::None => f.write_str("none"),
        }
    }
}
