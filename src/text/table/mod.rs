//! Tables of labelled texts as bytes (csv, tsv, JSON lines), read into rows that know their
//! line, and further into texts with a label. No files are needed, so that the page can
//! read what is dropped on it.

mod alike;
mod bytes;
mod columns;
mod error;
mod format;
mod header;
mod label;
mod labelled;
mod layout;
mod lines;
mod meaning;
mod records;
mod remains;
mod row;
mod rows;
mod values;

pub use columns::Columns;
pub use error::{Role, RowError, RowProblem, TableError};
pub use format::Format;
pub use labelled::{LabelledText, LabelledTexts, classes};
pub use layout::Layout;
pub use meaning::meant;
pub use row::Row;
pub use rows::Table;
