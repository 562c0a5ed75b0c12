//! One wrong file for each rule, with the line and the words of its refusal; and what sources in the lake become.

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::declaration::catalogue::Catalogue;
use crate::declaration::definitions::Definitions;
use crate::declaration::issue::{Issue, Level};
use crate::declaration::objective::{Indicator, Objectives, Place, Source};
use crate::declaration::table::Kind;

mod whole;

static DEFINITIONS: LazyLock<Definitions> = LazyLock::new(|| Definitions::load(&Catalogue::embedded()));

fn read(files: &[&str]) -> (Objectives, Vec<Issue>) {
    let mut catalogue = Catalogue::default();
    for (position, text) in files.iter().enumerate() {
        catalogue.insert(&format!("slos/{position}.yaml"), text);
    }
    super::read(&catalogue, &DEFINITIONS.tables, &DEFINITIONS.facts)
}

fn good(files: &[&str]) -> Objectives {
    let (found, issues) = read(files);
    let wrong: Vec<String> = issues.iter().filter(|i| i.level == Level::Error).map(Issue::to_string).collect();
    assert_eq!(wrong, Vec::<String>::new());
    found
}

const SLO: &str = "\
apiVersion: openslo/v1
kind: SLO
metadata: {name: checkout}
spec:
  service: Payments
  budgetingMethod: Occurrences
  timeWindow: [{duration: 30d, isRolling: true}]
  indicator:
    spec:
      ratioMetric:
        good: {metricSource: {type: nines, spec: {table: sli_counts, service: Payments, value: good}}}
        total: {metricSource: {type: nines, spec: {table: sli_counts, service: Payments, value: total}}}
  objectives:
    - target: 0.999
";

