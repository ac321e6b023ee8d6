//! `doctor`: a table of what is there, what is missing, and how to get it.

use anyhow::{Result, ensure};
use data_sets::State;

use crate::data::{Line, Sets, need};
use crate::project::Project;
use crate::tools::{Need, TOOLS};

/// Prints the table; fails if something is missing that building or testing needs.
pub(crate) fn run(project: &Project) -> Result<()> {
    let mut missing = 0;
    for tool in TOOLS {
        let (mark, state) = match (tool.find)(project) {
            Ok(found) => ("ok", found),
            Err(problem) => {
                missing += 1;
                ("MISSING", format!("{problem:#}; to get it: {}", tool.how))
            }
        };
        let need = match tool.need {
            Need::Build => "build",
            Need::Test => "test",
        };
        println!("{mark:9} {:14} {need:6} {state}", tool.name);
    }
    let sets = Sets::find(project)?;
    for line in sets.lines() {
        missing += usize::from(line.is_needed && line.state != State::Whole);
        println!("{}", told(&line));
    }
    println!("(data sets are looked for in {})", sets.path().display());
    ensure!(
        missing == 0,
        "{missing} missing; each line says how to get it"
    );
    println!("Everything needed is there.");
    Ok(())
}

/// A data set's line of the table.
fn told(line: &Line) -> String {
    let name = &line.set.name;
    let mark = match line.state {
        State::Whole => "ok",
        _ if line.is_needed => "MISSING",
        _ => "optional",
    };
    let get = format!("to get it: cargo xtask data {name}");
    let state = match &line.state {
        State::Whole => "there".to_owned(),
        State::Part(missing) => format!("in part, without {}; {get}", missing.join(", ")),
        State::Missing => format!("missing; {get}"),
    };
    format!("{mark:9} {name:14} {:6} {state}", need(line.set.need))
}
