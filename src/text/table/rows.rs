//! Rows under the names of their columns.

use std::collections::BTreeSet;

use super::records::{self, Broken, Records};
use super::{Format, Row, RowError, RowProblem, TableError};

/// A table with named columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The complete rows, with one field per column; blank rows are left out.
    pub rows: Vec<Row>,
    /// The rows that are not.
    pub broken: Vec<RowError>,
    /// Rows of blank fields, which are left out.
    pub empty: usize,
    /// The first row, if it was read as the columns' names.
    pub header: Option<Row>,
    /// Lines in which a quote opens a field that its row does not close: it was read as an ordinary character.
    pub stray_quotes: Vec<usize>,
    /// Line and column of fields that hold lists or objects.
    pub(super) nested: BTreeSet<(usize, usize)>,
    /// What can be read of the broken rows, each with one field per column.
    pub(super) remains: Vec<Row>,
}

impl Table {
    /// Reads a table whose first line names the columns; columns with neither a name nor a value are left
    /// out. Takes line ends of any system and a byte order mark.
    ///
    /// # Errors
    /// If the bytes are not text, or the first line cannot be used. Later lines
    /// that cannot are listed in [`Table::broken`].
    pub fn parse(bytes: &[u8], format: Format) -> Result<Self, TableError> {
        let mut records = records::read(bytes, format)?;
        if records.rows.is_empty() {
            return Err(TableError::Empty);
        }
        let header = records.rows.remove(0).map_err(|row| row.error)?;
        let columns = header.fields.iter().map(|name| name.trim().to_owned());
        let mut table = Self::of(columns.collect(), records);
        table.header = Some(header);
        table.leave_out_unnamed();
        Ok(table)
    }

    /// Reads a table that has no line with the columns' names.
    ///
    /// # Errors
    /// If the bytes are not text.
    pub fn parse_rows(bytes: &[u8], format: Format, columns: &[&str]) -> Result<Self, TableError> {
        let columns = columns.iter().map(|&name| name.to_owned());
        Ok(Self::of(columns.collect(), records::read(bytes, format)?))
    }

    pub(super) fn of(columns: Vec<String>, records: Records) -> Self {
        let mut table = Self {
            empty: records.empty,
            stray_quotes: records.stray_quotes,
            ..Self::with(columns)
        };
        let expected = table.columns.len();
        for row in records.rows {
            match row {
                Ok(row) if row.fields.len() == expected => table.rows.push(row),
                Ok(row) => table.broken.push(RowError {
                    line: row.line,
                    problem: RowProblem::Fields {
                        expected,
                        found: row.fields.len(),
                    },
                }),
                Err(Broken { error, fields }) => {
                    if fields.len() == expected {
                        let line = error.line;
                        table.remains.push(Row { line, fields });
                    }
                    table.broken.push(error);
                }
            }
        }
        table
    }

    /// A table without rows.
    pub(super) fn with(columns: Vec<String>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
            broken: Vec::new(),
            empty: 0,
            header: None,
            stray_quotes: Vec::new(),
            nested: BTreeSet::new(),
            remains: Vec::new(),
        }
    }

    /// Leaves out the columns with neither a name nor a value, which spreadsheets write.
    fn leave_out_unnamed(&mut self) {
        let rows = || self.rows.iter().chain(&self.remains);
        let kept: Vec<bool> = (0..self.columns.len())
            .map(|at| {
                let is_blank = |row: &Row| row.fields[at].trim().is_empty();
                !self.columns[at].is_empty() || !rows().all(is_blank)
            })
            .collect();
        let keep = |fields: &mut Vec<String>| {
            let mut kept = kept.iter();
            fields.retain(|_| kept.next().is_some_and(|&kept| kept));
        };
        keep(&mut self.columns);
        let rows = self.rows.iter_mut().chain(&mut self.remains);
        rows.for_each(|row| keep(&mut row.fields));
    }
}
