//! The rows of the lake that an objective counts, as masses in time.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{DataFrame, DataType, IntoLazy, PolarsError, col, lit};
use polars::sql::sql_expr;

use crate::arithmetic::interval::union;
use crate::arithmetic::timeline::Mass;
use crate::declaration::objective::{Indicator, Place, Rows, Source};
use crate::facts::columns::{instant, number, text};
use crate::facts::context::Context;
use crate::lake::LakeError;

/// Bad and all events of an indicator.
pub(super) struct Events {
    /// The bad ones.
    pub bad: Masses,
    /// All of them.
    pub total: Masses,
    /// Buckets that were left out because a part of them was more than the whole.
    pub impossible: usize,
}

/// Masses of one source.
pub(super) struct Masses {
    /// The masses.
    pub masses: Vec<Mass>,
    /// Length of its buckets, µs; 0 where rows are instants.
    pub bucket_us: i64,
    /// Whether they are stretches of time.
    pub spans: bool,
    /// Masses by the incident that their row names.
    pub blamed: BTreeMap<String, Vec<Mass>>,
}

/// Bad and all events of an indicator; `None` where a source isn't in the lake.
pub(super) fn events(context: &Context, indicator: &Indicator) -> Result<Option<Events>, LakeError> {
    Ok(match indicator {
        Indicator::Ratio { good, part, total } => {
            let (Some(mut part), Some(mut total)) = (read(context, part)?, read(context, total)?) else {
                return Ok(None);
            };
            let impossible = leave_out_impossible(&mut part, &mut total);
            if !good {
                return Ok(Some(Events { bad: part, total, impossible }));
            }
            // What isn't good is bad: all events, less the good ones.
            let mut masses = total.masses.clone();
            masses.extend(part.masses.iter().map(|mass| Mass { amount: -mass.amount, ..*mass }));
            let bucket_us = part.bucket_us.max(total.bucket_us);
            let bad = Masses { masses, bucket_us, spans: total.spans, blamed: BTreeMap::new() };
            Some(Events { bad, total, impossible })
        }
        Indicator::Raw { good, source } => {
            let Some(readings) = read(context, source)? else { return Ok(None) };
            let judge = |share: f64| if *good { 1.0 - share } else { share };
            Some(judged(readings, judge))
        }
        Indicator::Threshold { source, comparison, value } => {
            let Some(readings) = read(context, source)? else { return Ok(None) };
            Some(judged(readings, |reading| f64::from(u8::from(!comparison.holds(reading, *value)))))
        }
        Indicator::Composite { .. } => None,
    })
}

/// Readings as events, each bad by what `judge` says of it.
fn judged(readings: Masses, judge: impl Fn(f64) -> f64) -> Events {
    let Masses { masses, bucket_us, spans, .. } = readings;
    let bad = masses.iter().map(|mass| Mass { amount: judge(mass.amount), ..*mass }).collect();
    let total = masses.iter().map(|mass| Mass { amount: 1.0, ..*mass }).collect();
    let of = |masses| Masses { masses, bucket_us, spans, blamed: BTreeMap::new() };
    Events { bad: of(bad), total: of(total), impossible: 0 }
}

fn read(context: &Context, source: &Source) -> Result<Option<Masses>, LakeError> {
    source.rows.as_ref().map(|rows| masses(context, rows)).transpose()
}

/// The instants of a fact that must be in order, of which one places its rows. A row in which they are reversed is a data error:
/// its clocks say nothing, so it is neither good nor bad.
fn orders(context: &Context, rows: &Rows, place: &str, frame: &DataFrame) -> Vec<(String, String)> {
    let declared = context.tables.get(&rows.name).map_or(&[][..], |table| table.order.as_slice());
    let known = |name: &str| frame.column(name).is_ok();
    let fits =
        |(before, after): &&(String, String)| (before == place || after == place) && known(before) && known(after);
    declared.iter().filter(fits).cloned().collect()
}

