//! The container of Office files before 2007. The stream of the workbook is taken out and wrapped anew, so that the library that
//! reads it meets a container without circles and cut ends, and is not asked for more room than such a workbook can need.

use std::io;

use super::biff;

/// Bytes of a sector of the new container.
const SECTOR: usize = 4096;
/// Sectors of its table that its header can name.
const TABLES: usize = 109;
const END: u32 = 0xffff_fffe;
const FREE: u32 = 0xffff_ffff;
const TABLE: u32 = 0xffff_fffd;
/// Numbers from here on are no sectors.
const RESERVED: u32 = 0xffff_fffa;
/// Streams that are shorter lie in the small sectors of another one.
const SMALL: usize = 4096;
const SMALL_SECTOR: usize = 64;

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

fn damaged() -> io::Error {
    invalid("expected a workbook, but its container is damaged")
}

fn word(bytes: &[u8], at: usize) -> io::Result<u32> {
    let found = bytes.get(at..at + 4).and_then(|found| found.try_into().ok());
    found.map(u32::from_le_bytes).ok_or_else(damaged)
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
}

struct Compound<'a> {
    bytes: &'a [u8],
    size: usize,
    table: Vec<u32>,
}

struct Entry {
    name: String,
    start: u32,
    length: usize,
}

impl<'a> Compound<'a> {
    fn new(bytes: &'a [u8]) -> io::Result<Self> {
        let size = match word(bytes, 28)? >> 16 {
            9 => 512,
            12 => 4096,
            _ => return Err(damaged()),
        };
        let mut found = Self { bytes, size, table: Vec::new() };
        let mut tables: Vec<u32> = words(bytes.get(76..512).ok_or_else(damaged)?).collect();
        let mut next = word(bytes, 68)?;
        for _ in 0..=bytes.len() / size {
            if next >= RESERVED {
                break;
            }
            // The header names up to 109 of them; a chain that comes back to itself would name more than the file has.
            if tables.len() > 109 + bytes.len() / size {
                return Err(damaged());
            }
            tables.extend(words(found.sector(next)?));
            next = tables.pop().ok_or_else(damaged)?;
        }
        for id in tables.into_iter().filter(|id| *id < RESERVED) {
            let sector = found.sector(id)?;
            found.table.extend(words(sector));
        }
        Ok(found)
    }

    fn sector(&self, id: u32) -> io::Result<&'a [u8]> {
        let start = (id as usize + 1) * self.size;
        let end = (start + self.size).min(self.bytes.len());
        self.bytes.get(start..end).filter(|sector| !sector.is_empty()).ok_or_else(damaged)
    }

    /// The bytes of a chain of sectors, as many as there are up to `length`.
    fn chain(&self, start: u32, length: usize) -> io::Result<Vec<u8>> {
        let mut found = Vec::new();
        let mut id = start;
        for _ in 0..=self.table.len() {
            if id == END || found.len() >= length {
                found.truncate(length);
                return Ok(found);
            }
            found.extend_from_slice(self.sector(id)?);
            id = *self.table.get(id as usize).ok_or_else(damaged)?;
        }
        Err(damaged())
    }

    fn entries(&self) -> io::Result<Vec<Entry>> {
        let directory = self.chain(word(self.bytes, 48)?, usize::MAX)?;
        let entry = |bytes: &[u8]| -> io::Result<Entry> {
            let letters: Vec<u16> =
                bytes[..64].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            let name = String::from_utf16_lossy(letters.split(|letter| *letter == 0).next().unwrap_or_default());
            Ok(Entry { name: name.to_lowercase(), start: word(bytes, 116)?, length: word(bytes, 120)? as usize })
        };
        directory.chunks_exact(128).map(entry).collect()
    }

    fn stream(&self, entry: &Entry, root: &Entry) -> io::Result<Vec<u8>> {
        if entry.length >= SMALL {
            return self.chain(entry.start, entry.length);
        }
        let small = self.chain(root.start, root.length)?;
        let table: Vec<u32> = words(&self.chain(word(self.bytes, 60)?, usize::MAX)?).collect();
        let mut found = Vec::new();
        let mut id = entry.start;
        while id != END && found.len() < entry.length {
            let start = id as usize * SMALL_SECTOR;
            let end = (start + SMALL_SECTOR).min(small.len());
            found.extend_from_slice(small.get(start..end).filter(|sector| !sector.is_empty()).ok_or_else(damaged)?);
            id = *table.get(id as usize).ok_or_else(damaged)?;
        }
        found.truncate(entry.length);
        Ok(found)
    }
}

