//! The events of an objective as a timeline: rows of the lake, slices of time, or other objectives weighed.

use std::collections::BTreeMap;

use super::rows::{Events, events};
use crate::arithmetic::budget;
use crate::arithmetic::interval::union;
use crate::arithmetic::timeline::{self, Cumulative, Mass, Tally, Timeline};
use crate::declaration::objective::{Correction, Indicator, Method, Objective};
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
    pub blamed: BTreeMap<String, Blame>,
    /// Buckets that were left out because they have more good (or bad) events than all.
    pub impossible: usize,
}

/// The bad events of one incident.
#[derive(Clone, Debug)]
pub struct Blame {
    /// From the first to the last of them, µs UTC.
    pub span: (i64, i64),
    /// The events.
    pub bad: Cumulative,
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
        let Some(Events { bad, total, impossible }) = events(context, &objective.indicator)? else { return Ok(None) };
        let bucket_us = bad.bucket_us.max(total.bucket_us);
        let (timed, blamed) = (total.spans, bad.blamed);
        let (bad, total) = (bad.masses, total.masses);
        let spans = |as_good: bool| {
            let chosen = corrections.iter().filter(|correction| correction.as_good == as_good);
            union(chosen.map(|correction| (correction.from, correction.to)).collect())
        };
        let uncorrected = (!corrections.is_empty()).then(|| Cumulative::new(&bad));
        let (excluded, forgiven) = (spans(false), spans(true));
        let without = |masses: &[Mass], spans: &[(i64, i64)]| timeline::without(masses, spans, bucket_us);
        let bad = without(&without(&bad, &excluded), &forgiven);
        let blamed = blamed.into_iter().filter_map(|(incident, masses)| {
            let masses = without(&without(&masses, &excluded), &forgiven);
            let first = masses.iter().map(|mass| mass.start).min()?;
            let last = masses.iter().map(|mass| mass.end).max()?;
            Some((incident, Blame { span: (first, last), bad: Cumulative::new(&masses) }))
        });
        let blamed: BTreeMap<String, Blame> = blamed.collect();
        let timeline = Timeline::new(&bad, &without(&total, &excluded));
        // What rows say whose they are is in events, not in slices.
        let sliced = |slice_s: i64, judge: &dyn Fn(Tally) -> f64| Own {
            timeline: timeline.sliced(slice_s * 1_000_000, context.as_of, judge),
            delay_us: slice_s * 1_000_000,
            timed: true,
            unit: "slices",
            uncorrected: uncorrected.clone(),
            blamed: BTreeMap::new(),
            impossible,
        };
        let own = match objective.method {
            Method::Timeslices { slice_s, target } => sliced(slice_s, &|tally| {
                // A slice that reaches its target but for rounding is good.
                let good = tally.good_share().unwrap_or(1.0);
                f64::from(u8::from(good < target - 1e-12))
            }),
            Method::RatioTimeslices { slice_s } => sliced(slice_s, &|tally| tally.bad_share().unwrap_or(0.0)),
            Method::Occurrences => {
                let unit = if timed { "seconds" } else { "events" };
                Own { timeline, delay_us: bucket_us, timed, unit, uncorrected, blamed, impossible }
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

    /// How long after its instant an event is known, µs: the longest of the parts for a composite.
    pub fn delay_us(&self) -> i64 {
        match self {
            Line::Own(own) => own.delay_us,
            Line::Composite(parts) => parts.iter().map(|(_, line)| line.delay_us()).max().unwrap_or(0),
        }
    }

    /// The share of a composite's weight whose parts have no event in `[from, to)`; 0 for others.
    pub fn silent(&self, from: i64, to: i64) -> f64 {
        let Line::Composite(parts) = self else { return 0.0 };
        let weight = |silent: bool| -> f64 {
            let chosen = parts.iter().filter(|(_, line)| !silent || line.over(from, to).total <= 0.0);
            chosen.map(|(weight, _)| weight).sum()
        };
        weight(true) / weight(false)
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
