//! The JSON contract, version 1: figures unrounded, durations in seconds, shares 0 to 1, instants RFC 3339 UTC, absent is
//! null. Its structs are its own, so that a change inside doesn't change what others read.

mod objective;
mod quality;

mod restated;

pub use quality::{Freshness, Gap, OrderViolation, Orphans, Quality};
pub use restated::{ChangedRecords, Published, Restatement};

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::level;
use crate::arithmetic::control::{Limits, Signal};
use crate::arithmetic::local_time::rfc3339;
use crate::arithmetic::period;
use crate::declaration::metric::{Levels, Metric};
use crate::declaration::report::ReportDefinition;
use crate::metrics::measure;
use crate::scorecard::scorecard::{self, Card, Scorecard};
use crate::scorecard::signal::Direction;
use crate::scorecard::target::{DeclaredBy, Standing, Target};
pub use objective::Objective;

/// A report: what it is about, its figures, and how far they can be trusted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Version of this contract.
    pub contract: u32,
    /// The report's name.
    pub report: String,
    /// Its title.
    pub title: String,
    /// Name of the project.
    pub project: String,
    /// Reporting time zone.
    pub zone: String,
    /// The period.
    pub period: Period,
    /// "Now" of the figures.
    pub as_of: String,
    /// Which record versions counted; null for all.
    pub known_at: Option<String>,
    /// Version of the program.
    pub version: String,
    /// The figures of the period.
    pub measures: Vec<Measure>,
    /// For each figure that has one: score, signal, limits, parts.
    pub assessments: Vec<Assessment>,
    /// The figures of the earlier periods, of what the report shows with its history.
    pub history: Vec<Measure>,
    /// How each objective stands at the period's end; only in reports that show objectives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Objective>,
    /// Failures that touch the period.
    pub disruptions: Vec<Disruption>,
    /// What became of the rows.
    pub quality: Quality,
    /// Figures of this and the twelve periods before that differ from what an earlier run reported.
    pub restatements: Vec<Restatement>,
}

/// A half-open period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Period {
    /// "2026-W46".
    pub id: String,
    /// Its start.
    pub start: String,
    /// Its end, no longer in it.
    pub end: String,
}

/// A figure with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// Id of the metric.
    pub metric: String,
    /// share, seconds, count, per_hour, per_day, number, money, score or nines.
    pub unit: &'static str,
    /// higher, lower or neither.
    pub better: &'static str,
    /// The period.
    pub period: Period,
    /// The slice; empty is the overall figure.
    pub dims: BTreeMap<String, String>,
    /// value, no_data, not_applicable or not_enough.
    pub state: &'static str,
    /// The figure; null unless `state` is value.
    pub value: Option<f64>,
    /// What was divided.
    pub numerator: Option<f64>,
    /// What it was divided by.
    pub denominator: Option<f64>,
    /// Rows behind it.
    pub n: u64,
    /// Lower end of the 95 % interval.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval.
    pub upper: Option<f64>,
    /// Share of what should have been measured that was.
    pub coverage: Option<f64>,
    /// partial, low_n, censored, estimated, restated.
    pub flags: Vec<&'static str>,
    /// Rows of the fact that the figure takes in; with those left out, all of the period and slice.
    pub rows: u64,
    /// Rows left out, by the name of the rule; `where` is the metric's own condition.
    pub excluded: BTreeMap<String, u64>,
    /// Where the figure would stand among published levels; only of metrics that have some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The target.
    pub target: Option<f64>,
    /// met, at_risk, missed, no_data or no_target; null where it was not judged.
    pub status: Option<&'static str>,
    /// What an earlier run reported for it; null where that is the same, or nothing.
    pub published: Option<Published>,
}

/// Published levels of performance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Level {
    /// The levels that the figure belongs to; none where nothing was published for it, several where they are alike.
    pub names: Vec<String>,
    /// Where they were published.
    pub source: String,
    /// The year that they speak of.
    pub year: u64,
}

