//! The events of an objective as a timeline: rows of the lake, slices of time, or other objectives weighed.

use std::collections::BTreeMap;

use polars::prelude::{DataFrame, DataType, IntoLazy, PolarsError, col, lit};
use polars::sql::sql_expr;

use crate::arithmetic::budget;
use crate::arithmetic::interval::union;
use crate::arithmetic::timeline::{Cumulative, Mass, Tally, Timeline, without};
use crate::declaration::objective::{Correction, Indicator, Method, Objective, Place, Rows, Source};
use crate::facts::columns::{instant, number, text};
use crate::facts::context::Context;
use crate::lake::LakeError;

/// Where the figures of an objective come from.
#[derive(Clone, Debug)]
pub enum Line {
    /// Its own events.
    Own(Own),
    /// Other objectives, each with its weight.
    Composite(Vec<(f64, Line)>),
}

/// The events of one objective.
#[derive(Clone, Debug)]
pub struct Own {
    /// Bad ones among all.
    pub timeline: Timeline,
    /// How long after its instant an event is known: the length of its bucket or slice, µs.
    pub delay_us: i64,
    /// Whether events are time itself (seconds); else they are counted.
    pub timed: bool,
    /// What one event is: "seconds", "slices", "events".
    pub unit: &'static str,
    /// The bad ones as they were before corrections, where any holds.
    pub uncorrected: Option<Cumulative>,
    /// The bad ones of each incident, where the rows say whose they are and bad events are counted as they are.
    pub blamed: BTreeMap<String, Vec<Mass>>,
}

/// Masses of one source.
struct Masses {
    masses: Vec<Mass>,
    /// Length of its buckets, µs; 0 where rows are instants.
    bucket_us: i64,
    spans: bool,
    /// Masses by the incident that their row names.
    blamed: BTreeMap<String, Vec<Mass>>,
}

impl Line {
    /// The events of an objective up to as-of, corrections applied. `known` holds the lines of the objectives before it, by id.
    /// `None` where a source isn't in the lake.
    ///
    /// # Errors
    /// When a table or fact cannot be read.
    pub fn of(
        context: &Context,
        objective: &Objective,
        corrections: &[&Correction],
        known: &BTreeMap<String, Line>,
    ) -> Result<Option<Line>, LakeError> {
        if let Indicator::Composite { parts } = &objective.indicator {
            let lines = parts.iter().map(|(id, weight)| Some((*weight, known.get(id)?.clone())));
            return Ok(lines.collect::<Option<Vec<_>>>().map(Line::Composite));
        }
        let Some((bad, total)) = events(context, &objective.indicator)? else { return Ok(None) };
        let bucket_us = bad.bucket_us.max(total.bucket_us);
        let (timed, mut blamed) = (total.spans, bad.blamed);
        let (bad, total) = (bad.masses, total.masses);
        let spans = |as_good: bool| {
            let chosen = corrections.iter().filter(|correction| correction.as_good == as_good);
            union(chosen.map(|correction| (correction.from, correction.to)).collect())
        };
        let uncorrected = (!corrections.is_empty()).then(|| Cumulative::new(&bad));
        let bad = without(&without(&bad, &spans(false)), &spans(true));
        for masses in blamed.values_mut() {
            *masses = without(&without(masses, &spans(false)), &spans(true));
        }
        let timeline = Timeline::new(&bad, &without(&total, &spans(false)));
        let until = context.as_of;
        let own = match objective.method {
            Method::Occurrences => {
                let unit = if timed { "seconds" } else { "events" };
                Own { timeline, delay_us: bucket_us, timed, unit, uncorrected, blamed }
            }
            Method::Timeslices { slice_s, target } => {
                // A slice that reaches its target but for rounding is good.
                let judge = |tally: Tally| {
                    let good = tally.good_share().unwrap_or(1.0);
                    f64::from(u8::from(good < target - 1e-12))
                };
                let timeline = timeline.sliced(slice_s * 1_000_000, until, judge);
                Own {
                    timeline,
                    delay_us: slice_s * 1_000_000,
                    timed: true,
                    unit: "slices",
                    uncorrected,
                    blamed: BTreeMap::new(),
                }
            }
            Method::RatioTimeslices { slice_s } => {
                let judge = |tally: Tally| tally.bad_share().unwrap_or(0.0);
                let timeline = timeline.sliced(slice_s * 1_000_000, until, judge);
                Own {
                    timeline,
                    delay_us: slice_s * 1_000_000,
                    timed: true,
                    unit: "slices",
                    uncorrected,
                    blamed: BTreeMap::new(),
                }
            }
        };
        Ok(Some(Line::Own(own)))
    }

