//! The bytes of a file whose format is not text: the file itself, or its content in memory when it was compressed.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use bytes::Bytes;

use crate::ingest::open::{Progress, decompress};

/// Bytes that are unpacked into memory at most.
const UNPACKED_LIMIT: u64 = 1024 * 1024 * 1024;

/// Bytes in any order.
pub enum Raw {
    /// A file that is not compressed.
    File(File),
    /// What a compressed file holds.
    Memory(Bytes),
}

impl Raw {
    /// Unpacks a compressed file into memory.
    ///
    /// # Errors
    /// When it cannot be read, or holds too much.
    pub fn unpack(file: File, progress: &Progress) -> io::Result<Self> {
        let mut bytes = Vec::new();
        decompress(file, progress)?.take(UNPACKED_LIMIT + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > UNPACKED_LIMIT {
            let message =
                "expected at most 1 GiB in a compressed workbook or Parquet file, found more: decompress it first";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(Self::Memory(bytes.into()))
    }

    /// Number of bytes.
    ///
    /// # Errors
    /// When the file's size cannot be told.
    pub fn size(&self) -> io::Result<u64> {
        match self {
            Self::File(file) => Ok(file.metadata()?.len()),
            Self::Memory(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// Reads with a count of how far it came; what lies in memory was counted when it was decompressed.
    #[must_use]
    pub fn counted(self, progress: &Progress) -> Furthest {
        match self {
            Self::File(file) => Furthest { input: Input::File(file), at: 0, furthest: 0, progress: progress.clone() },
            Self::Memory(bytes) => {
                let furthest = bytes.len() as u64;
                Furthest { input: Input::Memory(Cursor::new(bytes)), at: 0, furthest, progress: progress.clone() }
            }
        }
    }
}

enum Input {
    File(File),
    Memory(Cursor<Bytes>),
}

/// Bytes in any order, whose progress is the furthest place that was read.
pub struct Furthest {
    input: Input,
    at: u64,
    furthest: u64,
    progress: Progress,
}

impl Read for Furthest {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.input {
            Input::File(file) => file.read(buffer)?,
            Input::Memory(bytes) => bytes.read(buffer)?,
        };
        self.at += count as u64;
        if self.at > self.furthest {
            self.progress.add(count as u64);
            self.furthest = self.at;
        }
        Ok(count)
    }
}

impl Seek for Furthest {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match &mut self.input {
            Input::File(file) => file.seek(to)?,
            Input::Memory(bytes) => bytes.seek(to)?,
        };
        Ok(self.at)
    }
}
