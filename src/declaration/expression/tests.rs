//! What the expressions accept and refuse, and what formulas compute.

use std::collections::BTreeMap;

use super::*;
use crate::declaration::table::Kind;

#[test]
fn the_portable_subset_is_accepted_and_its_columns_are_known() {
    for text in [
        "failed",
        "NOT closed AND (risk = 'high' OR risk IS NULL)",
        "outcome IN ('failed', 'backed_out') AND age BETWEEN 1 AND 2",
        "risk LIKE 'h%' AND outcome NOT LIKE '%x'",
        "CASE WHEN age > 3.5 THEN 'old' ELSE 'new' END",
        "CAST(hops AS DOUBLE) / 3600 - ABS(-age) * 2 + COALESCE(age, 0) / NULLIF(hops, 0)",
        "failed = TRUE AND hops <> 3",
    ] {
        let row = parse_row(text).unwrap_or_else(|refusal| panic!("{text}: {refusal}"));
        assert_eq!(parse_row(&row.sql).unwrap(), row, "printing and parsing again");
    }
    let columns = parse_row("NOT closed AND risk = 'high' AND closed").unwrap().columns;
    assert_eq!(columns.into_iter().collect::<Vec<_>>(), ["closed", "risk"]);
}

#[test]
fn what_is_not_portable_is_refused_with_what_to_write_instead() {
    let cases = [
        ("ROUND(age)", "ROUND is not portable", "report"),
        ("risk || outcome", "concatenation", "columns apart"),
        ("hops % 2 = 0", "modulo", "CASE"),
        ("age / hops", "division by hops, which may be zero", "NULLIF(hops, 0)"),
        ("age / 0", "division by 0", "NULLIF"),
        ("age = NULL", "= NULL is never true", "IS NULL"),
        ("age IN (1, NULL)", "IN NULL", "IS NULL"),
        ("opened_at > TIMESTAMP '2026-01-01 00:00:00'", "timestamp", "period"),
        ("opened_at + INTERVAL '1 day' > closed_at", "interval literal", "period"),
        ("EXTRACT(YEAR FROM opened_at) = 2026", "date arithmetic", "durations"),
        ("DATE_TRUNC('day', opened_at)", "DATE_TRUNC", "durations"),
        ("SUM(age) OVER (ORDER BY age)", "SUM is an aggregate", "do not nest"),
        ("age > (SELECT 1)", "a subquery", "column of the fact"),
        ("risk ILIKE 'h%'", "ILIKE", "LIKE"),
        ("risk ~ 'h'", "not portable", ""),
        ("age::INT", "this form of cast", "CAST("),
        ("CAST(age AS INTEGER)", "a cast to INTEGER", "BIGINT"),
        ("TRY_CAST(risk AS DOUBLE)", "this form of cast", "CAST("),
        ("failed IS TRUE", "IS TRUE", "bare"),
        ("age IS DISTINCT FROM 3", "IS DISTINCT FROM", "COALESCE"),
        ("risk = \"high\"", "quoted name", "'high'"),
        ("t.age > 1", "names a table", "age"),
        ("age > 1e6", "1e6 is not portable", "digits"),
        ("CASE risk WHEN 'a' THEN 1 END", "CASE with an operand", "CASE WHEN"),
        ("IFNULL(age, 0)", "IFNULL", "COALESCE"),
        ("COALESCE(age)", "expected two or more arguments, found 1", ""),
        ("failed AND", "not an SQL expression", ""),
        ("failed failed2", "after the end of the expression", ""),
        ("  ", "is empty", ""),
    ];
    for (text, message, hint) in cases {
        let refusal = parse_row(text).expect_err(text);
        assert!(refusal.message.contains(message), "{text}: {refusal}");
        let found = refusal.hint.clone().unwrap_or_default();
        assert!(found.contains(hint), "{text}: {found}");
    }
}

#[test]
fn a_refusal_points_at_its_place_in_bytes() {
    let text = "risk = 'é' AND\n  ROUND(age) > 1";
    assert_eq!(parse_row(text).unwrap_err().offset, text.find("ROUND").unwrap());
}

#[test]
fn endless_and_deep_expressions_are_refused_without_a_crash() {
    let long = "a + ".repeat(2_000) + "a";
    assert!(parse_row(&long).unwrap_err().message.contains("at most 600"));
    let deep = "a + ".repeat(290) + "a";
    assert!(parse_row(&deep).unwrap_err().message.contains("nested too deeply"));
    let nested = [("(", ")"), ("NOT ", ""), ("CASE WHEN a THEN ", " END"), ("ABS(", ")"), ("-", "")];
    for (open, close) in nested {
        let text = open.repeat(90) + "a" + &close.repeat(90);
        assert!(parse_row(&text).is_err(), "{open}");
        assert!(parse_formula(&text).is_err() && parse_value(&text).is_err(), "{open}");
    }
    assert!(parse_row(&("(".repeat(8) + "a" + &")".repeat(8))).is_ok());
}

