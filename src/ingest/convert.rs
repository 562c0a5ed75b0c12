//! The texts of one column to typed values, by the field of the mapping and the kind of the canonical column.

use std::borrow::Cow;
use std::collections::HashMap;

use super::batch::Values;
use super::date_format::Format;
use super::dates::{self, Order, Written};
use super::local::LocalClock;
use super::values;
use crate::arithmetic::local_time::Resolution;
use crate::declaration::mapping::{Decimal, Field};
use crate::declaration::table::{Column, Kind};

/// Different texts of one column whose meaning is remembered.
const REMEMBERED: usize = 20_000;

/// A column's converter; it remembers what it has worked out.
pub struct Converter {
    field: Field,
    kind: Kind,
    allowed: Vec<String>,
    range: (Option<f64>, Option<f64>),
    decimal: Decimal,
    formats: Vec<Format>,
    /// Whether a date in ISO 8601 is read whatever the formats: cells of workbooks and of Parquet have none of their own.
    iso_too: bool,
    both_orders: bool,
    expected: String,
    remembered: HashMap<String, Meaning>,
    last_date: (String, Option<i64>),
    /// Local times that a clock change skipped.
    pub skipped: u64,
    /// Local times that a clock change repeated.
    pub repeated: u64,
}

#[derive(Clone)]
enum Meaning {
    Missing,
    Text(String),
    Unknown,
}

/// What a column became.
pub struct Converted {
    /// The values; what did not convert is missing.
    pub values: Values,
    /// What did not convert: index and text.
    pub bad: Vec<(usize, String)>,
}

impl Converter {
    /// A converter for a canonical column that is filled by `field`.
    #[must_use]
    pub fn new(field: &Field, column: &Column, decimal: Decimal) -> Self {
        let formats: Vec<Format> = field.formats.iter().map(|text| Format::new(text)).collect();
        let has = |order| formats.iter().any(|format| format.order() == Some(order));
        let both_orders = formats.is_empty() || (has(Order::DayFirst) && has(Order::MonthFirst));
        Self {
            expected: expected(field, column),
            field: field.clone(),
            kind: column.kind,
            allowed: column.values.clone(),
            range: column.range(),
            decimal,
            iso_too: !formats.iter().any(Format::puts_day_after_year),
            formats,
            both_orders: both_orders && column.kind == Kind::Instant,
            remembered: HashMap::new(),
            last_date: (String::new(), None),
            skipped: 0,
            repeated: 0,
        }
    }

    /// Whether another field and column would convert in the same way.
    #[must_use]
    pub fn serves(&self, field: &Field, column: &Column) -> bool {
        self.field == *field
            && self.kind == column.kind
            && self.allowed == column.values
            && self.range == column.range()
    }

    /// Whether the order of day and month has to be decided for it.
    #[must_use]
    pub fn needs_order(&self) -> bool {
        self.both_orders
    }

