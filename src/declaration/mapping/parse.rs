//! Reads a mapping from TOML. Refuses unknown keys, unknown canonical tables and columns, formats and expressions that
//! cannot work, and mappings that leave a required column unfilled; every issue has its line.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use toml::Spanned;

use super::build::{Report, build_feed, build_pattern, check_sql};
use super::raw::{OneOrMore, RawAlso, RawMapping};
use super::{Decimal, FileFormat, Mapping, Rows};
use crate::declaration::issue::Issue;
use crate::declaration::table::Table;

impl Mapping {
    /// Reads the mapping `id` from the text of `file`; `tables` are the canonical tables that it may fill.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its line.
    pub fn parse(id: &str, file: &str, text: &str, tables: &BTreeMap<String, Table>) -> Result<Self, Vec<Issue>> {
        let raw: RawMapping = toml::from_str(text).map_err(|error| vec![Issue::from_toml(file, text, &error)])?;
        let mut report = Report { file, text, issues: Vec::new() };

        let zone = raw.zone.as_ref().and_then(|zone| {
            let found = zone.get_ref().parse::<Tz>().ok();
            if found.is_none() {
                let message = format!("zone: expected an IANA time zone, found `{}`", zone.get_ref());
                let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
                report.issues.push(report.error(zone.span().start, message).nearest(zone.get_ref(), known));
            }
            found
        });
        let format = raw.format.as_ref().and_then(|format| match format.get_ref().as_str() {
            "csv" => Some(FileFormat::Table),
            "json" => Some(FileFormat::Json),
            other => {
                report.add(format.span().start, format!("format: expected csv or json, found `{other}`"));
                None
            }
        });
        let separator = raw.separator.as_ref().and_then(|separator| match separator.get_ref().as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Some(*byte),
            _ => {
                let message = format!("separator: expected one ASCII character, found `{}`", separator.get_ref());
                report.add(separator.span().start, message);
                None
            }
        });
        let decimal = match raw.decimal.as_ref().map(|decimal| (decimal, decimal.get_ref().as_str())) {
            None => Decimal::Unknown,
            Some((_, ".")) => Decimal::Point,
            Some((_, ",")) => Decimal::Comma,
            Some((decimal, other)) => {
                let message = format!("decimal: expected `.` or `,`, found `{other}`");
                report.add(decimal.span().start, message);
                Decimal::Unknown
            }
        };
        if let Some(formats) = &raw.formats {
            report.formats(formats.span().start, formats.get_ref());
        }
        let pattern = raw.pattern.and_then(|pattern| build_pattern(pattern, &mut report));

