//! Metrics as text: the formula for readers, and one SELECT in standard SQL for other engines.

use super::{Definition, Level, Metric, Time, ranking};
use crate::declaration::expression::{Aggregate, Function, Operator, RowExpression, Value};
use crate::declaration::language::Language;

/// The definition of a metric in one line for readers.
pub fn formula_text(metric: &Metric) -> String {
    formula_in(&Language::default(), metric)
}

/// The same in a language: names of columns, facts and metrics stay what they are.
pub fn formula_in(language: &Language, metric: &Metric) -> String {
    match &metric.definition {
        Definition::Formula(formula) => formula.to_string(),
        Definition::Index { parts } => {
            let number = |value: f64| language.number(&value.to_string());
            let parts = parts.iter().map(|part| {
                let (id, weight) = (&part.metric, number(part.weight));
                match part.scale {
                    Some(ends) => language.say(
                        "{part} (weight {weight}, 100 at {target}, 0 at {limit})",
                        &[("part", id), ("weight", &weight), ("target", &number(ends.0)), ("limit", &number(ends.1))],
                    ),
                    None => language.say("{part} (weight {weight})", &[("part", id), ("weight", &weight)]),
                }
            });
            let parts = parts.collect::<Vec<_>>().join(", ");
            language.say("weighted mean of the scores of {parts}", &[("parts", &parts)])
        }
        Definition::Aggregate { fact, time, population, exclude, value, .. } => {
            let mut text = language.say("{value} over {fact}", &[("value", value), ("fact", fact)]);
            if let Some(population) = population {
                text.push(' ');
                text.push_str(&language.say("where {condition}", &[("condition", &population.sql)]));
            }
            for (name, _) in exclude {
                text.push(' ');
                text.push_str(&language.say("without {name}", &[("name", name)]));
            }
            text.push_str(", ");
            text.push_str(&match time {
                Time::At(at) => language.say("by {column}", &[("column", at)]),
                Time::Alive { from, to, .. } => {
                    language.say("at a moment from {from} until {to}", &[("from", from), ("to", to)])
                }
            });
            text
        }
    }
}

/// A metric's published levels, one line each publication: "2024 (DORA): elite below 3600; high ...".
pub fn level_lines(metric: &Metric) -> Vec<String> {
    level_lines_with(metric, &|value| value.to_string())
}

/// The same lines with the ends of the bands in words of the caller's.
pub fn level_lines_with(metric: &Metric, text: &dyn Fn(f64) -> String) -> Vec<String> {
    let end = |end: Option<(f64, bool)>, within: &str, without: &str| {
        end.map(|(value, inside)| format!("{} {}", if inside { within } else { without }, text(value)))
    };
    let band = |band: &super::Band| {
        let ends = match band.level {
            Level::Near(figure) => format!("near {}", text(figure)),
            Level::Between { lower, upper } => {
                let ends = [end(lower, "from", "above"), end(upper, "to", "below")];
                ends.into_iter().flatten().collect::<Vec<_>>().join(" ")
            }
        };
        format!("{} {ends}", band.name)
    };
    let line = |levels: &super::Levels| {
        let bands: Vec<String> = levels.bands.iter().map(band).collect();
        format!("{} ({}): {}", levels.year, levels.source, bands.join("; "))
    };
    metric.levels.iter().map(line).collect()
}

