//! From the options of the command line to an objective.

use clap::{Args, ValueEnum};

use super::numbers::{share, weight};
use crate::objective::{
    Apart, Controls, Family, GateGuard, Objective, Overlap, Pairs, RateOf, ScaleFree, Space, Weight,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FamilyName {
    Published,
    ScaleFree,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GuardName {
    Rate,
    Entropy,
    None,
}

/// What training minimises.
#[derive(Args, Clone, Debug)]
pub(super) struct ObjectiveOptions {
    /// The losses as published, or our scale-free ones
    #[arg(long, value_enum, default_value = "scale-free")]
    objective: FamilyName,
    /// Weight of the importance loss
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = weight::<f64>)]
    lambda_importance: f64,
    /// Weight of the interaction loss
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = weight::<f64>)]
    lambda_interaction: f64,
    /// Scale-free: where the losses look [default: mlp]
    #[arg(long, value_enum)]
    space: Option<Space>,
    /// Scale-free: whom the importance loss keeps important words apart from [default: important]
    #[arg(long, value_enum)]
    apart: Option<Apart>,
    /// Scale-free: by what the importance loss measures overlap [default: cosine]
    #[arg(long, value_enum)]
    overlap: Option<Overlap>,
    /// Scale-free: what makes a word important [default: gate]
    #[arg(long, value_enum)]
    weight: Option<Weight>,
    /// Scale-free: the importance loss takes the gate as given and does not move it
    #[arg(long)]
    gate_given: bool,
    /// Scale-free, on neurons: whether the interaction loss only pulls attended pairs together, or
    /// holds them against a word's other pairs [default: attended]
    #[arg(long, value_enum)]
    pairs: Option<Pairs>,
    /// Scale-free: what keeps the gate from closing [default: rate, or none if the importance
    /// loss has no weight]
    #[arg(long, value_enum)]
    gate_guard: Option<GuardName>,
    /// Target keep rate of the gate guard `rate` [default: 0.3]
    #[arg(long, value_parser = share)]
    rho: Option<f64>,
    /// Gate guard `rate`: whose mean keep rate it holds to the target [default: text]
    #[arg(long, value_enum)]
    rate_of: Option<RateOf>,
    /// Weight of the gate guard `rate` [default: 1]
    #[arg(long, value_parser = weight::<f64>)]
    guard_weight: Option<f64>,
    /// First weight of the gate guard `entropy`, which falls to a hundredth [default: 1]
    #[arg(long, value_parser = weight::<f64>)]
    beta: Option<f64>,
    /// Control: weight of the words' mean squared embedding norm
    #[arg(long, value_name = "X", default_value_t = 0.0, value_parser = weight::<f64>)]
    embedding_l2: f64,
    /// Control: weight of the words' mean summed neuron activation
    #[arg(long, value_name = "X", default_value_t = 0.0, value_parser = weight::<f64>)]
    neuron_l1: f64,
    /// Control: weight of the words' mean summed evidence
    #[arg(long, value_name = "X", default_value_t = 0.0, value_parser = weight::<f64>)]
    evidence_l1: f64,
}

impl ObjectiveOptions {
    /// The objective that these options make.
    ///
    /// # Errors
    /// If an option would change nothing beside the others.
    pub(super) fn objective(&self) -> anyhow::Result<Objective> {
        self.refuse_idle()?;
        let family = match self.objective {
            FamilyName::Published => Family::Published,
            FamilyName::ScaleFree => Family::ScaleFree(ScaleFree {
                space: self.space.unwrap_or(Space::Mlp),
                guard: self.guard(),
                rate_of: self.rate_of.unwrap_or_default(),
                apart: self.apart.unwrap_or_default(),
                overlap: self.overlap.unwrap_or_default(),
                weight: self.weight.unwrap_or_default(),
                gate_given: self.gate_given,
                pairs: self.pairs.unwrap_or_default(),
            }),
        };
        Ok(Objective {
            family,
            lambda_importance: self.lambda_importance,
            lambda_interaction: self.lambda_interaction,
            controls: Controls {
                embedding_l2: self.embedding_l2,
                neuron_l1: self.neuron_l1,
                evidence_l1: self.evidence_l1,
            },
        })
    }

