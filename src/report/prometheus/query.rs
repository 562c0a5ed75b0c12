//! PromQL for the share of bad events over a look-back, from the queries of an indicator.

use crate::declaration::objective::{Comparison, Indicator, Source};

/// The spellings of the place where a query takes its look-back.
const PLACES: [&str; 2] = ["{{.window}}", "{{ .window }}"];

/// How often readings are looked at, where they are held against a threshold.
const STEP: &str = "1m";

/// An expression for the share of bad events, with a place for the look-back.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Errors(String);

impl Errors {
    /// From an indicator; the reason, where it cannot be.
    pub(super) fn of(indicator: &Indicator) -> Result<Self, String> {
        let place = PLACES[0];
        Ok(Self(match indicator {
            Indicator::Ratio { good, part, total } => {
                let (part, total) = (counted(part)?, counted(total)?);
                let ratio = format!("(\n{part}\n)\n/\n(\n{total}\n)");
                if *good { format!("1 - (\n{ratio}\n)") } else { ratio }
            }
            Indicator::Raw { good, source } => {
                let query = query(source)?;
                // A stored share is averaged over the look-back, unless the query does it itself.
                let mean = match () {
                    () if PLACES.iter().any(|place| query.contains(place)) => one_place(&query),
                    () if query.contains('[') => return Err(fixed()),
                    () => format!("avg_over_time((\n{query}\n)[{place}:{STEP}])"),
                };
                if *good { format!("1 - (\n{mean}\n)") } else { mean }
            }
            Indicator::Threshold { source, comparison, value } => {
                let query = query(source)?;
                if PLACES.iter().any(|place| query.contains(place)) {
                    return Err(
                        "a reading over a look-back is one reading: its query must say no {{.window}}".to_string()
                    );
                }
                let operator = match comparison {
                    Comparison::Below => "<",
                    Comparison::AtMost => "<=",
                    Comparison::Above => ">",
                    Comparison::AtLeast => ">=",
                };
                format!("1 - avg_over_time(((\n{query}\n) {operator} bool {value})[{place}:{STEP}])")
            }
            Indicator::Composite { .. } => return Err("it is made of others".to_string()),
        }))
    }

    /// The expression over a look-back such as `5m`.
    pub(super) fn over(&self, window: &str) -> String {
        self.0.replace(PLACES[0], window)
    }
}

fn fixed() -> String {
    "its query has a look-back of its own: write {{.window}} in its place".to_string()
}

fn one_place(query: &str) -> String {
    query.replace(PLACES[1], PLACES[0])
}

/// The query of a source that Prometheus answers.
fn query(source: &Source) -> Result<String, String> {
    if source.rows.is_some() {
        return Err("it is measured in the lake, which Prometheus doesn't see".to_string());
    }
    let is_prometheus = source.kind.eq_ignore_ascii_case("prometheus")
        || source.spec.get("queryType").is_some_and(|kind| kind.eq_ignore_ascii_case("promql"));
    if source.kind.is_empty() {
        return Err("its data source isn't declared, so it isn't known who measures it".to_string());
    }
    if !is_prometheus {
        return Err(format!("it is measured by {}, not by Prometheus", source.kind));
    }
    let query = source.spec.get("query").or_else(|| source.spec.get("promql")).map(|query| query.trim());
    match query {
        Some(query) if !query.is_empty() => Ok(query.to_string()),
        _ => Err("its source has no query".to_string()),
    }
}

/// A query that counts events over the look-back: as it is, or a plain counter's rate.
fn counted(source: &Source) -> Result<String, String> {
    let query = query(source)?;
    if PLACES.iter().any(|place| query.contains(place)) {
        return Ok(one_place(&query));
    }
    if source.spec.get("counter").is_some_and(|counter| counter == "false") {
        return Err("its metric goes up and down (counter: false): write {{.window}} in its query".to_string());
    }
    let inner = query.strip_prefix("sum").map(str::trim_start).and_then(|rest| {
        let inner = rest.strip_prefix('(')?.strip_suffix(')')?;
        Some(inner.trim())
    });
    let counter = inner.unwrap_or(&query);
    if is_counter(counter) {
        return Ok(format!("sum(rate({counter}[{}]))", PLACES[0]));
    }
    if query.contains('[') {
        return Err(fixed());
    }
    Err("its query is no plain counter: write rate(...[{{.window}}]) in it".to_string())
}

