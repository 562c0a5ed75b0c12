//! What is refused, and where the issue points.

use std::collections::BTreeMap;

use super::*;
use crate::declaration::catalogue::Catalogue;
use crate::declaration::issue::Issue;
use crate::declaration::table::Kind;

pub(super) const GOOD: &str = r#"title = "Change failure rate"
meaning = "Share of closed changes that failed."
source = "DORA"
fact = "changes"
at = "ended_at"
where = "closed"
value = "COUNT(*) FILTER (WHERE failed) / COUNT(*)"
unit = "share"
better = "lower"
slices = ["service", "team"]
target = 0.05
limit = 0.3
[exclude]
cancelled = "outcome = 'cancelled'"
[example]
rows = [{ closed = true, failed = true }, { closed = true, failed = false }]
expect = { value = 0.5, numerator = 1, denominator = 2, n = 2 }
"#;

fn facts() -> Facts {
    let columns = [
        ("service", Kind::Text),
        ("team", Kind::Text),
        ("outcome", Kind::Text),
        ("ended_at", Kind::Instant),
        ("requested_at", Kind::Instant),
        ("closed", Kind::Boolean),
        ("failed", Kind::Boolean),
        ("risk", Kind::Integer),
        ("lead_time_s", Kind::Seconds),
    ];
    let columns = columns.map(|(name, kind)| (name.to_string(), kind));
    BTreeMap::from([("changes".to_string(), BTreeMap::from(columns))])
}

pub(super) fn loaded(files: &[(&str, &str)]) -> (BTreeMap<String, Metric>, Vec<Issue>) {
    let mut catalogue = Catalogue::default();
    for (path, text) in files {
        catalogue.insert(&format!("queries/metrics/{path}"), text);
    }
    load(&catalogue, &facts())
}

#[test]
fn a_sound_file_gives_its_metric() {
    let (metrics, issues) = loaded(&[("change/change_failure_rate.toml", GOOD)]);
    assert_eq!(issues, []);
    let metric = &metrics["change_failure_rate"];
    assert_eq!((metric.pillar.as_str(), metric.unit, metric.better), ("change", Unit::Share, Better::Lower));
    assert_eq!((metric.target, metric.limit, metric.minimum_n), (Some(0.05), Some(0.3), 1));
    assert_eq!((metric.lines["value"], metric.lines["exclude.cancelled"]), (7, 14));
    let Definition::Aggregate { exclude, interval, .. } = &metric.definition else { panic!("rows") };
    assert_eq!((exclude[0].0.as_str(), *interval), ("cancelled", IntervalKind::Wilson));
    let example = metric.example.as_ref().unwrap();
    assert_eq!((example.rows.len(), example.expect.value, example.expect.n), (2, Some(0.5), Some(2)));
}

/// The sound file with one line changed, loaded alone: the issues.
fn changed(from: &str, to: &str) -> Vec<Issue> {
    assert!(GOOD.contains(from), "{from}");
    let (metrics, issues) = loaded(&[("change/x.toml", &GOOD.replacen(from, to, 1))]);
    assert_eq!(metrics.is_empty(), !issues.is_empty(), "left out exactly when something is wrong");
    issues
}

