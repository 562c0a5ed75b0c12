//! Figures as runs published them: table `measures` of the lake, written once per content and read to find what was restated.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use polars::prelude::{AnyValue, Column, DataFrame, DataType, Scalar, SortMultipleOptions, col, lit};
use xxhash_rust::xxh3::xxh3_128;

use super::changed::{Read, changed_records};
use super::failure::Failure;
use super::measure::targets;
use super::measure_frame::measure_frame;
use super::session::Session;
use crate::arithmetic::local_time::rfc3339;
use crate::arithmetic::period::Period;
use crate::declaration::report::ReportDefinition;
use crate::lake::{LakeError, instant_type};
use crate::metrics::measure::{Flag, Measure};
use crate::scorecard::index::Dims;
use crate::scorecard::restated::{self, ChangedRecords, Publication, Published, Restatement};
use crate::scorecard::scorecard::{Card, Scorecard};

/// The table.
const TABLE: &str = "measures";

/// Earlier periods whose figures are held against what was published for them.
const LOOK_BACK: usize = 12;

/// Keeps the figures of a report's period as they were published: once, until they differ from the last publication. With
/// them go those of the periods before that the page showed too and that nobody has published yet, so that a record that
/// comes late for one of them is told.
///
/// # Errors
/// When the lake cannot be read or written.
pub(super) fn publish(session: &Session, declared: &ReportDefinition, scorecard: &Scorecard) -> Result<(), Failure> {
    if session.known_at.is_some() {
        return Ok(());
    }
    let report = declared.name.as_str();
    let mut measures: Vec<_> = scorecard
        .cards
        .values()
        .map(|card| {
            // What was published before is no part of what is published now.
            let mut measure = Card::current(card).clone();
            measure.flags.remove(&Flag::Restated);
            measure
        })
        .collect();
    let mut definitions: Vec<&str> = scorecard.cards.values().map(|card| card.definition.as_str()).collect();
    let content = format!("{report} {} {measures:?} {definitions:?}", rfc3339(session.as_of));
    let content = format!("{:032x}", xxh3_128(content.as_bytes()));
    let last = last(session, report, &scorecard.period.id)?;
    if last.as_ref().is_some_and(|(_, published)| *published == content) {
        return Ok(());
    }
    let earlier = earlier(session, declared, scorecard)?;
    let mut contents = vec![content.as_str(); measures.len()];
    contents.extend(earlier.iter().map(|_| EARLIER));
    for (measure, definition) in earlier {
        measures.push(measure);
        definitions.push(definition);
    }
    let count = measures.len();
    let mut frame = measure_frame(&measures.iter().collect::<Vec<_>>(), session.as_of)?;
    let text = |name: &str, value: &str| {
        Column::new_scalar(name.into(), Scalar::new(DataType::String, AnyValue::StringOwned(value.into())), count)
    };
    frame.insert_column(0, text("report", report))?;
    frame.with_column(Column::new("definition".into(), definitions))?;
    frame.with_column(Column::new("published_at".into(), vec![session.now; count]).cast(&instant_type())?)?;
    frame.with_column(Column::new("content".into(), contents))?;
    let place = format!("{content} after {:?}", last.map(|(at, _)| at));
    session.lake.publish(TABLE, &mut frame, xxh3_128(place.as_bytes()))?;
    Ok(())
}

/// What stands as the content of a figure of an earlier period, which is no publication of that period.
const EARLIER: &str = "";

/// The figures of earlier periods that a report showed beside those of its own, with their definitions, as far as no run
/// published them by the same definition: of its own figures as far back as they are looked after, of the others the period
/// before.
fn earlier<'s>(
    session: &Session,
    report: &ReportDefinition,
    scorecard: &'s Scorecard,
) -> Result<Vec<(Measure, &'s str)>, Failure> {
    let before = scorecard.period.previous(scorecard.zone).id;
    let ids: BTreeSet<String> =
        scorecard.period.trailing(LOOK_BACK + 1, scorecard.zone).into_iter().map(|period| period.id).collect();
    let known = publications(session, Some(&report.name), &ids)?;
    let known: BTreeSet<(&str, &Dims, &str, &str)> = known
        .iter()
        .map(|one| (one.metric.as_str(), &one.dims, one.period.as_str(), one.definition.as_str()))
        .collect();
    let requests = report.requests();
    let mut found = Vec::new();
    for ((metric, dims), card) in &scorecard.cards {
        let shown = requests.iter().any(|request| {
            request.metric == *metric
                && request.by.len() == dims.len()
                && request.by.iter().all(|name| dims.contains_key(name))
        });
        for measure in &card.series[..card.series.len() - 1] {
            let id = measure.period.id.as_str();
            let wanted = ids.contains(id) && (shown || id == before);
            // A figure that wasn't there was shown by nobody.
            let new =
                measure.value.is_some() && !known.contains(&(metric.as_str(), dims, id, card.definition.as_str()));
            if wanted && new && !measure.flags.contains(&Flag::Partial) {
                let mut measure = measure.clone();
                measure.flags.remove(&Flag::Restated);
                found.push((measure, card.definition.as_str()));
            }
        }
    }
    Ok(found)
}

/// The rows of a report, or of all, as far as they were known; none where nothing was published or only by a program that kept no
/// definitions.
fn rows(session: &Session, report: Option<&str>) -> Result<Option<DataFrame>, LakeError> {
    let Some(mut rows) = session.lake.scan(TABLE)? else { return Ok(None) };
    let schema = rows.collect_schema()?;
    if !["published_at", "definition", "content"].iter().all(|name| schema.contains(name)) {
        return Ok(None);
    }
    let mut wanted = col("published_at").is_not_null();
    if let Some(report) = report {
        wanted = wanted.and(col("report").eq(lit(report)));
    }
    if let Some(known_at) = session.known_at {
        wanted = wanted.and(col("published_at").lt_eq(lit(known_at).cast(instant_type())));
    }
    let order = ["published_at", "metric", "dims"];
    Ok(Some(rows.filter(wanted).sort(order, SortMultipleOptions::default()).collect()?))
}

