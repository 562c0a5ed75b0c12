//! `nines measure --contributions`: what a change, or an index, is made of.

use serde_json::{Value, json};

use super::measure::Format;
use super::output::grid;
use super::{Terminal, Trouble};
use crate::arithmetic::local_time::rfc3339;
use crate::arithmetic::period::Period;
use crate::declaration::language::Language;
use crate::declaration::metric::Metric;
use crate::metrics::measure::Measure;
use crate::pipeline::{self, Contributions, Part, Session};
use crate::report::{figure, v1};
use crate::scorecard::contribution::is_additive;

/// The answer for each metric, in the wanted format.
pub(super) fn answer(
    terminal: &Terminal,
    session: &Session,
    metrics: &[String],
    by: &[String],
    period: &Period,
    filter: Option<&str>,
    format: Format,
) -> Result<String, Trouble> {
    let dimension = match by {
        [] => None,
        [one] => Some(one.as_str()),
        _ => return Err(Trouble::usage("--contributions: expected --by with one dimension, found several")),
    };
    let found: Vec<(&Metric, Contributions)> = metrics
        .iter()
        .map(|id| {
            let found = pipeline::contributions(session, id, dimension, period, filter)?;
            Ok((&session.definitions.metrics[id], found))
        })
        .collect::<Result<_, Trouble>>()?;
    match format {
        Format::Table => {
            let tables = found.iter().map(|(metric, found)| table(terminal, session, metric, found, dimension));
            Ok(tables.collect::<Vec<_>>().join("\n"))
        }
        Format::Json => {
            let document = json!({
                "as_of": rfc3339(session.as_of),
                "known_at": session.known_at.map(rfc3339),
                "contributions": found.iter().map(|(metric, found)| document(metric, found, dimension)).collect::<Vec<_>>(),
            });
            serde_json::to_string_pretty(&document).map_err(|error| Trouble::failed(format!("json: {error}")))
        }
        Format::Csv => csv(&found),
        Format::Parquet => Err(Trouble::usage("--contributions: expected --format table, json or csv, found parquet")),
    }
}

fn name(value: &str) -> String {
    if value.is_empty() { "(none)".to_string() } else { value.to_string() }
}

fn table(
    terminal: &Terminal,
    session: &Session,
    metric: &Metric,
    found: &Contributions,
    dimension: Option<&str>,
) -> String {
    match found {
        Contributions::Change { before, after, parts } => {
            let value = |value: Option<f64>| {
                value.map_or_else(
                    || figure::NOTHING.to_string(),
                    |value| figure::value_text(&Language::default(), metric, value, None),
                )
            };
            let totals: Vec<f64> = parts.iter().map(|part| part.share.total()).collect();
            let places = figure::places_that_sum(metric, &totals);
            let change = |change: f64| figure::delta_to(&Language::default(), metric, change, places);
            // A count has no mix: what its parts add is all there is to say.
            let ratio = !is_additive(metric);
            let effects = |mix: f64, rate: f64, total: f64| -> Vec<String> {
                if ratio { [mix, rate, total].map(change).to_vec() } else { vec![change(total)] }
            };
            let mut rows: Vec<Vec<String>> = parts
                .iter()
                .map(|Part { before, after, share }| {
                    let effects = effects(share.mix, share.rate, share.total());
                    [vec![name(&share.value), value(*before), value(*after)], effects].concat()
                })
                .collect();
            let (mix, rate, total) = pipeline::sums(parts);
            let sums = effects(mix, rate, total);
            rows.push([vec!["sum".to_string(), value(before.value), value(after.value)], sums].concat());
            let mut header = vec![dimension.unwrap_or_default(), &before.period.id, &after.period.id];
            header.extend(if ratio { &["Mix effect", "Rate effect", "Total"][..] } else { &["Change"] });
            format!("{}\n{}", metric.title, grid(terminal, &header, &[1, 2, 3, 4, 5], rows))
        }
        Contributions::Index { measure, parts } => {
            let number =
                |value: Option<f64>| value.map_or_else(|| figure::NOTHING.to_string(), |value| format!("{value:.1}"));
            let mut rows: Vec<Vec<String>> = parts
                .iter()
                .map(|part| {
                    let points = part.score.map(|_| part.points);
                    vec![part.metric.clone(), part.weight.to_string(), number(part.score), number(points)]
                })
                .collect();
            rows.push(vec!["sum".to_string(), String::new(), String::new(), number(measure.value)]);
            let heading = format!("{}, {}", metric.title, measure.period.label(session.project.zone));
            format!("{heading}\n{}", grid(terminal, &["Part", "Weight", "Score", "Points"], &[1, 2, 3], rows))
        }
    }
}

fn document(metric: &Metric, found: &Contributions, dimension: Option<&str>) -> Value {
    let side = |measure: &Measure| json!({ "period": v1::Period::of(&measure.period), "value": measure.value });
    match found {
        Contributions::Change { before, after, parts } => {
            let (mix, rate, total) = pipeline::sums(parts);
            json!({
                "metric": metric.id, "unit": metric.unit.as_str(), "dimension": dimension,
                "before": side(before), "after": side(after),
                "parts": parts.iter().map(|Part { before, after, share }| json!({
                    "value": share.value, "before": before, "after": after,
                    "mix": share.mix, "rate": share.rate, "total": share.total(),
                })).collect::<Vec<_>>(),
                "sum": { "mix": mix, "rate": rate, "total": total },
            })
        }
        Contributions::Index { measure, parts } => json!({
            "metric": metric.id, "unit": metric.unit.as_str(), "dimension": Value::Null, "after": side(measure),
            "parts": parts.iter().map(|part| json!({
                "metric": part.metric, "weight": part.weight, "score": part.score,
                "points": part.score.map(|_| part.points),
            })).collect::<Vec<_>>(),
        }),
    }
}

fn csv(found: &[(&Metric, Contributions)]) -> Result<String, Trouble> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Trouble::failed(format!("csv: {error}"));
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    writer.write_record(["metric", "part", "before", "after", "mix", "rate", "total"]).map_err(failed)?;
    for (metric, found) in found {
        let rows: Vec<[String; 6]> = match found {
            Contributions::Change { parts, .. } => parts
                .iter()
                .map(|Part { before, after, share }| {
                    let effects = [share.mix, share.rate, share.total()].map(|effect| number(Some(effect)));
                    let [mix, rate, total] = effects;
                    [share.value.clone(), number(*before), number(*after), mix, rate, total]
                })
                .collect(),
            Contributions::Index { parts, .. } => parts
                .iter()
                .map(|part| {
                    let points = number(part.score.map(|_| part.points));
                    let none = String::new;
                    [part.metric.clone(), none(), number(part.score), none(), none(), points]
                })
                .collect(),
        };
        for row in rows {
            writer.write_field(&metric.id).map_err(failed)?;
            writer.write_record(&row).map_err(failed)?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| Trouble::failed(format!("csv: {error}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
