//! The programs of the gate.

use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;

use super::cube::{COLUMNS, UNITS, row_of_cube, sum_of};

#[cube]
fn sigmoid(x: f32) -> f32 {
    1.0f32 / (1.0f32 + (-x).exp())
}

/// tanh, expressed by the sigmoid.
#[cube]
fn bent(x: f32) -> f32 {
    sigmoid(x * 2.0f32) * 2.0f32 - 1.0f32
}

/// The log-odds of each type, a cube for each.
#[cube(launch)]
pub(super) fn odds_kernel(
    raw: &[f32],
    to_hidden: &[f32],
    weights: &[f32],
    to_decision: &[f32],
    odds: &mut [f32],
    types: u32,
    width: u32,
) {
    let (kind, width) = (row_of_cube(types), width as usize);
    let mut shared = Shared::new_slice(UNITS);
    let mut sum = 0.0f32;
    let mut at = UNIT_POS as usize;
    while at < width {
        let hidden = bent(raw[kind * width + at] + to_hidden[at]);
        sum += hidden * (weights[2 * at + 1] - weights[2 * at]);
        at += UNITS;
    }
    let sum = sum_of(sum, &mut shared);
    if UNIT_POS == 0 {
        odds[kind] = sum + to_decision[1] - to_decision[0];
    }
}

#[cube(launch)]
pub(super) fn places_kernel(
    odds: &[f32],
    places: &[i32],
    noise: &[f32],
    keep: &mut [f32],
    gate: &mut [f32],
    count: u32,
) {
    let place = CUBE_POS * UNITS + UNIT_POS as usize;
    if place < count as usize {
        let odds = odds[places[place] as usize];
        keep[place] = sigmoid(odds);
        let mut open = 0.0f32;
        if sigmoid(odds + noise[place]) > 0.5f32 {
            open = 1.0f32;
        }
        gate[place] = open;
    }
}

/// The gradient of the log-odds at each place.
#[cube(launch)]
pub(super) fn of_places_kernel(
    of_keep: &[f32],
    of_gate: &[f32],
    odds: &[f32],
    places: &[i32],
    noise: &[f32],
    of_places: &mut [f32],
    count: u32,
    #[comptime] keep_given: bool,
    #[comptime] gate_given: bool,
) {
    let place = CUBE_POS * UNITS + UNIT_POS as usize;
    if place < count as usize {
        let odds = odds[places[place] as usize];
        let mut slope = 0.0f32;
        if comptime!(keep_given) {
            let keep = sigmoid(odds);
            slope += of_keep[place] * keep * (1.0f32 - keep);
        }
        if comptime!(gate_given) {
            let soft = sigmoid(odds + noise[place]);
            slope += of_gate[place] * soft * (1.0f32 - soft);
        }
        of_places[place] = slope;
    }
}

/// The gradient of the log-odds of each type and of what its hidden units take in, a cube for each.
#[cube(launch)]
pub(super) fn of_types_kernel(
    of_places: &[f32],
    places: &[i32],
    raw: &[f32],
    to_hidden: &[f32],
    weights: &[f32],
    of_types: &mut [f32],
    of_raw: &mut [f32],
    count: u32,
    types: u32,
    width: u32,
) {
    let (kind, width) = (row_of_cube(types), width as usize);
    let mut shared = Shared::new_slice(UNITS);
    let mut sum = 0.0f32;
    let mut place = UNIT_POS as usize;
    while place < count as usize {
        if places[place] as usize == kind {
            sum += of_places[place];
        }
        place += UNITS;
    }
    let of_type = sum_of(sum, &mut shared);
    if UNIT_POS == 0 {
        of_types[kind] = of_type;
    }
    let mut at = UNIT_POS as usize;
    while at < width {
        let hidden = bent(raw[kind * width + at] + to_hidden[at]);
        let slope = of_type * (weights[2 * at + 1] - weights[2 * at]);
        of_raw[kind * width + at] = slope * (1.0f32 - hidden * hidden);
        at += UNITS;
    }
}

/// The gradients of the weights and biases: each cube sums some hidden units over the types.
#[cube(launch)]
pub(super) fn of_columns_kernel(
    raw: &[f32],
    to_hidden: &[f32],
    of_types: &[f32],
    of_raw: &[f32],
    of_hidden: &mut [f32],
    of_weights: &mut [f32],
    of_decision: &mut [f32],
    types: u32,
    width: u32,
) {
    let width = width as usize;
    let unit = UNIT_POS as usize;
    let column = CUBE_POS_X as usize * COLUMNS + unit % COLUMNS;
    let mut hiddens = Shared::new_slice(UNITS);
    let mut weights = Shared::new_slice(UNITS);
    let mut all = Shared::new_slice(UNITS);
    let mut hidden = 0.0f32;
    let mut weight = 0.0f32;
    let mut sum = 0.0f32;
    if column < width {
        let mut kind = unit / COLUMNS;
        while kind < types as usize {
            hidden += of_raw[kind * width + column];
            weight += of_types[kind] * bent(raw[kind * width + column] + to_hidden[column]);
            sum += of_types[kind];
            kind += UNITS / COLUMNS;
        }
    }
    hiddens[unit] = hidden;
    weights[unit] = weight;
    all[unit] = sum;
    sync_cube();
    if unit < COLUMNS && column < width {
        let mut other = unit + COLUMNS;
        while other < UNITS {
            hidden += hiddens[other];
            weight += weights[other];
            sum += all[other];
            other += COLUMNS;
        }
        of_hidden[column] = hidden;
        of_weights[2 * column] = -weight;
        of_weights[2 * column + 1] = weight;
        if column == 0 {
            of_decision[0] = -sum;
            of_decision[1] = sum;
        }
    }
}
