//! `doctor`: a table of what is there, what is missing, and how to get it.

use anyhow::{Result, ensure};

use crate::project::Project;
use crate::tools::{Need, TOOLS};

/// Prints the table; fails when something is missing that building or testing needs.
pub(crate) fn run(project: &Project) -> Result<()> {
    let mut missing = 0;
    for tool in TOOLS {
        let (mark, state) = match (tool.find)(project) {
            Ok(found) => ("ok", found),
            Err(problem) => {
                let optional = tool.need == Need::Train;
                missing += usize::from(!optional);
                let mark = if optional { "optional" } else { "MISSING" };
                (mark, format!("{problem:#}; to get it: {}", tool.how))
            }
        };
        let need = match tool.need {
            Need::Build => "build",
            Need::Test => "test",
            Need::Train => "train",
        };
        println!("{mark:9} {:14} {need:6} {state}", tool.name);
    }
    ensure!(
        missing == 0,
        "{missing} missing; cargo xtask test sets up what it can"
    );
    println!("Everything needed is there.");
    Ok(())
}
