//! Mutants of every kind of file that is read, behind the checksums: each is read or refused, soon and in little
//! memory, and no model that is read answers with what is no number.
//!
//! Their order is fixed. A minute of them is run, `SAFR_FUZZ_SECONDS` or `SAFR_FUZZ_MUTANTS` of them, or the one
//! that `SAFR_FUZZ_CASE` names as it was printed.

#![cfg(not(target_arch = "wasm32"))]

#[path = "../common/mod.rs"]
mod common;
mod memory;
mod mutate;
mod seeds;
mod targets;
mod watch;

use std::io::Write;
use std::sync::Arc;
use std::thread::Builder;
use std::time::{Duration, Instant};

use mutate::Random;
use seeds::Seeds;
use targets::{TARGETS, Target};

#[test]
fn mutants_are_read_or_refused() {
    let seeds = Arc::new(Seeds::new());
    watch::begin();
    let wrong = match variable::<String>("SAFR_FUZZ_CASE") {
        Some(case) => named(&seeds, &case),
        None => all(&seeds),
    };
    assert!(wrong.is_empty(), "by SAFR_FUZZ_CASE: {wrong:#?}");
}

/// Runs mutants of all targets by turns, and says how many; what is wrong with some.
fn all(seeds: &Arc<Seeds>) -> Vec<String> {
    let most: Option<usize> = variable("SAFR_FUZZ_MUTANTS");
    let seconds = variable("SAFR_FUZZ_SECONDS").unwrap_or(60);
    let (begun, longest) = (Instant::now(), Duration::from_secs(seconds));
    let goes_on = |ran: usize| match most {
        Some(most) => ran < most,
        None => begun.elapsed() < longest,
    };
    let mut counts = [[0; 2]; TARGETS.len()];
    let mut wrong = Vec::new();
    let turns = (0..).flat_map(|seed| (0..TARGETS.len()).map(move |at| (at, seed)));
    for (ran, (at, seed)) in turns.enumerate() {
        if !goes_on(ran) {
            break;
        }
        match run(seeds, at, seed) {
            Ok(is_read) => counts[at][1] += usize::from(is_read),
            Err(problem) => wrong.push(problem),
        }
        counts[at][0] += 1;
    }
    // Past the harness, which shows what a test prints only if it fails.
    let mut shown = std::io::stderr().lock();
    for (Target { name, .. }, [count, read]) in TARGETS.iter().zip(counts) {
        let _ = writeln!(shown, "{count:>9} mutants of {name}, {read} of them read");
    }
    wrong
}

/// Runs the mutant `TARGET:SEED`.
fn named(seeds: &Arc<Seeds>, case: &str) -> Vec<String> {
    let (name, seed) = case.split_once(':').expect("TARGET:SEED");
    let at = TARGETS.iter().position(|target| target.name == name);
    let at = at.expect("the name of a target");
    run(seeds, at, seed.parse().expect("a seed"))
        .err()
        .into_iter()
        .collect()
}

/// Runs a mutant of target number `at`, in a thread by its name, which is part of a panic's message; whether it was
/// read, or what is wrong.
fn run(seeds: &Arc<Seeds>, at: usize, seed: u64) -> Result<bool, String> {
    let Target { name, run } = TARGETS[at];
    let case = format!("{name}:{seed}");
    let seeds = Arc::clone(seeds);
    let thread = Builder::new().name(case.clone());
    let watched = watch::case(at, seed);
    let mutant = thread.spawn(move || run(&seeds, &mut Random::new(seed)));
    let ended = mutant.expect("a thread starts").join();
    let problem = watched.end();
    match ended {
        Err(_) => Err(format!("{case} panics")),
        Ok(is_read) => problem.map_or(Ok(is_read), |problem| Err(format!("{case} {problem}"))),
    }
}

fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    let value = std::env::var(name).ok()?;
    let parsed = value.parse();
    Some(parsed.unwrap_or_else(|_| panic!("{name} is {value}")))
}
