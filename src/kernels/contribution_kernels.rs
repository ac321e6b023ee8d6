//! The programs of what words bring to the classes.

use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;

use super::cube::{UNITS, row_of_cube, sum_of};
use super::norm::statistics;

/// A cube for each row of each class.
#[cube(launch)]
pub(super) fn norm_kernel(
    slopes: &[f32],
    rows: &[f32],
    scale: &[f32],
    result: &mut [f32],
    all: u32,
    count: u32,
    width: u32,
    epsilon: f32,
) {
    let width = width as usize;
    let row = row_of_cube(all);
    let start = row * width;
    let normalised = row % count as usize * width;
    let mut shared = Shared::new_slice(UNITS);
    let (_, per_deviation) = statistics(rows, normalised, width, epsilon, &mut shared);
    let mut sum = 0.0f32;
    let mut at = UNIT_POS as usize;
    while at < width {
        sum += slopes[start + at] * scale[at];
        at += UNITS;
    }
    let mean = sum_of(sum, &mut shared) / f32::cast_from(width as u32);
    let mut at = UNIT_POS as usize;
    while at < width {
        result[start + at] = (slopes[start + at] * scale[at] - mean) * per_deviation;
        at += UNITS;
    }
}

/// A unit for each pair of places and class.
#[cube(launch)]
pub(super) fn brought_kernel(
    attended: &[f32],
    input: &[f32],
    values: &[f32],
    rows: &[f32],
    attention: &[f32],
    result: &mut [f32],
    count: u32,
    texts: u32,
    classes: u32,
    heads: u32,
    length: u32,
    width: u32,
) {
    let (heads, length, width) = (heads as usize, length as usize, width as usize);
    let (texts, classes) = (texts as usize, classes as usize);
    let at = CUBE_POS * UNITS + UNIT_POS as usize;
    if at < count as usize {
        let (to, from) = (at / length % length, at % length);
        let class = at / (length * length) % classes;
        let text = at / (length * length * classes);
        let size = width / heads;
        let slopes = ((class * texts + text) * length + to) * width;
        let value = (text * length + from) * width;
        let mut sum = 0.0f32;
        for head in 0..heads {
            let mut product = 0.0f32;
            for column in head * size..(head + 1) * size {
                product += attended[slopes + column] * values[value + column];
            }
            sum += product * attention[((text * heads + head) * length + to) * length + from];
        }
        if to == from {
            for column in 0..width {
                sum += input[slopes + column] * rows[value + column];
            }
        }
        result[at] = sum;
    }
}

/// A unit for each slope.
#[cube(launch)]
pub(super) fn offered_kernel(
    attended: &[f32],
    attention: &[f32],
    result: &mut [f32],
    count: u32,
    rows: u32,
    heads: u32,
    length: u32,
    width: u32,
) {
    let (heads, length, width) = (heads as usize, length as usize, width as usize);
    let rows = rows as usize;
    let at = CUBE_POS * UNITS + UNIT_POS as usize;
    if at < count as usize {
        let column = at % width;
        let row = at / width % rows;
        let class = at / (width * rows);
        let (text, from) = (row / length, row % length);
        let head = column / (width / heads);
        let mut sum = 0.0f32;
        for to in 0..length {
            let weight = attention[((text * heads + head) * length + to) * length + from];
            sum += weight * attended[(class * rows + text * length + to) * width + column];
        }
        result[at] = sum;
    }
}

/// A cube for each row of each class.
#[cube(launch)]
pub(super) fn biases_kernel(
    a: &[f32],
    of_a: &[f32],
    b: &[f32],
    of_b: &[f32],
    c: &[f32],
    of_c: &[f32],
    result: &mut [f32],
    count: u32,
    width: u32,
    wide: u32,
) {
    let row = row_of_cube(count);
    let (width, wide) = (width as usize, wide as usize);
    let mut shared = Shared::new_slice(UNITS);
    let mut sum = 0.0f32;
    let mut at = UNIT_POS as usize;
    while at < width {
        sum += a[row * width + at] * of_a[at] + b[row * width + at] * of_b[at];
        at += UNITS;
    }
    let mut at = UNIT_POS as usize;
    while at < wide {
        sum += c[row * wide + at] * of_c[at];
        at += UNITS;
    }
    let sum = sum_of(sum, &mut shared);
    if UNIT_POS == 0 {
        result[row] = sum;
    }
}

/// A unit for each slope.
#[cube(launch)]
pub(super) fn neurons_kernel(
    read: &[f32],
    pooled: &[f32],
    neurons: &[f32],
    factors: &[f32],
    result: &mut [f32],
    count: u32,
    rows: u32,
    width: u32,
    #[comptime] factored: bool,
) {
    let (rows, width) = (rows as usize, width as usize);
    let at = CUBE_POS * UNITS + UNIT_POS as usize;
    if at < count as usize {
        let neuron = at % width;
        let row = at / width % rows;
        let class = at / (width * rows);
        let mut slope = 0.0f32;
        if neurons[row * width + neuron] != 0.0f32 {
            slope = read[class * width + neuron] * pooled[row];
            if comptime!(factored) {
                slope *= factors[row * width + neuron];
            }
        }
        result[at] = slope;
    }
}

/// A cube for each class of each text.
#[cube(launch)]
pub(super) fn sums_kernel(
    entered: &[f32],
    positions: &[f32],
    biases: &[f32],
    words: &[f32],
    of_positions: &mut [f32],
    of_biases: &mut [f32],
    texts: u32,
    classes: u32,
    length: u32,
    width: u32,
) {
    let (texts, classes) = (texts as usize, classes as usize);
    let (length, width) = (length as usize, width as usize);
    let (class, text) = (CUBE_POS_X as usize, CUBE_POS_Y as usize);
    let first = (class * texts + text) * length;
    let mut shared = Shared::new_slice(UNITS);
    let mut position = 0.0f32;
    let mut at = UNIT_POS as usize;
    while at < length * width {
        position += entered[first * width + at] * positions[at] * words[text * length + at / width];
        at += UNITS;
    }
    let position = sum_of(position, &mut shared);
    let mut bias = 0.0f32;
    let mut place = UNIT_POS as usize;
    while place < length {
        bias += biases[(text * classes + class) * length + place] * words[text * length + place];
        place += UNITS;
    }
    let bias = sum_of(bias, &mut shared);
    if UNIT_POS == 0 {
        of_positions[text * classes + class] = position;
        of_biases[text * classes + class] = bias;
    }
}