/// What a container holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Held {
    /// A workbook, in a container of its own.
    Workbook(Vec<u8>),
    /// A newer file that is locked by a password.
    Locked,
}

/// Takes the workbook out of a container.
///
/// # Errors
/// When there is none, or the container or the workbook is damaged.
pub fn unwrap(bytes: &[u8]) -> io::Result<Held> {
    let compound = Compound::new(bytes)?;
    let entries = compound.entries()?;
    let find = |name: &str| entries.iter().find(|entry| entry.name == name);
    if find("encryptedpackage").is_some() {
        return Ok(Held::Locked);
    }
    let (Some(entry), Some(root)) = (find("workbook").or_else(|| find("book")), entries.first()) else {
        return Err(invalid("expected a workbook, found another file of Office"));
    };
    let stream = compound.stream(entry, root)?;
    biff::check(&stream)?;
    wrap(stream).map(Held::Workbook)
}

/// A container with one stream.
fn wrap(mut stream: Vec<u8>) -> io::Result<Vec<u8>> {
    let sectors = stream.len().max(SMALL).div_ceil(SECTOR);
    let tables = (sectors + 1).div_ceil(SECTOR / 4 - 1);
    if tables > TABLES {
        return Err(invalid("expected a workbook of the older format of at most 400 MiB, found a larger one"));
    }
    stream.resize(sectors * SECTOR, 0);
    let number = |value: usize| u32::try_from(value).unwrap_or(FREE);
    let mut header = vec![0; SECTOR];
    header[..8].copy_from_slice(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    header[24..34].copy_from_slice(&[0x3e, 0, 4, 0, 0xfe, 0xff, 12, 0, 6, 0]);
    let mut put = |at: usize, value: u32| header[at..at + 4].copy_from_slice(&value.to_le_bytes());
    // The tables, the directory, the stream.
    put(40, 1);
    put(44, number(tables));
    put(48, number(tables));
    put(56, number(SMALL));
    put(60, END);
    put(68, END);
    (0..TABLES).for_each(|index| put(76 + 4 * index, if index < tables { number(index) } else { FREE }));

    let mut table = vec![TABLE; tables];
    table.push(END);
    table.extend((1..sectors).map(|index| number(tables + 1 + index)));
    table.push(END);
    table.resize(tables * SECTOR / 4, FREE);

    let mut directory = vec![0; SECTOR];
    for (index, (name, kind, start, length)) in
        [("Root Entry", 5, 0, 0), ("Workbook", 2, number(tables + 1), stream.len())].into_iter().enumerate()
    {
        let entry = &mut directory[index * 128..(index + 1) * 128];
        for (at, letter) in name.encode_utf16().enumerate() {
            entry[2 * at..2 * at + 2].copy_from_slice(&letter.to_le_bytes());
        }
        entry[64] = u8::try_from(2 * name.len() + 2).unwrap_or(64);
        entry[66] = kind;
        entry[116..120].copy_from_slice(&u32::to_le_bytes(start));
        entry[120..128].copy_from_slice(&(length as u64).to_le_bytes());
    }
    let mut found = header;
    found.extend(table.into_iter().flat_map(u32::to_le_bytes));
    found.extend(directory);
    found.extend(stream);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrapped_comes_out_again() {
        for length in [0, 1, 4095, 4096, 4097, 5_000_000] {
            let stream: Vec<u8> = (0..length).map(|at: usize| (at * 7 + at / 251) as u8).collect();
            let wrapped = wrap(stream.clone()).unwrap();
            let compound = Compound::new(&wrapped).unwrap();
            let entries = compound.entries().unwrap();
            assert_eq!(entries[1].name, "workbook");
            let found = compound.stream(&entries[1], &entries[0]).unwrap();
            assert_eq!(found[..length], stream, "{length}");
            assert!(found[length..].iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn circles_and_cut_ends_are_errors() {
        let mut wrapped = wrap(vec![1; 100_000]).unwrap();
        // The directory goes on with itself.
        wrapped[SECTOR + 4..SECTOR + 8].copy_from_slice(&1_u32.to_le_bytes());
        assert!(unwrap(&wrapped).is_err());
        assert!(unwrap(&wrapped[..SECTOR]).is_err());
        assert!(unwrap(&wrapped[..40]).is_err());
    }
}
