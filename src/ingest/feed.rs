//! Chunks of records to batches and rejects of each table that a mapping fills. Every record of a table ends in exactly one of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use super::batch::{Batch, Values};
use super::convert::Converted;
use super::date_order::{Evidence, weigh};
use super::dates::{self, Order};
use super::expressions::{Expressions, names_in};
use super::file::{Input, Outcome, ReadError, Sink, TableCount};
use super::finding::{Findings, Reject};
use super::local::LocalClock;
use super::plan::{Cells, FeedPlan, Names, Plan};
use super::reader::Mended;
use super::reader::chunk::{Bad, Chunk};
use super::refusal::{missing, reasons};
use super::transform::{transform, truth};
use super::values;
use crate::declaration::issue::Level;
use crate::declaration::mapping::{Decimal, Feed, Mapping, Origin, Rows};
use crate::declaration::table::Table;

/// How alike two names are of which one may be meant by the other.
const ALIKE: f64 = 0.93;

/// The state of one pass over a file.
pub(super) struct Feeding<'a> {
    mapping: &'a Mapping,
    rows: Rows,
    /// Whether it is the pass of the mapping's own table, which counts what concerns the whole file.
    is_main: bool,
    file: String,
    names: Names,
    raw_names: Vec<String>,
    /// The columns that the mapping reads, in lower case.
    used: BTreeSet<String>,
    plan: Plan,
    clock: LocalClock,
    evidence: Option<Evidence>,
    findings: Findings,
    ignored: BTreeMap<String, u64>,
    counts: Vec<TableCount>,
    records: u64,
}

impl<'a> Feeding<'a> {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn new(
        file: &str,
        mapping: &'a Mapping,
        pass: &[&Feed],
        is_main: bool,
        raw_names: &[String],
        is_table: bool,
        tables: &BTreeMap<String, Table>,
        zone: Tz,
    ) -> Result<Self, ReadError> {
        let groups = mapping.pattern.iter().flat_map(|pattern| pattern.expression.capture_names().flatten());
        let all = raw_names.iter().map(String::as_str).chain(groups).map(str::to_string).collect();
        let names = Names::new(all);
        let plan = Plan::new(mapping, pass, &names, is_table, tables)?;
        let in_sql = mapping.expressions().flat_map(names_in).map(|name| name.to_lowercase());
        let used = mapping.raw_columns().into_iter().map(str::to_lowercase).chain(in_sql).collect();
        let count = |table: &FeedPlan| TableCount { table: table.table.clone(), read: 0, rejected: 0 };
        Ok(Self {
            mapping,
            rows: pass.first().map(|feed| feed.rows.clone()).unwrap_or_default(),
            is_main,
            file: file.to_string(),
            counts: plan.feeds.iter().map(count).collect(),
            names,
            raw_names: raw_names.to_vec(),
            used,
            plan,
            clock: LocalClock::new(zone),
            evidence: None,
            findings: Findings::new(file),
            ignored: BTreeMap::new(),
            records: 0,
        })
    }

    /// Records read so far, those left out included.
    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// Converts one chunk and hands its rows and rejects on.
    pub(super) fn feed(
        &mut self,
        chunk: Chunk,
        input: &Input<'_>,
        expressions: &dyn Expressions,
        sink: &mut dyn Sink,
    ) -> Result<(), ReadError> {
        self.records += (chunk.len() + chunk.bad.len()) as u64 + chunk.blank + chunk.above;
        self.note(&chunk);
        let mut left_out = BTreeMap::new();
        let mut chunk = transform(chunk, self.mapping, &self.rows, &self.names, expressions, &mut left_out)?;
        if self.is_main {
            left_out.into_iter().for_each(|(name, count)| *self.ignored.entry(name).or_default() += count);
        }
        let unreadable = self.refuse(std::mem::take(&mut chunk.bad));
        if !unreadable.is_empty() {
            sink.rejects(unreadable).map_err(ReadError::Sink)?;
        }
        if chunk.is_empty() {
            return Ok(());
        }
        let order = self.order(&chunk, input)?;
        let (converted, version) = self.convert(&chunk, order, expressions)?;
        let mut uses = vec![0; converted.len()];
        for place in self.plan.feeds.iter().flat_map(|feed| &feed.columns).filter_map(|column| column.converter) {
            uses[place] += 1;
        }
        let mut values: Vec<Option<Values>> = Vec::new();
        let mut bad = Vec::new();
        for column in converted {
            values.push(Some(column.values));
            bad.push(column.bad);
        }
        let concerned = self.concerned(&chunk, expressions)?;
        self.report(&chunk, &bad, &concerned);
        for (index, concerned) in concerned.iter().enumerate() {
            let mut reasons = reasons(&self.plan, index, &values, &bad, chunk.len());
            reasons.retain(|row, _| concerned[*row]);
            let feed = &self.plan.feeds[index];
            let columns = feed
                .columns
                .iter()
                .map(|column| {
                    let found = column.converter.and_then(|place| {
                        uses[place] -= 1;
                        if uses[place] == 0 { values[place].take() } else { values[place].clone() }
                    });
                    (column.name.clone(), found.unwrap_or_else(|| missing(column.kind, chunk.len())))
                })
                .collect();
            let rows = (0..chunk.len()).map(|row| chunk.row(row)).collect();
            let batch = Batch { table: feed.table.clone(), columns, rows, version: version.clone() };
            self.hand_on(index, batch, reasons, concerned, &chunk, sink)?;
        }
        Ok(())
    }

