//! Which backend explains by default, and why.

use serde::{Deserialize, Serialize};

use crate::engine::{Backend, Measured};

/// Longest time an explanation may take on WebGPU to be preferred: one frame, in milliseconds.
const FRAME: f64 = 16.0;

/// Why there is no adapter in a page that is not a secure context.
pub(super) const INSECURE: &str =
    "browsers offer WebGPU only to pages loaded over https, and this one was loaded over http";

/// Features and limits without which Burn's WebGPU backend does not run.
const NEEDED_FEATURE: &str = "timestamp-query";
const NEEDED_STORAGE_BUFFERS: u32 = 8;
const NEEDED_WORKGROUP_STORAGE: u32 = 16384;
const NEEDED_INVOCATIONS: u32 = 256;

/// What the browser says about its GPU adapter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdapterFacts {
    /// Whether it is a software stand-in.
    pub fallback: bool,
    /// Names of its WebGPU features.
    pub features: Vec<String>,
    /// Vendor's name, may be empty.
    pub vendor: String,
    /// Family of GPUs, may be empty.
    pub architecture: String,
    /// Product name, usually empty.
    pub description: String,
    /// Its limits.
    pub limits: AdapterLimits,
}

/// The limits that Burn's kernels depend on, as WebGPU names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdapterLimits {
    /// Storage buffers a shader can bind.
    pub max_storage_buffers_per_shader_stage: u32,
    /// Bytes that a workgroup shares.
    pub max_compute_workgroup_storage_size: u32,
    /// Invocations of a workgroup.
    pub max_compute_invocations_per_workgroup: u32,
}

/// A decision and its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The backend that explains.
    pub backend: Backend,
    /// One sentence for people.
    pub reason: String,
}

/// Chooses the backend for explaining. Without measurements it returns WebGPU if measuring is
/// worth the download, otherwise the CPU; with them, WebGPU if it agrees with the CPU and stays within
/// a frame, otherwise the fastest that agrees. `secure`: whether the page is allowed to ask for an adapter.
pub fn choose_backend(
    adapter: Option<&AdapterFacts>,
    secure: bool,
    measured: &[Measured],
) -> Choice {
    if let Some(reason) = unfit(adapter, secure) {
        return Choice {
            backend: Backend::Flex,
            reason,
        };
    }
    let Some(gpu) = measured.iter().find(|one| one.backend == Backend::WebGpu) else {
        let reason = "This GPU looks suitable; it is being measured first.".to_owned();
        return Choice {
            backend: Backend::WebGpu,
            reason,
        };
    };
    if gpu.agrees && gpu.milliseconds <= FRAME {
        let reason = format!(
            "The GPU gives the same numbers as the CPU and explains in {:.1} ms, within a frame.",
            gpu.milliseconds
        );
        return Choice {
            backend: Backend::WebGpu,
            reason,
        };
    }
    let fastest = measured
        .iter()
        .filter(|one| one.agrees && one.backend != Backend::WebGpu)
        .min_by(|a, b| a.milliseconds.total_cmp(&b.milliseconds));
    let (backend, time) = match fastest {
        Some(one) => (one.backend, format!(" in {:.1} ms", one.milliseconds)),
        None => (Backend::Flex, String::new()),
    };
    let why = if gpu.agrees {
        format!(
            "The GPU takes {:.0} ms, longer than a frame",
            gpu.milliseconds
        )
    } else {
        format!(
            "The GPU's numbers differ from the CPU's by {:.0e}",
            gpu.difference
        )
    };
    Choice {
        backend,
        reason: format!("{why}; the CPU explains{time}."),
    }
}

/// Why an adapter cannot be used, if so.
fn unfit(adapter: Option<&AdapterFacts>, secure: bool) -> Option<String> {
    let Some(adapter) = adapter else {
        let why = match secure {
            true => "this browser offers no GPU adapter",
            false => INSECURE,
        };
        return Some(format!("{why}; the CPU explains."));
    };
    if adapter.fallback {
        return Some("The only GPU adapter is a software stand-in; the CPU is faster.".to_owned());
    }
    let limits = adapter.limits;
    let lacks = if !adapter.features.iter().any(|name| name == NEEDED_FEATURE) {
        NEEDED_FEATURE
    } else if limits.max_storage_buffers_per_shader_stage < NEEDED_STORAGE_BUFFERS {
        "storage buffers"
    } else if limits.max_compute_workgroup_storage_size < NEEDED_WORKGROUP_STORAGE {
        "workgroup storage"
    } else if limits.max_compute_invocations_per_workgroup < NEEDED_INVOCATIONS {
        "workgroup size"
    } else {
        return None;
    };
    Some(format!(
        "The GPU adapter lacks what Burn needs ({lacks}); the CPU explains."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter() -> AdapterFacts {
        AdapterFacts {
            fallback: false,
            features: vec![NEEDED_FEATURE.to_owned()],
            vendor: String::new(),
            architecture: String::new(),
            description: String::new(),
            limits: AdapterLimits {
                max_storage_buffers_per_shader_stage: 10,
                max_compute_workgroup_storage_size: 32768,
                max_compute_invocations_per_workgroup: 256,
            },
        }
    }

    fn measured(backend: Backend, agrees: bool, milliseconds: f64) -> Measured {
        Measured {
            backend,
            agrees,
            difference: if agrees { 1e-6 } else { 0.5 },
            milliseconds,
        }
    }

    #[test]
    fn no_adapter_a_stand_in_or_a_lacking_one_means_the_cpu() {
        let stand_in = AdapterFacts {
            fallback: true,
            ..adapter()
        };
        let lacking = AdapterFacts {
            features: vec![],
            ..adapter()
        };
        for (facts, says) in [
            (None, "no GPU"),
            (Some(&stand_in), "stand-in"),
            (Some(&lacking), "lacks"),
        ] {
            let choice = choose_backend(facts, true, &[]);
            assert_eq!(choice.backend, Backend::Flex);
            assert!(choice.reason.contains(says), "{}", choice.reason);
        }
        let over_http = choose_backend(None, false, &[]);
        assert_eq!(over_http.backend, Backend::Flex);
        assert!(
            over_http.reason.contains("https"),
            "not the GPU is at fault"
        );
    }

    #[test]
    fn a_gpu_is_chosen_only_if_it_is_right_and_within_a_frame() {
        let facts = adapter();
        assert_eq!(
            choose_backend(Some(&facts), true, &[]).backend,
            Backend::WebGpu,
            "worth measuring"
        );
        let cpus = [
            measured(Backend::Flex, true, 3.0),
            measured(Backend::NdArray, true, 2.0),
        ];
        for (gpu, expected) in [
            (measured(Backend::WebGpu, true, 15.9), Backend::WebGpu),
            (measured(Backend::WebGpu, true, 16.1), Backend::NdArray),
            (measured(Backend::WebGpu, false, 1.0), Backend::NdArray),
        ] {
            let all = [gpu, cpus[0], cpus[1]];
            let choice = choose_backend(Some(&facts), true, &all);
            assert_eq!(choice.backend, expected, "{gpu:?}");
        }
    }
}
