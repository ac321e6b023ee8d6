//! Rows under the names of their columns.

use std::collections::BTreeSet;

use super::records::{self, Broken, Records};
use super::remains::Remains;
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
    /// What can be read of each of the broken rows.
    pub(super) remains: Vec<Remains>,
    /// Which field of a row of the file each column is, since columns may be left out.
    pub(super) places: Vec<usize>,
    /// Number of fields of a row of the file.
    pub(super) width: usize,
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
            let Broken { error, fields } = match row {
                Ok(row) if row.fields.len() == expected => {
                    table.rows.push(row);
                    continue;
                }
                Ok(Row { line, fields }) => {
                    let found = fields.len();
                    let problem = RowProblem::Fields { expected, found };
                    let error = RowError { line, problem };
                    Broken { error, fields }
                }
                Err(broken) => broken,
            };
            table.lose(error, Remains::Fields(fields));
        }
        table
    }

    /// Adds a row that cannot be used, with what can be read of it.
    pub(super) fn lose(&mut self, error: RowError, remains: Remains) {
        self.broken.push(error);
        self.remains.push(remains);
    }

    /// A table without rows.
    pub(super) fn with(columns: Vec<String>) -> Self {
        Self {
            places: (0..columns.len()).collect(),
            width: columns.len(),
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
        let kept: Vec<bool> = (0..self.columns.len())
            .map(|at| {
                let is_blank = |row: &Row| row.fields[at].trim().is_empty();
                !self.columns[at].is_empty() || !self.rows.iter().all(is_blank)
            })
            .collect();
        keep(&mut self.columns, &kept);
        keep(&mut self.places, &kept);
        let rows = self.rows.iter_mut();
        rows.for_each(|row| keep(&mut row.fields, &kept));
    }
}

/// Leaves of `all` what is `kept`.
fn keep<T>(all: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    all.retain(|_| kept.next().is_some_and(|&kept| kept));
}