    fn hand_on(
        &mut self,
        index: usize,
        batch: Batch,
        reasons: BTreeMap<usize, Vec<String>>,
        concerned: &[bool],
        chunk: &Chunk,
        sink: &mut dyn Sink,
    ) -> Result<(), ReadError> {
        let count = &mut self.counts[index];
        let concerning = concerned.iter().filter(|concerned| **concerned).count();
        count.read += concerning as u64;
        count.rejected += reasons.len() as u64;
        let mut batch = batch;
        if !reasons.is_empty() || concerning < chunk.len() {
            let keep: Vec<bool> = (0..chunk.len()).map(|row| concerned[row] && !reasons.contains_key(&row)).collect();
            let kept = batch.columns.into_iter().map(|(name, values)| (name, values.filter(&keep)));
            batch.columns = kept.collect();
            let mut places = keep.iter();
            batch.rows.retain(|_| places.next() == Some(&true));
            let mut places = keep.iter();
            batch.version.retain(|_| places.next() == Some(&true));
            let table = &batch.table;
            let rejects = reasons.into_iter().map(|(row, reasons)| Reject {
                table: table.clone(),
                row: chunk.row(row),
                reasons,
                raw: chunk.raw(row, &self.raw_names),
            });
            let rejects: Vec<Reject> = rejects.collect();
            if !rejects.is_empty() {
                sink.rejects(rejects).map_err(ReadError::Sink)?;
            }
        }
        if !batch.is_empty() {
            sink.batch(batch).map_err(ReadError::Sink)?;
        }
        Ok(())
    }

    fn convert(
        &mut self,
        chunk: &Chunk,
        order: Order,
        expressions: &dyn Expressions,
    ) -> Result<(Vec<Converted>, Vec<Option<i64>>), ReadError> {
        let cells = Cells::new(chunk, self.mapping);
        let mut converted = Vec::with_capacity(self.plan.filled.len());
        for filled in &mut self.plan.filled {
            let plus = filled.plus.map(|column| cells.column(Some(column)));
            let (place, converter) = filled.parts();
            let texts = place.texts(&cells, &self.names, expressions)?;
            let mut found = converter.convert(&texts, order, &mut self.clock);
            if let Some(plus) = plus {
                converter.add(&mut found, &plus);
            }
            converted.push(found);
        }
        let latest = cells.column(self.plan.latest);
        let version =
            latest.into_iter().map(|text| text.and_then(|text| values::integer(text, Decimal::Unknown))).collect();
        Ok((converted, version))
    }

    /// The order of day and month in the file. Weighed once, over the whole file, at the first date that leaves it open.
    fn order(&mut self, chunk: &Chunk, input: &Input<'_>) -> Result<Order, ReadError> {
        if let Some(evidence) = self.evidence {
            return Ok(evidence.order());
        }
        let mut columns = self.plan.date_columns();
        let is_open = |column: &usize| (0..chunk.len()).any(|row| dates::numbers(chunk.cell(row, *column)).is_some());
        if !columns.iter().any(is_open) {
            return Ok(Order::DayFirst);
        }
        columns.retain(|column| *column < self.raw_names.len());
        let at = ReadError::file(&self.file);
        let (mut source, _) = input.open().map_err(&at)?;
        let evidence = weigh(source.as_mut(), &columns).map_err(&at)?;
        let names: Vec<&str> = columns.iter().map(|column| self.names.all()[*column].as_str()).collect();
        evidence.report(&names.join(", "), &mut self.findings);
        self.evidence = Some(evidence);
        Ok(evidence.order())
    }

    /// The records that concern each table; those that concern none are counted as left out.
    fn concerned(&mut self, chunk: &Chunk, expressions: &dyn Expressions) -> Result<Vec<Vec<bool>>, ReadError> {
        let mut concerned = Vec::new();
        for (index, feed) in self.plan.feeds.iter().enumerate() {
            // A record with nothing to explode is a row of the mapping's own table and of no other.
            let has_row = |row: usize| (self.is_main && index == 0) || !chunk.is_bare(row);
            let mut rows: Vec<bool> = (0..chunk.len()).map(has_row).collect();
            if let Some(condition) = &feed.condition {
                let is_true = truth(chunk, self.mapping, &self.names, "where", condition, expressions)?;
                rows.iter_mut().zip(is_true).for_each(|(row, is_true)| *row &= is_true);
            }
            concerned.push(rows);
        }
        let has_row = |row: &usize| self.is_main || !chunk.is_bare(*row);
        let none = (0..chunk.len()).filter(has_row).filter(|row| !concerned.iter().any(|rows| rows[*row])).count();
        if none > 0 {
            let tables: BTreeSet<&str> = self.plan.feeds.iter().map(|feed| feed.table.as_str()).collect();
            let name = format!("not for {}", tables.into_iter().collect::<Vec<_>>().join(", "));
            *self.ignored.entry(name).or_default() += none as u64;
        }
        Ok(concerned)
    }

