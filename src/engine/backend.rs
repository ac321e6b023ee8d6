//! The backends of Burn, by name.

use serde::{Deserialize, Serialize};

/// A backend of Burn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// CPU with SIMD (burn-flex).
    Flex,
    /// CPU (burn-ndarray).
    NdArray,
    /// GPU: WebGPU in a browser; Vulkan, Metal or DX12 natively (burn-wgpu).
    WebGpu,
    /// NVIDIA GPU, natively (burn-cuda).
    Cuda,
}

impl Backend {
    /// Name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Flex => "CPU (Flex)",
            Self::NdArray => "CPU (NdArray)",
            Self::WebGpu => "WebGPU",
            Self::Cuda => "CUDA",
        }
    }
}

impl std::str::FromStr for Backend {
    type Err = UnknownBackend;

    fn from_str(name: &str) -> Result<Self, UnknownBackend> {
        match name {
            "flex" => Ok(Self::Flex),
            "ndarray" => Ok(Self::NdArray),
            "webgpu" | "wgpu" => Ok(Self::WebGpu),
            "cuda" => Ok(Self::Cuda),
            _ => Err(UnknownBackend(name.to_owned())),
        }
    }
}

/// A name that no backend has.
#[derive(Debug, thiserror::Error)]
#[error("there is no backend named {0}; choose flex, ndarray, wgpu or cuda")]
pub struct UnknownBackend(String);
