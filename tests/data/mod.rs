//! Labelled texts: small sets in the layouts of public ones, people's own tables with all that can be
//! wrong with them, and both through the command.

mod as_written;
mod command;
mod labels;
mod outputs;
mod presets;
mod refusals;
mod resuming;
mod sets;
mod shell;
mod stages;
mod table;
mod terminal;
mod trained;