/// Whether a text is a metric's name with or without a selector, and nothing else.
fn is_counter(text: &str) -> bool {
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let end = text.find(|c: char| !name(c)).unwrap_or(text.len());
    let (metric, rest) = text.split_at(end);
    if metric.is_empty() || metric.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let rest = rest.trim();
    rest.is_empty() || closes_at_its_end(rest)
}

/// Whether the brace that a text begins with is closed by its last character.
fn closes_at_its_end(text: &str) -> bool {
    if !text.starts_with('{') {
        return false;
    }
    let mut quote = None;
    let mut escaped = false;
    for (position, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('"' | '\''), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '}') => return position + 1 == text.len(),
            (None, _) => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn prometheus(query: &str) -> Source {
        let spec = BTreeMap::from([("query".to_string(), query.to_string())]);
        Source { kind: "Prometheus".to_string(), spec, rows: None, line: 1 }
    }

    fn squeezed(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_window_in_the_query_is_filled_in_and_a_counter_gets_its_rate() {
        let over = |query: &str| counted(&prometheus(query)).map(|text| text.replace(PLACES[0], "5m"));
        assert_eq!(over("sum(rate(x[{{.window}}]))").unwrap(), "sum(rate(x[5m]))");
        assert_eq!(over("sum(rate(x[{{ .window }}]))").unwrap(), "sum(rate(x[5m]))");
        assert_eq!(over("x").unwrap(), "sum(rate(x[5m]))");
        assert_eq!(over("sum(x{a=\"}[\", b=~\"\\\"2..\"})").unwrap(), "sum(rate(x{a=\"}[\", b=~\"\\\"2..\"}[5m]))");
        let mut gauge = prometheus("x");
        gauge.spec.insert("counter".to_string(), "false".to_string());
        assert!(counted(&gauge).unwrap_err().contains("goes up and down"));
        assert!(over("sum(rate(x[1h]))").unwrap_err().contains("look-back of its own"));
        for query in ["sum(x) + sum(y)", "sum(x) / sum(y)", "max(x)", "sum by (a) (x)", "1", "x{a=\"b\"", "x{} y{}"] {
            assert!(over(query).unwrap_err().contains("no plain counter"), "{query}");
        }
    }

    #[test]
    fn each_form_gives_the_share_of_bad_events() {
        let of = |indicator: Indicator| squeezed(&Errors::of(&indicator).unwrap().over("1h"));
        let (part, total) = (prometheus("bad"), prometheus("all"));
        let ratio = |good| Indicator::Ratio { good, part: part.clone(), total: total.clone() };
        assert_eq!(of(ratio(false)), "( sum(rate(bad[1h])) ) / ( sum(rate(all[1h])) )");
        assert_eq!(of(ratio(true)), "1 - ( ( sum(rate(bad[1h])) ) / ( sum(rate(all[1h])) ) )");
        let raw = |good| Indicator::Raw { good, source: prometheus("share") };
        assert_eq!(of(raw(false)), "avg_over_time(( share )[1h:1m])");
        assert_eq!(of(raw(true)), "1 - ( avg_over_time(( share )[1h:1m]) )");
        let source = prometheus("latency");
        let slow = Indicator::Threshold { source, comparison: Comparison::Below, value: 0.5 };
        assert_eq!(of(slow), "1 - avg_over_time((( latency ) < bool 0.5)[1h:1m])");
    }

    #[test]
    fn what_prometheus_does_not_measure_is_left_out() {
        let source = Source { kind: "Datadog".to_string(), ..prometheus("x") };
        assert_eq!(query(&source).unwrap_err(), "it is measured by Datadog, not by Prometheus");
        assert_eq!(query(&prometheus(" ")).unwrap_err(), "its source has no query");
    }
}
