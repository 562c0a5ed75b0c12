//! Opening an export: decompression by magic bytes (gzip of any number of members, zstd, none), a count of the bytes read for
//! progress, and the digest by which a file is known again. Bounded memory.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use xxhash_rust::xxh3::Xxh3;

use super::decode::Decoder;

/// Bytes of a file read so far, before decompression; shared with whoever shows progress.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    /// Bytes read so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Says that so many more bytes were read.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }
}

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl Compression {
    /// The compression that the first bytes of a file tell.
    #[must_use]
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => Self::None,
        }
    }
}

struct Counted<R> {
    inner: R,
    progress: Progress,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.progress.add(count as u64);
        Ok(count)
    }
}

/// Reads any bytes as text, whatever their compression and encoding.
///
/// # Errors
/// When the first bytes cannot be read or decompressed.
pub fn decode(input: impl Read + Send + 'static) -> io::Result<(Decoder, Progress)> {
    let progress = Progress::default();
    let plain = decompress(input, &progress)?;
    Ok((Decoder::new(plain)?, progress))
}

/// Reads any bytes, whatever their compression.
///
/// # Errors
/// When the first bytes cannot be read or decompressed.
pub fn decompress(input: impl Read + Send + 'static, progress: &Progress) -> io::Result<Box<dyn Read + Send>> {
    let mut input = Counted { inner: input, progress: progress.clone() };
    let mut head = Vec::with_capacity(4);
    input.by_ref().take(4).read_to_end(&mut head)?;
    let compression = Compression::of(&head);
    let whole = BufReader::with_capacity(128 * 1024, Cursor::new(head).chain(input));
    Ok(match compression {
        Compression::None => Box::new(whole),
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(whole)),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(whole)?),
    })
}

/// The digest of a file's bytes as they lie on the disk: xxh3, 128 bits, 32 hexadecimal digits. It tells files apart, no more:
/// it is no protection against forgery.
///
/// # Errors
/// When the file cannot be read.
pub fn digest(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Xxh3::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(format!("{:032x}", hasher.digest128()));
        }
        hasher.update(&buffer[..count]);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn all(bytes: Vec<u8>) -> String {
        let (mut decoder, _) = decode(Cursor::new(bytes)).unwrap();
        while decoder.more().unwrap() {}
        decoder.text().to_string()
    }

    fn gzip(text: &str) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(text.as_bytes()).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn each_compression_is_recognised_by_its_first_bytes() {
        assert_eq!(all(b"a,b\n".to_vec()), "a,b\n");
        assert_eq!(all(gzip("a,b\n")), "a,b\n");
        assert_eq!(all(zstd::encode_all(&b"a,b\n"[..], 1).unwrap()), "a,b\n");
        assert_eq!(all(Vec::new()), "");
        assert_eq!(all(b"a".to_vec()), "a");
    }

    #[test]
    fn gzip_of_several_members_is_one_text() {
        let mut bytes = gzip("a\n");
        bytes.extend(gzip("b\n"));
        assert_eq!(all(bytes), "a\nb\n");
    }

    #[test]
    fn a_gzip_file_that_is_cut_off_is_an_error() {
        let mut bytes = gzip(&"some text that is long enough ".repeat(500));
        bytes.truncate(bytes.len() / 2);
        let (mut decoder, _) = decode(Cursor::new(bytes)).unwrap();
        let mut result = decoder.more();
        while let Ok(true) = result {
            result = decoder.more();
        }
        assert!(result.is_err());
    }

    #[test]
    fn the_digest_is_that_of_the_reference_implementation() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty");
        File::create(&path).unwrap();
        assert_eq!(digest(&path).unwrap(), "99aa06d3014798d86001c324468d497f");
    }
}
