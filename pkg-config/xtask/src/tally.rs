//! Reads from a test runner's own summary how many tests passed and failed.

use std::iter::Sum;
use std::ops::Add;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Tally {
    /// One check that passed or failed.
    pub(crate) fn check(passed: bool) -> Self {
        Self {
            passed: usize::from(passed),
            failed: usize::from(!passed),
        }
    }

    /// What a run comes to: it fails when its program does, or when it ran no test.
    pub(crate) fn of_run(self, succeeded: bool) -> Self {
        let ran = self.passed + self.failed > 0;
        let unexplained = self.failed == 0 && !(succeeded && ran);
        Self {
            failed: self.failed + usize::from(unexplained),
            ..self
        }
    }

    /// Adds up the `test result:` lines of cargo's and wasm-bindgen's runners.
    pub(crate) fn of_cargo(output: &str) -> Self {
        let results = output
            .lines()
            .filter_map(|line| line.trim().strip_prefix("test result: "));
        results
            .map(|result| {
                let result = result.split_once(". ").map_or(result, |(_, counts)| counts);
                Self {
                    passed: count(result, "passed"),
                    failed: count(result, "failed"),
                }
            })
            .sum()
    }

    /// Reads the summary of Node's test runner, as its `spec` reporter writes it.
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

    #[test]
    fn cargo_results_add_up_over_test_files() {
        let output = "running 3 tests\n\
            test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            test result: FAILED. 1 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n";
        assert_eq!(
            Tally::of_cargo(output),
            Tally {
                passed: 4,
                failed: 2
            }
        );
    }

    #[test]
    fn node_counts_cancelled_tests_as_failed() {
        let output = "✔ passes (1ms)\nℹ tests 5\nℹ pass 3\nℹ fail 1\nℹ cancelled 1\nℹ skipped 0\n";
        assert_eq!(
            Tally::of_node(output),
            Tally {
                passed: 3,
                failed: 2
            }
        );
    }

    #[test]
    fn a_run_without_tests_or_with_a_failed_program_fails() {
        let three = Tally {
            passed: 3,
            failed: 0,
        };
        assert_eq!(three.of_run(true), three);
        assert_eq!(
            three.of_run(false),
            Tally {
                passed: 3,
                failed: 1
            }
        );
        assert_eq!(
            Tally::default().of_run(true),
            Tally {
                passed: 0,
                failed: 1
            }
        );
        assert_eq!(
            Tally {
                passed: 1,
                failed: 2
            }
            .of_run(false),
            Tally {
                passed: 1,
                failed: 2
            }
        );
    }
}
