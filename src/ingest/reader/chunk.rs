//! Some thousand records as text, in one allocation: what a reader of a format hands to the conversion.

/// Records in a chunk at most.
pub const CHUNK_ROWS: usize = 65_536;
/// Bytes of text after which a chunk is handed on before it has that many records.
const CHUNK_BYTES: usize = 32 * 1024 * 1024;

/// A record that cannot be read as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// Where it stands in the file.
    pub row: u64,
    /// What is wrong with it.
    pub reason: String,
    /// Its text.
    pub raw: String,
}

/// Records with the same columns, as text. A missing cell is empty text.
#[derive(Debug, Default)]
pub struct Chunk {
    columns: usize,
    text: String,
    ends: Vec<u32>,
    rows: Vec<u64>,
    raw: Vec<String>,
    bare: Vec<usize>,
    /// Records that could not be read.
    pub bad: Vec<Bad>,
    /// Rows with fewer cells than there are columns: row and number of cells.
    pub short: Vec<(u64, usize)>,
    /// Sheets of the workbook that hold records and are not read.
    pub sheets: Vec<String>,
    /// Records without any text, which are left out.
    pub blank: u64,
    /// Rows above the header that hold something, such as a title.
    pub above: u64,
    /// Cells that hold an error instead of a value, and are missing here: row, column, text.
    pub errors: Vec<(u64, usize, String)>,
    /// What stands in rows of records, but below no name of a column: row and text.
    pub beside: Vec<(u64, String)>,
}

impl Chunk {
    /// An empty chunk of that many columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self { columns, ..Self::default() }
    }

    /// Forgets all records.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.rows.clear();
        self.raw.clear();
        self.bare.clear();
        self.bad.clear();
        self.short.clear();
        self.blank = 0;
        self.above = 0;
        self.sheets.clear();
        self.errors.clear();
        self.beside.clear();
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it holds no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Whether it should be handed on.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.rows.len() >= CHUNK_ROWS || self.bad.len() >= CHUNK_ROWS || self.text.len() >= CHUNK_BYTES
    }

    /// Adds one cell of the record that is being built.
    pub fn push_cell(&mut self, text: &str) {
        self.text.push_str(text);
        // A chunk is handed on long before 4 GiB, and a record is at most 16 MiB.
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// Ends the record that is being built; cells that it lacks are missing, `row` is where it stands in the file.
    pub fn end_row(&mut self, row: u64) {
        self.rows.push(row);
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.ends.resize(self.rows.len() * self.columns, end);
    }

    /// Keeps the text of the record that was ended last, for formats whose cells are not all of it.
    pub fn keep_raw(&mut self, raw: &str) {
        self.raw.push(raw.to_string());
    }

    /// Whether its records are rows of a table: formats of nested records keep their text.
    #[must_use]
    pub fn is_table(&self) -> bool {
        self.raw.is_empty()
    }

    /// Says of the record that was ended last that it had nothing to explode.
    pub fn mark_bare(&mut self) {
        self.bare.push(self.rows.len() - 1);
    }

    /// Whether a record had nothing to explode.
    #[must_use]
    pub fn is_bare(&self, index: usize) -> bool {
        self.bare.binary_search(&index).is_ok()
    }

    /// The text of a cell.
    #[must_use]
    pub fn cell(&self, index: usize, column: usize) -> &str {
        let at = index * self.columns + column;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.text[start..self.ends[at] as usize]
    }

    /// Where a record stands in the file.
    #[must_use]
    pub fn row(&self, index: usize) -> u64 {
        self.rows[index]
    }

    /// A record as it was: its own text where the format keeps it, else a JSON object of column and text.
    #[must_use]
    pub fn raw(&self, index: usize, names: &[String]) -> String {
        if let Some(raw) = self.raw.get(index) {
            return raw.clone();
        }
        let cells = names.iter().take(self.columns).enumerate();
        let object: serde_json::Map<String, serde_json::Value> =
            cells.map(|(column, name)| (name.clone(), self.cell(index, column).into())).collect();
        serde_json::Value::Object(object).to_string()
    }

    /// Adds all of a chunk with the same columns.
    pub fn append(&mut self, mut other: Self) {
        if self.is_empty() && self.bad.is_empty() && self.blank == 0 && self.above == 0 && self.sheets.is_empty() {
            *self = other;
            return;
        }
        (0..other.len()).for_each(|index| self.copy_row(&other, index, |_| None));
        self.bad.append(&mut other.bad);
        self.short.append(&mut other.short);
        self.errors.append(&mut other.errors);
        self.beside.append(&mut other.beside);
        self.blank += other.blank;
        self.above += other.above;
        self.sheets.append(&mut other.sheets);
    }

    /// Copies a record of another chunk to the end of this one, with `cell` in the place of each cell.
    pub fn copy_row<'a>(&mut self, from: &'a Self, index: usize, cell: impl Fn(usize) -> Option<&'a str>) {
        for column in 0..self.columns {
            let text =
                cell(column).unwrap_or_else(|| if column < from.columns { from.cell(index, column) } else { "" });
            self.push_cell(text);
        }
        self.end_row(from.row(index));
        if let Some(raw) = from.raw.get(index) {
            self.keep_raw(raw);
        }
        if from.is_bare(index) {
            self.mark_bare();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_and_missing_ones_are_empty() {
        let mut chunk = Chunk::new(2);
        chunk.push_cell("a");
        chunk.push_cell("b");
        chunk.end_row(2);
        chunk.push_cell("c");
        chunk.end_row(3);
        let cells: Vec<&str> = (0..2).flat_map(|row| [chunk.cell(row, 0), chunk.cell(row, 1)]).collect();
        assert_eq!(cells, ["a", "b", "c", ""]);
        let names = ["x".to_string(), "y".to_string()];
        assert_eq!(chunk.raw(1, &names), r#"{"x":"c","y":""}"#);
    }
}
