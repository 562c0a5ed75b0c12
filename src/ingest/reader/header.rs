//! Where the header of a table is. Exports often start with a title, a line of filters and blank lines. The first row is the header
//! unless all shows that it is not: most rows below are wider, and one of them is a row of names that none of those below exceeds.

use std::collections::BTreeSet;

use crate::declaration::mapping::Decimal;
use crate::ingest::dates::{self, Order};
use crate::ingest::values;

/// Rows, blank ones apart, among which the header is looked for.
pub const SEARCHED: usize = 30;
/// Rows that are looked at: the last one searched should still have some below it.
pub const SEEN: usize = SEARCHED + 20;

/// A row at the start of a table, as far as the search needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its cells as text; those that are missing are blank.
    pub cells: Vec<String>,
    /// Whether blank rows stand above it.
    pub after_blank: bool,
}

impl Row {
    fn filled(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }

    fn count(&self) -> usize {
        self.filled().count()
    }

    /// Cells up to the last one that is filled.
    fn extent(&self) -> usize {
        self.cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1)
    }

    /// Whether its filled cells can be names of columns: texts that differ. Some tools repeat a name many times.
    fn is_names(&self) -> bool {
        let different: BTreeSet<String> = self.filled().map(str::to_lowercase).collect();
        different.len() * 2 >= self.count() && self.filled().all(is_text)
    }
}

/// The index of the header among the first rows of a table, which hold no blank ones.
#[must_use]
pub fn find(rows: &[Row]) -> usize {
    let Some((first, rest)) = rows.split_first() else { return 0 };
    let wider = rest.iter().filter(|row| row.extent() > first.extent()).count();
    if wider * 2 <= rest.len() {
        return 0;
    }
    (1..rows.len().min(SEARCHED)).find(|index| is_header(rows, *index)).unwrap_or(0)
}

/// Whether a row that is not the first is the header.
fn is_header(rows: &[Row], index: usize) -> bool {
    let (above, row, below) = (&rows[..index], &rows[index], &rows[index + 1..]);
    let (count, extent) = (row.count(), row.extent());
    if count < 2 || count * 10 < extent * 7 || !row.is_names() {
        return false;
    }
    // A title or a filter fills few cells. One that fills many has values in it, which no header has.
    let is_above = |other: &Row| other.count() * 2 <= count || (other.count() < count && !other.is_names());
    if !above.iter().all(is_above) {
        return false;
    }
    let few = above.iter().all(|other| other.count() <= (count / 3).max(1));
    if below.is_empty() {
        // A table without records, below a title.
        return few && count > 2 && is_set_off(above, row);
    }
    let most = |fits: &dyn Fn(&Row) -> bool| below.iter().filter(|row| fits(row)).count() * 5 >= below.len() * 4;
    if !most(&|other| other.extent() <= extent) {
        return false;
    }
    let half_full = most(&|other| other.count() * 2 >= count);
    let set_off = is_set_off(above, row);
    (has_values_below(row, below) && (set_off || count > 2)) || (few && half_full && set_off)
}

/// Whether what stands above is told from the table by its shape: a blank row between them, or blank cells up to its width.
fn is_set_off(above: &[Row], row: &Row) -> bool {
    row.after_blank || above.iter().all(|other| other.after_blank || other.cells.len() == row.cells.len())
}

/// Whether a column has a name above and numbers, dates or truths in most of its cells.
fn has_values_below(row: &Row, below: &[Row]) -> bool {
    (0..row.cells.len()).filter(|column| !row.cells[*column].trim().is_empty()).any(|column| {
        let cells = below.iter().filter_map(|other| other.cells.get(column)).map(|cell| cell.trim());
        let (texts, others): (Vec<&str>, Vec<&str>) =
            cells.filter(|cell| !cell.is_empty()).partition(|cell| is_text(cell));
        others.len() > texts.len() * 2
    })
}

/// Whether a cell is neither a number nor a date nor a truth.
fn is_text(cell: &str) -> bool {
    values::number(cell, Decimal::Unknown).is_none()
        && dates::read(cell, Order::DayFirst).is_none()
        && dates::read(cell, Order::MonthFirst).is_none()
        && !cell.eq_ignore_ascii_case("true")
        && !cell.eq_ignore_ascii_case("false")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Rows of a text; a line of its own that is empty is a blank row.
    fn rows(text: &str) -> Vec<Row> {
        let mut after_blank = false;
        let mut rows = Vec::new();
        for line in text.lines() {
            if line.is_empty() {
                after_blank = true;
                continue;
            }
            rows.push(Row { cells: line.split(',').map(str::to_string).collect(), after_blank });
            after_blank = false;
        }
        rows
    }

    #[test]
    fn a_preamble_is_passed_over() {
        let cases = [
            ("Open tickets\n\nid,opened,state\n1,2026-01-02,new\n2,2026-01-03,new\n", 1),
            ("Open tickets,,\nid,name,state\na,b,c\nd,e,f\n", 1),
            ("Report:,Tickets,,,,\nFrom,2026-01-01,To,2026-01-31,,\nid,a,b,c,d,e\n1,2,3,4,5,6\n", 2),
            ("Report\nMade by,Ann\nid,opened,state,team,n\nx,2026-01-02,new,t,\ny,2026-01-03,new,t,7\n", 2),
            ("Open tickets\n\nid,name,state\n", 1),
            ("2026,,\nid,opened,state\na,2026-01-01,new\n", 1),
        ];
        for (text, wanted) in cases {
            assert_eq!(find(&rows(text)), wanted, "{text}");
        }
    }

    #[test]
    fn a_first_row_that_may_be_the_header_is_it() {
        let cases = [
            "",
            "id\n",
            "id,name\n",
            "id,name\n1,x\n2,y\n",
            // Fewer names than columns, and more.
            "id,name,,\na,b,c,d\ne,f,g,h\n",
            "id,name,state,team\n1\n2\n",
            // No header at all.
            "1,2,3\n4,5,6\n",
            // Texts with separators in them that are not quoted.
            "comment\nwell, yes, but\nno, no, no\n",
            "id,comment\n1,well, yes\n2,no, no\n",
            "tags\na,b\nc,d\n",
            "name,name,name\nx,y,z\n",
        ];
        for text in cases {
            assert_eq!(find(&rows(text)), 0, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_header_of_names_above_rows_that_are_not_wider_stays(
            names in proptest::collection::vec("[a-z ]{0,8}[a-z]", 1..8),
            body in proptest::collection::vec((proptest::collection::vec("[a-z0-9/.: -]{0,10}", 0..8), any::<bool>()), 0..40),
        ) {
            let width = names.len();
            let mut table = vec![Row { cells: names, after_blank: false }];
            for (mut cells, after_blank) in body {
                cells.truncate(width);
                if cells.iter().any(|cell| !cell.trim().is_empty()) {
                    table.push(Row { cells, after_blank });
                }
            }
            prop_assert_eq!(find(&table), 0);
        }
    }
}
