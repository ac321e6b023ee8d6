//! Files of data.

use std::path::Path;

use super::TextError;

/// All that is in a file.
pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, TextError> {
    std::fs::read(path).map_err(unreadable(path))
}

/// The same of a file that is text in UTF-8.
pub(super) fn read_text(path: &Path) -> Result<String, TextError> {
    std::fs::read_to_string(path).map_err(unreadable(path))
}

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> TextError {
    |error| TextError::Unreadable {
        path: path.to_owned(),
        error,
    }
}
