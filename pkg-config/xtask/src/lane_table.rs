//! How each lane ended and how long it took, as a table.

use std::fmt;
use std::time::Instant;

use anyhow::Result;

use crate::tally::Tally;

/// How a lane ended.
pub(crate) enum Outcome {
    /// How many tests passed and failed.
    Ran(Tally),
    /// It could not be run here, and need not be: gives the reason.
    NotRun(&'static str),
}

struct Row {
    lane: String,
    outcome: Outcome,
    seconds: f64,
}

/// The lanes that were run, in their order.
pub(crate) struct LaneTable {
    rows: Vec<Row>,
    begun: Instant,
}

impl Default for LaneTable {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            begun: Instant::now(),
        }
    }
}

impl LaneTable {
    /// Runs a lane; if something keeps it from running, that is a failure, too.
    pub(crate) fn run(&mut self, lane: &str, work: impl FnOnce() -> Result<Outcome>) {
        println!("\n── {lane} ──");
        let start = Instant::now();
        let outcome = work().unwrap_or_else(|problem| {
            println!("{problem:#}");
            Outcome::Ran(Tally::check(false))
        });
        self.rows.push(Row {
            lane: lane.to_owned(),
            outcome,
            seconds: start.elapsed().as_secs_f64(),
        });
    }

    /// Adds the lanes of `other`, which ran in parallel.
    pub(crate) fn extend(&mut self, other: Self) {
        self.rows.extend(other.rows);
    }

    /// All lanes together.
    pub(crate) fn total(&self) -> Tally {
        let tallies = self.rows.iter().filter_map(|row| match &row.outcome {
            Outcome::Ran(tally) => Some(tally.clone()),
            Outcome::NotRun(_) => None,
        });
        tallies.sum()
    }
}

/// What failed, lane by lane, since it is far above if lanes ran side by side; then the table. The last
/// line holds only the counts, for programs to read.
impl fmt::Display for LaneTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Row { lane, outcome, .. } in &self.rows {
            if let Outcome::Ran(Tally { failures, .. }) = outcome
                && !failures.is_empty()
            {
                writeln!(f, "── failed in {lane} ──\n{failures}\n")?;
            }
        }
        writeln!(
            f,
            "{:16} {:>7} {:>7} {:>8}",
            "lane", "passed", "failed", "seconds"
        )?;
        let counts = |tally: &Tally| format!("{:>7} {:>7}", tally.passed, tally.failed);
        for Row {
            lane,
            outcome,
            seconds,
        } in &self.rows
        {
            let came = match outcome {
                Outcome::Ran(tally) => counts(tally),
                Outcome::NotRun(reason) => format!("{:>15}", format!("not run: {reason}")),
            };
            writeln!(f, "{lane:16} {came} {seconds:>8.0}")?;
        }
        let total = self.total();
        let seconds = self.begun.elapsed().as_secs_f64();
        writeln!(f, "{:16} {} {seconds:>8.0}", "total", counts(&total))?;
        write!(f, "{} passed, {} failed", total.passed, total.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lane_has_a_row_and_the_counts_stand_last() {
        let mut report = LaneTable::default();
        let tally = |passed, failed, failures: &str| {
            let failures = failures.to_owned();
            Ok(Outcome::Ran(Tally {
                passed,
                failed,
                failures,
            }))
        };
        report.run("set-up", || tally(0, 0, ""));
        report.run("native", || tally(12, 1, "one is not two"));
        let mut beside = LaneTable::default();
        beside.run("data", || Ok(Outcome::NotRun("no data")));
        beside.run("page-cpu", || anyhow::bail!("no browser"));
        report.extend(beside);
        let expected = "\
── failed in native ──
one is not two

lane              passed  failed  seconds
set-up                 0       0        0
native                12       1        0
data             not run: no data        0
page-cpu               0       1        0
total                 12       2        0
12 passed, 2 failed";
        assert_eq!(report.to_string(), expected);
    }
}