impl Level {
    /// The level of a measure; `None` without a value.
    pub fn of(levels: &Levels, measure: &measure::Measure) -> Option<Self> {
        let names = levels.of(measure.value?).into_iter().map(str::to_owned).collect();
        Some(Level { names, source: levels.source.clone(), year: levels.year })
    }
}

impl Measure {
    /// A measure in the contract's form; `judged` where it was held against a target.
    pub fn of(metric: &Metric, measure: &measure::Measure, judged: Option<(Option<&Target>, Standing)>) -> Self {
        Measure {
            metric: measure.metric.clone(),
            unit: metric.unit.as_str(),
            better: metric.better.as_str(),
            period: Period::of(&measure.period),
            dims: measure.dims.clone(),
            state: measure.state.as_str(),
            value: measure.value,
            numerator: measure.numerator,
            denominator: measure.denominator,
            n: measure.n,
            lower: measure.lower,
            upper: measure.upper,
            coverage: measure.coverage,
            flags: measure.flags.iter().map(|flag| flag.as_str()).collect(),
            rows: measure.rows,
            excluded: measure.excluded.iter().cloned().collect(),
            level: level::chosen(metric, None).and_then(|levels| Level::of(levels, measure)),
            target: judged.and_then(|(target, _)| target).map(|target| target.target),
            status: judged.map(|(_, standing)| standing.status.as_str()),
            published: None,
        }
    }
}

impl Period {
    /// A period in the contract's form.
    pub fn of(period: &period::Period) -> Self {
        Period { id: period.id.clone(), start: rfc3339(period.start), end: rfc3339(period.end) }
    }
}

/// What a figure's history and target say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assessment {
    /// Id of the metric.
    pub metric: String,
    /// The slice.
    pub dims: BTreeMap<String, String>,
    /// The figure of the period before.
    pub previous: Option<f64>,
    /// default or project; null without a target.
    pub target_by: Option<&'static str>,
    /// Whether the interval leaves the status open.
    pub uncertain: bool,
    /// 0 to 100.
    pub score: Option<f64>,
    /// none, outside, run, trend or not_enough.
    pub signal: &'static str,
    /// Length of a run or trend.
    pub length: Option<usize>,
    /// up or down.
    pub direction: Option<&'static str>,
    /// Whether that is good.
    pub good: Option<bool>,
    /// Complete periods that were judged.
    pub points: usize,
    /// The control chart that judged it: xmr, c, p or u.
    pub chart: &'static str,
    /// Id of the first period of a run or trend.
    pub since: Option<String>,
    /// Where the level changed for good.
    pub change_points: Vec<ChangePoint>,
    /// The autocorrelation of a figure that carries over from one period to the next: its limits may be too narrow.
    pub autocorrelation: Option<f64>,
    /// Limits of usual variation.
    pub limits: Option<ControlLimits>,
    /// For an index: its parts; their points sum to it.
    pub contributions: Vec<Contribution>,
}

/// A lasting change of level.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangePoint {
    /// The first period of the new level.
    pub period: Period,
    /// Mean until then.
    pub before: f64,
    /// Mean from then.
    pub after: f64,
    /// At most so probable in a series without a change.
    pub p: f64,
}

/// Limits of usual variation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ControlLimits {
    /// Mean of the points before the newest.
    pub mean: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

/// A part of an index.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contribution {
    /// Id of the part.
    pub metric: String,
    /// Its weight.
    pub weight: f64,
    /// Its score; null without data.
    pub score: Option<f64>,
    /// What it adds to the index.
    pub points: f64,
}

/// A failure of a service.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Disruption {
    /// The service.
    pub service: String,
    /// Its start.
    pub started_at: String,
    /// Its end; null while it lasts.
    pub ended_at: Option<String>,
    /// Its time within the period, seconds.
    pub duration_s: f64,
    /// 0 to 1.
    pub weight: f64,
    /// Recorded cause.
    pub cause: Option<String>,
    /// Change that caused it.
    pub change: Option<String>,
    /// Supplier that it lay with.
    pub supplier: Option<String>,
    /// Incident that it belongs to.
    pub incident: Option<String>,
}

