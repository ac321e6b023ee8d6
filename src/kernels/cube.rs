//! What the kernels have in common.

use burn::backend::DispatchDevice;
use burn::tensor::{Device, Shape};
use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_cubecl::tensor::CubeTensor;

/// How many units work together on a row.
pub(super) const UNITS: usize = 64;

/// Columns that a cube of [`UNITS`] sums at once, several units each.
pub(super) const COLUMNS: usize = 8;

/// Whether what is on `device` is computed by CubeCL.
pub(crate) fn run_on(device: &Device) -> bool {
    matches!(
        device.clone().without_autodiff().as_dispatch(),
        DispatchDevice::Cube(_)
    )
}

/// A tensor of this shape beside another one, not yet filled.
pub(super) fn empty(beside: &CubeTensor, shape: impl Into<Shape>) -> CubeTensor {
    let (client, device) = (beside.client.clone(), beside.device.clone());
    empty_device_contiguous_dtype(client, device, shape.into(), beside.dtype)
}

/// As many cubes as there are rows: a GPU takes only 65,535 in one direction. There may be some more than rows; these
/// do the last row again.
pub(super) fn one_for_each(rows: usize) -> CubeCount {
    const MOST: u32 = 32_768;
    let rows = rows as u32;
    CubeCount::Static(rows.min(MOST), rows.div_ceil(MOST), 1)
}

/// The number of the cube's row.
#[cube]
pub(super) fn row_of_cube(count: u32) -> usize {
    if CUBE_POS < count as usize {
        CUBE_POS
    } else {
        count as usize - 1
    }
}

/// The sum of all units' values.
#[cube]
pub(super) fn sum_of(value: f32, shared: &mut Shared<[f32]>) -> f32 {
    let unit = UNIT_POS as usize;
    shared[unit] = value;
    sync_cube();
    let mut half = comptime!(UNITS / 2).runtime();
    while half > 0 {
        if unit < half {
            let other = shared[unit + half];
            shared[unit] += other;
        }
        sync_cube();
        half /= 2;
    }
    let sum = shared[0];
    sync_cube();
    sum
}

/// The largest of all units' values.
#[cube]
pub(super) fn largest_of(value: f32, shared: &mut Shared<[f32]>) -> f32 {
    let unit = UNIT_POS as usize;
    shared[unit] = value;
    sync_cube();
    let mut half = comptime!(UNITS / 2).runtime();
    while half > 0 {
        if unit < half {
            let other = shared[unit + half];
            if other > shared[unit] {
                shared[unit] = other;
            }
        }
        sync_cube();
        half /= 2;
    }
    let largest = shared[0];
    sync_cube();
    largest
}
