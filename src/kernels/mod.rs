//! Fused operations for a GPU, which starts a program for each operation, however small: each of ours takes the place
//! of several of Burn's, and so does its gradient.
//!
//! They are written in CubeCL and registered with Burn as custom operations. On the CPU none of them is used, and
//! without WebGPU none is built.

#[cfg(feature = "wgpu")]
mod attention;
#[cfg(feature = "wgpu")]
mod contribution_kernels;
#[cfg(feature = "wgpu")]
mod contribution_ops;
#[cfg(feature = "wgpu")]
mod contributions;
#[cfg(feature = "wgpu")]
mod cube;
#[cfg(feature = "wgpu")]
mod gate;
#[cfg(feature = "wgpu")]
mod gate_kernels;
mod limits;
#[cfg(not(feature = "wgpu"))]
mod none;
#[cfg(feature = "wgpu")]
mod norm;
#[cfg(feature = "wgpu")]
mod pair_kernels;
#[cfg(feature = "wgpu")]
mod pairs;
#[cfg(feature = "wgpu")]
mod several;
#[cfg(feature = "wgpu")]
mod sums;
#[cfg(feature = "wgpu")]
mod winners;

pub(crate) use limits::LONGEST;
#[cfg(not(feature = "wgpu"))]
pub(crate) use none::*;
#[cfg(feature = "wgpu")]
pub(crate) use {
    attention::attention,
    contributions::{brought, of_biases, of_neurons, offered, sums, through_norm},
    cube::run_on,
    gate::gate,
    norm::norm,
    pairs::{Form, pair_losses},
    sums::{Sum, sum},
    winners::taken,
};