/// When a report's period was last published, and the digest of what was.
fn last(session: &Session, report: &str, period: &str) -> Result<Option<(i64, String)>, LakeError> {
    let Some(frame) = rows(session, Some(report))? else { return Ok(None) };
    let at = frame.column("published_at")?.cast(&DataType::Int64)?;
    let (at, periods, content) = (at.i64()?, frame.column("period")?.str()?, frame.column("content")?.str()?);
    let found = (0..frame.height())
        .rev()
        .find(|row| periods.get(*row) == Some(period) && content.get(*row) != Some(EARLIER))
        .and_then(|row| Some((at.get(row)?, content.get(row)?.to_string())));
    Ok(found)
}

/// What was published of a report, or of all, for periods that were over by then.
fn publications(
    session: &Session,
    report: Option<&str>,
    periods: &BTreeSet<String>,
) -> Result<Vec<Publication>, LakeError> {
    let Some(frame) = rows(session, report)? else { return Ok(Vec::new()) };
    let text = |name: &str| frame.column(name).and_then(|column| column.str());
    let (metric, period, dims, definition) = (text("metric")?, text("period")?, text("dims")?, text("definition")?);
    let instant = |name: &str| frame.column(name).and_then(|column| column.cast(&DataType::Int64));
    let (at, end, as_of) = (instant("published_at")?, instant("period_end")?, instant("as_of")?);
    let (at, end, as_of) = (at.i64()?, end.i64()?, as_of.i64()?);
    let value = frame.column("value")?.f64()?;
    let one = |row: usize| {
        let over = end.get(row)? <= as_of.get(row)?;
        let period = period.get(row).filter(|period| over && periods.contains(*period))?;
        Some(Publication {
            metric: metric.get(row)?.to_string(),
            dims: serde_json::from_str(dims.get(row)?).ok()?,
            period: period.to_string(),
            value: value.get(row),
            at: at.get(row)?,
            definition: definition.get(row)?.to_string(),
        })
    };
    Ok((0..frame.height()).filter_map(one).collect())
}

/// Marks the figures of a scorecard that differ from what runs of the report published for them, with the records that came
/// or changed since.
///
/// # Errors
/// When the lake cannot be read.
pub(super) fn restate(session: &Session, report: &str, scorecard: &mut Scorecard) -> Result<(), Failure> {
    let periods: Vec<Period> = scorecard.period.trailing(LOOK_BACK + 1, scorecard.zone);
    let range = (periods.first().map_or(i64::MIN, |period| period.start), scorecard.period.end);
    let ids = periods.into_iter().map(|period| period.id).collect();
    let publications = publications(session, Some(report), &ids)?;
    if publications.is_empty() {
        return Ok(());
    }
    restated::mark(scorecard, &publications);
    let mut read = Read { range, records: BTreeMap::new() };
    for restatement in &mut scorecard.restatements {
        if !restatement.published.redefined {
            restatement.records = changed_records(session, restatement, &mut read)?;
        }
    }
    Ok(())
}

/// The records that came or changed since each of these figures was published and can bear on it, by table; in their order.
///
/// # Errors
/// When the lake cannot be read.
pub fn records_since(
    session: &Session,
    restated: &[(Measure, Published)],
) -> Result<Vec<Vec<ChangedRecords>>, Failure> {
    let (start, end) = restated.iter().fold((i64::MAX, i64::MIN), |(start, end), (measure, _)| {
        (start.min(measure.period.start), end.max(measure.period.end))
    });
    let mut read = Read { range: (start, end), records: BTreeMap::new() };
    let found = restated.iter().map(|(measure, published)| {
        let Some(metric) = session.definitions.metrics.get(&measure.metric).filter(|_| !published.redefined) else {
            return Ok(Vec::new());
        };
        let restatement = Restatement {
            metric: Arc::new(metric.clone()),
            dims: measure.dims.clone(),
            period: measure.period.clone(),
            published: published.clone(),
            now: measure.clone(),
            records: Vec::new(),
        };
        Ok(changed_records(session, &restatement, &mut read)?)
    });
    found.collect()
}

/// What runs of any report published for each of these measures, where that differs from it; in their order.
///
/// # Errors
/// When the lake cannot be read.
pub fn published(session: &Session, measures: &[Measure]) -> Result<Vec<Option<Published>>, Failure> {
    let periods = measures.iter().map(|measure| measure.period.id.clone()).collect();
    let publications = publications(session, None, &periods)?;
    let mut by_figure: BTreeMap<(&str, &Dims, &str), Vec<&Publication>> = BTreeMap::new();
    for one in &publications {
        by_figure.entry((&one.metric, &one.dims, &one.period)).or_default().push(one);
    }
    let (metrics, targets) = (&session.definitions.metrics, targets(session));
    let differing = measures.iter().map(|measure| {
        let found = by_figure.get(&(measure.metric.as_str(), &measure.dims, measure.period.id.as_str()))?;
        let definition = restated::definition(metrics.get(&measure.metric)?, &measure.dims, metrics, &targets);
        let over = !measure.flags.contains(&Flag::Partial);
        restated::differing(found, &definition, measure.value).filter(|_| over)
    });
    Ok(differing.collect())
}
