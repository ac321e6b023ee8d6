//! The programs of the losses on pairs of words.

#![expect(
    clippy::collapsible_if,
    reason = "what is known when a kernel is compiled is asked for by itself"
)]

use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;

use super::cube::{COLUMNS, UNITS, largest_of, row_of_cube, sum_of};

/// A sum of weights below this is empty.
const EPSILON: f32 = 1e-6;

/// Below this, the strongest attention counts as none.
const LEAST: f32 = 1e-30;

/// How far a neuron's votes, `[K, F]`, separate the classes.
#[cube]
fn separation(
    votes: &[f32],
    neuron: usize,
    width: usize,
    classes: usize,
    #[comptime] counted: bool,
) -> f32 {
    let mut result = 1.0f32;
    if comptime!(counted) {
        let mut squares = 0.0f32;
        for class in 0..classes {
            let vote = votes[class * width + neuron];
            squares += vote * vote;
        }
        result = squares.sqrt();
    }
    result
}

/// Rows of neurons divided by their lengths, and 1 divided by these; 0 for a row of zeros.
#[cube(launch)]
pub(super) fn directions_kernel(
    neurons: &[f32],
    votes: &[f32],
    directions: &mut [f32],
    lengths: &mut [f32],
    count: u32,
    width: u32,
    classes: u32,
    #[comptime] counted: bool,
) {
    let (width, classes) = (width as usize, classes as usize);
    let row = row_of_cube(count);
    let mut shared = Shared::new_slice(UNITS);
    let mut largest = 0.0f32;
    let mut at = UNIT_POS as usize;
    while at < width {
        let z = neurons[row * width + at] * separation(votes, at, width, classes, counted);
        directions[row * width + at] = z;
        let size = z.abs();
        if size > largest {
            largest = size;
        }
        at += UNITS;
    }
    let mut largest = largest_of(largest, &mut shared);
    let mut lives = 1.0f32;
    if largest == 0.0f32 {
        lives = 0.0f32;
        largest = 1.0f32;
    }
    // Dividing by the largest entry first keeps the squares of tiny vectors from vanishing.
    let mut squares = 0.0f32;
    let mut at = UNIT_POS as usize;
    while at < width {
        let z = directions[row * width + at] / largest;
        squares += z * z;
        at += UNITS;
    }
    let mut length = sum_of(squares, &mut shared).sqrt();
    if lives == 0.0f32 {
        length = 1.0f32;
    }
    let mut at = UNIT_POS as usize;
    while at < width {
        directions[row * width + at] = directions[row * width + at] / largest / length;
        at += UNITS;
    }
    if UNIT_POS == 0 {
        lengths[row] = lives / largest / length;
    }
}

