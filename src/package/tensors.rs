//! Parameters as a safetensors file: 32-bit floats, or matrices as 8-bit integers with one scale
//! per row.

use std::borrow::Cow;

use burn::tensor::{bf16, f16};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors, View, serialize};
use serde::{Deserialize, Serialize};

use super::PackageError;
use crate::model::{Array, Weights};

/// Parameters as the bytes of a safetensors file, in 32-bit floats.
///
/// # Errors
/// If the format refuses them.
pub fn tensor_file(weights: &Weights) -> Result<Vec<u8>, PackageError> {
    write(weights, Precision::F32)
}

/// Parameters from the bytes of a safetensors file.
///
/// # Errors
/// If the bytes are not such a file.
pub fn tensors_of(bytes: &[u8]) -> Result<Weights, PackageError> {
    read(bytes)
}

/// Parameters from the bytes of another program's safetensors file, without counters and the like, which are whole
/// numbers.
///
/// # Errors
/// If the bytes are not such a file.
pub(super) fn floats_of(bytes: &[u8]) -> Result<Weights, PackageError> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| PackageError::tensors(&error))?;
    let mut weights = Weights::new();
    for (name, view) in file.tensors() {
        if let Some(values) = values_of(&view) {
            let shape = view.shape().to_vec();
            weights.insert(name, Array { shape, values });
        }
    }
    Ok(weights)
}

/// The values of a tensor of floats; `None` if it holds something else.
fn values_of(view: &TensorView) -> Option<Vec<f32>> {
    match view.dtype() {
        Dtype::F32 => Some(floats(view.data())),
        Dtype::F16 => Some(halves(view.data(), |bits| f16::from_bits(bits).to_f32())),
        Dtype::BF16 => Some(halves(view.data(), |bits| bf16::from_bits(bits).to_f32())),
        _ => None,
    }
}

/// How precisely weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// 32-bit floats.
    F32,
    /// Matrices as symmetric 8-bit integers, one scale per row; vectors as 32-bit floats.
    Int8,
}

/// Ending of the name under which a matrix's row scales are stored.
const SCALE: &str = ".scale";

/// Writes `weights` as the bytes of a safetensors file.
///
/// # Errors
/// If the format refuses them.
pub(super) fn write(weights: &Weights, precision: Precision) -> Result<Vec<u8>, PackageError> {
    let mut stored = Vec::new();
    for (name, array) in weights {
        if precision == Precision::Int8 && array.shape.len() == 2 {
            let (rows, scales) = quantize(array);
            let shape = vec![array.shape[0]];
            stored.push((format!("{name}{SCALE}"), Stored::floats(shape, &scales)));
            stored.push((name.clone(), rows));
        } else {
            stored.push((
                name.clone(),
                Stored::floats(array.shape.clone(), &array.values),
            ));
        }
    }
    serialize(stored, None).map_err(|error| PackageError::tensors(&error))
}

/// Reads the bytes of a safetensors file, undoing the 8-bit form.
///
/// # Errors
/// If the bytes are not such a file, or hold a tensor of another kind.
pub(super) fn read(bytes: &[u8]) -> Result<Weights, PackageError> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| PackageError::tensors(&error))?;
    let mut weights = Weights::new();
    for (name, view) in file.tensors() {
        if name.ends_with(SCALE) {
            continue;
        }
        let shape = view.shape().to_vec();
        let values = match view.dtype() {
            Dtype::I8 => {
                let scales = file
                    .tensor(&format!("{name}{SCALE}"))
                    .map_err(|error| PackageError::tensors(&error))?;
                dequantize(&name, &shape, view.data(), &floats(scales.data()))?
            }
            other => values_of(&view)
                .ok_or_else(|| PackageError::tensors(&format!("{name} is stored as {other:?}")))?,
        };
        weights.insert(name, Array { shape, values });
    }
    Ok(weights)
}

/// What `weights` become when stored at `precision` and read back.
pub(super) fn rounded(weights: Weights, precision: Precision) -> Result<Weights, PackageError> {
    match precision {
        Precision::F32 => Ok(weights),
        Precision::Int8 => read(&write(&weights, precision)?),
    }
}

/// Rounds each row of a matrix to 2^`bits` − 1 of the steps of its 8-bit form: which holds it exactly, in numbers so few
/// that they compress further.
pub(super) fn coarsen(array: &mut Array, bits: u32) {
    let steps = ((1 << (bits - 1)) - 1) as f32;
    for row in array.values.chunks_exact_mut(array.shape[1]) {
        let (scale, step) = scale_of(row);
        for value in row {
            let coarse = (*value / step * steps / FINEST).round();
            *value = (coarse * FINEST / steps).round() * scale;
        }
    }
}

/// The largest 8-bit number.
const FINEST: f32 = 127.0;

/// What the 8-bit numbers of a row are multiplied by, and what the row is divided by: 1 if all of it is 0.
fn scale_of(row: &[f32]) -> (f32, f32) {
    let scale = row.iter().fold(0f32, |most, value| most.max(value.abs())) / FINEST;
    (scale, if scale > 0.0 { scale } else { 1.0 })
}

