//! A model directory: the same few files for the command line and for the page, checked against
//! each other when they are read.

mod archive;
mod card;
mod checkpoint;
mod directory;
mod error;
mod files;
mod format;
pub mod huggingface;
mod model;
pub(crate) mod part;
mod perturbation;
mod tensors;

pub use archive::{ZIP_SIGNATURE, files_of_zip, model_of_files, model_of_zip, zip_of};
pub use card::{Card, entitled};
pub use directory::{last_whole, read_directory, read_files, replace_directory, write_directory};
pub use error::PackageError;
pub use files::{Files, names};
pub use format::FORMAT;
pub use model::Package;
pub use perturbation::Perturbation;
pub use tensors::{Precision, tensor_file, tensors_of};

pub use crate::model::checksum;
