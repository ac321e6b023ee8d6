//! Files of data.

use std::path::Path;

use super::TextError;

/// All that is in a file.
pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, TextError> {
    std::fs::read(path).map_err(|error| TextError::Unreadable {
        path: path.to_owned(),
        error,
    })
}