#[test]
fn each_thing_that_is_wrong_is_named_with_its_line_and_advice() {
    let value = "COUNT(*) FILTER (WHERE failed) / COUNT(*)";
    let cases = [
        ("meaning =", "meanning =", 2, "unknown key `meanning`", "did you mean `meaning`?"),
        ("\"changes\"", "\"change\"", 4, "unknown fact `change`", "did you mean `changes`?"),
        ("\"ended_at\"", "\"endet_at\"", 5, "at: unknown column `endet_at`", "did you mean `ended_at`?"),
        (
            "\"ended_at\"",
            "\"team\"",
            5,
            "at: expected an instant, but `team` is none",
            "known are ended_at, requested_at",
        ),
        ("\"closed\"", "\"close\"", 6, "where: unknown column `close`", "did you mean `closed`?"),
        ("\"closed\"", "\"risk\"", 6, "where: expected a condition", "compare it"),
        (value, "AVG(lead_time)", 7, "value: unknown column `lead_time`", "did you mean `lead_time_s`?"),
        (value, "AVG(ROUND(lead_time_s))", 7, "value: the function ROUND is not portable", "report"),
        (value, "SUM(failed)", 7, "value: SUM: expected a number", "COUNT(*) FILTER (WHERE failed)"),
        ("\"share\"", "\"percent\"", 8, "unit: unknown word `percent`", "per_day"),
        ("\"lower\"", "\"lover\"", 9, "better: unknown word `lover`", "did you mean `lower`?"),
        ("\"team\"]", "\"teams\"]", 10, "slices: unknown column `teams`", "did you mean `team`?"),
        ("\"team\"]", "\"lead_time_s\"]", 10, "slices: `lead_time_s` is a measurement", "slice by"),
        ("0.05", "5", 11, "target: expected a share from 0 to 1, found 5", "0.95"),
        ("limit = 0.3", "limit = 0.01", 12, "limit 0.01 is not worse than target 0.05", "better is lower"),
        ("\"outcome =", "\"outcom =", 14, "exclude.cancelled: unknown column `outcom`", "did you mean `outcome`?"),
        ("[example]", "[examples]", 15, "unknown key `examples`", "did you mean `example`?"),
        ("failed = true", "faild = true", 16, "example.rows: unknown column `faild`", "did you mean `failed`?"),
        ("failed = true", "failed = 1", 16, "example.rows: failed: expected true or false, found 1", ""),
        ("value = 0.5", "valeu = 0.5", 17, "unknown key `example.expect.valeu`", "did you mean `value`?"),
        ("limit = 0.3", "interval = \"km\"", 12, "interval: km doesn't fit", "leave `interval` out"),
        ("limit = 0.3", "beside = [\"nothing\"]", 12, "`nothing` is no metric", ""),
        ("title = \"", "title = ", 1, "", ""),
    ];
    for (from, to, line, message, hint) in cases {
        let issues = changed(from, to);
        let fits = |issue: &&Issue| {
            issue.message.contains(message) && issue.hint.as_deref().unwrap_or_default().contains(hint)
        };
        let found = issues.iter().find(fits).unwrap_or_else(|| panic!("{to}: {issues:?}"));
        assert_eq!((found.line, found.file.as_str()), (Some(line), "queries/metrics/change/x.toml"), "{to}");
    }
}

#[test]
fn all_that_is_wrong_is_reported_at_once_in_the_order_of_lines() {
    let text = GOOD
        .replace("\"ended_at\"", "\"endet_at\"")
        .replace("\"share\"", "\"percent\"")
        .replace("failed = true", "faild = true")
        .replace("limit = 0.3", "limits = 0.3");
    let (_, issues) = loaded(&[("change/x.toml", &text), ("change/Bad-Id.toml", GOOD), ("stray.toml", GOOD)]);
    let found: Vec<(&str, Option<usize>)> = issues.iter().map(|issue| (issue.file.as_str(), issue.line)).collect();
    let x = "queries/metrics/change/x.toml";
    assert_eq!(found[0], ("queries/metrics/change/Bad-Id.toml", Some(1)));
    assert_eq!(&found[1..3], [(x, Some(8)), (x, Some(12))], "{issues:?}");
    assert_eq!(found.last(), Some(&("queries/metrics/stray.toml", Some(1))));
}

#[test]
fn a_stock_knows_its_age_and_needs_a_moment() {
    let stock = GOOD
        .replace("at = \"ended_at\"", "alive = { from = \"requested_at\", to = \"ended_at\" }")
        .replace("COUNT(*) FILTER (WHERE failed) / COUNT(*)", "MEDIAN(age_s)")
        .replace("\"share\"", "\"seconds\"")
        .replace("\"team\"]", "\"age_band\"]");
    let (_, issues) = loaded(&[("change/x.toml", &stock)]);
    assert_eq!(issues.len(), 1, "{issues:?}");
    assert_eq!(issues[0].message, "example: a stock needs a moment");
    let dated = stock.replace("[example]", "[example]\nmoment = \"2026-01-10T00:00:00Z\"");
    let (metrics, issues) = loaded(&[("change/x.toml", &dated)]);
    assert_eq!(issues, []);
    assert!(metrics["x"].is_stock());
    let (_, issues) =
        loaded(&[("change/x.toml", &dated.replace("MEDIAN(age_s)", "COUNT(*) FILTER (WHERE age_s > 60)"))]);
    assert!(issues[0].message.contains("stands alone in an aggregate"), "{issues:?}");
    assert!(sql(&metrics["x"]).contains("AS age_s"));
    assert_eq!(
        formula_text(&metrics["x"]),
        "MEDIAN(age_s) over changes where closed without cancelled, at a moment from requested_at until ended_at"
    );
}

