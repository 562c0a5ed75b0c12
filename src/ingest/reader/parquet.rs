//! Parquet files of any writer, batch by batch. Read by the library that the lake's format brings: it knows every type, while Polars
//! is compiled for some of them here and stops at the others.

use std::io;

use deltalake_core::parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use deltalake_core::parquet::file::reader::ChunkReader;

use super::Source;
use super::background::{Background, Hand};
use super::chunk::Chunk;
use super::column_text::Texts;
use super::dialect::unique_names;
use super::raw::Raw;
use crate::ingest::open::Progress;

/// Rows of a batch.
const BATCH: usize = 8192;

enum Piece {
    Names(Vec<String>),
    Rows(Box<Chunk>),
}

/// A Parquet file. Its rows are numbered from 1.
pub struct ParquetSource {
    names: Vec<String>,
    pieces: Background<Piece>,
}

/// Whether a file that starts with these bytes is Parquet.
#[must_use]
pub fn is_parquet(head: &[u8]) -> bool {
    head.starts_with(b"PAR1") || head.starts_with(b"PARE")
}

fn damaged(error: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("expected a Parquet file, but it is damaged: {error}"))
}

impl ParquetSource {
    /// Starts reading.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open(raw: Raw, progress: &Progress) -> io::Result<Self> {
        let (size, progress) = (raw.size()?, progress.clone());
        let mut pieces = Background::start("Parquet file", move |hand| match raw {
            Raw::File(file) => read(file, Some((size, &progress)), hand),
            Raw::Memory(bytes) => read(bytes, None, hand),
        })?;
        let names = match pieces.next()? {
            Some(Piece::Names(names)) => names,
            _ => Vec::new(),
        };
        Ok(Self { names, pieces })
    }
}

/// Reads a file; `counted` is its size and who hears how far it is read.
fn read(input: impl ChunkReader + 'static, counted: Option<(u64, &Progress)>, hand: Hand<'_, Piece>) -> io::Result<()> {
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(input, ArrowReaderOptions::new());
    let builder = builder.map_err(damaged)?.with_batch_size(BATCH);
    let total = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0).max(1);
    let names = unique_names(builder.schema().fields().iter().map(|field| field.name().as_str()));
    let reader = builder.build().map_err(damaged)?;
    if !hand(Piece::Names(names.clone())) {
        return Ok(());
    }
    let (mut row, mut told) = (0, 0);
    for batch in reader {
        let batch = batch.map_err(damaged)?;
        let columns: io::Result<Vec<Texts>> =
            names.iter().zip(batch.columns()).map(|(name, column)| Texts::of(name, column)).collect();
        let columns = columns?;
        let mut chunk = Chunk::new(names.len());
        for index in 0..batch.num_rows() {
            row += 1;
            if columns.iter().all(|texts| texts.get(index).trim().is_empty()) {
                chunk.blank += 1;
                continue;
            }
            columns.iter().for_each(|texts| chunk.push_cell(texts.get(index)));
            chunk.end_row(row);
        }
        if let Some((size, progress)) = counted {
            let reached = (size as f64 * (row as f64 / total as f64).min(1.0)) as u64;
            progress.add(reached.saturating_sub(told));
            told = reached.max(told);
        }
        if !hand(Piece::Rows(Box::new(chunk))) {
            return Ok(());
        }
    }
    Ok(())
}

impl Source for ParquetSource {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(&mut self, chunk: &mut Chunk) -> io::Result<bool> {
        while !chunk.is_full() {
            match self.pieces.next()? {
                Some(Piece::Rows(rows)) => chunk.append(*rows),
                Some(Piece::Names(_)) => {}
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}