    /// Bad events among all in `[from, to)`. A composite has one event, bad by the weighted share of its parts.
    pub fn over(&self, from: i64, to: i64) -> Tally {
        match self {
            Line::Own(own) => own.timeline.over(from, to),
            Line::Composite(parts) => {
                let shares: Vec<_> =
                    parts.iter().map(|(weight, line)| (*weight, line.over(from, to).bad_share())).collect();
                match budget::weighted(&shares) {
                    Some(bad) => Tally { bad, total: 1.0 },
                    None => Tally::default(),
                }
            }
        }
    }

    /// How many events there are in `[from, to)`, those of all parts for a composite.
    pub fn events(&self, from: i64, to: i64) -> f64 {
        match self {
            Line::Own(own) => own.timeline.total.over(from, to),
            Line::Composite(parts) => parts.iter().map(|(_, line)| line.events(from, to)).sum(),
        }
    }

    /// The first and last moment with an event.
    pub fn extent(&self) -> Option<(i64, i64)> {
        match self {
            Line::Own(own) => own.timeline.extent(),
            Line::Composite(parts) => {
                let spans = parts.iter().filter_map(|(_, line)| line.extent());
                spans.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
            }
        }
    }

    /// Its own events, unless it is a composite.
    pub fn own(&self) -> Option<&Own> {
        match self {
            Line::Own(own) => Some(own),
            Line::Composite(_) => None,
        }
    }

    /// What one event is, in words.
    pub fn unit(&self) -> &'static str {
        self.own().map_or("share", |own| own.unit)
    }
}

/// Bad and all events of an indicator; `None` where a source isn't in the lake.
fn events(context: &Context, indicator: &Indicator) -> Result<Option<(Masses, Masses)>, LakeError> {
    let negated =
        |masses: &[Mass]| masses.iter().map(|mass| Mass { amount: -mass.amount, ..*mass }).collect::<Vec<_>>();
    Ok(match indicator {
        Indicator::Ratio { good, part, total } => {
            let (Some(part), Some(total)) = (read(context, part)?, read(context, total)?) else { return Ok(None) };
            if !good {
                return Ok(Some((part, total)));
            }
            // What isn't good is bad: all events, less the good ones.
            let mut masses = total.masses.clone();
            masses.extend(negated(&part.masses));
            let bucket_us = part.bucket_us.max(total.bucket_us);
            Some((Masses { masses, bucket_us, spans: total.spans, blamed: BTreeMap::new() }, total))
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
fn judged(readings: Masses, judge: impl Fn(f64) -> f64) -> (Masses, Masses) {
    let Masses { masses, bucket_us, spans, .. } = readings;
    let bad = masses.iter().map(|mass| Mass { amount: judge(mass.amount), ..*mass }).collect();
    let total = masses.iter().map(|mass| Mass { amount: 1.0, ..*mass }).collect();
    let of = |masses| Masses { masses, bucket_us, spans, blamed: BTreeMap::new() };
    (of(bad), of(total))
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
        (lengths.into_iter().flatten().fold(0.0, f64::max) * 1e6) as i64
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
    Ok(Masses { masses, bucket_us, spans: to.is_some(), blamed })
}
