//! An objective in words, for a model's card, and as options of `safr train`.

use std::fmt::{Display, Formatter, Result};

use super::{
    Apart, Family, GateGuard, Objective, Overlap, Pairs, RateOf, ScaleFree, Space, Weight,
};

impl Objective {
    /// The options of `safr train` that make this objective.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        let mut say = |name: &str, value: &dyn Display| {
            arguments.extend([format!("--{name}"), value.to_string()]);
        };
        say("objective", &self.family.name());
        say("lambda-importance", &self.lambda_importance);
        say("lambda-interaction", &self.lambda_interaction);
        for (name, weight) in [
            ("embedding-l2", self.controls.embedding_l2),
            ("neuron-l1", self.controls.neuron_l1),
            ("evidence-l1", self.controls.evidence_l1),
        ] {
            if weight > 0.0 {
                say(name, &weight);
            }
        }
        if let Family::ScaleFree(options) = &self.family {
            options.say(&mut say);
            if options.gate_given {
                arguments.push("--gate-given".to_owned());
            }
        }
        arguments
    }
}

impl ScaleFree {
    /// Says each option that has a value.
    fn say(&self, say: &mut impl FnMut(&str, &dyn Display)) {
        say("space", &self.space.name());
        say("apart", &self.apart.name());
        say("overlap", &self.overlap.name());
        say("weight", &self.weight.name());
        say("pairs", &self.pairs.name());
        match self.guard {
            GateGuard::Rate { rho, weight } => {
                say("gate-guard", &"rate");
                say("rho", &rho);
                say("guard-weight", &weight);
                say("rate-of", &self.rate_of.name());
            }
            GateGuard::Entropy { beta } => {
                say("gate-guard", &"entropy");
                say("beta", &beta);
            }
            GateGuard::None => say("gate-guard", &"none"),
        }
    }
}

impl Space {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mlp, Self::Evidence, Self::Embedding];

    /// Its name in options and cards.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mlp => "mlp",
            Self::Evidence => "evidence",
            Self::Embedding => "embedding",
        }
    }
}

impl Apart {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Important, Self::All];

    /// Its name in options and cards.
    pub fn name(self) -> &'static str {
        match self {
            Self::Important => "important",
            Self::All => "all",
        }
    }
}

impl Overlap {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Cosine, Self::Shares];

    /// Its name in options and cards.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cosine => "cosine",
            Self::Shares => "shares",
        }
    }
}

impl Weight {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Gate, Self::Evidence, Self::Even];

    /// Its name in options and cards.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Evidence => "evidence",
            Self::Even => "even",
        }
    }
}

impl Pairs {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Attended, Self::Contrasted];

    /// Its name in options and cards.
    pub fn name(self) -> &'static str {
        match self {
            Self::Attended => "attended",
            Self::Contrasted => "contrasted",
        }
    }
}

impl RateOf {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Text, Self::Batch];

    /// Its name in options and cards.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Batch => "batch",
        }
    }
}

impl Family {
    /// Its name in options and cards.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::ScaleFree(_) => "scale-free",
        }
    }
}

impl Display for Objective {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(self.family.name())?;
        if let Family::ScaleFree(options) = &self.family {
            write!(f, ", {options}")?;
        }
        for (name, weight) in [
            ("embedding L2", self.controls.embedding_l2),
            ("neuron L1", self.controls.neuron_l1),
            ("evidence L1", self.controls.evidence_l1),
        ] {
            if weight > 0.0 {
                write!(f, ", {name} {weight}")?;
            }
        }
        Ok(())
    }
}

impl Display for ScaleFree {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let space = self.space.name();
        let apart = match self.apart {
            Apart::Important => "each other",
            Apart::All => "all words",
        };
        let given = if self.gate_given { ", gate given" } else { "" };
        let pairs = self.pairs.name();
        let guard = self.guard;
        let (overlap, weight) = (self.overlap.name(), self.weight.name());
        write!(
            f,
            "space {space}, apart from {apart} by {overlap}, weight {weight}{given}, pairs {pairs}, gate guard {guard}"
        )
    }
}

impl Display for GateGuard {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Rate { rho, weight } => write!(f, "keep rate {rho}, weight {weight}"),
            Self::Entropy { beta } => write!(f, "keep entropy, beta {beta}"),
            Self::None => f.write_str("none"),
        }
    }
}