/// The metric as one SELECT in standard SQL. `:period_start`, `:period_end` and `:moment` stand for the evaluation's period;
/// a metric over metrics reads the relation `measures` (metric, value, score).
pub fn sql(metric: &Metric) -> String {
    let head = format!("-- {}: {}\n", metric.title, metric.meaning.replace('\n', " "));
    let body = match &metric.definition {
        Definition::Formula(formula) => {
            let inputs = formula.inputs();
            let columns: Vec<String> =
                inputs.iter().map(|id| format!("    MAX(CASE WHEN metric = '{id}' THEN value END) AS {id}")).collect();
            let columns = columns.join(",\n");
            format!("SELECT {formula} AS {}\nFROM (\n  SELECT\n{columns}\n  FROM measures\n) AS inputs", metric.id)
        }
        Definition::Index { parts } => {
            let weights: Vec<String> =
                parts.iter().map(|part| format!("    WHEN '{}' THEN {}", part.metric, part.weight)).collect();
            let ids: Vec<String> = parts.iter().map(|part| format!("'{}'", part.metric)).collect();
            format!(
                "SELECT SUM(weight * score) / NULLIF(SUM(weight), 0) AS {}\nFROM (\n  SELECT score, CASE metric\n{}\n  \
                 END AS weight\n  FROM measures\n  WHERE metric IN ({}) AND score IS NOT NULL\n) AS parts",
                metric.id,
                weights.join("\n"),
                ids.join(", ")
            )
        }
        Definition::Aggregate { .. } => aggregate(metric),
    };
    let slices = match metric.slices.as_slice() {
        [] => String::new(),
        slices => format!("\n-- may be cut by: GROUP BY {}", slices.join(", ")),
    };
    format!("{head}{body}{slices}\n")
}

fn aggregate(metric: &Metric) -> String {
    let Definition::Aggregate { fact, time, population, exclude, value, .. } = &metric.definition else {
        return String::new();
    };
    let aged = metric.is_stock() && reads_age(metric);
    // Qualified, because `at` alone is a keyword in some engines.
    let rows = if aged { "stock" } else { fact };
    let mut conditions = match time {
        Time::At(at) => {
            vec![format!("{rows}.{at} >= :period_start"), format!("{rows}.{at} < :period_end")]
        }
        Time::Alive { from, to, .. } => {
            vec![format!("{rows}.{from} < :moment"), format!("({rows}.{to} IS NULL OR {rows}.{to} >= :moment)")]
        }
    };
    conditions.extend(population.iter().map(|row| format!("({})", row.sql)));
    conditions.extend(exclude.iter().map(|(_, row)| format!("NOT COALESCE({}, FALSE)", row.sql)));
    let rows = match time {
        // Age is no column of the fact: it depends on the moment.
        Time::Alive { from, since, .. } if aged => format!(
            "(\n  SELECT *, CAST(EXTRACT(EPOCH FROM :moment - {}) AS DOUBLE PRECISION) AS age_s\n  FROM fact_{fact}\n) AS stock",
            since.as_ref().unwrap_or(from)
        ),
        // The name that `nines query` knows it by.
        _ => format!("fact_{fact} AS {fact}"),
    };
    let filter = conditions.join("\n  AND ");
    if let Value::Aggregate(one) = value
        && one.function.is_survival()
    {
        return kaplan_meier(&metric.id, &rows, &filter, one);
    }
    if let Value::Aggregate(one) = value
        && one.function.is_ranking()
    {
        return ranking::sql(&metric.id, &rows, &filter, one);
    }
    if let Value::Aggregate(Aggregate { function: Function::Attainment, arguments, filter: own, .. }) = value {
        return attainment(&metric.id, &rows, &filter, arguments, own.as_ref());
    }
    if let Value::Aggregate(Aggregate { function: Function::MeanBy, arguments, filter: own, .. }) = value {
        return mean_by(&metric.id, &rows, &filter, arguments, own.as_ref());
    }
    format!("SELECT\n  {} AS {},\n  COUNT(*) AS n\nFROM {rows}\nWHERE {filter}", standard(value), metric.id)
}

fn reads_age(metric: &Metric) -> bool {
    let Definition::Aggregate { population, exclude, value, .. } = &metric.definition else {
        return false;
    };
    let rows = population.iter().chain(exclude.iter().map(|(_, row)| row));
    rows.flat_map(|row| &row.columns).chain(&value.columns()).any(|column| column == "age_s")
}

