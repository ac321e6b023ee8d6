//! IMDB's film reviews (Maas et al. 2011): 25,000 official training texts, of
//! which a fifth is kept for choices, and 25,000 test texts.

use std::collections::HashMap;

use super::split::Split;
use super::table::{Columns, Format, LabelledText, Table, TableError};

/// Texts of each class, of the official training part, that models learn from;
/// the others are the dev part, as in the published code.
const TRAIN_PER_CLASS: usize = 10_000;

/// Name of the file that holds a part, in the folder of reviews.
pub fn file_name(split: Split) -> String {
    match split {
        Split::Train | Split::Dev => "train.tsv.gz",
        Split::Test => "test.tsv.gz",
    }
    .to_owned()
}

/// Reads a part from the folder of `train.tsv.gz` and `test.tsv.gz`.
///
/// # Errors
/// If a file cannot be read, or is not what [`parse`] takes.
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub fn read(folder: &std::path::Path, split: Split) -> Result<Vec<LabelledText>, super::TextError> {
    use std::io::Read;

    use super::{TextError, read_bytes};

    let path = folder.join(file_name(split));
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(read_bytes(&path)?.as_slice())
        .read_to_end(&mut bytes)
        .map_err(|error| TextError::Unreadable {
            path: path.clone(),
            error,
        })?;
    let texts = parse(&bytes).map_err(|error| TextError::Table { path, error })?;
    Ok(part(texts, split))
}

/// Parses lines of label, name and text separated by tabs: 0 is negative, 1 positive.
///
/// # Errors
/// Names the first line that cannot be used.
pub fn parse(bytes: &[u8]) -> Result<Vec<LabelledText>, TableError> {
    let table = Table::parse_rows(bytes, Format::TABS, &["label", "name", "text"])?;
    let mut texts = table.labelled(Columns { text: 2, label: 0 }).whole()?;
    let classes = ["0", "1"].map(str::to_owned);
    for text in &mut texts {
        let class = text.class(&classes)?;
        text.label = ["negative", "positive"][class].to_owned();
    }
    Ok(texts)
}

/// The texts of a part, given the official file that holds it.
pub fn part(texts: Vec<LabelledText>, split: Split) -> Vec<LabelledText> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut is_early = |text: &LabelledText| {
        let count = counts.entry(text.label.clone()).or_default();
        *count += 1;
        *count <= TRAIN_PER_CLASS
    };
    texts
        .into_iter()
        .filter(|text| match split {
            Split::Train => is_early(text),
            Split::Dev => !is_early(text),
            Split::Test => true,
        })
        .collect()
}
