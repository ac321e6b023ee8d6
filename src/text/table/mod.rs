//! Tables of labelled texts as bytes (csv, tsv, JSON lines): into rows that know their
//! line, and on to texts with a label. No files, so that the page can read
//! what is dropped on it.

mod alike;
mod bytes;
mod columns;
mod error;
mod format;
mod header;
mod labelled;
mod layout;
mod lines;
mod records;
mod rows;

pub use alike::meant;
pub use columns::Columns;
pub use error::{Role, RowError, RowProblem, TableError};
pub use format::Format;
pub use labelled::{LabelledText, LabelledTexts, classes};
pub use layout::Layout;
pub use rows::{Row, Table};