    fn note(&mut self, chunk: &Chunk) {
        if !self.is_main {
            return;
        }
        for (name, count) in [("blank row", chunk.blank), ("above the header", chunk.above)] {
            if count > 0 {
                *self.ignored.entry(name.to_string()).or_default() += count;
            }
        }
        for sheet in &chunk.sheets {
            let expected = format!("one sheet with records; `{sheet}` is not read: `sheet` in a mapping names another");
            self.findings.count(Level::Warning, "", &expected, 1);
        }
        for (row, column, text) in &chunk.errors {
            let name = self.raw_names.get(*column).map_or("", String::as_str);
            let level = if self.used.contains(&name.to_lowercase()) { Level::Warning } else { Level::Note };
            self.findings.add(level, name, "a value; a cell with an error is taken as missing", *row, text);
        }
        for (row, text) in &chunk.beside {
            self.findings.add(Level::Note, "", "cells below the names of columns; others are left out", *row, text);
        }
        let expected = format!("{} cells in each row; the missing ones are taken as empty", self.raw_names.len());
        for (row, count) in &chunk.short {
            self.findings.add(Level::Note, "", &expected, *row, &format!("{count} cells"));
        }
    }

    fn refuse(&mut self, bad: Vec<Bad>) -> Vec<Reject> {
        if !self.is_main {
            return Vec::new();
        }
        let Some(count) = self.counts.first_mut() else {
            return Vec::new();
        };
        count.read += bad.len() as u64;
        count.rejected += bad.len() as u64;
        let reject =
            |bad: Bad| Reject { table: count.table.clone(), row: bad.row, reasons: vec![bad.reason], raw: bad.raw };
        bad.into_iter().map(reject).collect()
    }

    /// Values that did not convert are findings, unless every table that uses them requires them: then the records are rejects.
    fn report(&mut self, chunk: &Chunk, bad: &[Vec<(usize, String)>], concerned: &[Vec<bool>]) {
        for (place, bad) in bad.iter().enumerate() {
            let optional =
                |feed: &FeedPlan| feed.columns.iter().any(|column| column.converter == Some(place) && !column.strict);
            let users: Vec<usize> =
                (0..self.plan.feeds.len()).filter(|feed| optional(&self.plan.feeds[*feed])).collect();
            let filled = &self.plan.filled[place];
            for (row, text) in bad {
                if !users.iter().any(|feed| concerned[*feed][*row]) {
                    continue;
                }
                let row = chunk.row(*row);
                self.findings.add(Level::Warning, &filled.label, filled.converter.expected(), row, text);
            }
        }
    }

    /// Columns that the mapping names and the file lacks, where the file has an unused one of nearly the same name: a slip of the pen,
    /// or a name that the tool has changed.
    fn renamed(&mut self) {
        for feed in &self.mapping.feeds {
            for field in feed.fields.values() {
                let Origin::Column(names, _) = &field.origin else { continue };
                let [name] = names.as_slice() else { continue };
                if self.names.find(name).is_some() {
                    continue;
                }
                let near = |other: &&String| {
                    !self.used.contains(&other.trim().to_lowercase())
                        && strsim::jaro_winkler(&other.to_lowercase(), &name.to_lowercase()) > ALIKE
                };
                if let Some(near) = self.raw_names.iter().find(near) {
                    let expected = format!("a column of that name, as the mapping has it; did it mean `{near}`?");
                    self.findings.count(Level::Warning, name, &expected, 1);
                }
            }
        }
    }

    pub(super) fn finish(mut self, mended: Mended) -> Outcome {
        if self.is_main {
            self.renamed();
        }
        for filled in &self.plan.filled {
            let (zone, converter) = (self.clock.zone(), &filled.converter);
            let skipped = format!("times that clocks in {zone} skipped, moved forward by the change");
            self.findings.count(Level::Note, &filled.label, &skipped, converter.skipped);
            let repeated = format!("times that clocks in {zone} showed twice, taken as the first");
            self.findings.count(Level::Note, &filled.label, &repeated, converter.repeated);
        }
        if self.is_main {
            let repaired = "UTF-8; other bytes are read as Windows-1252";
            self.findings.count(Level::Note, "", repaired, mended.repaired);
            self.findings.count(Level::Note, "", "text without zero bytes; they are dropped", mended.zero_bytes);
        }
        Outcome {
            mapping: self.mapping.id.clone(),
            tables: self.counts,
            ignored: self.ignored.into_iter().collect(),
            findings: self.findings.finish(),
        }
    }
}
