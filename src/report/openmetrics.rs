//! A report's figures as OpenMetrics text for a scraper: unrounded, without timestamps, so that the text also is what
//! node_exporter's textfile collector reads. A series is a figure of a slice of a report; its period is no label, or each week would
//! begin a new one: `nines_report_info` says which it is. What isn't there has no sample.

mod families;

use std::collections::BTreeMap;

use super::document::Document;
use super::format::{RenderError, Templates};
use super::v1;
use crate::arithmetic::local_time::from_rfc3339;
use families::{Families, Labels};

/// The text, closed by its end mark.
///
/// # Errors
/// Never.
pub fn render(document: &Document, _: &dyn Templates) -> Result<Vec<u8>, RenderError> {
    let mut families = Families::default();
    let report = &document.data;
    about(&mut families, report);
    for measure in &report.measures {
        figure(&mut families, document, measure);
    }
    for objective in &report.objectives {
        self::objective(&mut families, report, objective);
    }
    quality(&mut families, report);
    Ok(families.text().into_bytes())
}

/// Labels of a series of this report.
fn labels<'a>(report: &'a v1::Report, own: impl IntoIterator<Item = (&'a str, &'a str)>) -> Labels {
    let own = own.into_iter().chain([("report", report.report.as_str())]);
    own.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Labels that stand beside a figure's dimensions.
const OWN: [&str; 4] = ["report", "metric", "status", "period"];

/// The slice of records that name nothing. To a scraper a label without a value is no label: the series would be that of all.
const NONE: &str = "(none)";

/// A dimension as the name of a label that is none of ours.
fn dimension(name: &str) -> String {
    let plain: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    let first = plain.starts_with(|letter: char| letter.is_ascii_digit()) || plain.starts_with("__");
    if first || plain.is_empty() || OWN.contains(&plain.as_str()) { format!("dim_{plain}") } else { plain }
}

fn about(families: &mut Families, report: &v1::Report) {
    let info = [
        ("project", report.project.as_str()),
        ("period", report.period.id.as_str()),
        ("start", report.period.start.as_str()),
        ("end", report.period.end.as_str()),
        ("version", report.version.as_str()),
    ];
    families.add(
        "nines_report_info",
        "",
        "The report and the period that its figures are of.",
        labels(report, info),
        1.0,
    );
    let moments = [
        ("as_of", "The moment that the figures call now.", &report.as_of),
        ("period_start", "The start of the period.", &report.period.start),
        ("period_end", "The end of the period.", &report.period.end),
    ];
    for (name, help, moment) in moments {
        if let Some(micros) = from_rfc3339(moment) {
            let family = format!("nines_report_{name}_timestamp_seconds");
            families.add(&family, "seconds", help, labels(report, []), micros as f64 / 1e6);
        }
    }
}

/// What a unit is called at the end of a name.
fn suffix(unit: &str) -> &str {
    match unit {
        "share" => "ratio",
        "count" | "number" | "money" => "",
        other => other,
    }
}

/// The name of a metric's family; families of ours keep their names.
fn family(metric: &str, unit: &str) -> String {
    let unit = suffix(unit);
    let ends = metric == unit || metric.ends_with(&format!("_{unit}"));
    let name = if unit.is_empty() || ends { metric.to_owned() } else { format!("{metric}_{unit}") };
    let ours = ["report_", "target", "status", "interval_", "objective_", "rows_", "newest_record_", "table_records"];
    if ours.iter().any(|start| name.starts_with(start)) {
        format!("nines_metric_{name}")
    } else {
        format!("nines_{name}")
    }
}

fn figure(families: &mut Families, document: &Document, measure: &v1::Measure) {
    let report = &document.data;
    let named = |value| if str::is_empty(value) { NONE } else { value };
    let slice: BTreeMap<String, &str> =
        measure.dims.iter().map(|(name, value)| (dimension(name), named(value))).collect();
    let slice = || slice.iter().map(|(name, value)| (name.as_str(), *value));
    let title = document.titles.get(&measure.metric).map_or(measure.metric.as_str(), String::as_str);
    let family = family(&measure.metric, measure.unit);
    if let Some(value) = measure.value {
        families.add(&family, suffix(measure.unit), &format!("{title}."), labels(report, slice()), value);
    }
    let of_metric = || slice().chain([("metric", measure.metric.as_str())]);
    let beside = [
        ("nines_interval_lower", "Lower end of the figure's 95 % interval, in its unit.", measure.lower),
        ("nines_interval_upper", "Upper end of the figure's 95 % interval, in its unit.", measure.upper),
        ("nines_target", "What is aimed at, in the figure's unit.", measure.target),
    ];
    for (name, help, value) in beside {
        if let Some(value) = value {
            families.add(name, "", help, labels(report, of_metric()), value);
        }
    }
    if let Some(status) = measure.status.filter(|status| STATES.contains(status)) {
        states(
            families,
            "nines_status",
            "How the figure stands against its target: 1 for what holds.",
            status,
            |state| labels(report, of_metric().chain([("status", state)])),
        );
    }
}

/// What a figure with a target can be.
const STATES: [&str; 4] = ["met", "at_risk", "missed", "no_data"];

/// A sample for each state, so that none of them ends when the state changes.
fn states(families: &mut Families, name: &str, help: &str, found: &str, of: impl Fn(&'static str) -> Labels) {
    for state in STATES {
        families.add(name, "", help, of(state), f64::from(u8::from(state == found)));
    }
}

fn objective(families: &mut Families, report: &v1::Report, objective: &v1::Objective) {
    let own = || [("objective", objective.objective.as_str()), ("service", objective.service.as_str())];
    let figures = [
        ("sli", "Share of good events so far.", objective.sli),
        ("target", "Share of good events to reach.", Some(objective.target)),
        ("budget_consumed", "Share of the error budget that is consumed; above 1 it is spent.", objective.consumed),
        ("budget_remaining", "Share of the error budget that remains.", objective.remaining),
    ];
    for (name, help, value) in figures {
        if let Some(value) = value {
            families.add(&format!("nines_objective_{name}_ratio"), "ratio", help, labels(report, own()), value);
        }
    }
    for burn in &objective.burn {
        let lookback = burn.lookback_s.to_string();
        let help = "How many times faster than the even pace the budget burns, by look-back in seconds.";
        if let Some(rate) = burn.rate {
            let own = own().into_iter().chain([("lookback_seconds", lookback.as_str())]);
            families.add("nines_objective_burn_rate", "", help, labels(report, own), rate);
        }
    }
    let help = "How the objective stands: 1 for what holds.";
    states(families, "nines_objective_status", help, objective.status, |state| {
        labels(report, own().into_iter().chain([("status", state)]))
    });
}

fn quality(families: &mut Families, report: &v1::Report) {
    // One file may feed several tables, and one table by several mappings.
    for file in &report.quality.files {
        let own = || labels(report, [("file", file.file.as_str()), ("table", file.table.as_str())]);
        let rows = [
            ("read", "Rows of the export.", file.read),
            ("accepted", "Rows that were new.", file.accepted),
            ("rejected", "Rows that were kept aside with their reasons.", file.rejected),
            ("unchanged", "Rows that were known already.", file.unchanged),
        ];
        for (name, help, count) in rows {
            families.sum(&format!("nines_rows_{name}"), "", help, own(), count as f64);
        }
    }
    for fresh in &report.quality.freshness {
        let own = || labels(report, [("table", fresh.table.as_str())]);
        families.add("nines_table_records", "", "Records of the table.", own(), fresh.rows as f64);
        let newest = fresh.newest.as_deref().and_then(from_rfc3339);
        if let Some((newest, now)) = newest.zip(from_rfc3339(&report.as_of)) {
            let help = "Time since the newest record of the table.";
            families.add("nines_newest_record_age_seconds", "seconds", help, own(), (now - newest) as f64 / 1e6);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::declaration::catalogue::Catalogue;
    use crate::declaration::definitions::Definitions;
    use crate::report::compose::compose;
    use crate::scorecard::example;

    fn weekly(of: &crate::scorecard::scorecard::Scorecard) -> (Document, String) {
        let catalogue = Catalogue::embedded();
        let document = compose(of, &Definitions::load(&catalogue).reports["weekly"]);
        let text = String::from_utf8(render(&document, &catalogue).unwrap()).unwrap();
        (document, text)
    }

    #[test]
    fn figures_are_those_of_the_contract_and_what_is_missing_has_no_sample() {
        let (document, text) = weekly(&example::rich());
        let of =
            |name: &str| document.data.measures.iter().find(|one| one.metric == name && one.dims.is_empty()).unwrap();
        let availability = of("availability").value.unwrap();
        assert!(text.contains(&format!("\nnines_availability_ratio{{report=\"weekly\"}} {availability}\n")), "{text}");
        assert!(text.contains("# TYPE nines_availability_ratio gauge\n# UNIT nines_availability_ratio ratio\n"));
        assert!(text.contains("\nnines_report_info{") && text.ends_with("\n# EOF\n"));
        assert!(text.contains("nines_status{metric=\"availability\",report=\"weekly\",status=\"met\"}"));
        let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let series: BTreeSet<&str> = samples.iter().filter_map(|line| line.rsplit_once(' ')).map(|one| one.0).collect();
        assert_eq!(samples.len(), series.len(), "a series stands once");
        let periods: Vec<&&str> = samples.iter().filter(|line| line.contains("2026-W46")).collect();
        assert_eq!(periods.len(), 1, "the period is a label of the report only");
        let (_, empty) = weekly(&example::empty());
        assert!(!empty.contains("NaN") && !empty.contains("nines_availability_ratio{"), "{empty}");
    }

    #[test]
    fn the_slice_of_what_names_nothing_is_not_the_series_of_all() {
        let mut document = weekly(&example::rich()).0;
        let mut nothing = document.data.measures[0].clone();
        nothing.dims = BTreeMap::from([("service".to_owned(), String::new())]);
        document.data.measures = vec![nothing];
        let text = String::from_utf8(render(&document, &Catalogue::embedded()).unwrap()).unwrap();
        assert!(text.contains("service=\"(none)\"") && !text.contains("=\"\""), "{text}");
    }

    #[test]
    fn every_metric_has_a_family_of_its_own() {
        let metrics = Definitions::load(&Catalogue::embedded()).metrics;
        let names: BTreeSet<String> = metrics.values().map(|metric| family(&metric.id, metric.unit.as_str())).collect();
        assert_eq!(names.len(), metrics.len());
        assert_eq!(family("mtrs", "seconds"), "nines_mtrs_seconds");
        assert_eq!(family("nines", "nines"), "nines_nines");
        assert_eq!(family("target", "count"), "nines_metric_target");
        assert_eq!((dimension("from tier"), dimension("status")), ("from_tier".to_owned(), "dim_status".to_owned()));
    }
}