/// The losses of each text, a cube for each. `parts` are the attention between eligible pairs, and the factors of
/// squared cosines in L_imp and of cosines in L_int.
#[cube(launch)]
pub(super) fn losses_kernel(
    attention: &[f32],
    pairs: &[f32],
    weight: &[f32],
    cosines: &[f32],
    parts: &mut [f32],
    importance: &mut [f32],
    interaction: &mut [f32],
    texts: u32,
    heads: u32,
    length: u32,
    share: f32,
    #[comptime] clamped: bool,
    #[comptime] important: bool,
    #[comptime] contrasted: bool,
) {
    let text = CUBE_POS_X as usize;
    let (texts, heads, length) = (texts as usize, heads as usize, length as usize);
    let first = text * length * length;
    let of_squares = (texts + text) * length * length;
    let of_cosines = (2 * texts + text) * length * length;
    let mut shared = Shared::new_slice(UNITS);
    // Ã, averaged over the heads.
    let mut weights = 0.0f32;
    let mut words = 0.0f32;
    let mut i = UNIT_POS as usize;
    while i < length {
        weights += weight[text * length + i];
        words += pairs[first + i * length + i];
        for j in 0..length {
            parts[first + i * length + j] = 0.0f32;
        }
        for head in 0..heads {
            let row = ((text * heads + head) * length + i) * length;
            let mut sum = 0.0f32;
            for j in 0..length {
                if j != i {
                    sum += attention[row + j] * pairs[first + i * length + j];
                }
            }
            if sum > 0.0f32 {
                for j in 0..length {
                    if j != i {
                        let kept = attention[row + j] * pairs[first + i * length + j];
                        parts[first + i * length + j] += kept / sum / f32::cast_from(heads as u32);
                    }
                }
            }
        }
        i += UNITS;
    }
    let mut weights = sum_of(weights, &mut shared);
    if weights < EPSILON {
        weights = EPSILON;
    }
    let mut words = sum_of(words, &mut shared);
    if words < 1.0f32 {
        words = 1.0f32;
    }
    sync_storage();
    let mut strongest = 0.0f32;
    let mut i = UNIT_POS as usize;
    while i < length {
        for j in 0..length {
            let strength = parts[first + i * length + j];
            if strength > strongest {
                strongest = strength;
            }
        }
        i += UNITS;
    }
    let mut strongest = largest_of(strongest, &mut shared);
    if strongest < LEAST {
        strongest = LEAST;
    }
    let mut of_importance = 0.0f32;
    let mut of_interaction = 0.0f32;
    let mut i = UNIT_POS as usize;
    while i < length {
        let mut others = 0.0f32;
        let mut among = 0.0f32;
        for j in 0..length {
            if j != i {
                let there = parts[first + i * length + j];
                let mut either = parts[first + j * length + i];
                if there > either {
                    either = there;
                }
                let apart = (1.0f32 - either / strongest) * pairs[first + i * length + j];
                others += apart;
                let mut counts = apart;
                if comptime!(important) {
                    counts *= weight[text * length + j];
                }
                among += counts;
                // Kept here until the sums are known.
                parts[of_squares + i * length + j] = counts;
                parts[of_cosines + i * length + j] = apart;
            }
        }
        let mut per_other = 0.0f32;
        if others != 0.0f32 {
            per_other = 1.0f32 / others;
        }
        let mut per_among = 0.0f32;
        if among >= EPSILON {
            per_among = 1.0f32 / among;
        }
        let weight = weight[text * length + i] / weights * share;
        let of_word = pairs[first + i * length + i] / words * share;
        for j in 0..length {
            let mut squared = 0.0f32;
            let mut plain = 0.0f32;
            if j != i {
                let attended = parts[first + i * length + j];
                let mut cosine = cosines[first + i * length + j];
                if comptime!(clamped) {
                    if cosine < 0.0f32 {
                        cosine = 0.0f32;
                    }
                }
                squared = weight * parts[of_squares + i * length + j] * per_among;
                let mut fixed = of_word * attended;
                plain = -fixed;
                if comptime!(contrasted) {
                    let other = parts[of_cosines + i * length + j] * per_other;
                    plain = of_word * (other - attended) / 2.0f32;
                    fixed /= 2.0f32;
                }
                of_importance += squared * cosine * cosine;
                of_interaction += fixed + plain * cosine;
            }
            parts[of_squares + i * length + j] = squared;
            parts[of_cosines + i * length + j] = plain;
        }
        i += UNITS;
    }
    let of_importance = sum_of(of_importance, &mut shared);
    let of_interaction = sum_of(of_interaction, &mut shared);
    if UNIT_POS == 0 {
        importance[text] = of_importance;
        interaction[text] = of_interaction;
    }
}

/// What a pair's cosine adds to the losses per unit.
#[cube]
fn slope(
    cosines: &[f32],
    parts: &[f32],
    count: usize,
    pair: usize,
    of_importance: f32,
    of_interaction: f32,
    #[comptime] clamped: bool,
) -> f32 {
    let cosine = cosines[pair];
    let squared = 2.0f32 * cosine * parts[count + pair] * of_importance;
    let mut slope = squared + parts[2 * count + pair] * of_interaction;
    if comptime!(clamped) {
        if cosine < 0.0f32 {
            slope = 0.0f32;
        }
    }
    slope
}