    /// Refuses options that would change nothing: who gives them expects that they do.
    fn refuse_idle(&self) -> anyhow::Result<()> {
        let of_rate = [
            ("rho", self.rho.is_some()),
            ("rate-of", self.rate_of.is_some()),
            ("guard-weight", self.guard_weight.is_some()),
        ];
        let of_entropy = [("beta", self.beta.is_some())];
        if self.objective == FamilyName::Published {
            let of_scale_free = [
                ("space", self.space.is_some()),
                ("apart", self.apart.is_some()),
                ("gate-given", self.gate_given),
                ("pairs", self.pairs.is_some()),
                ("gate-guard", self.gate_guard.is_some()),
            ];
            let why = "the published losses have no such choice; only --objective scale-free has";
            for options in [&of_scale_free[..], &of_rate, &of_entropy] {
                none_given(options, why)?;
            }
        }
        if !matches!(self.guard(), GateGuard::Rate { .. }) {
            none_given(&of_rate, "it needs --gate-guard rate")?;
        }
        if !matches!(self.guard(), GateGuard::Entropy { .. }) {
            none_given(&of_entropy, "it needs --gate-guard entropy")?;
        }
        let contrasted = self.pairs == Some(Pairs::Contrasted);
        none_given(
            &[(
                "pairs contrasted",
                contrasted && self.space == Some(Space::Embedding),
            )],
            "pairs are held against others on neurons only, in --space mlp",
        )
    }

    fn guard(&self) -> GateGuard {
        let rate = GateGuard::Rate {
            rho: self.rho.unwrap_or(0.3),
            weight: self.guard_weight.unwrap_or(1.0),
        };
        let entropy = GateGuard::Entropy {
            beta: self.beta.unwrap_or(1.0),
        };
        match self.gate_guard {
            None if self.lambda_importance > 0.0 => rate,
            Some(GuardName::Rate) => rate,
            Some(GuardName::Entropy) => entropy,
            Some(GuardName::None) | None => GateGuard::None,
        }
    }
}

/// Refuses the first of the options that was given.
fn none_given(options: &[(&str, bool)], why: &str) -> anyhow::Result<()> {
    match options.iter().find(|(_, given)| *given) {
        Some((name, _)) => anyhow::bail!("--{name} would change nothing here: {why}"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        objective: ObjectiveOptions,
    }

    fn of(arguments: &[String]) -> Objective {
        let command = ["safr".to_owned()].into_iter().chain(arguments.to_vec());
        Command::parse_from(command).objective.objective().unwrap()
    }

    #[test]
    fn an_objective_says_the_options_that_make_it() {
        for line in [
            "",
            "--objective published --lambda-interaction 128",
            "--lambda-importance 0 --lambda-interaction 0 --neuron-l1 0.1 --embedding-l2 0.5",
            "--gate-given --apart all --pairs contrasted --rho 0.5 --guard-weight 10 --rate-of batch",
            "--space embedding --gate-guard entropy --beta 0.25 --lambda-importance 0.125",
        ] {
            let objective = of(&line
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>());
            assert_eq!(of(&objective.arguments()), objective, "{line}");
        }
    }
    #[test]
    fn options_that_would_change_nothing_are_refused() {
        for (line, named) in [
            ("--objective published --space mlp", "--space"),
            ("--objective published --gate-given", "--gate-given"),
            ("--objective published --rho 0.3", "--rho"),
            ("--objective published --beta 1", "--beta"),
            ("--gate-guard entropy --rho 0.5", "--rho"),
            ("--lambda-importance 0 --guard-weight 2", "--guard-weight"),
            ("--beta 0.5", "--beta"),
            ("--space embedding --pairs contrasted", "--pairs contrasted"),
        ] {
            let command = Command::parse_from(["safr"].into_iter().chain(line.split(' ')));
            let error = command.objective.objective().unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("{named} would")),
                "{line}: {error}"
            );
        }
    }

    #[test]
    fn numbers_out_of_their_range_are_refused() {
        for line in [
            "--lambda-importance=-1",
            "--lambda-interaction=inf",
            "--rho=1",
            "--rho=nan",
            "--beta=-0.1",
            "--guard-weight=nan",
            "--neuron-l1=-1",
        ] {
            assert!(Command::try_parse_from(["safr", line]).is_err(), "{line}");
        }
    }
}
