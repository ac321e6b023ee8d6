//! `bench`: measures speed, natively, in the page and on engines that share out work, and what a GPU is asked to do.

use anyhow::Result;
use clap::ValueEnum;

use crate::bundle;
use crate::cores;
use crate::gpu_cost;
use crate::modules::Module;
use crate::peers;
use crate::process::run as run_command;
use crate::project::Project;
use crate::quality::Quality;
use crate::spark;
use crate::tools::{self, Need};
use crate::visit::{self, Offer};

/// What to measure.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bench {
    /// Forward pass, explanation and training step, natively
    Native,
    /// Cold load, and keystroke to painted explanation, in Chromium
    Page,
    /// Dispatches, pipelines, uploads and readbacks of an explanation and of a training step
    GpuCost,
    /// Training on all cores beside training on one, natively and in Chromium, into docs/speed.md
    Cores,
    /// Our speed beside that of PyTorch, onnxruntime and TensorFlow.js, natively and in Chromium; needs Python, and fetches
    /// their packages (5 GB)
    Peers,
    /// 100,000 texts on Apache Spark and Ray Data, a process of which is killed, into docs/at-scale.md
    Spark,
}

impl Bench {
    /// Whether it is run only by name, since it needs what nothing else here does.
    fn is_by_name(self) -> bool {
        matches!(self, Self::Peers | Self::Spark)
    }
}

/// Runs one measurement, or all that need no name; the page in `quality`.
pub(crate) fn run(project: &Project, what: Option<Bench>, quality: Quality) -> Result<()> {
    let all = Bench::value_variants();
    for bench in all
        .iter()
        .filter(|bench| what.map_or(!bench.is_by_name(), |what| what == **bench))
    {
        match bench {
            Bench::Native => run_command(&mut project.cargo("bench --features cli"))?,
            Bench::Page => in_page(project, "tests/page/bench.js", quality)?,
            Bench::GpuCost => gpu_cost::run(project)?,
            Bench::Cores => cores::run(project, quality)?,
            Bench::Peers => peers::run(project, quality)?,
            Bench::Spark => spark::run(project)?,
        }
    }
    Ok(())
}

/// Runs `script` against the page, once for each offer.
fn in_page(project: &Project, script: &str, quality: Quality) -> Result<()> {
    tools::set_up(project, Need::Test)?;
    let page = bundle::build(project, quality, &Module::ALL)?;
    for offer in [Offer::Webgpu, Offer::Cpu] {
        let (offered, profile) = (offer.name(), quality.profile());
        println!("\n── {script}, {offered}, profile {profile} ──");
        run_command(visit::node(project, &page, offer)?.arg(script))?;
    }
    Ok(())
}
