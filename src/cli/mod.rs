//! The native command: train, evaluate, explain, and exchange numbers and models with others.

mod choices;
mod chosen;
mod command;
mod compare;
mod corpus;
mod coverage;
mod data;
mod draft;
mod evaluate;
mod explain;
mod explained;
mod files;
mod forward;
mod hint;
mod import;
mod manual;
mod markdown;
mod measuring;
mod neurons;
mod numbers;
mod out;
mod perturb;
mod presets;
mod quantize;
mod retired;
mod samples;
mod table;
mod train;
mod version;
mod words;

pub use command::{main, run};
