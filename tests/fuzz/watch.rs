//! How much time and memory a mutant takes. One that would take all there is ends the program, which says whose
//! fault it was.

use std::io::Write;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

use crate::memory;
use crate::targets::TARGETS;

/// Most bytes of a mutant of some ten thousand, and most that are waited for.
const BYTES: [usize; 2] = [512 << 20, 4 << 30];

/// Longest time of a mutant on a machine that is busy with other things, and the longest that is waited for.
const TIME: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(60)];

static TARGET: AtomicUsize = AtomicUsize::new(0);
static SEED: AtomicU64 = AtomicU64::new(0);
/// Bytes that are held before it runs.
static BEFORE: AtomicUsize = AtomicUsize::new(0);

/// A mutant that is running.
pub(crate) struct Watched(Instant);

/// Begins to watch the mutant `seed` of target number `target`.
pub(crate) fn case(target: usize, seed: u64) -> Watched {
    TARGET.store(target, Relaxed);
    SEED.store(seed, Relaxed);
    memory::most();
    BEFORE.store(memory::held(), Relaxed);
    Watched(Instant::now())
}

impl Watched {
    /// What it took too much of.
    pub(crate) fn end(self) -> Option<String> {
        let bytes = memory::most().saturating_sub(BEFORE.load(Relaxed));
        let time = self.0.elapsed();
        if bytes > BYTES[0] {
            return Some(format!("takes {} MB", bytes >> 20));
        }
        (time > TIME[0]).then(|| format!("takes {} s", time.as_secs()))
    }
}

/// Hears that the program holds so many bytes.
pub(crate) fn memory(held: usize) {
    if held.saturating_sub(BEFORE.load(Relaxed)) > BYTES[1] {
        give_up("asks for all the memory");
    }
}

/// Waits for mutants that do not end.
pub(crate) fn begin() {
    let case = || (TARGET.load(Relaxed), SEED.load(Relaxed));
    let watch = move || {
        loop {
            let before = case();
            thread::sleep(TIME[1]);
            if before == case() {
                give_up("does not end");
            }
        }
    };
    Builder::new().spawn(watch).expect("a thread starts");
}

/// Ends the program, without asking for memory.
fn give_up(why: &str) -> ! {
    let (name, seed) = (TARGETS[TARGET.load(Relaxed)].name, SEED.load(Relaxed));
    let _ = writeln!(std::io::stderr(), "SAFR_FUZZ_CASE={name}:{seed} {why}");
    std::process::abort()
}