/// Text to replace in `SLO`, what to put there, the line of the issue, and words of it.
type Wrong = (&'static str, &'static str, usize, &'static str);

#[rustfmt::skip]
const WRONG: [Wrong; 59] = [
    ("openslo/v1", "openslo/v3", 1, "`apiVersion`: expected openslo/v1, openslo/v1alpha"),
    ("apiVersion: openslo/v1\n", "", 1, "`apiVersion` is missing"),
    ("kind: SLO", "kind: SLOO", 2, "`kind`: expected SLO, SLI, Service"),
    ("openslo/v1", "nines/v1", 2, "`kind`: expected ErrorBudgetPolicy, BudgetCorrection, found `SLO`"),
    ("metadata: {name: checkout}", "metadata: {}", 3, "`metadata.name` is missing"),
    ("{name: checkout}", "{name: checkout, displayname: x}", 3, "unknown field `displayname` in metadata"),
    ("{name: checkout}", "{name: [a]}", 3, "`metadata.name`: expected a text, found a list"),
    ("{name: checkout}", "checkout", 3, "metadata: expected a mapping, found `checkout`"),
    ("  service: Payments\n", "", 4, "`spec.service` is missing"),
    ("  service: Payments\n", "  service: Payments\n  service: Portal\n", 6, "`service` stands here twice, first on line 5"),
    ("  service: Payments\n", "\tservice: Payments\n", 5, "a tab indents this line"),
    ("  service: Payments\n", "  service: [Payments\n", 6, "this is no YAML"),
    ("  service: Payments\n", "  service: Payments\n  serice: x\n", 6, "unknown field `serice` in spec"),
    ("Occurrences", "occurrences", 6, "`spec.budgetingMethod`: expected Occurrences, Timeslices, RatioTimeslices"),
    ("  budgetingMethod: Occurrences\n", "", 4, "`spec.budgetingMethod` is missing"),
    ("[{duration: 30d, isRolling: true}]", "[]", 7, "expected exactly one window, found 0"),
    ("[{duration: 30d, isRolling: true}]", "[{duration: 30d, isRolling: true}, {duration: 1d}]", 7, "expected exactly one window, found 2"),
    ("[{duration: 30d, isRolling: true}]", "{duration: 30d, isRolling: true}", 7, "expected a list, found a mapping"),
    ("30d", "30 days", 7, "`spec.timeWindow[1].duration`: expected a length of time, found `30 days`"),
    ("30d", "0d", 7, "expected a length of time, found `0d`"),
    ("30d", "90s", 7, "expected whole minutes, found 90 seconds"),
    ("duration: 30d, ", "", 7, "`spec.timeWindow[1].duration` is missing"),
    ("isRolling: true", "isRolling: false", 7, "a window that isn't rolling needs a calendar"),
    ("isRolling: true", "isRolling: yes", 7, "expected true or false, found `yes`"),
    ("isRolling: true", "isRolling: true, calendar: {startTime: 2026-01-01, timeZone: UTC}", 7, "a window is rolling or has a calendar, not both"),
    ("isRolling: true", "calendar: {timeZone: UTC}", 7, "`spec.timeWindow[1].calendar.startTime` is missing"),
    ("isRolling: true", "calendar: {startTime: 2026-01-01}", 7, "`spec.timeWindow[1].calendar.timeZone` is missing"),
    ("isRolling: true", "calendar: {startTime: 1 May, timeZone: UTC}", 7, "expected a local time, found `1 May`"),
    ("isRolling: true", "calendar: {startTime: 2026-01-01, timeZone: Europe/Brusels}", 7, "expected an IANA time zone, found `Europe/Brusels`"),
    ("indicator:\n    spec:\n      ratioMetric:", "x:\n    spec:\n      ratioMetric:", 4, "`spec`: expected indicator or indicatorRef"),
    ("  objectives:", "  indicatorRef: other\n  objectives:", 13, "expected one of indicator and indicatorRef, found both"),
    ("      ratioMetric:", "      thresholdMetric: {metricSource: {type: x}}\n      ratioMetric:", 9, "expected exactly one of ratioMetric and thresholdMetric"),
    ("      ratioMetric:", "      ratioMetrik:", 9, "expected exactly one of ratioMetric and thresholdMetric"),
    ("        total:", "        bad:", 10, "expected one of good and bad, found both"),
    ("        good:", "        sum:", 11, "unknown field `sum` in spec.indicator.spec.ratioMetric"),
    ("        total:", "        raw:", 11, "raw is a ratio already, `good` cannot stand beside it"),
    ("        good: {metricSource: {type: nines, ", "        good: {metricSource: {", 11, "expected type or metricSourceRef"),
    ("table: sli_counts, service: Payments, value: good", "table: sli_count, value: good", 11, "there is no table `sli_count`"),
    ("table: sli_counts, service: Payments, value: good", "table: service_time, value: good", 11, "there is no table `service_time`"),
    ("table: sli_counts, service: Payments, value: good", "value: good", 11, "expected one of table and fact"),
    ("value: good", "value: god", 11, "`spec.indicator.spec.ratioMetric.good.metricSource.spec.value`: "),
    ("value: good", "value: service", 11, "expected a number, true or false, found text"),
    ("value: good", "where: good", 11, "expected true or false, found number"),
    ("value: good", "where: 'good >'", 11, "`spec.indicator.spec.ratioMetric.good.metricSource.spec.where`: "),
    ("value: good", "at: started_at", 11, "sli_counts has no column `started_at`"),
    ("value: good", "at: good", 11, "expected an instant, `good` is number"),
    ("value: good", "from: at", 11, "expected at, or both from and to"),
    ("value: good", "servise: x", 11, "`servise` is no key and no column of sli_counts"),
    ("value: good", "period_s: long", 11, "`period_s`: expected a number to compare with, found `long`"),
    ("table: sli_counts, service: Payments, value: good", "table: services", 11, "rows of services have no instant"),
    ("table: sli_counts, service: Payments, value: good", "fact: slo_days, value: good", 11, "`slo_days` is made of objectives and can't be the source of one"),
    ("type: nines, spec: {table: sli_counts, service: Payments, value: good}", "type: Prometheus, spec: {query: up}", 10, "either both sources lie in the lake or none does"),
    ("target: 0.999", "target: 99.9", 14, "expected a number above 0 and below 1, found `99.9`"),
    ("target: 0.999", "target: 1", 14, "expected a number above 0 and below 1, found `1`"),
    ("target: 0.999", "target: high", 14, "`spec.objectives[1].target`: expected a number, found `high`"),
    ("target: 0.999", "targetPercent: 100", 14, "expected a number above 0 and below 100, found `100`"),
    ("target: 0.999", "target: 0.999\n      targetPercent: 99.9", 15, "expected one of target and targetPercent, found both"),
    ("target: 0.999", "displayName: Good", 14, "`spec.objectives[1].target` is missing"),
    ("    - target: 0.999\n", "    []\n", 13, "expected at least one objective, found none"),
];

#[test]
fn each_wrong_file_is_refused_at_its_line() {
    good(&[SLO]);
    for (old, new, line, words) in WRONG {
        assert!(SLO.contains(old), "{old}");
        let (found, issues) = read(&[&SLO.replacen(old, new, 1)]);
        let wrong: Vec<&Issue> = issues.iter().filter(|issue| issue.level == Level::Error).collect();
        let hit = wrong.iter().any(|issue| issue.line == Some(line) && issue.message.contains(words));
        assert!(hit, "{new}: expected {line}: {words}\nfound {wrong:#?}");
        // A key that stands twice, or in a half that is no YAML, leaves nothing; nor does any other mistake.
        assert!(found.objectives.is_empty() || words.contains("twice"), "{new}");
    }
}

#[test]
fn a_misspelt_name_comes_with_the_right_one() {
    let hint = |old: &str, new: &str| -> Vec<String> {
        let (_, issues) = read(&[&SLO.replacen(old, new, 1)]);
        issues.into_iter().filter_map(|issue| issue.hint).collect()
    };
    assert!(hint("  service:", "  serice:").contains(&"did you mean `service`?".to_string()));
    assert!(hint("Occurrences", "occurrences").contains(&"did you mean `Occurrences`?".to_string()));
    assert!(hint("table: sli_counts", "table: tickets_").contains(&"did you mean `tickets`?".to_string()));
    assert!(hint("table: sli_counts", "table: ticket_steps").contains(&"write fact: ticket_steps".to_string()));
    assert!(
        hint("isRolling: true", "calendar: {startTime: 2026-01-01, timeZone: Europe/Brusels}")
            .contains(&"did you mean `Europe/Brussels`?".to_string())
    );
    assert!(hint("target: 0.999", "target: 99.9").contains(&"for 99.9 % write targetPercent: 99.9".to_string()));
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text =
        SLO.replace("Occurrences", "Often").replace("30d", "soon").replace("0.999", "2").replace("good}", "god}");
    let (_, issues) = read(&[&text.replace("  service: Payments\n", "")]);
    let lines: Vec<usize> = issues.iter().map(|issue| issue.line.unwrap()).collect();
    assert_eq!(lines, [4, 5, 6, 10, 13]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever part of a file is lost or doubled, the reader comes to an end and its issues stand on lines of the file.
    #[test]
    fn a_damaged_file_never_breaks_the_reader(
        which in 0..3_usize, from in 0..1_200_usize, length in 0..80_usize, doubled: bool, junk in "[-:{}\\[\\]&*!|>'\"%@`#,? \\n\\ta1é]{0,4}",
    ) {
        let text = [SLO, whole::BY_REFERENCE, whole::OURS][which];
        let from = from.min(text.len());
        let to = (from + length).min(text.len());
        let kept = if doubled { &text[from..] } else { &text[to..] };
        let damaged = format!("{}{junk}{kept}", &text[..to]);
        let lines = damaged.lines().count() + 1;
        let (_, issues) = read(&[&damaged]);
        for issue in issues {
            prop_assert!(issue.line.is_some_and(|line| (1..=lines).contains(&line)), "{issue}\n{damaged}");
        }
    }
}

#[test]
fn slices_must_be_sound() {
    let slices = SLO.replace("Occurrences", "Timeslices");
    #[rustfmt::skip]
    let wrong = [
        ("timeSliceTarget: 1.5", "expected a number above 0 and at most 1, found 1.5"),
        ("timeSliceTarget: 0", "expected a number above 0 and at most 1, found 0"),
        ("timeSliceWindow: 1M", "expected a length of time, found `1M`"),
        ("timeSliceWindow: soon", "expected a length of time, found `soon`"),
    ];
    for (field, words) in wrong {
        let text = slices.replace("target: 0.999\n", &format!("target: 0.999\n      {field}\n"));
        let (_, issues) = read(&[&text]);
        let hit = issues.iter().any(|i| i.level == Level::Error && i.line == Some(15) && i.message.contains(words));
        assert!(hit, "{field}: {issues:#?}");
    }
}

fn rows_of(source: &str) -> super::super::objective::Rows {
    let found = good(&[&SLO.replacen("table: sli_counts, service: Payments, value: good", source, 1)]);
    let Indicator::Ratio { part: Source { rows: Some(rows), .. }, .. } = found.objectives[0].indicator.clone() else {
        panic!("a ratio from the lake")
    };
    rows
}

#[test]
fn columns_and_conditions_hold_together() {
    let rows =
        rows_of("table: sli_counts, service: \"O'Hara\", sli: [a, b], where: total > 0 OR good > 0, value: good");
    let filter = rows.filter.unwrap().sql;
    assert_eq!(filter, "(total > 0 OR good > 0) AND (service = 'O''Hara') AND (sli IN ('a', 'b'))");
    assert_eq!((rows.name.as_str(), rows.fact, rows.value.unwrap().sql.as_str()), ("sli_counts", false, "good"));
    assert_eq!(rows.place, Place::At("at".to_string()));
    let rows = rows_of("fact: tickets, priority: 1, major: true, value: within_target");
    assert_eq!(rows.filter.unwrap().sql, "(priority = 1) AND (major = true)");
    assert_eq!((rows.fact, rows.place), (true, Place::At("resolved_at".to_string())));
    let rows = rows_of("fact: failures, from: started_at, to: ended_at, value: weighted_s");
    assert_eq!(rows.place, Place::Span("started_at".to_string(), "ended_at".to_string()));
    assert_eq!(rows.filter, None);
}

#[test]
fn every_canonical_table_with_instants_has_a_usual_one() {
    let mut looked_at = 0;
    for table in DEFINITIONS.tables.values() {
        if table.columns.iter().any(|column| column.kind == Kind::Instant) {
            rows_of(&format!("table: {}", table.name));
            looked_at += 1;
        }
    }
    assert!(looked_at > 15);
    for fact in ["tickets", "changes", "incidents", "failures", "service_time", "ticket_steps"] {
        rows_of(&format!("fact: {fact}"));
    }
}

#[test]
fn a_percentage_is_the_nearest_share() {
    for (percent, share) in [("99.9", 0.999), ("99.95", 0.9995), ("99.99", 0.9999), ("5", 0.05), ("97.", 0.97)] {
        let found = good(&[&SLO.replace("target: 0.999", &format!("targetPercent: {percent}"))]);
        assert_eq!(found.objectives[0].target, share);
    }
}