        let defaults = raw.formats.map(Spanned::into_inner).unwrap_or_default();
        let own = Rows {
            explode: raw.explode.map(OneOrMore::into_vec).unwrap_or_default(),
            separator: raw.explode_separator,
        };
        let mut feeds =
            vec![build_feed(&raw.table, raw.columns, own.clone(), raw.condition, &defaults, tables, &mut report)];
        let mut more: Vec<(Spanned<String>, RawAlso)> = raw.also.into_iter().collect();
        more.sort_by_key(|(name, _)| name.span().start);
        for (name, also) in more {
            let rows = match also.explode {
                Some(explode) => Rows { explode: explode.into_vec(), separator: also.explode_separator },
                None => own.clone(),
            };
            let table = also.table.unwrap_or(name);
            feeds.push(build_feed(&table, also.columns, rows, also.condition, &defaults, tables, &mut report));
        }
        let mut ignore: Vec<(Spanned<String>, String)> = raw.ignore.into_iter().collect();
        ignore.sort_by_key(|(name, _)| name.span().start);
        for (name, sql) in &ignore {
            check_sql(sql, name.span().start, &format!("ignore `{}`", name.get_ref()), &mut report);
        }
        if !report.issues.is_empty() {
            report.issues.sort_by_key(|issue| issue.line);
            return Err(report.issues);
        }
        Ok(Self {
            id: id.to_string(),
            file: file.to_string(),
            title: raw.title,
            matches: raw.matches.into_iter().map(OneOrMore::into_vec).collect(),
            matches_more: 0,
            null: raw.null.iter().map(|word| word.trim().to_lowercase()).collect(),
            latest: raw.latest,
            zone,
            format,
            separator,
            header: raw.header,
            sheet: raw.sheet,
            decimal,
            records: raw.records,
            pattern,
            ignore: ignore.into_iter().map(|(name, sql)| (name.into_inner(), sql)).collect(),
            feeds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Unit;
    use super::*;

    fn tables() -> BTreeMap<String, Table> {
        let text = r#"
title = "Tickets"
meaning = "A ticket"
key = ["id"]
[columns]
id = { kind = "text", required = true, meaning = "n" }
opened_at = { kind = "instant", required = true, meaning = "n" }
priority = { kind = "integer", meaning = "n" }
on_hold_s = { kind = "seconds", meaning = "n" }
"#;
        let table = Table::parse("tickets", "tickets.toml", text).unwrap();
        BTreeMap::from([("tickets".to_string(), table)])
    }

    fn parse(text: &str) -> Result<Mapping, Vec<Issue>> {
        Mapping::parse("a/b", "a/b.toml", text, &tables())
    }

    #[test]
    fn both_notations_are_understood() {
        let mapping = parse(
            r#"
title = "x"
table = "tickets"
match = ["number", ["a", "b"]]
null = ["", "NULL"]
formats = ["%d/%m/%Y"]
[columns]
id = "number"
opened_at = { from = ["Opened", "opened_at"] }
priority = { from = "priority", values = { "1 - Critical" = 1 }, otherwise = 3 }
on_hold_s = { from = "stc", unit = "min" }
"#,
        )
        .unwrap();
        let fields = &mapping.feeds[0].fields;
        assert_eq!(fields["opened_at"].formats, ["%d/%m/%Y"]);
        assert_eq!(fields["priority"].values["1 - critical"], "1");
        assert_eq!(fields["priority"].otherwise.as_deref(), Some("3"));
        assert_eq!(fields["on_hold_s"].unit, Some(Unit { factor: 60.0 }));
        assert_eq!(mapping.matches[1], ["a", "b"]);
        let raw: Vec<&str> = mapping.raw_columns().into_iter().collect();
        assert_eq!(raw, ["Opened", "a", "b", "number", "opened_at", "priority", "stc"]);
    }

    #[test]
    fn every_mistake_is_reported_with_its_line() {
        let issues = parse(
            r#"title = "x"
table = "tickets"
zone = "Europe/Brusels"
formats = ["%Q"]
[pattern]
column = "message"
expression = "(?P<a"
[columns]
id = "number"
opend_at = "Opened"
priority = { from = "p", formats = ["%Y"] }
on_hold_s = { from = "stc", unit = "weeks" }
"#,
        )
        .unwrap_err();
        let found: Vec<(usize, &str)> = issues.iter().map(|i| (i.line.unwrap(), i.message.as_str())).collect();
        let lines: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 4, 7, 10, 11, 12], "{found:?}");
        assert_eq!(issues[0].hint.as_deref(), Some("did you mean `Europe/Brussels`?"));
        assert_eq!(issues[3].hint.as_deref(), Some("did you mean `opened_at`?"));
    }

    #[test]
    fn a_misspelt_key_and_a_missing_required_column_are_errors() {
        let issues = parse(
            "title='x'
table='tickets'
nul=['']
[columns]
id='n'
",
        )
        .unwrap_err();
        assert_eq!(issues[0].line, Some(3));
        let issues = parse(
            "title='x'
table='tickets'
[columns]
id={ frm = 'n' }
",
        )
        .unwrap_err();
        assert_eq!(issues[0].line, Some(4));
        let issues = parse(
            "title='x'
table='tickets'
[columns]
id='n'
",
        )
        .unwrap_err();
        assert_eq!(issues[0].message, "table `tickets` requires the column `opened_at`, which is not mapped");
    }
}
