//! The one step loop with which both the command line and the page train a model.

mod adam;
mod batches;
mod checkpoint;
mod diverged;
mod epoch;
mod error;
mod event;
mod flat;
mod helper;
mod hold_out;
mod micro;
mod moments;
mod options;
mod origin;
mod schedule;
mod steps;
mod sums;
mod team;
#[cfg(not(target_arch = "wasm32"))]
mod threads;
mod trainer;
mod tree;

pub use checkpoint::Checkpoint;
pub use diverged::{DIVERGED, guessing, has_diverged};
pub use error::{Differs, TrainError};
pub use event::{Outcome, Progress, StepRecord, TrainEvent, Wish};
pub use helper::{Answers, Helper, Helpers, Task, WORKERS};
pub use hold_out::{by_reading, give_back, hold_out};
pub use options::{Options, is_frozen};
pub use schedule::Schedule;
pub use steps::Steps;
#[cfg(not(target_arch = "wasm32"))]
pub use threads::Threads;
pub use trainer::Trainer;
