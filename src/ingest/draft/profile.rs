//! What the values of each column look like, from the first records of a file.

use std::collections::BTreeMap;

use super::names;
use crate::declaration::mapping::Decimal;
use crate::ingest::date_format::Format;
use crate::ingest::dates::{self, Order};
use crate::ingest::recognise::Peek;
use crate::ingest::values;

/// Different texts of a column that are kept.
const DISTINCT: usize = 40;
/// Words that stand for a missing value.
const NULLS: [&str; 16] = [
    "?",
    "-",
    "--",
    "n/a",
    "na",
    "null",
    "none",
    "nan",
    "nil",
    "(empty)",
    "empty",
    "#n/a",
    "not set",
    "n.a.",
    "unknown date",
    "0000-00-00 00:00:00",
];
/// Notations of dates that the usual reading does not know.
const FORMATS: [&str; 8] = [
    "%Y%m%d%H%M%S",
    "%Y%m%d",
    "%Y%m%d%H%M",
    "%d%m%Y",
    "%d/%m/%Y, %H:%M:%S",
    "%d. %m. %Y %H:%M",
    "%H:%M %d/%m/%Y",
    "%Y/%m/%d-%H:%M:%S",
];

/// What a share of the values must be for the column to be of a kind.
const MOST: f64 = 0.9;

/// One column of the file.
pub struct RawColumn {
    /// Its name.
    pub name: String,
    /// How many of the records fill it.
    pub filled: usize,
    /// Its different texts with how often each occurs, most frequent first; no more than some.
    pub texts: Vec<(String, usize)>,
    /// Whether no text occurs twice.
    pub unique: bool,
    /// The share of values that are times of these years.
    pub instants: f64,
    /// The format of the times, where the usual reading does not know them.
    pub format: Option<&'static str>,
    /// The share of values that are numbers.
    pub numbers: f64,
    /// The share of values that are whole numbers.
    pub integers: f64,
    /// The share of values that are durations or numbers.
    pub durations: f64,
    /// The share of values that are true or false.
    pub booleans: f64,
    /// The greatest number.
    pub greatest: f64,
}

impl RawColumn {
    /// Whether most of its values are times.
    pub fn is_time(&self) -> bool {
        self.filled > 0 && self.instants >= MOST
    }

    /// Whether most of its values are numbers.
    pub fn is_number(&self) -> bool {
        self.filled > 0 && self.numbers >= MOST
    }

    /// Whether its name ends like that of a reference.
    pub fn is_reference(&self) -> bool {
        names::words(&self.name)
            .last()
            .is_some_and(|word| matches!(word.as_str(), "id" | "key" | "number" | "ref" | "uuid"))
    }
}

/// The columns of a file and what they share.
pub struct Profile {
    /// The columns in their order.
    pub columns: Vec<RawColumn>,
    /// Words of the file that stand for a missing value.
    pub nulls: Vec<String>,
    /// How its numbers are written.
    pub decimal: Decimal,
    /// The number of records that were looked at.
    pub records: usize,
}

impl Profile {
    /// Looks at the first records of a file.
    pub fn of(peeked: &Peek) -> Self {
        let nulls: Vec<String> = NULLS
            .iter()
            .filter(|null| peeked.records.iter().flatten().any(|text| text.trim().eq_ignore_ascii_case(null)))
            .map(|null| (*null).to_string())
            .collect();
        let is_null = |text: &str| text.is_empty() || nulls.iter().any(|null| null.eq_ignore_ascii_case(text));
        let cells = |column: usize| {
            let cells = peeked.records.iter().map(move |record| record[column].trim());
            cells.filter(|text| !is_null(text)).collect::<Vec<&str>>()
        };
        let texts: Vec<Vec<&str>> = (0..peeked.names.len()).map(cells).collect();
        let decimal = decimal(texts.iter().flatten().copied());
        let columns = peeked.names.iter().zip(&texts).map(|(name, texts)| column(name, texts, decimal)).collect();
        Self { columns, nulls, decimal, records: peeked.records.len() }
    }
}

/// A comma before decimals where a number shows that it can be nothing else, and none shows the contrary.
fn decimal<'a>(texts: impl Iterator<Item = &'a str>) -> Decimal {
    let (mut comma, mut point) = (false, false);
    for text in texts.filter(|text| text.len() < 30 && text.contains([',', '.'])) {
        let digits = |mark: char| text.rsplit_once(mark).map(|(_, after)| after.len());
        let is_number = values::number(text, Decimal::Unknown).is_some();
        comma |= is_number && digits(',').is_some_and(|after| after != 3) && text.rfind(',') > text.rfind('.');
        point |= is_number && digits('.').is_some_and(|after| after != 3) && text.rfind('.') > text.rfind(',');
    }
    match (comma, point) {
        (true, false) => Decimal::Comma,
        (false, true) => Decimal::Point,
        _ => Decimal::Unknown,
    }
}

fn column(name: &str, texts: &[&str], decimal: Decimal) -> RawColumn {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    texts.iter().for_each(|text| *counts.entry(text).or_default() += 1);
    let unique = counts.len() == texts.len();
    let mut frequent: Vec<(String, usize)> = counts.iter().map(|(text, count)| ((*text).to_string(), *count)).collect();
    frequent.sort_by(|(a, m), (b, n)| n.cmp(m).then(a.cmp(b)));
    frequent.truncate(DISTINCT);
    let share =
        |fits: &dyn Fn(&str) -> bool| texts.iter().filter(|text| fits(text)).count() as f64 / texts.len().max(1) as f64;
    let usual = share(&is_instant);
    let formats = FORMATS.iter().map(|format| (share(&|text| Format::new(format).read(text).is_some()), *format));
    let formatted = formats.max_by(|(a, _), (b, _)| a.total_cmp(b)).filter(|(fits, _)| usual < 0.5 && *fits > usual);
    let numbers = |text: &&str| values::number(text, decimal);
    RawColumn {
        name: name.to_string(),
        filled: texts.len(),
        texts: frequent,
        unique,
        instants: formatted.map_or(usual, |(fits, _)| fits),
        format: formatted.map(|(_, format)| format),
        numbers: share(&|text| values::number(text, decimal).is_some()),
        integers: share(&|text| values::integer(text, decimal).is_some()),
        durations: share(&|text| values::seconds(text, 1.0, decimal).is_some()),
        booleans: share(&|text| values::boolean(text).is_some()),
        greatest: texts.iter().filter_map(numbers).fold(f64::NEG_INFINITY, f64::max),
    }
}

/// Whether a text is a time; a mere number only when it counts seconds or milliseconds since 1970 to our days.
fn is_instant(text: &str) -> bool {
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        let whole = text.split('.').next().unwrap_or_default();
        let is_epoch = (whole.len() == 10 || whole.len() == 13) && matches!(whole.as_bytes()[0], b'1' | b'2');
        return is_epoch || dotted(text);
    }
    dates::read(text, Order::DayFirst).or_else(|| dates::read(text, Order::MonthFirst)).is_some()
}

/// `31.12.2025`: numbers and points that are a date.
fn dotted(text: &str) -> bool {
    text.matches('.').count() == 2 && dates::read(text, Order::DayFirst).is_some()
}