/// The gradient of the cosines plus its transpose, `[B, L, L]`: each row has a part in both.
#[cube(launch)]
pub(super) fn slopes_kernel(
    of_importance: &[f32],
    of_interaction: &[f32],
    cosines: &[f32],
    parts: &[f32],
    slopes: &mut [f32],
    count: u32,
    length: u32,
    #[comptime] clamped: bool,
    #[comptime] importance: bool,
    #[comptime] interaction: bool,
) {
    let (count, length) = (count as usize, length as usize);
    let pair = CUBE_POS * UNITS + UNIT_POS as usize;
    if pair < count {
        let text = pair / (length * length);
        let (i, j) = (pair / length % length, pair % length);
        let turned = text * length * length + j * length + i;
        let mut one = 0.0f32;
        let mut other = 0.0f32;
        if comptime!(importance) {
            one = of_importance[text];
        }
        if comptime!(interaction) {
            other = of_interaction[text];
        }
        let there = slope(cosines, parts, count, pair, one, other, clamped);
        slopes[pair] = there + slope(cosines, parts, count, turned, one, other, clamped);
    }
}

/// From the directions' gradient to the neurons'.
#[cube(launch)]
pub(super) fn neurons_kernel(
    of_directions: &[f32],
    directions: &[f32],
    lengths: &[f32],
    votes: &[f32],
    of_neurons: &mut [f32],
    count: u32,
    width: u32,
    classes: u32,
    #[comptime] counted: bool,
) {
    let (width, classes) = (width as usize, classes as usize);
    let row = row_of_cube(count);
    let mut shared = Shared::new_slice(UNITS);
    let mut along = 0.0f32;
    let mut at = UNIT_POS as usize;
    while at < width {
        along += of_directions[row * width + at] * directions[row * width + at];
        at += UNITS;
    }
    let along = sum_of(along, &mut shared);
    let mut at = UNIT_POS as usize;
    while at < width {
        let across = of_directions[row * width + at] - along * directions[row * width + at];
        let slope = across * lengths[row];
        of_neurons[row * width + at] = slope * separation(votes, at, width, classes, counted);
        at += UNITS;
    }
}

/// The gradient of the votes, `[K, F]`: each cube sums some neurons, several units each.
#[cube(launch)]
pub(super) fn votes_kernel(
    neurons: &[f32],
    of_neurons: &[f32],
    votes: &[f32],
    of_votes: &mut [f32],
    count: u32,
    width: u32,
    classes: u32,
) {
    let (width, classes) = (width as usize, classes as usize);
    let unit = UNIT_POS as usize;
    let neuron = CUBE_POS_X as usize * COLUMNS + unit % COLUMNS;
    let mut shared = Shared::new_slice(UNITS);
    let mut sum = 0.0f32;
    if neuron < width {
        let mut row = unit / COLUMNS;
        while row < count as usize {
            sum += neurons[row * width + neuron] * of_neurons[row * width + neuron];
            row += UNITS / COLUMNS;
        }
    }
    shared[unit] = sum;
    sync_cube();
    if unit < COLUMNS && neuron < width {
        let mut other = unit + COLUMNS;
        while other < UNITS {
            sum += shared[other];
            other += COLUMNS;
        }
        // The gradient of u·‖q‖ by ‖q‖ is that of u times u/‖q‖.
        let size = separation(votes, neuron, width, classes, true);
        for class in 0..classes {
            let mut slope = 0.0f32;
            if size > 0.0f32 {
                slope = sum / size * votes[class * width + neuron] / size;
            }
            of_votes[class * width + neuron] = slope;
        }
    }
}