#[test]
fn a_value_is_arithmetic_over_aggregates() {
    let value = parse_value("COUNT(*) FILTER (WHERE failed) / COUNT(*)").unwrap();
    let (over, under) = value.quotient().unwrap();
    assert_eq!((over.to_string().as_str(), under.to_string().as_str()), ("COUNT(*) FILTER (WHERE failed)", "COUNT(*)"));
    assert_eq!(parse_value("QUANTILE(age, 0.9)").unwrap().aggregates()[0].quantile, Some(0.9));
    assert_eq!(parse_value("median(age)").unwrap().aggregates()[0].quantile, Some(0.5));
    assert!(parse_value("COUNT(DISTINCT team)").unwrap().aggregates()[0].distinct);
    assert_eq!(parse_value("KM_MEDIAN(age, resolved)").unwrap().aggregates()[0].arguments.len(), 2);
    for statistic in STATISTICS {
        let value = parse_value(statistic.form).unwrap();
        assert_eq!(value.to_string(), statistic.form, "the form that messages show is one that is understood");
        assert_eq!(value.aggregates()[0].arguments.len(), statistic.arguments);
    }
    for (text, message) in [
        ("KM_QUANTILE(age, resolved, 1)", "expected a share between 0 and 1"),
        ("KM_WITHIN(age, resolved)", "found `resolved` at the end"),
        ("KM_MEAN(age, 5)", "found `5` at the end"),
        ("KM_MEAN(age, resolved, 0)", "expected a number above 0"),
        ("KM_MEAN()", "found no argument"),
        ("KM_WITHIN(age, resolved, 5, 6)", "found 3 arguments"),
    ] {
        let refusal = parse_value(text).expect_err(text);
        assert!(refusal.message.contains(message), "{text}: {refusal}");
    }
    let text = "(SUM(a) - (SUM(b) - SUM(c))) / (SUM(d) / 2) * -3";
    let value = parse_value(text).unwrap();
    assert_eq!(parse_value(&value.to_string()).unwrap(), value, "{value}");
    let ones = |aggregate: &Aggregate| match aggregate.arguments[0].sql.as_str() {
        "a" => Some(10.0),
        "b" => Some(5.0),
        "c" => Some(1.0),
        _ => Some(4.0),
    };
    assert_eq!(value.evaluate(&ones), Some(-9.0));
    assert_eq!(parse_value("SUM(a) / SUM(z)").unwrap().evaluate(&|_| Some(0.0)), None);
}

#[test]
fn what_is_no_value_is_refused() {
    let cases = [
        ("failed", "outside an aggregate", "AVG(failed)"),
        ("1 + 2", "holds no aggregate", "COUNT(*)"),
        ("CASE WHEN a THEN 1 END", "outside an aggregate", "SUM(CASE"),
        ("SUM(1)", "found a constant", "COUNT(*)"),
        ("COUNT(1)", "found a constant", "COUNT(*)"),
        ("SUM(DISTINCT a)", "DISTINCT", "COUNT(DISTINCT x)"),
        ("SUM(AVG(a))", "AVG is an aggregate", "nest"),
        ("SUM(a) OVER (PARTITION BY b)", "windows", "results"),
        ("PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY a)", "unknown aggregate PERCENTILE_CONT", "QUANTILE(x, 0.9)"),
        ("QUANTILE(a, 90)", "between 0 and 1", ""),
        ("QUANTILE(a)", "a column and a share", ""),
        ("SUM(a, b)", "expected one argument", ""),
        ("MTBF(up_s)", "MTBF(up_s, failures)", ""),
        ("COUNTS(*)", "unknown aggregate COUNTS", "COUNT"),
        ("ROUND(AVG(a), 2)", "unknown aggregate ROUND", "report"),
        ("COUNT(*) > 3", "cannot combine aggregates", "+ - * /"),
        ("SUM(a) FILTER (WHERE b % 2 = 0)", "modulo", ""),
        ("SUM(*)", "expected one argument", ""),
    ];
    for (text, message, hint) in cases {
        let refusal = parse_value(text).expect_err(text);
        assert!(refusal.message.contains(message), "{text}: {refusal}");
        let found = refusal.hint.clone().unwrap_or_default();
        assert!(found.contains(hint), "{text}: {found}");
    }
}

