//! `safr train`: data in, a model directory out.

mod command;
mod options;
mod overrides;
mod recalls;
mod run;
mod save;
mod stage;
mod stages;
mod start;

pub(super) use options::Train;
