//! Fine-tuning a model on a user's own texts, in pieces small enough that other requests
//! are answered in between.

mod begin;
mod data;
mod event;
mod info;
mod model;
mod options;
mod report;
mod result;
mod run;
mod state;
mod store;
mod texts;

pub use data::{DataChoices, TypedExample, examine};
pub use event::{Ending, LossParts, MeasuredFor, TuningEvent, TuningProgress};
pub use info::TuningInfo;
pub use options::{TuningObjective, TuningOptions};
pub use report::{BrokenRow, ClassCount, Conflict, DataProblem, DataReport, ProblemKind};
pub use result::{
    ChangedExample, ClassScores, Confusion, Estimate, MeasureChange, TuningResult, WrongExample,
};
pub use state::Tuning;
pub use texts::{MAX_CLASSES, MAX_ROWS};

use state::{Phase, Plan, Tuned};
