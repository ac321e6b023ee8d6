//! `safr quantize`: a model directory a quarter of the size, as the page ships it.

use std::path::PathBuf;

use clap::Args;

use super::files::{Folder, id_of, read_model, save};
use super::out::remark;
use crate::package::Precision;

/// Store a model's matrices as 8-bit integers, one scale per row
#[derive(Args, Clone, Debug)]
pub(super) struct Quantize {
    /// Model directory
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Round the word table to so many bits a number [default: 8]
    ///
    /// The file is no smaller for it, but compresses to less, as hosts send it.
    #[arg(long, value_name = "BITS", value_parser = clap::value_parser!(u32).range(2..=8))]
    word_bits: Option<u32>,
    /// Title of the model, kept in its card
    #[arg(long)]
    title: Option<String>,
    /// Folder for the smaller model; its name becomes the model's id
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Quantize {
    /// Reads, rounds and writes.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let _folder = Folder::hold_new(&self.out)?;
        let mut package = read_model(&self.model)?;
        if let Some(bits) = self.word_bits {
            package = package.with_word_bits(bits);
        }
        package.card.id = id_of(&self.out);
        if let Some(title) = self.title {
            package.card.title = title;
        }
        save(&self.out, package, Precision::Int8).await?;
        remark(format!("8-bit model written to {}", self.out.display()));
        Ok(())
    }
}