/// A value in standard SQL: no integer division, no division by zero, percentiles as ordered sets.
fn standard(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Aggregate(aggregate) => standard_aggregate(aggregate),
        Value::Binary { operator: Operator::Divide, left, right } => {
            format!("CAST({} AS DOUBLE PRECISION) / NULLIF({}, 0)", standard(left), standard(right))
        }
        Value::Binary { operator, left, right } => {
            format!("({} {} {})", standard(left), operator.sign(), standard(right))
        }
    }
}

fn standard_aggregate(aggregate: &Aggregate) -> String {
    let filter = match &aggregate.filter {
        Some(row) => format!(" FILTER (WHERE {})", row.sql),
        None => String::new(),
    };
    match (aggregate.function, aggregate.quantile, aggregate.arguments.as_slice()) {
        (Function::Median | Function::Quantile, Some(p), [argument]) => {
            format!("PERCENTILE_CONT({p}) WITHIN GROUP (ORDER BY {}){filter}", argument.sql)
        }
        (Function::Mtbf, _, [time, failures]) => {
            format!("CAST(SUM({}){filter} AS DOUBLE PRECISION) / NULLIF(SUM({}){filter}, 0)", time.sql, failures.sql)
        }
        (Function::MissionReliability, _, [time, failures]) => {
            let sums = [failures, time].map(|row| format!("NULLIF(SUM({}){filter}, 0)", row.sql));
            let span = aggregate.constant.unwrap_or(0.0);
            format!("EXP(-{span} * CAST({} AS DOUBLE PRECISION) / {})", sums[0], sums[1])
        }
        (function, _, [at]) if function.takes_instants() => over_instants(function, &at.sql, &filter),
        _ => aggregate.to_string(),
    }
}

/// The ratio of each part against its target, and the share of parts that reach it.
fn attainment(id: &str, rows: &str, filter: &str, arguments: &[RowExpression], own: Option<&RowExpression>) -> String {
    let [part, over, under, target] = arguments else { return String::new() };
    let (part, over, under, target) = (&part.sql, &over.sql, &under.sql, &target.sql);
    let own = own.map(|row| format!("\n  AND ({})", row.sql)).unwrap_or_default();
    format!(
        "WITH parts AS (
  SELECT {part} AS part, CAST(SUM({over}) AS DOUBLE PRECISION) / NULLIF(SUM({under}), 0) AS reached,
    MAX({target}) AS target
  FROM {rows}
  WHERE {filter}{own}
    AND {part} IS NOT NULL AND {target} IS NOT NULL
  GROUP BY {part}
)
SELECT AVG(CASE WHEN reached >= target THEN 1.0 ELSE 0.0 END) AS {id}, COUNT(*) AS n
FROM parts
WHERE reached IS NOT NULL"
    )
}

/// The mean of each part, and their mean by weight.
fn mean_by(id: &str, rows: &str, filter: &str, arguments: &[RowExpression], own: Option<&RowExpression>) -> String {
    let [part, value, weight] = arguments else { return String::new() };
    let (part, value, weight) = (&part.sql, &value.sql, &weight.sql);
    let own = own.map(|row| format!("\n  AND ({})", row.sql)).unwrap_or_default();
    format!(
        "WITH parts AS (
  SELECT {part} AS part, AVG({value}) AS mean, MAX({weight}) AS weight, COUNT(*) AS n
  FROM {rows}
  WHERE {filter}{own}
    AND {part} IS NOT NULL AND {value} IS NOT NULL AND {weight} > 0
  GROUP BY {part}
)
SELECT CAST(SUM(weight * mean) AS DOUBLE PRECISION) / NULLIF(SUM(weight), 0) AS {id}, SUM(n) AS n
FROM parts"
    )
}

