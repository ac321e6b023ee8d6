//! From the options of the command line to an objective.

use clap::{Args, ValueEnum};

use crate::objective::{
    Apart, Controls, Family, GateGuard, Objective, Pairs, RateOf, ScaleFree, Space,
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
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    lambda_importance: f64,
    /// Weight of the interaction loss
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    lambda_interaction: f64,
    /// Scale-free: where the losses look
    #[arg(long, value_enum, default_value = "mlp")]
    space: Space,
    /// Scale-free: whom the importance loss keeps important words apart from
    #[arg(long, value_enum, default_value = "important")]
    apart: Apart,
    /// Scale-free: the importance loss takes the gate as given and does not move it
    #[arg(long)]
    gate_given: bool,
    /// Scale-free, on neurons: whether the interaction loss only pulls attended pairs together, or
    /// holds them against a word's other pairs
    #[arg(long, value_enum, default_value = "attended")]
    pairs: Pairs,
    /// Scale-free: what keeps the gate from closing [default: rate, or none if the importance
    /// loss has no weight]
    #[arg(long, value_enum)]
    gate_guard: Option<GuardName>,
    /// Target keep rate of the gate guard `rate`
    #[arg(long, default_value_t = 0.3)]
    rho: f64,
    /// Gate guard `rate`: whose mean keep rate it holds to the target
    #[arg(long, value_enum, default_value = "text")]
    rate_of: RateOf,
    /// Weight of the gate guard `rate`
    #[arg(long, default_value_t = 1.0)]
    guard_weight: f64,
    /// First weight of the gate guard `entropy`, which falls to a hundredth
    #[arg(long, default_value_t = 1.0)]
    beta: f64,
    /// Control: weight of the words' mean squared embedding norm
    #[arg(long, value_name = "X", default_value_t = 0.0)]
    embedding_l2: f64,
    /// Control: weight of the words' mean summed neuron activation
    #[arg(long, value_name = "X", default_value_t = 0.0)]
    neuron_l1: f64,
}

impl ObjectiveOptions {
    /// The objective that these options make.
    pub(super) fn objective(&self) -> anyhow::Result<Objective> {
        for (name, weight) in [
            ("lambda-importance", self.lambda_importance),
            ("lambda-interaction", self.lambda_interaction),
            ("guard-weight", self.guard_weight),
            ("beta", self.beta),
            ("embedding-l2", self.embedding_l2),
            ("neuron-l1", self.neuron_l1),
        ] {
            anyhow::ensure!(
                weight.is_finite() && weight >= 0.0,
                "--{name} is {weight}; it must be 0 or more"
            );
        }
        anyhow::ensure!(
            (0.0..=1.0).contains(&self.rho),
            "--rho is {}; a rate lies between 0 and 1",
            self.rho
        );
        let family = match self.objective {
            FamilyName::Published => Family::Published,
            FamilyName::ScaleFree => Family::ScaleFree(ScaleFree {
                space: self.space,
                guard: self.guard(),
                rate_of: self.rate_of,
                apart: self.apart,
                gate_given: self.gate_given,
                pairs: self.pairs,
            }),
        };
        Ok(Objective {
            family,
            lambda_importance: self.lambda_importance,
            lambda_interaction: self.lambda_interaction,
            controls: Controls {
                embedding_l2: self.embedding_l2,
                neuron_l1: self.neuron_l1,
            },
        })
    }

    fn guard(&self) -> GateGuard {
        let rate = GateGuard::Rate {
            rho: self.rho,
            weight: self.guard_weight,
        };
        match self.gate_guard {
            None if self.lambda_importance > 0.0 => rate,
            Some(GuardName::Rate) => rate,
            Some(GuardName::Entropy) => GateGuard::Entropy { beta: self.beta },
            Some(GuardName::None) | None => GateGuard::None,
        }
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
}
