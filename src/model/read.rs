//! The only way in which numbers leave a device: awaited, since a browser cannot block.

use burn::tensor::{DType, Tensor, TensorData, Transaction};

/// A device that did not give a result.
#[derive(Debug, thiserror::Error)]
#[error("the compute device did not answer: {0}")]
pub struct ReadError(String);

impl ReadError {
    fn new(error: &dyn std::fmt::Debug) -> Self {
        Self(format!("{error:?}"))
    }
}

/// Reads a flat tensor.
///
/// # Errors
/// If the device was lost or failed.
pub async fn read(tensor: Tensor<1>) -> Result<Vec<f32>, ReadError> {
    let data = tensor.into_data_async().await;
    floats(data.map_err(|error| ReadError::new(&error))?)
}

/// Reads flat tensors of one device at once, in one readback. To join them first would cost a GPU a program for each.
///
/// # Errors
/// If the device was lost or failed.
pub(super) async fn read_all(tensors: Vec<Tensor<1>>) -> Result<Vec<Vec<f32>>, ReadError> {
    let all = tensors
        .into_iter()
        .fold(Transaction::default(), Transaction::register);
    let data = all.execute_async().await;
    data.map_err(|error| ReadError::new(&error))?
        .into_iter()
        .map(floats)
        .collect()
}

fn floats(data: TensorData) -> Result<Vec<f32>, ReadError> {
    data.convert_dtype(DType::F32)
        .try_into_vec()
        .map_err(|error| ReadError::new(&error))
}
