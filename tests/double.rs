//! What double precision shows: slopes and differences of explicit passes. It is a program's own default,
//! and so these tests are a program of their own.

#![cfg(not(target_arch = "wasm32"))]

mod attribute;
mod common;
mod gradients;

use burn::tensor::{DType, Device, FloatDType, Tensor};

/// Flex with double precision as its default, for this whole test program.
fn double() -> Device {
    let mut device = Device::flex();
    // Every test configures; all but the first are told that it was done.
    let _ = device.configure(FloatDType::F64);
    assert_eq!(Tensor::<1>::zeros([1], &device).dtype(), DType::F64);
    device
}