/// A statistic of instants over the period from `:period_start` to `:moment`.
fn over_instants(function: Function, at: &str, filter: &str) -> String {
    let seconds = |from: &str, to: &str| format!("CAST(EXTRACT(EPOCH FROM {to} - {from}) AS DOUBLE PRECISION)");
    let (elapsed, total) = (seconds(":period_start", at), seconds(":period_start", ":moment"));
    let logs = format!("NULLIF(SUM(LN({total} / {elapsed})){filter}, 0)");
    match function {
        Function::GrowthBeta => format!("COUNT({at}){filter} / {logs}"),
        // 1 / (lambda beta T^(beta - 1)) with lambda = n / T^beta is T / (n beta), and beta is n over the logarithms.
        Function::GrowthMtbf => format!("{total} * {logs} / (COUNT({at}){filter} * COUNT({at}){filter})"),
        Function::Laplace => {
            format!(
                "(AVG({elapsed}){filter} - {total} / 2) / ({total} * SQRT(1.0 / NULLIF(12 * COUNT({at}){filter}, 0)))"
            )
        }
        _ => format!("GREATEST({}, 0)", seconds(&format!("MAX({at}){filter}"), ":moment")),
    }
}

/// The product-limit estimate over the distinct durations; where all that are left end at once, survival is 0.
fn kaplan_meier(id: &str, rows: &str, filter: &str, one: &Aggregate) -> String {
    let (arguments, own) = (&one.arguments, one.filter.as_ref());
    let reading = reading(id, one);
    let duration = arguments.first().map_or("", |row| row.sql.as_str());
    let seen = arguments.get(1).map_or("", |row| row.sql.as_str());
    let own = own.map(|row| format!("\n  AND ({})", row.sql)).unwrap_or_default();
    format!(
        "WITH ends AS (
  SELECT {duration} AS lasted, COUNT(*) FILTER (WHERE {seen}) AS events, COUNT(*) AS leaving
  FROM {rows}
  WHERE {filter}{own}
    AND {duration} IS NOT NULL
  GROUP BY {duration}
),
risks AS (
  SELECT lasted, events, leaving, SUM(leaving) OVER (ORDER BY lasted DESC ROWS UNBOUNDED PRECEDING) AS at_risk
  FROM ends
),
survival AS (
  SELECT lasted,
    MAX(CASE WHEN events = at_risk THEN 1 ELSE 0 END) OVER (ORDER BY lasted ROWS UNBOUNDED PRECEDING) AS over,
    EXP(SUM(CASE WHEN events < at_risk THEN LN(1 - CAST(events AS DOUBLE PRECISION) / at_risk) ELSE 0 END)
      OVER (ORDER BY lasted ROWS UNBOUNDED PRECEDING)) AS surviving
  FROM risks
)
{reading}"
    )
}

/// What a statistic reads off the relation `survival`.
fn reading(id: &str, one: &Aggregate) -> String {
    let t = one.constant.unwrap_or(0.5);
    let left = "CASE WHEN over = 1 THEN 0 ELSE surviving END";
    // An open record that is younger than t leaves the curve unknown from there on.
    let known = format!("MAX(lasted) >= {t} OR MAX(over) = 1");
    match one.function {
        Function::KmWithin => format!(
            "SELECT CASE WHEN {known} THEN 1 - COALESCE(MIN(CASE WHEN lasted <= {t} THEN {left} END), 1) END AS {id}\n\
             FROM survival"
        ),
        Function::KmMean => format!(
            "SELECT CASE WHEN {known} THEN LEAST(MIN(lasted), {t})\n    \
             + SUM(CASE WHEN lasted < {t} THEN {left} * (LEAST(COALESCE(until, {t}), {t}) - lasted) ELSE 0 END) END AS {id}\n\
             FROM (SELECT *, LEAD(lasted) OVER (ORDER BY lasted) AS until FROM survival) AS stretches"
        ),
        function => {
            let level = if function == Function::KmQuantile { 1.0 - t } else { 0.5 };
            format!("SELECT MIN(lasted) AS {id}\nFROM survival\nWHERE over = 1 OR surviving <= {level} + 1e-12")
        }
    }
}
