//! `bench gpu-cost`: counts what an explanation and a training step ask of the GPU.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::process::tee;
use crate::project::Project;
use crate::tally::Tally;
use crate::tools::{self, Need};
use crate::visit::Offer;
use crate::wasm_tests;

/// The beginning of a line of `tests/gpu_cost.rs` that holds a [`Cost`].
const MARK: &str = "gpu-cost ";

/// What something asks of WebGPU, as `tests/gpu-calls.js` counts it.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Cost {
    what: String,
    dispatches: u64,
    passes: u64,
    pipelines: u64,
    submits: u64,
    buffers: u64,
    copies: u64,
    uploads: u64,
    bytes_up: u64,
    readbacks: u64,
    bytes_down: u64,
    /// Dispatches of each kernel.
    kernels: BTreeMap<String, u64>,
}

/// Counts in Chromium with WebGPU in software, prints a table and writes `gpu-cost.json` to
/// cargo's target folder.
pub(crate) fn run(project: &Project) -> Result<()> {
    tools::set_up(project, Need::Test)?;
    let mut tests = wasm_tests::command(project, Offer::Webgpu, &["gpu_cost"])?;
    let (status, output) = tee(tests.args(["--", "--nocapture"]))?;
    let tally = Tally::of_cargo(&output).of_run(status.success());
    ensure!(tally.failed == 0, "tests/gpu_cost.rs failed");
    let costs = parse(&output)?;
    table(&costs);
    let path = project.target.join("gpu-cost.json");
    fs::write(&path, serde_json::to_string_pretty(&costs)?)?;
    println!("With every kernel's dispatches in {}.", path.display());
    Ok(())
}

fn parse(output: &str) -> Result<Vec<Cost>> {
    let lines = output.lines().filter_map(|line| line.split_once(MARK));
    let costs: Vec<Cost> = lines
        .map(|(_, cost)| serde_json::from_str(cost))
        .collect::<Result<_, _>>()
        .context("tests/gpu-calls.js counts something else")?;
    ensure!(!costs.is_empty(), "tests/gpu_cost.rs counted nothing");
    Ok(costs)
}

/// Dispatches of a training step that are Adam's: those beyond losses and gradients.
fn of_adam(step: &Cost, costs: &[Cost]) -> Option<u64> {
    let of = step.what.strip_suffix("training step")?;
    let before = format!("{of}losses and gradients");
    let before = costs.iter().find(|cost| cost.what == before)?;
    step.dispatches.checked_sub(before.dispatches)
}

fn table(costs: &[Cost]) {
    println!(
        "\n{:48} {:>10} {:>9} {:>7} {:>7} {:>12} {:>9} {:>12}",
        "", "dispatches", "pipelines", "submits", "uploads", "bytes up", "readbacks", "bytes down"
    );
    for cost in costs {
        println!(
            "{:48} {:>10} {:>9} {:>7} {:>7} {:>12} {:>9} {:>12}",
            cost.what,
            cost.dispatches,
            cost.pipelines,
            cost.submits,
            cost.uploads,
            cost.bytes_up,
            cost.readbacks,
            cost.bytes_down
        );
        if let Some(adam) = of_adam(cost, costs) {
            println!("{:48} {adam:>10}", "  of them Adam's");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_found_among_what_the_runner_says() -> Result<()> {
        let cost = r#"{"what":"safr: losses and gradients","dispatches":2,"passes":1,"pipelines":0,"submits":1,"buffers":0,
            "copies":0,"uploads":3,"bytesUp":12,"readbacks":1,"bytesDown":4,"kernels":{"add":2}}"#;
        let cost = cost.replace('\n', "");
        let step = cost
            .replace("losses and gradients", "training step")
            .replace(r#""dispatches":2"#, r#""dispatches":5"#);
        let costs = parse(&format!(
            "running 1 test\nlog gpu-cost {cost}\nlog gpu-cost {step}\ntest result: ok"
        ))?;
        assert_eq!((costs[0].bytes_up, costs[1].dispatches), (12, 5));
        assert_eq!(of_adam(&costs[1], &costs), Some(3));
        assert_eq!(of_adam(&costs[0], &costs), None);
        assert!(parse("running 1 test").is_err());
        Ok(())
    }
}
