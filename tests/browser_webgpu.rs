//! In a browser with a WebGPU adapter: the GPU gives the CPU's explanations and gradients, and
//! follows its training. Fails where there is no adapter.

#![cfg(target_arch = "wasm32")]

mod common;

use burn::optim::GradientsParams;
use burn::tensor::Device;
use common::complete::compare_parts;
use common::training::{compare_training, config_of, norm, trained};
use common::tuning::{losses, reference};
use common::{KINDS, assert_complete, small_package, small_package_of, small_weights};
use safr::engine::{Backend, Session, largest_explained_difference};
use safr::model::{Batch, Classifier, ModelConfig, Noise, Readout, Stream, Weights};
use safr::objective::{Family, Objective, ScaleFree, Space};
use safr::package::Precision;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const TEXT: &str = "It is not a good film, it is a very, very bad film.";

/// Gradients of a training step, hard gate and dropout included. Everything is larger than a group of 64 units, with
/// which our kernels go through a row.
async fn gradients(objective: &Objective, readout: Readout, device: &Device) -> Weights {
    let device = device.clone().autodiff();
    let config = ModelConfig {
        d_model: 66,
        d_ff: 70,
        mask_hidden: 65,
        max_len: 67,
        ..config_of(objective, readout, 2)
    };
    let long: Vec<u32> = (0..config.max_len as u32)
        .map(|at| 2 + at * at % 10)
        .collect();
    let model = Classifier::new(&config, &small_weights(&config, 5), &device).unwrap();
    let texts: [&[u32]; 3] = [&[2, 3, 4, 5, 3], &long, &[7, 8, 9, 10, 11, 2, 1]];
    let batch = Batch::new(&texts, &config, &device);
    let noise = Noise::draw(&mut Stream::new(3), &config, batch.dims(), &device);
    let trace = model.forward(&batch, Some(&noise));
    let total = objective.total(&objective.losses(&trace, &[0, 1, 1]));
    let gradients = GradientsParams::from_grads(total.backward(), &model);
    model.gradients(&gradients).await.unwrap()
}

async fn compare_gradients(gpu: &Device) {
    let published = Objective::new(Family::Published, 1.0, 1.0);
    let published = (published, published.readout());
    let given = ScaleFree {
        space: Space::Mlp,
        gate_given: true,
        ..ScaleFree::PLAIN
    };
    let given = Objective::new(Family::ScaleFree(given), 1.0, 1.0);
    let others = [published, (given, Readout::Residual)];
    for (objective, readout) in trained().into_iter().chain(others) {
        let here = gradients(&objective, readout, gpu).await;
        let there = gradients(&objective, readout, &Device::flex()).await;
        assert_eq!(
            here.keys().collect::<Vec<_>>(),
            there.keys().collect::<Vec<_>>()
        );
        let norms = there
            .values()
            .map(|array| norm(array.values.iter().copied()));
        let largest = norms.fold(0.0, f64::max);
        for (name, there) in &there {
            let here = &here[name].values;
            let difference = norm(here.iter().zip(&there.values).map(|(a, b)| a - b));
            // The keys' bias has the gradient 0, but for rounding.
            let allowed = 1e-3 * norm(there.values.iter().copied()) + 1e-6 * largest;
            assert!(
                difference <= allowed,
                "{objective:?}, {name}: {difference} > {allowed}"
            );
        }
    }
}

/// One test, since a process can open its GPU once.
#[wasm_bindgen_test]
async fn the_gpu_explains_and_trains_as_the_cpu_does() {
    let mut gpu = Session::start(Backend::WebGpu)
        .await
        .expect("this lane needs a WebGPU adapter");
    let mut cpu = Session::start(Backend::Flex).await.unwrap();
    for (readout, winners) in KINDS {
        let package = small_package_of(readout, winners).await;
        let files = package.to_files(Precision::Int8).unwrap();
        let here = gpu.load("small", &files).unwrap();
        let here = here.explain(TEXT).await.unwrap();
        let there = cpu.load("small", &files).unwrap();
        let there = there.explain(TEXT).await.unwrap();
        let difference = largest_explained_difference(&here, &there);
        assert!(
            difference < 1e-4,
            "{readout:?}: explanations differ by {difference}"
        );
        assert_complete(&here);

        let measured = gpu.measure("small").await.unwrap();
        assert_eq!(measured.backend, Backend::WebGpu);
        assert!(measured.agrees, "{readout:?}: {measured:?}");
    }

    compare_parts(&gpu.device.device).await;
    compare_training(&gpu.device.device, 0.03).await;
    compare_gradients(&gpu.device.device).await;

    let exact = small_package().await.to_files(Precision::F32).unwrap();
    gpu.load("small", &exact).unwrap();
    let steps = losses(&gpu).await;
    let reference = reference();
    assert_eq!(steps.len(), reference.len());
    for (step, (here, there)) in steps.iter().zip(&reference).enumerate() {
        // The last number is the accuracy, in which a text that is all but undecided counts whole.
        for (a, b) in here[..4].iter().zip(there) {
            let least = 1e-2 * b.abs() + 1e-6; // The rounding of numbers that are all but 0.
            assert!((a - b).abs() <= least, "step {}: {a} is not {b}", step + 1);
        }
    }
}
