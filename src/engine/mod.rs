//! A session: one device, the models loaded on it, texts in and explanations out. Knows neither
//! the page nor the command line.

mod agreement;
mod backend;
mod device;
mod error;
pub mod faults;
mod inquiry;
mod loaded;
mod session;
mod tuning;

pub use agreement::{Measured, largest_explained_difference};
pub use backend::{Backend, UnknownBackend};
pub use device::OpenDevice;
pub use error::EngineError;
pub use inquiry::{Answer, FiringLine, Flip, Inquiry, Question};
pub use loaded::LoadedModel;
pub use session::Session;
pub use tuning::{
    BrokenRow, ChangedExample, ClassCount, ClassScores, Conflict, Confusion, DataChoices,
    DataProblem, DataReport, Ending, Estimate, LossParts, MAX_CLASSES, MAX_ROWS, MeasureChange,
    MeasuredFor, ProblemKind, Tuning, TuningEvent, TuningInfo, TuningObjective, TuningOptions,
    TuningProgress, TuningResult, TypedExample, WrongExample, examine,
};