/// The rows that count, each with what it counts for, up to as-of.
fn masses(context: &Context, rows: &Rows) -> Result<Masses, LakeError> {
    let frame = if rows.fact { context.fact(&rows.name)? } else { context.frame(&rows.name)? };
    let (from, to) = match &rows.place {
        Place::At(at) => (at, None),
        Place::Span(from, to) => (from, Some(to)),
    };
    let value = match &rows.value {
        Some(value) => sql_expr(&value.sql)?.cast(DataType::Float64),
        None => lit(1.0),
    };
    let buckets = to.is_none() && frame.column("period_s").is_ok();
    let mut wanted = vec![value.alias("value"), col(from.as_str()).alias("from")];
    wanted.extend(to.map(|to| col(to.as_str()).alias("to")));
    // Only what isn't the row's own number: `incidents` and `outages` have ids of their own.
    let named = frame.column("incident").is_ok();
    wanted.extend(named.then(|| col("incident")));
    wanted.extend(buckets.then(|| col("period_s").cast(DataType::Float64).alias("period_s")));
    let orders = if rows.fact { orders(context, rows, from, &frame) } else { Vec::new() };
    let mut chosen = frame.lazy();
    for (before, after) in orders {
        chosen = chosen.filter(col(&before).gt(col(&after)).fill_null(false).not());
    }
    if let Some(filter) = &rows.filter {
        chosen = chosen.filter(sql_expr(&filter.sql)?);
    }
    let chosen = chosen.select(wanted).collect().map_err(|error: PolarsError| LakeError::from(error))?;
    let starts = instant(&chosen, "from", Some(context.as_of))?;
    let values = if rows.value.is_some() { number(&chosen, "value")? } else { vec![Some(1.0); chosen.height()] };
    let bucket_us = if buckets {
        let lengths = number(&chosen, "period_s")?;
        usual(lengths.into_iter().flatten())
    } else {
        0
    };
    let ends = match to {
        Some(_) => instant(&chosen, "to", Some(context.as_of))?,
        None => starts.clone(),
    };
    let incidents = if named { text(&chosen, "incident")? } else { vec![None; starts.len()] };
    let mut masses = Vec::with_capacity(starts.len());
    let mut blamed: BTreeMap<String, Vec<Mass>> = BTreeMap::new();
    for (((start, end), value), incident) in starts.into_iter().zip(ends).zip(values).zip(incidents) {
        let (Some(start), Some(value)) = (start, value.filter(|value| value.is_finite())) else { continue };
        // What has no end yet lasts until as-of.
        let end = end.unwrap_or(context.as_of);
        let amount = match rows.value {
            None if to.is_some() => (end - start) as f64 / 1e6,
            _ => value,
        };
        if to.is_none() || end > start {
            masses.push(Mass { start, end, amount });
            if let Some(incident) = incident {
                blamed.entry(incident.to_string()).or_default().push(Mass { start, end, amount });
            }
        }
    }
    if rows.value.is_none() && to.is_some() {
        // Without a value a row counts for its time, and time counts once, whatever overlaps.
        let spans = union(masses.iter().map(|mass| (mass.start, mass.end)).collect());
        let length = |(start, end): (i64, i64)| Mass { start, end, amount: (end - start) as f64 / 1e6 };
        masses = spans.into_iter().map(length).collect();
        blamed.clear();
    }
    Ok(Masses { masses, bucket_us, spans: to.is_some(), blamed })
}

/// The most frequent length of a bucket, µs; of several the longest.
fn usual(lengths: impl Iterator<Item = f64>) -> i64 {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for seconds in lengths {
        *counts.entry((seconds * 1e6) as i64).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(length, count)| (*count, *length)).map_or(0, |(length, _)| length)
}

/// Leaves out the buckets in which a part is more than the whole, an error of the source that must neither count as a gain nor
/// make up for another bucket's loss, and says how many there were. Only instants are compared: spans of a part needn't be those of
/// the whole.
fn leave_out_impossible(part: &mut Masses, total: &mut Masses) -> usize {
    if part.spans || total.spans {
        return 0;
    }
    let sums = |masses: &[Mass]| {
        let mut sums: BTreeMap<i64, f64> = BTreeMap::new();
        for mass in masses {
            *sums.entry(mass.start).or_default() += mass.amount;
        }
        sums
    };
    let all = sums(&total.masses);
    let wrong: BTreeSet<i64> = sums(&part.masses)
        .into_iter()
        .filter(|(at, amount)| *amount > all.get(at).copied().unwrap_or(0.0) * (1.0 + 1e-9))
        .map(|(at, _)| at)
        .collect();
    part.masses.retain(|mass| !wrong.contains(&mass.start));
    total.masses.retain(|mass| !wrong.contains(&mass.start));
    wrong.len()
}
