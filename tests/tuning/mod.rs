//! Fine-tuning on a person's own texts: what is said of the data, how a run goes, stops and goes
//! on, and what comes of it.

mod archive;
mod command;
mod data;
mod learning;
mod run;
