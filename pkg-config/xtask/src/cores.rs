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
    let native = capture(
        project
            .cargo(native)
            .env("RAYON_NUM_THREADS", cores().to_string()),
    )?;
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

/// As many as train by default.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().min(8))
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
        let faster = faster(one, all);
        writeln!(
            text,
            "| {what} | {alone} | {workers} | {together} | {faster} |"
        )?;
    }
    Ok(text)
}

/// The median of the rounds' ratios, with the least and the largest.
fn faster(one: &[f64], all: &[f64]) -> String {
    let mut ratios: Vec<f64> = one.iter().zip(all).map(|(one, all)| all / one).collect();
    ratios.sort_by(f64::total_cmp);
    let [least, .., largest] = ratios[..] else {
        return String::new();
    };
    format!("{:.2} ({least:.2}–{largest:.2})", median(&ratios))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_much_faster_is_told_with_its_spread() {
        assert_eq!(
            faster(&[1.0, 2.0, 1.0], &[1.5, 4.0, 1.75]),
            "1.75 (1.50–2.00)"
        );
    }
}
