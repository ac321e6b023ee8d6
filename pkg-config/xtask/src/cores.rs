//! `bench cores`: how much faster training is on all cores, natively and in Chromium, into docs/speed.md.

use std::fmt::Write as _;
use std::fs;

use anyhow::Result;
use serde::Deserialize;

use crate::bundle;
use crate::modules::Module;
use crate::process::{capture, run as run_command};
use crate::project::{Project, read};
use crate::quality::Quality;
use crate::speed::{self, median, three_digits};
use crate::tools::{self, Need};
use crate::visit::{self, Offer};

/// What a measurement writes: texts a second, a number for each round.
#[derive(Deserialize)]
struct Report {
    what: String,
    /// How many work in `all`.
    workers: usize,
    one: Vec<f64>,
    all: Vec<f64>,
}

/// Measures, with the page's module in `quality`; only what is measured as published is written down.
pub(crate) fn run(project: &Project, quality: Quality) -> Result<()> {
    tools::set_up(project, Need::Test)?;
    let native = "bench --no-default-features --features cli --bench cores";
    let native = capture(&mut project.cargo(native))?;
    let mut reports: Vec<Report> = serde_json::from_str(native.trim())?;

    let page = bundle::build(project, quality, &[Module::Cpu])?;
    let file = project.target.join("cores.json");
    let mut node = visit::node(project, &page, Offer::Cpu)?;
    run_command(node.arg("tests/page/cores.js").arg(&file))?;
    let in_page: Vec<Report> = serde_json::from_str(&read(&file)?)?;
    fs::remove_file(&file)?;
    reports.extend(in_page);

    let text = text(project, &reports)?;
    println!("\n{text}");
    match quality {
        Quality::Publish => speed::put(project, "cores", &text),
        Quality::Quick => Ok(()),
    }
}

fn text(project: &Project, reports: &[Report]) -> Result<String> {
    let machine = speed::machine(project);
    let mut text = format!("`cargo xtask bench cores`, on {machine}; texts a second:\n\n");
    text += "| | alone | workers | together | faster |\n|---|---:|---:|---:|---:|\n";
    for Report {
        what,
        workers,
        one,
        all,
    } in reports
    {
        let [alone, together] = [one, all].map(|rates| three_digits(median(rates)));
        let faster = speed::ratio(all, one);
        writeln!(
            text,
            "| {what} | {alone} | {workers} | {together} | {faster} |"
        )?;
    }
    Ok(text)
}
