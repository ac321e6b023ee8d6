//! Records as a Parquet file, a row group at a time: a row per text, in which each value of the words is a list.

use std::mem::take;
use std::sync::Arc;

use parquet::basic::{
    Compression, ConvertedType, LogicalType, Repetition, Type as Physical, ZstdLevel,
};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, FloatType, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::record::{
    Column, ERROR, LINE, Record, Summary, Value, WordSummary, text_columns, word_columns,
};

/// Words of a row group, about: more would take more memory, fewer would compress less.
const WORDS: usize = 1 << 17;
/// Rows of a row group at most, for texts without words.
const ROWS: usize = 1 << 15;

/// A Parquet file that is being written.
pub(super) struct Table {
    writer: SerializedFileWriter<Vec<u8>>,
    text: Vec<Column<Summary>>,
    word: Vec<Column<WordSummary>>,
    /// Those of the next row group.
    records: Vec<Record>,
    /// Their words.
    words: usize,
}

impl Table {
    /// A table for a model with these classes.
    pub(super) fn new(classes: &[String]) -> anyhow::Result<Self> {
        let (text, word) = (text_columns(classes), word_columns());
        let mut fields = vec![
            leaf(LINE, Physical::INT64, Repetition::REQUIRED)?,
            leaf(ERROR, Physical::BYTE_ARRAY, Repetition::OPTIONAL)?,
        ];
        for column in &text {
            let physical = physical(&column.value);
            fields.push(leaf(&column.name, physical, Repetition::OPTIONAL)?);
        }
        for column in &word {
            fields.push(list(column)?);
        }
        let schema = Type::group_type_builder("records").with_fields(fields);
        // What would say more about pages grows with the file, and nobody searches records by it.
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .build();
        let schema = Arc::new(schema.build()?);
        Ok(Self {
            writer: SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?,
            text,
            word,
            records: Vec::new(),
            words: 0,
        })
    }

    /// What can be written of the file now that this record has come.
    pub(super) fn add(&mut self, record: Record) -> anyhow::Result<Vec<u8>> {
        self.words += record
            .content
            .as_ref()
            .map_or(0, |summary| summary.words.len());
        self.records.push(record);
        if self.words >= WORDS || self.records.len() >= ROWS {
            self.write_group()?;
        }
        self.writer.flush()?;
        Ok(take(self.writer.inner_mut()))
    }

    /// The rest of the file.
    pub(super) fn end(mut self) -> anyhow::Result<Vec<u8>> {
        if !self.records.is_empty() {
            self.write_group()?;
        }
        Ok(self.writer.into_inner()?)
    }

    fn write_group(&mut self) -> Result<()> {
        let records = take(&mut self.records);
        self.words = 0;
        let mut group = self.writer.next_row_group()?;
        let lines: Vec<i64> = records.iter().map(|record| record.line as i64).collect();
        write::<Int64Type>(&mut group, &lines, None, None)?;
        let errors = records
            .iter()
            .filter_map(|record| record.content.as_ref().err());
        let errors: Vec<ByteArray> = errors.map(|error| error.as_str().into()).collect();
        let levels =
            |is: fn(&Record) -> bool| records.iter().map(|one| i16::from(is(one))).collect();
        let bad: Vec<i16> = levels(|record| record.content.is_err());
        write::<ByteArrayType>(&mut group, &errors, Some(&bad), None)?;

        let good: Vec<i16> = levels(|record| record.content.is_ok());
        let summaries = || {
            records
                .iter()
                .filter_map(|record| record.content.as_ref().ok())
        };
        for column in &self.text {
            write_column(&mut group, column, summaries(), &good, None)?;
        }
        let (there, repeated) = list_levels(&records);
        let words = || summaries().flat_map(|summary| &summary.words);
        for column in &self.word {
            write_column(&mut group, column, words(), &there, Some(&repeated))?;
        }
        group.close()?;
        Ok(())
    }
}

/// How Parquet stores what a column holds.
fn physical<T>(value: &Value<T>) -> Physical {
    match value {
        Value::Text(_) => Physical::BYTE_ARRAY,
        Value::Whole(_) => Physical::INT64,
        Value::Number(_) => Physical::FLOAT,
        Value::Truth(_) => Physical::BOOLEAN,
    }
}

/// A column of single values; bytes are texts.
fn leaf(name: &str, physical: Physical, repetition: Repetition) -> Result<TypePtr> {
    let mut leaf = Type::primitive_type_builder(name, physical).with_repetition(repetition);
    if physical == Physical::BYTE_ARRAY {
        leaf = leaf
            .with_logical_type(Some(LogicalType::String))
            .with_converted_type(ConvertedType::UTF8);
    }
    Ok(Arc::new(leaf.build()?))
}

/// A column of lists, in the three levels that Parquet's format names.
fn list<T>(column: &Column<T>) -> Result<TypePtr> {
    let element = leaf("element", physical(&column.value), Repetition::REQUIRED)?;
    let elements = Type::group_type_builder("list")
        .with_repetition(Repetition::REPEATED)
        .with_fields(vec![element]);
    let list = Type::group_type_builder(&column.name)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(Some(LogicalType::List))
        .with_converted_type(ConvertedType::LIST)
        .with_fields(vec![Arc::new(elements.build()?)]);
    Ok(Arc::new(list.build()?))
}

/// Definition and repetition levels of a column of lists: no list, an empty one, or its elements.
fn list_levels(records: &[Record]) -> (Vec<i16>, Vec<i16>) {
    let mut levels = (Vec::new(), Vec::new());
    let mut push = |there, repeated| {
        levels.0.push(there);
        levels.1.push(repeated);
    };
    for record in records {
        match record.content.as_ref().map(|summary| summary.words.len()) {
            Err(_) => push(0, 0),
            Ok(0) => push(1, 0),
            Ok(words) => (0..words).for_each(|at| push(2, i16::from(at > 0))),
        }
    }
    levels
}

/// Writes what a column holds of `all`.
fn write_column<'a, T: 'a>(
    group: &mut SerializedRowGroupWriter<Vec<u8>>,
    column: &Column<T>,
    all: impl Iterator<Item = &'a T>,
    there: &[i16],
    repeated: Option<&[i16]>,
) -> Result<()> {
    let there = Some(there);
    match &column.value {
        Value::Text(get) => {
            let texts: Vec<ByteArray> = all.map(|one| get(one).into()).collect();
            write::<ByteArrayType>(group, &texts, there, repeated)
        }
        Value::Whole(get) => {
            let numbers: Vec<i64> = all.map(|one| get(one) as i64).collect();
            write::<Int64Type>(group, &numbers, there, repeated)
        }
        Value::Number(get) => {
            let numbers: Vec<f32> = all.map(get).collect();
            write::<FloatType>(group, &numbers, there, repeated)
        }
        Value::Truth(get) => {
            let truths: Vec<bool> = all.map(get).collect();
            write::<BoolType>(group, &truths, there, repeated)
        }
    }
}

/// Writes the next column of a row group.
fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<Vec<u8>>,
    values: &[T::T],
    there: Option<&[i16]>,
    repeated: Option<&[i16]>,
) -> Result<()> {
    if let Some(mut column) = group.next_column()? {
        column.typed::<T>().write_batch(values, there, repeated)?;
        column.close()?;
    }
    Ok(())
}
