//! Reads from a test runner's own output how many tests passed and failed, and what it says about the latter.

use std::iter::Sum;
use std::ops::Add;

/// How many tests passed and failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// What the runner says about the failed ones, after everything it showed as they ran.
    pub(crate) failures: String,
}

impl Tally {
    /// One check that passed or failed.
    pub(crate) fn check(passed: bool) -> Self {
        Self {
            passed: usize::from(passed),
            failed: usize::from(!passed),
            failures: String::new(),
        }
    }

    /// The outcome of a run: it fails if its program does, or if it ran no test.
    pub(crate) fn of_run(self, succeeded: bool) -> Self {
        let ran = self.passed + self.failed > 0;
        let unexplained = self.failed == 0 && !(succeeded && ran);
        Self {
            failed: self.failed + usize::from(unexplained),
            ..self
        }
    }

    /// Adds up the `test result:` lines of cargo's and wasm-bindgen's runners, and gathers the `failures:`
    /// before them.
    pub(crate) fn of_cargo(output: &str) -> Self {
        let failures = output
            .split("\ntest result: ")
            .filter_map(|run| run.split_once("\nfailures:\n"))
            .map(|(_, failures)| failures.trim().to_owned());
        let failures = failures.collect::<Vec<_>>().join("\n\n");
        let results = output
            .lines()
            .filter_map(|line| line.trim().strip_prefix("test result: "));
        let counts = results.map(|result| {
            let result = result.split_once(". ").map_or(result, |(_, counts)| counts);
            (count(result, "passed"), count(result, "failed"))
        });
        let (passed, failed) = counts.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        Self {
            passed,
            failed,
            failures,
        }
    }

    /// Reads the summary of Node's test runner and its `failing tests:`, as its `spec` reporter writes them.
    pub(crate) fn of_node(output: &str) -> Self {
        let total = |name: &str| {
            output
                .lines()
                .filter_map(|line| {
                    line.strip_prefix("ℹ ")?
                        .strip_prefix(name)?
                        .trim()
                        .parse::<usize>()
                        .ok()
                })
                .sum()
        };
        Self {
            passed: total("pass "),
            failed: total("fail ") + total("cancelled "),
            failures: output
                .split_once("\n✖ failing tests:\n")
                .map_or_else(String::new, |(_, failures)| failures.trim().to_owned()),
        }
    }
}

/// The number before `name` among counts such as `3 passed; 1 failed`.
fn count(counts: &str, name: &str) -> usize {
    let counted = counts
        .split(';')
        .filter_map(|part| part.trim().strip_suffix(name));
    counted
        .filter_map(|number| number.trim().parse::<usize>().ok())
        .sum()
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            failures: [self.failures, other.failures]
                .into_iter()
                .filter(|failures| !failures.is_empty())
                .collect::<Vec<_>>()
                .join("\n\n"),
        }
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: usize, failed: usize) -> Tally {
        Tally {
            passed,
            failed,
            failures: String::new(),
        }
    }

    #[test]
    fn cargo_results_add_up_over_test_files() {
        let output = "running 3 tests\n\
            test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            running 4 tests\n\
            test one ... FAILED\n\
            \n\
            failures:\n\
            \n\
            ---- one stdout ----\n\
            it is not 1\n\
            \n\
            failures:\n    one\n    two\n\
            \n\
            test result: FAILED. 1 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n";
        let Tally {
            passed,
            failed,
            failures,
        } = Tally::of_cargo(output);
        assert_eq!((passed, failed), (4, 2));
        assert!(failures.starts_with("---- one stdout ----\nit is not 1"));
        assert!(failures.ends_with("one\n    two"));
    }

    #[test]
    fn node_counts_cancelled_tests_as_failed() {
        let output = "✔ passes (1ms)\nℹ tests 5\nℹ pass 3\nℹ fail 1\nℹ cancelled 1\nℹ skipped 0\n\
            \n✖ failing tests:\n\ntest at one.test.js:3:1\n✖ fails (2ms)\n";
        let expected = Tally {
            failures: "test at one.test.js:3:1\n✖ fails (2ms)".to_owned(),
            ..tally(3, 2)
        };
        assert_eq!(Tally::of_node(output), expected);
    }

    #[test]
    fn a_run_without_tests_or_with_a_failed_program_fails() {
        assert_eq!(tally(3, 0).of_run(true), tally(3, 0));
        assert_eq!(tally(3, 0).of_run(false), tally(3, 1));
        assert_eq!(tally(0, 0).of_run(true), tally(0, 1));
        assert_eq!(tally(1, 2).of_run(false), tally(1, 2));
    }

    #[test]
    fn failures_of_several_runs_stand_one_after_the_other() {
        let failed = |failures: &str| Tally {
            failures: failures.to_owned(),
            ..tally(0, 1)
        };
        let sum: Tally = [failed("one"), tally(1, 0), failed("two")]
            .into_iter()
            .sum();
        assert_eq!((sum.failed, sum.failures.as_str()), (2, "one\n\ntwo"));
    }
}
