//! The records of a workbook before 2007, as far as they claim rows and columns: the library that reads it makes room for a sheet as
//! wide and as long as its outermost cells say.

use std::io;

/// Cells that a sheet of the format can have: 65536 rows of 256 columns.
const CELLS: u64 = 65_536 * 256;

/// Numbers of records.
const END: u16 = 0x000a;
const START: u16 = 0x0809;
const SHEET: u16 = 0x0085;
const SIZE: u16 = 0x0200;
const SEVERAL: u16 = 0x00bd;
const SINGLE: [u16; 8] = [0x0006, 0x0203, 0x0204, 0x0205, 0x0207, 0x027e, 0x00d6, 0x00fd];

/// The records of a stream: number and content. Ends where they do.
fn records(stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let (kind, length) = (short(rest, 0)?, short(rest, 2)? as usize);
        let content = rest.get(4..4 + length)?;
        rest = &rest[4 + length..];
        Some((kind, content))
    })
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(short(bytes, at)?) | u32::from(short(bytes, at + 2)?) << 16)
}

/// Refuses a stream with a sheet that claims more cells than the format can hold.
///
/// # Errors
/// When it does.
pub fn check(stream: &[u8]) -> io::Result<()> {
    let sheets = records(stream).take_while(|(kind, _)| *kind != END).filter(|(kind, _)| *kind == SHEET);
    for start in sheets.filter_map(|(_, content)| long(content, 0)) {
        let (rows, columns) = claimed(stream.get(start as usize..).unwrap_or_default());
        if rows.saturating_mul(columns) > CELLS {
            let message =
                format!("expected a sheet of at most 65536 x 256 cells, found one that claims {rows} x {columns}");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
    }
    Ok(())
}

/// The rows and columns that a sheet claims, by what it says of its size and by its outermost cells.
fn claimed(sheet: &[u8]) -> (u64, u64) {
    let (mut said, mut depth) = ((0, 0), 0);
    let (mut rows, mut columns) = (None, None);
    let widen = |range: &mut Option<(u16, u16)>, value: u16| {
        let (low, high) = range.unwrap_or((value, value));
        *range = Some((low.min(value), high.max(value)));
    };
    for (kind, content) in records(sheet) {
        match kind {
            START => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            // Charts have records of the same numbers.
            _ if depth > 1 => {}
            SIZE => said = size(content).unwrap_or_default(),
            _ if kind == SEVERAL || SINGLE.contains(&kind) => {
                if let (Some(row), Some(column)) = (short(content, 0), short(content, 2)) {
                    widen(&mut rows, row);
                    widen(&mut columns, column);
                    if kind == SEVERAL {
                        widen(&mut columns, short(content, content.len().saturating_sub(2)).unwrap_or(column));
                    }
                }
            }
            _ => {}
        }
    }
    let span = |range: Option<(u16, u16)>| range.map_or(0, |(low, high)| u64::from(high - low) + 1);
    let used = (span(rows), span(columns));
    if said.0 * said.1 > used.0 * used.1 { said } else { used }
}

/// The rows and columns of a record of a sheet's size.
fn size(content: &[u8]) -> Option<(u64, u64)> {
    let (first, last, left, right) = match content.len() {
        10 => (short(content, 0)?.into(), short(content, 2)?.into(), short(content, 4)?, short(content, 6)?),
        _ => (long(content, 0)?, long(content, 4)?, short(content, 8)?, short(content, 10)?),
    };
    if last == 0 || right == 0 {
        return Some((1, 1));
    }
    // A first row below the last one makes the span wrap around.
    let rows = if first > last { u64::from(u32::MAX) } else { u64::from(last - first) };
    let columns = if left > 0xff || right < left { u64::from(right) } else { u64::from(right - left) };
    Some((rows, columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap();
        [&kind.to_le_bytes()[..], &length.to_le_bytes(), content].concat()
    }

    fn sheet(records: &[Vec<u8>]) -> Vec<u8> {
        let mut stream = record(SHEET, &[12, 0, 0, 0]);
        stream.extend(record(END, &[]));
        assert_eq!(stream.len(), 12);
        stream.extend(records.concat());
        stream
    }

    fn cell(row: u16, column: u16) -> Vec<u8> {
        let [a, b, c, d] = [row.to_le_bytes(), column.to_le_bytes()].concat()[..] else { panic!() };
        record(0x0203, &[a, b, c, d, 0, 0])
    }

    #[test]
    fn only_impossible_sheets_are_refused() {
        let size = |rows: u32, columns: u16| {
            let content =
                [&0_u32.to_le_bytes()[..], &rows.to_le_bytes(), &[0, 0], &columns.to_le_bytes(), &[0, 0]].concat();
            record(SIZE, &content)
        };
        assert!(check(&sheet(&[size(65_536, 256), cell(65_535, 0), cell(0, 255)])).is_ok());
        assert!(check(&sheet(&[size(10, 0xffff)])).is_ok());
        assert!(check(&sheet(&[size(65_536, 257)])).is_err());
        assert!(check(&sheet(&[size(1 << 24, 4)])).is_err());
        assert!(check(&sheet(&[cell(0, 0), cell(65_535, 0x1000)])).is_err());
        // What follows the end of a sheet is not its own.
        assert!(check(&sheet(&[record(START, &[]), record(END, &[]), size(1 << 24, 4)])).is_ok());
        assert!(check(&[]).is_ok());
    }
}
