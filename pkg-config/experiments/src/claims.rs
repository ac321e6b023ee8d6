//! What the plan claims about measures, and whether it holds: one table.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::plan::Claim;

/// Its name in the document's marks.
pub(crate) const TABLE: &str = "claims";

/// The part of a comparison that decides about a claim.
#[derive(Deserialize)]
struct Comparison {
    contrasts: Vec<Contrast>,
}

#[derive(Deserialize)]
struct Contrast {
    difference: Option<Difference>,
}

#[derive(Deserialize)]
struct Difference {
    value: f64,
    interval: Interval,
}

#[derive(Deserialize)]
struct Interval {
    low: f64,
    high: f64,
}

impl Claim {
    /// Arguments of `safr compare` that write what decides about it to `file`.
    pub(crate) fn arguments(&self, file: &Path) -> Vec<String> {
        let file = file.display().to_string();
        let contrast = self.contrast.clone();
        vec!["--contrast".to_owned(), contrast, "--json".to_owned(), file]
    }

    /// Its line of the table, from a `comparison` that `safr compare` wrote.
    pub(crate) fn line(&self, comparison: &str) -> Result<String> {
        let found: Comparison = serde_json::from_str(comparison)?;
        let difference = found.contrasts.into_iter().next();
        let difference = difference.and_then(|contrast| contrast.difference);
        let Difference {
            value,
            interval: Interval { low, high },
        } = difference.context("a measure of the claim is not defined")?;
        let (bound, holds) = match (self.above, self.below) {
            (Some(above), _) => (format!("above {above}"), low > above),
            (None, below) => {
                let below = below.context("the claim has no bound")?;
                (format!("below {below}"), high < below)
            }
        };
        let holds = if holds { "yes" } else { "**no**" };
        let text = &self.text;
        Ok(format!(
            "| {text} | {value:+.3} [{low:+.3}, {high:+.3}] | {bound} | {holds} |"
        ))
    }
}

/// The table of these lines.
pub(crate) fn table(lines: &[String]) -> String {
    let head = "| Claim | Difference and its 95 % interval | The interval must lie | Does it? |";
    format!("{head}\n| --- | --- | --- | --- |\n{}\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::plan::tests::SMALL;

    #[test]
    fn a_claim_holds_where_the_whole_interval_does() -> Result<()> {
        let plan = Plan::parse(SMALL)?;
        let claim = &plan.claims[0];
        let of = |low: f64| {
            let interval = format!(r#"{{"low":{low},"high":0.02}}"#);
            let difference = format!(r#"{{"value":0.005,"interval":{interval}}}"#);
            claim.line(&format!(
                r#"{{"version":4,"contrasts":[{{"contrast":"x","difference":{difference}}}]}}"#
            ))
        };
        let line = of(-0.009)?;
        assert_eq!(
            line,
            "| It is as good | +0.005 [-0.009, +0.020] | above -0.01 | yes |"
        );
        assert!(of(-0.011)?.ends_with("| **no** |"));
        let none = r#"{"contrasts":[{"difference":null}]}"#;
        assert!(claim.line(none).is_err());
        Ok(())
    }
}