#[test]
fn values_that_do_not_go_together_are_refused() {
    let kinds = [
        ("a", Kind::Number),
        ("n", Kind::Integer),
        ("m", Kind::Integer),
        ("word", Kind::Text),
        ("failed", Kind::Boolean),
        ("opened_at", Kind::Instant),
        ("closed_at", Kind::Instant),
    ];
    let columns: BTreeMap<String, Kind> = kinds.map(|(name, kind)| (name.to_string(), kind)).into();
    let cases = [
        ("word = 1", "do not go together"),
        ("a IN ('x')", "do not go together"),
        ("closed_at - opened_at", "expected a number"),
        ("n / NULLIF(m, 0)", "divides whole numbers"),
        ("word AND failed", "expected a condition"),
        ("a LIKE 'x'", "LIKE: expected a text"),
        ("failed > TRUE", "orders truth values"),
        ("CASE WHEN failed THEN 1 ELSE 'x' END", "do not go together"),
        ("CAST(a AS BIGINT)", "round a fraction"),
        ("CAST(a AS VARCHAR)", "differently"),
        ("CAST(word AS DOUBLE)", "does not convert"),
        ("b > 1", "unknown column `b`"),
    ];
    for (text, message) in cases {
        let refusal = kind_of(&parse_row(text).unwrap(), &columns).expect_err(text);
        assert!(refusal.message.contains(message), "{text}: {refusal}");
    }
    let kind = |text: &str| kind_of(&parse_row(text).unwrap(), &columns).unwrap();
    assert_eq!(kind("n + 1"), Some(Kind::Integer));
    assert_eq!(kind("n / 2.0"), Some(Kind::Number));
    assert_eq!(kind("closed_at > opened_at AND failed"), Some(Kind::Boolean));
    assert_eq!(kind("CASE WHEN failed THEN NULL ELSE word END"), Some(Kind::Text));

    let check = |text: &str| check_value(&parse_value(text).unwrap(), &columns);
    let refusals = check("SUM(failed) / COUNT(*) FILTER (WHERE n) + AVG(opened_at)");
    assert_eq!(refusals.len(), 3, "all at once: {refusals:?}");
    assert!(refusals[0].hint.as_deref().unwrap().contains("COUNT(*) FILTER (WHERE failed)"));
    assert_eq!(check("KM_MEDIAN(a, failed) + MTBF(a, n) + MAX(a)"), []);
    assert_eq!(check("KM_WITHIN(a, failed, 60) + KM_MEAN(a, failed, 60)"), []);
    assert!(check("KM_QUANTILE(a, n, 0.5)")[0].message.contains("true or false"));
    assert!(check("KM_MEDIAN(a, n)")[0].message.contains("true or false"));
    assert_eq!(check("GROWTH_BETA(opened_at) + LAPLACE(opened_at) + SINCE(closed_at)"), []);
    assert_eq!(check("MEAN_BY(word, a, n)"), []);
    assert_eq!(check("MEAN_BY(word, word, n)").len(), 1);
    assert_eq!(check("MISSION_RELIABILITY(a, n, 604800) + MTBF_LOWER(a, n, 0.9)"), []);
    for not in ["GROWTH_BETA(a)", "SINCE(COALESCE(closed_at, opened_at))"] {
        assert!(check(not)[0].message.contains("expected a column of instants"), "{not}");
    }
}

#[test]
fn a_formula_computes_or_has_no_value() {
    let inputs = |id: &str| match id {
        "up" => Some(0.999),
        "one" => Some(1.0),
        "zero" => Some(0.0),
        "huge" => Some(f64::MAX),
        _ => None,
    };
    let value = |text: &str| parse_formula(text).unwrap().evaluate(&inputs);
    assert!((value("-LOG10(1 - up)").unwrap() - 3.0).abs() < 1e-9);
    assert_eq!(value("2 * (one + one) - one / 4"), Some(3.75));
    assert_eq!(value("COALESCE(none, zero - one)"), Some(-1.0));
    assert_eq!(value("ABS(zero - one)"), Some(1.0));
    for nothing in ["one / zero", "LOG10(zero)", "LOG10(zero - one)", "none + one", "huge * huge", "NULLIF(one, 1)"] {
        assert_eq!(value(nothing), None, "{nothing}");
    }
    let formula = parse_formula("a - (b - c) / -d * COALESCE(e, 1)").unwrap();
    assert_eq!(parse_formula(&formula.to_string()).unwrap(), formula, "{formula}");
    assert_eq!(formula.inputs().into_iter().collect::<Vec<_>>(), ["a", "b", "c", "d", "e"]);
}

#[test]
fn what_is_no_formula_is_refused() {
    for (text, message) in [
        ("SUM(a)", "aggregate SUM has no place"),
        ("SQRT(a)", "unknown function SQRT"),
        ("a > b", "cannot combine metrics"),
        ("1 + 1", "reads no metric"),
        ("LOG10(a, b)", "wrong number of arguments"),
        ("CASE WHEN a THEN b END", "has no place in a formula"),
        ("'a' + b", "expected a number"),
    ] {
        let refusal = parse_formula(text).expect_err(text);
        assert!(refusal.message.contains(message), "{text}: {refusal}");
    }
}
