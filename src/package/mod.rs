//! A model directory: the same few files for the command line and for the page, checked against
//! each other when they are read.

mod archive;
mod card;
mod directory;
mod error;
mod files;
mod model;
mod perturbation;
mod tensors;

pub use archive::{files_of_zip, model_of_zip, zip_of};
pub use card::{Card, FORMAT, checksum, entitled};
pub use directory::{read_directory, write_directory};
pub use error::PackageError;
pub use files::{Files, names};
pub use model::Package;
pub use perturbation::Perturbation;
pub use tensors::{Precision, tensor_file, tensors_of};