#[test]
fn a_refusal_in_a_text_of_several_lines_points_at_its_line() {
    let value = "value = \"COUNT(*) FILTER (WHERE failed) / COUNT(*)\"";
    for (to, line) in [
        ("value = \"\"\"\nCOUNT(*)\n/ SUM(ROUND(risk))\"\"\"", 9),
        ("value = \"\"\"COUNT(*)\n/ SUM(ROUND(risk))\"\"\"", 8),
        ("value = '''\nSUM(ROUND(risk))'''", 8),
    ] {
        let issues = changed(value, to);
        assert!(issues[0].message.starts_with("value: the function ROUND"), "{issues:?}");
        assert_eq!(issues[0].line, Some(line), "{to}");
    }
}

#[test]
fn no_text_crashes_the_reader() {
    // Every prefix of a sound file, and the file with every byte replaced by signs that mean something.
    for end in 0..GOOD.len() {
        loaded(&[("change/x.toml", &GOOD[..end])]);
        for sign in ["(", "'", "\"", "é", "/", "\n"] {
            loaded(&[("change/x.toml", &format!("{}{sign}{}", &GOOD[..end], &GOOD[end + 1..]))]);
        }
    }
}

#[test]
fn levels_and_ranges_are_read_and_what_is_wrong_with_them_is_told() {
    let levels = "[[levels]]\nsource = \"DORA\"\nyear = 2023\nbands = [{ name = \"elite\", to = 0.05 }, { name = \"low\", above = 0.05 }]\n\
                  [[levels]]\nsource = \"DORA\"\nyear = 2024\nbands = [{ name = \"elite\", near = 0.05 }, { name = \"low\", near = 0.4 }]\n";
    let range = GOOD.replace("unit =", "up_to = \"COUNT(*) / COUNT(*)\"\nunit =");
    let (metrics, issues) = loaded(&[("change/a.toml", &format!("{range}{levels}"))]);
    assert_eq!(issues, []);
    let metric = &metrics["a"];
    assert!(metric.estimated && metric.up_to.is_some());
    assert_eq!(metric.levels.iter().map(|levels| levels.year).collect::<Vec<_>>(), [2024, 2023]);
    assert_eq!(metric.levels[1].of(0.05), ["elite"]);
    assert_eq!(level_lines(metric)[1], "2023 (DORA): elite to 0.05; low above 0.05");

    let wrong = "[[levels]]\nsource = \"DORA\"\nyear = 2023\nbands = [{ name = \"elite\", to = 0.05, near = 1 }]\n\
                 [[levels]]\nsource = \"DORA\"\nyear = 2023\nbands = []\n";
    let (_, issues) = loaded(&[(
        "change/a.toml",
        &format!("{}{wrong}", GOOD.replace("unit =", "up_to = \"COUNT(x)\"\nestimated = 1\nunit =")),
    )]);
    let told: Vec<&str> = issues.iter().map(|issue| issue.message.as_str()).collect();
    for expected in [
        "estimated: expected true or false, found integer",
        "levels.bands: expected the ends of a band",
        "levels: expected bands",
        "levels: the year 2023 stands in it twice",
        "up_to: unknown column `x`",
    ] {
        assert!(told.contains(&expected), "{expected}: {told:?}");
    }
}

#[test]
fn the_ends_of_a_range_are_values_over_the_same_rows() {
    let with = |range: &str| GOOD.replace("unit =", &format!("{range}\nunit ="));
    let (metrics, issues) = loaded(&[(
        "change/a.toml",
        &with("range = { lower = \"COUNT(*) / COUNT(*)\", upper = \"COUNT(*) / COUNT(*)\" }"),
    )]);
    assert_eq!(issues, []);
    assert!(metrics["a"].range.is_some() && !metrics["a"].estimated);
    let wrong = [
        ("range = { lower = \"COUNT(*)\" }", "missing key `range.upper`"),
        ("range = { lower = \"COUNT(*)\", upper = \"COUNT(x)\" }", "range.upper: unknown column `x`"),
        ("range = { lower = \"COUNT(*)\", upper = \"COUNT(*)\", most = 1 }", "unknown key `range.most`"),
        (
            "range = { lower = \"COUNT(*)\", upper = \"COUNT(*)\" }\nup_to = \"COUNT(*)\"",
            "range: up_to is a range already",
        ),
    ];
    for (range, expected) in wrong {
        let (_, issues) = loaded(&[("change/a.toml", &with(range))]);
        assert!(issues.iter().any(|issue| issue.message == expected), "{expected}: {issues:?}");
    }
}
