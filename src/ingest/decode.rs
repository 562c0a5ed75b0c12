//! Bytes to text, streaming: UTF-8 with or without a byte order mark, UTF-16 with one or by its pattern of zero bytes. In a file
//! that is otherwise UTF-8 or ASCII, a byte that is not valid is read as Windows-1252, so that files of that encoding and files of
//! mixed encodings both come out right. Zero bytes are dropped and counted.

use std::io::{self, Read};

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::reader::Mended;

const READ: usize = 128 * 1024;
const HEAD: usize = 1024;

enum Encoding {
    Utf8,
    Utf16(encoding_rs::Decoder),
}

/// Text that is read piece by piece; the reader of records consumes it from the front.
pub struct Decoder {
    input: Box<dyn Read + Send>,
    encoding: Encoding,
    pending: Vec<u8>,
    text: String,
    consumed: usize,
    ended: bool,
    repaired: u64,
    zero_bytes: u64,
}

impl Decoder {
    /// Starts decoding; the encoding is told by the first kibibyte.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn new(mut input: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut pending = Vec::with_capacity(READ);
        input.by_ref().take(HEAD as u64).read_to_end(&mut pending)?;
        let (encoding, mark) = match pending.as_slice() {
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
            [0xff, 0xfe, ..] => (Encoding::Utf16(UTF_16LE.new_decoder_without_bom_handling()), 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16(UTF_16BE.new_decoder_without_bom_handling()), 2),
            head => (by_zero_bytes(head), 0),
        };
        pending.drain(..mark);
        Ok(Self {
            input,
            encoding,
            pending,
            text: String::new(),
            consumed: 0,
            ended: false,
            repaired: 0,
            zero_bytes: 0,
        })
    }

    /// The text that is read but not consumed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text[self.consumed..]
    }

    /// Whether the end of the input is reached; `text` is then all that is left.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Takes `count` bytes from the front of the text; they must end between characters.
    pub fn consume(&mut self, count: usize) {
        self.consumed += count;
    }

    /// What was mended so far.
    #[must_use]
    pub fn mended(&self) -> Mended {
        Mended { repaired: self.repaired, zero_bytes: self.zero_bytes }
    }

    /// Reads more text, at least doubling what is unconsumed when that is long; false at the end of the input.
    ///
    /// # Errors
    /// When the input cannot be read or decompressed.
    pub fn more(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.text.drain(..self.consumed);
        self.consumed = 0;
        let wanted = self.text.len() + self.text.len().max(READ);
        while self.text.len() < wanted && !self.ended {
            let count = self.input.by_ref().take(READ as u64).read_to_end(&mut self.pending)?;
            self.ended = count == 0;
            self.decode();
        }
        Ok(true)
    }

    fn decode(&mut self) {
        let start = self.text.len();
        match &mut self.encoding {
            Encoding::Utf8 => {
                let (used, repaired) = decode_utf8(&self.pending, self.ended, &mut self.text);
                self.repaired += repaired;
                self.pending.drain(..used);
            }
            Encoding::Utf16(decoder) => {
                let room = decoder.max_utf8_buffer_length(self.pending.len()).unwrap_or(0);
                self.text.reserve(room);
                let (_, used, _) = decoder.decode_to_string(&self.pending, &mut self.text, self.ended);
                self.pending.drain(..used);
            }
        }
        if self.text.as_bytes()[start..].contains(&0) {
            let clean = self.text[start..].replace('\0', "");
            self.zero_bytes += (self.text.len() - start - clean.len()) as u64;
            self.text.truncate(start);
            self.text.push_str(&clean);
        }
    }
}

/// UTF-16 without a mark shows zero bytes in every other place, since most of its text is Latin.
fn by_zero_bytes(head: &[u8]) -> Encoding {
    let pairs = head.len() / 2;
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if pairs > 1 && odd * 10 > pairs * 6 && even * 10 < pairs {
        Encoding::Utf16(UTF_16LE.new_decoder_without_bom_handling())
    } else if pairs > 1 && even * 10 > pairs * 6 && odd * 10 < pairs {
        Encoding::Utf16(UTF_16BE.new_decoder_without_bom_handling())
    } else {
        Encoding::Utf8
    }
}

/// Decodes what it can; a character that the end of `bytes` cuts is left for the next call unless this is the last. Returns the
/// bytes used and how many were not valid.
fn decode_utf8(bytes: &[u8], last: bool, text: &mut String) -> (usize, u64) {
    let mut used = 0;
    let mut repaired = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        used += chunk.valid().len();
        let invalid = chunk.invalid();
        let cut = used + invalid.len() == bytes.len() && is_start_of_character(invalid);
        if cut && !last {
            break;
        }
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(invalid).0);
        used += invalid.len();
        repaired += invalid.len() as u64;
    }
    (used, repaired)
}

fn is_start_of_character(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, so that every boundary falls between two reads.
    struct Dribble(Vec<u8>);
    impl Read for Dribble {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() || buffer.is_empty() {
                return Ok(0);
            }
            buffer[0] = self.0.remove(0);
            Ok(1)
        }
    }

    fn text(bytes: &[u8]) -> (String, u64, u64) {
        let mut decoder = Decoder::new(Box::new(Dribble(bytes.to_vec()))).unwrap();
        while decoder.more().unwrap() {}
        (decoder.text().to_string(), decoder.mended().repaired, decoder.mended().zero_bytes)
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let wanted = "numéro,état\n1,€ 5\n";
        assert_eq!(text(wanted.as_bytes()).0, wanted);
        assert_eq!(text(format!("\u{feff}{wanted}").as_bytes()).0, wanted);
        assert_eq!(text(&utf16(&format!("\u{feff}{wanted}"), u16::to_le_bytes)).0, wanted);
        assert_eq!(text(&utf16(&format!("\u{feff}{wanted}"), u16::to_be_bytes)).0, wanted);
        assert_eq!(text(&utf16(wanted, u16::to_le_bytes)).0, wanted);
        assert_eq!(text(&utf16(wanted, u16::to_be_bytes)).0, wanted);
        assert_eq!(text(&WINDOWS_1252.encode(wanted).0), (wanted.to_string(), 3, 0));
    }

    #[test]
    fn characters_cut_by_the_end_of_a_read_are_whole() {
        let long = "é€😀".repeat(30_000);
        let mut decoder = Decoder::new(Box::new(io::Cursor::new(format!("x{long}").into_bytes()))).unwrap();
        let mut out = String::new();
        while decoder.more().unwrap() {
            out.push_str(decoder.text());
            decoder.consume(decoder.text().len());
        }
        assert_eq!(out, format!("x{long}"));
        assert_eq!(decoder.mended().repaired, 0);
    }

    #[test]
    fn mixed_encodings_and_zero_bytes_are_mended_and_counted() {
        let mut bytes = "é".as_bytes().to_vec();
        bytes.extend([0xe9, b'x', 0, b'y']);
        assert_eq!(text(&bytes), ("ééxy".to_string(), 1, 1));
    }
}