/// One tensor as it is stored.
struct Stored {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Stored {
    fn floats(shape: Vec<usize>, values: &[f32]) -> Self {
        let bytes = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        Self {
            dtype: Dtype::F32,
            shape,
            bytes,
        }
    }
}

impl View for Stored {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// Rounds each row to 255 steps between ± its largest value.
fn quantize(array: &Array) -> (Stored, Vec<f32>) {
    let mut bytes = Vec::with_capacity(array.values.len());
    let mut scales = Vec::with_capacity(array.shape[0]);
    for row in array.values.chunks_exact(array.shape[1]) {
        let (scale, step) = scale_of(row);
        scales.push(scale);
        bytes.extend(
            row.iter()
                .map(|value| ((value / step).round() as i8).cast_unsigned()),
        );
    }
    (
        Stored {
            dtype: Dtype::I8,
            shape: array.shape.clone(),
            bytes,
        },
        scales,
    )
}

fn dequantize(
    name: &str,
    shape: &[usize],
    bytes: &[u8],
    scales: &[f32],
) -> Result<Vec<f32>, PackageError> {
    let &[rows, cols] = shape else {
        return Err(PackageError::tensors(&format!(
            "{name} is 8-bit, but not a matrix"
        )));
    };
    if scales.len() != rows {
        return Err(PackageError::tensors(&format!(
            "{name} has {} scales for {rows} rows",
            scales.len()
        )));
    }
    let mut values = Vec::with_capacity(bytes.len());
    for (row, scale) in bytes.chunks_exact(cols.max(1)).zip(scales) {
        let numbers = row.iter().map(|byte| f32::from(byte.cast_signed()));
        values.extend(numbers.map(|number| number * scale));
    }
    Ok(values)
}

fn halves(bytes: &[u8], widen: impl Fn(u16) -> f32) -> Vec<f32> {
    let halves = bytes.as_chunks().0.iter();
    halves
        .map(|half| widen(u16::from_le_bytes(*half)))
        .collect()
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes
        .as_chunks()
        .0
        .iter()
        .map(|chunk| f32::from_le_bytes(*chunk))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights() -> Weights {
        let matrix = Array {
            shape: vec![3, 2],
            values: vec![1.0, -0.5, 0.0, 0.0, 1e-3, 2e-3],
        };
        let vector = Array {
            shape: vec![2],
            values: vec![0.1, 0.2],
        };
        Weights::from([
            ("a.weight".to_owned(), matrix),
            ("a.bias".to_owned(), vector),
        ])
    }

    #[test]
    fn floats_come_back_as_they_were() {
        let bytes = write(&weights(), Precision::F32).unwrap();
        assert_eq!(read(&bytes).unwrap(), weights());
    }

    #[test]
    fn eight_bits_lose_at_most_half_a_step_of_the_row() {
        let back = rounded(weights(), Precision::Int8).unwrap();
        let (was, is) = (&weights()["a.weight"].values, &back["a.weight"].values);
        for (row, (was, is)) in was.chunks(2).zip(is.chunks(2)).enumerate() {
            let step = was.iter().fold(0f32, |most, value| most.max(value.abs())) / 127.0;
            for (was, is) in was.iter().zip(is) {
                assert!(
                    (was - is).abs() <= step * 0.5001,
                    "row {row}: {was} became {is}"
                );
            }
        }
        assert_eq!(back["a.bias"], weights()["a.bias"]);
        assert_eq!(
            rounded(back.clone(), Precision::Int8).unwrap(),
            back,
            "rounding twice is rounding once"
        );
    }

    #[test]
    fn fewer_bits_are_as_few_numbers_which_eight_bits_hold() {
        let values: Vec<f32> = (0..600).map(|at| (at as f32 * 0.37).sin()).collect();
        let matrix = Array {
            shape: vec![3, 200],
            values,
        };
        for bits in 2..=8 {
            let mut coarse = matrix.clone();
            coarsen(&mut coarse, bits);
            let steps = (1 << (bits - 1)) - 1;
            for (was, is) in matrix.values.chunks(200).zip(coarse.values.chunks(200)) {
                let largest = scale_of(was).0 * FINEST;
                let numbers: std::collections::BTreeSet<u32> =
                    is.iter().map(|x| x.to_bits()).collect();
                assert!(numbers.len() <= 2 * steps + 2, "{bits} bits"); // Both zeros.
                for (was, is) in was.iter().zip(is) {
                    let most = largest * (0.5 / steps as f32 + 0.51 / FINEST);
                    assert!((was - is).abs() <= most, "{was} became {is}");
                }
            }
            let weights = Weights::from([("words".to_owned(), coarse)]);
            let back = rounded(weights.clone(), Precision::Int8).unwrap();
            assert_eq!(back, weights, "{bits} bits");
        }
    }
}