impl Report {
    /// A scorecard in the contract's form: all its figures, in the order of metric and slice. Those that the report shows
    /// with their history have it; of the others, which say why one moved, the assessment has the period before.
    pub fn of(scorecard: &Scorecard, report: &ReportDefinition) -> Self {
        let with_history: BTreeSet<(String, BTreeSet<String>)> = report
            .requests()
            .into_iter()
            .filter(|request| request.history)
            .map(|request| (request.metric, request.by.into_iter().collect()))
            .collect();
        let cards = || scorecard.cards.values();
        let judged = |card: &Card| {
            let judged = Some((card.agreed(), card.standing));
            let published = card.published.as_ref().map(Published::of);
            Measure { published, ..Measure::of(&card.metric, card.current(), judged) }
        };
        let earlier = |card: &Card| -> Vec<Measure> {
            if !with_history.contains(&(card.metric.id.clone(), card.dims.keys().cloned().collect())) {
                return Vec::new();
            }
            let earlier = &card.series[..card.series.len() - 1];
            earlier.iter().map(|measure| Measure::of(&card.metric, measure, None)).collect()
        };
        Report {
            contract: 1,
            report: report.name.clone(),
            title: report.title.clone(),
            project: scorecard.project.clone(),
            zone: scorecard.zone.name().to_owned(),
            period: Period::of(&scorecard.period),
            as_of: rfc3339(scorecard.as_of),
            known_at: scorecard.known_at.map(rfc3339),
            version: scorecard.version.clone(),
            measures: cards().map(judged).collect(),
            assessments: cards().map(Assessment::of).collect(),
            history: cards().flat_map(earlier).collect(),
            objectives: scorecard.objectives.iter().map(Objective::of).collect(),
            disruptions: scorecard.disruptions.iter().map(Disruption::of).collect(),
            quality: Quality::of(&scorecard.quality),
            restatements: scorecard.restatements.iter().map(Restatement::of).collect(),
        }
    }
}

impl Assessment {
    fn of(card: &Card) -> Self {
        let (signal, length) = match card.signal.signal {
            Signal::None => ("none", None),
            Signal::Outside => ("outside", None),
            Signal::RunOneSide(length) => ("run", Some(length)),
            Signal::Trend(length) => ("trend", Some(length)),
            Signal::NotEnough => ("not_enough", None),
        };
        Assessment {
            metric: card.metric.id.clone(),
            dims: card.dims.clone(),
            previous: card.previous.as_ref().and_then(|measure| measure.value),
            target_by: card.target.as_ref().map(|target| match target.declared_by {
                DeclaredBy::Default => "default",
                DeclaredBy::Chance => "chance",
                DeclaredBy::Project => "project",
            }),
            uncertain: card.standing.uncertain,
            score: card.score,
            signal,
            length,
            direction: card.signal.direction.map(|direction| match direction {
                Direction::Up => "up",
                Direction::Down => "down",
            }),
            good: card.signal.good,
            points: card.signal.points,
            chart: card.signal.chart.as_str(),
            since: card.signal.since.as_ref().map(|period| period.id.clone()),
            change_points: card
                .signal
                .changes
                .iter()
                .map(|change| ChangePoint {
                    period: Period::of(&change.period),
                    before: change.before,
                    after: change.after,
                    p: change.p,
                })
                .collect(),
            autocorrelation: card.signal.wanders,
            limits: card.limits.map(|Limits { mean, lower, upper, .. }| ControlLimits { mean, lower, upper }),
            contributions: card
                .contributions
                .iter()
                .map(|part| Contribution {
                    metric: part.metric.clone(),
                    weight: part.weight,
                    score: part.score,
                    points: part.points,
                })
                .collect(),
        }
    }
}

impl Disruption {
    fn of(disruption: &scorecard::Disruption) -> Self {
        Disruption {
            service: disruption.service.clone(),
            started_at: rfc3339(disruption.started_at),
            ended_at: disruption.ended_at.map(rfc3339),
            duration_s: disruption.duration_s,
            weight: disruption.weight,
            cause: disruption.cause.clone(),
            change: disruption.change.clone(),
            supplier: disruption.supplier.clone(),
            incident: disruption.incident.clone(),
        }
    }
}