    /// What it expects, in words.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// Converts texts, `None` for missing ones. They have no blanks at their ends.
    pub fn convert(&mut self, texts: &[Option<Cow<'_, str>>], order: Order, clock: &mut LocalClock) -> Converted {
        let mut bad = Vec::new();
        let decimal = self.decimal;
        let (min, max) = self.range;
        let is_within = move |value: f64| min.is_none_or(|min| value >= min) && max.is_none_or(|max| value <= max);
        let values = match self.kind {
            Kind::Text => Values::Text(self.each(texts, &mut bad, |_, text| Some(text.to_string()))),
            Kind::Integer => {
                let read = |text: &str| values::integer(text, decimal).filter(|value| is_within(*value as f64));
                Values::Integer(self.each(texts, &mut bad, |_, text| read(text)))
            }
            Kind::Boolean => Values::Boolean(self.each(texts, &mut bad, |_, text| values::boolean(text))),
            Kind::Number | Kind::Seconds | Kind::Share => {
                let factor = self.field.unit.map_or(1.0, |unit| unit.factor);
                let read = match self.kind {
                    Kind::Seconds => values::seconds,
                    Kind::Share => values::share,
                    _ => |text: &str, factor, decimal| {
                        values::number(text, decimal).map(|value| values::scale(value, factor))
                    },
                };
                let read = |text: &str| read(text, factor, decimal).filter(|value| is_within(*value));
                Values::Number(self.each(texts, &mut bad, |_, text| read(text)))
            }
            Kind::Instant => Values::Instant(self.each(texts, &mut bad, |this, text| this.instant(text, order, clock))),
        };
        Converted { values, bad }
    }

    /// Adds the durations of another column to instants; what does not convert becomes missing.
    pub fn add(&self, instants: &mut Converted, durations: &[Option<&str>]) {
        let factor = self.field.unit.map_or(1.0, |unit| unit.factor);
        let Values::Instant(values) = &mut instants.values else { return };
        for (index, (value, text)) in values.iter_mut().zip(durations).enumerate() {
            let seconds = text.map(|text| (text, values::seconds(text, factor, self.decimal)));
            if let (Some(_), Some((text, None))) = (*value, seconds) {
                instants.bad.push((index, text.to_string()));
            }
            let micros = seconds.and_then(|(_, seconds)| seconds).map(|seconds| (seconds * 1e6).round() as i64);
            *value = value.zip(micros).and_then(|(value, micros)| value.checked_add(micros));
        }
        instants.bad.sort_by_key(|(index, _)| *index);
    }

    fn each<T>(
        &mut self,
        texts: &[Option<Cow<'_, str>>],
        bad: &mut Vec<(usize, String)>,
        mut read: impl FnMut(&mut Self, &str) -> Option<T>,
    ) -> Vec<Option<T>> {
        let is_direct = self.field.values.is_empty() && self.allowed.is_empty();
        let default = self.field.default.clone();
        let mut found = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let Some(text) = text.as_deref().or(default.as_deref()) else {
                found.push(None);
                continue;
            };
            let value = if is_direct {
                read(self, text)
            } else {
                match self.meaning(text) {
                    Meaning::Missing => {
                        found.push(None);
                        continue;
                    }
                    Meaning::Text(meaning) => read(self, &meaning),
                    Meaning::Unknown => None,
                }
            };
            if value.is_none() {
                bad.push((index, text.to_string()));
            }
            found.push(value);
        }
        found
    }

    fn meaning(&mut self, text: &str) -> Meaning {
        if let Some(meaning) = self.remembered.get(text) {
            return meaning.clone();
        }
        if self.remembered.len() >= REMEMBERED {
            self.remembered.clear();
        }
        let meaning = self.work_out(text);
        self.remembered.insert(text.to_string(), meaning.clone());
        meaning
    }

    fn work_out(&self, text: &str) -> Meaning {
        let mapped = if self.field.values.is_empty() || self.field.default.as_deref() == Some(text) {
            text
        } else {
            let known = self.field.values.get(&text.to_lowercase()).or(self.field.otherwise.as_ref());
            match known.map(String::as_str) {
                Some("") => return Meaning::Missing,
                Some(known) => known,
                None => return Meaning::Unknown,
            }
        };
        if self.allowed.is_empty() {
            return Meaning::Text(mapped.to_string());
        }
        let word = mapped.to_lowercase().replace([' ', '-'], "_");
        let allowed = self.allowed.iter().find(|allowed| **allowed == word || **allowed == mapped);
        match allowed.or(self.field.otherwise.as_ref()) {
            Some(allowed) => Meaning::Text(allowed.clone()),
            None => Meaning::Unknown,
        }
    }

    fn instant(&mut self, text: &str, order: Order, clock: &mut LocalClock) -> Option<i64> {
        if self.last_date.0 == text {
            // Repeats of a time near a clock change are counted too.
            if let Some(found) = self.last_date.1 {
                return Some(found);
            }
        }
        let written = self.written(text, order)?;
        let (instant, resolution) = clock.instant(written);
        match resolution {
            Resolution::Exact => {
                self.last_date.0.clear();
                self.last_date.0.push_str(text);
                self.last_date.1 = Some(instant);
            }
            Resolution::Gap => self.skipped += 1,
            Resolution::Repeated => self.repeated += 1,
        }
        Some(instant)
    }

    fn written(&self, text: &str, order: Order) -> Option<Written> {
        if self.formats.is_empty() {
            return dates::read(text, order);
        }
        let fits = |format: &&Format| !self.both_orders || format.order().is_none_or(|found| found == order);
        let declared = self.formats.iter().filter(fits).find_map(|format| format.read(text));
        declared.or_else(|| (self.iso_too && dates::is_iso(text)).then(|| dates::read(text, order)).flatten())
    }
}

/// What a column expects, in words.
fn expected(field: &Field, column: &Column) -> String {
    if !field.values.is_empty() {
        const SHOWN: usize = 6;
        let mut known: Vec<&str> = field.values.keys().map(String::as_str).collect();
        let more = known.len().saturating_sub(SHOWN);
        known.truncate(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        return format!("one of the mapped values: {}{more}", known.join(", "));
    }
    if !column.values.is_empty() {
        return format!("one of {}", column.values.join(", "));
    }
    let number = match column.kind {
        Kind::Integer => "a whole number",
        Kind::Seconds => "a duration",
        _ => "a number that can be read in one way only",
    };
    let number = match column.range() {
        (Some(min), Some(max)) => format!("{number} from {min} to {max}"),
        (Some(0.0), None) => format!("{number}, not negative"),
        (Some(min), None) => format!("{number}, at least {min}"),
        (None, Some(max)) => format!("{number}, at most {max}"),
        (None, None) => number.to_string(),
    };
    match column.kind {
        Kind::Text => "text".to_string(),
        Kind::Integer | Kind::Number | Kind::Seconds => number,
        Kind::Boolean => "true or false".to_string(),
        Kind::Share => "a share from 0 to 1, or a percentage".to_string(),
        Kind::Instant if field.formats.is_empty() => "a date and time".to_string(),
        Kind::Instant => format!("a date as {}", field.formats.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn column(kind: Kind, values: &[&str]) -> Column {
        Column {
            name: "c".to_string(),
            kind,
            required: false,
            strict: false,
            meaning: String::new(),
            aliases: Vec::new(),
            values: values.iter().map(|value| (*value).to_string()).collect(),
            references: None,
            min: None,
            max: None,
        }
    }

    fn convert(field: &Field, column: &Column, texts: &[&str]) -> Converted {
        let texts: Vec<Option<Cow<'_, str>>> =
            texts.iter().map(|text| (!text.is_empty()).then_some(Cow::Borrowed(*text))).collect();
        let mut clock = LocalClock::new(chrono_tz::UTC);
        Converter::new(field, column, Decimal::Unknown).convert(&texts, Order::DayFirst, &mut clock)
    }

    #[test]
    fn values_are_mapped_whatever_their_case_and_unknown_ones_are_told() {
        let mut field = Field::plain(vec!["p".to_string()]);
        field.values =
            BTreeMap::from([("1 - critical".to_string(), "1".to_string()), ("none".to_string(), String::new())]);
        let found = convert(&field, &column(Kind::Integer, &[]), &["1 - Critical", "None", "5", ""]);
        assert_eq!(found.values, Values::Integer(vec![Some(1), None, None, None]));
        assert_eq!(found.bad, [(2, "5".to_string())]);
        field.otherwise = Some("3".to_string());
        let found = convert(&field, &column(Kind::Integer, &[]), &["5"]);
        assert_eq!(found.values, Values::Integer(vec![Some(3)]));
    }

    #[test]
    fn a_date_cell_without_a_format_of_its_own_is_read_beside_declared_formats() {
        let mut field = Field::plain(vec!["d".to_string()]);
        let texts = ["02/01/2024", "2024-01-02", "2024-01-02T00:00:00.5", "2024/01/02", "1704153600"];
        field.formats = vec!["%d/%m/%Y".to_string()];
        let found = convert(&field, &column(Kind::Instant, &[]), &texts);
        let day = Some(1_704_153_600_000_000);
        assert_eq!(found.values, Values::Instant(vec![day, day, day.map(|day| day + 500_000), None, None]));
        // Here the same digits mean another day.
        field.formats = vec!["%Y-%d-%m".to_string()];
        let found = convert(&field, &column(Kind::Instant, &[]), &["2024-02-01", "2024-01-13"]);
        assert_eq!(found.values, Values::Instant(vec![day, None]));
    }

    #[test]
    fn words_of_a_closed_list_are_brought_to_its_spelling() {
        let field = Field::plain(vec!["k".to_string()]);
        let found = convert(&field, &column(Kind::Text, &["known_error", "bug"]), &["Known Error", "BUG", "feature"]);
        let text = |text: &str| Some(text.to_string());
        assert_eq!(found.values, Values::Text(vec![text("known_error"), text("bug"), None]));
        assert_eq!(found.bad, [(2, "feature".to_string())]);
    }

    #[test]
    fn a_default_fills_what_is_missing() {
        let mut field = Field::plain(vec!["s".to_string()]);
        field.default = Some("(all)".to_string());
        let found = convert(&field, &column(Kind::Text, &[]), &["", "x"]);
        assert_eq!(found.values, Values::Text(vec![Some("(all)".to_string()), Some("x".to_string())]));
    }
}
