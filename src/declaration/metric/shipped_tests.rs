//! The metrics and fact dictionaries that come with the program.

use std::path::Path;

use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use super::*;
use crate::declaration::catalogue::Catalogue;
use crate::declaration::expression::parse_row;
use crate::declaration::table::Table;

fn shipped() -> (Facts, BTreeMap<String, Metric>) {
    let catalogue = Catalogue::with_project(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let facts: Facts = catalogue
        .under("queries/facts", "toml")
        .map(|file| Table::parse(file.stem(), &file.path, &file.text).unwrap())
        .map(|fact| (fact.name, fact.columns.into_iter().map(|column| (column.name, column.kind)).collect()))
        .collect();
    let (metrics, issues) = load(&catalogue, &facts);
    let issues: Vec<String> = issues.iter().map(ToString::to_string).collect();
    assert!(issues.is_empty(), "{}", issues.join("\n"));
    (facts, metrics)
}

#[test]
fn every_promised_metric_loads_without_an_issue() {
    let (_, metrics) = shipped();
    let promised = "tickets_opened tickets_resolved ticket_backlog ticket_backlog_age_median time_to_resolve_mean \
        time_to_resolve_median time_to_resolve_p90 time_to_resolve_km_median sla_attainment reassignment_free_share \
        reopen_rate first_line_resolution push_to_front_share escalation_rate bounce_rate hops_mean availability downtime \
        outage_count longest_outage mtbf mtbsi mtrs failure_rate nines coverage incidents major_incidents \
        time_to_detect_median time_to_acknowledge_median time_to_restore_median changes_closed change_success_rate \
        change_failure_rate emergency_change_share standard_change_share change_collisions unauthorised_changes \
        rasm_index reliability_index availability_index serviceability_index manageability_index";
    let missing: Vec<&str> = promised.split_whitespace().filter(|id| !metrics.contains_key(*id)).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
    assert!(metrics.len() >= 50, "{} metrics", metrics.len());
}

#[test]
fn every_metric_prints_as_sql_that_parses_and_as_a_formula() {
    for metric in shipped().1.values() {
        let text = sql(metric);
        // The parser knows named parameters only where a value may stand, which is where they are.
        let parsed = Parser::parse_sql(&GenericDialect {}, &text);
        assert!(parsed.is_ok_and(|statements| statements.len() == 1), "{text}");
        assert!(!formula_text(metric).is_empty());
    }
}

#[test]
fn every_column_of_every_fact_is_a_plain_name_in_an_expression() {
    for (fact, columns) in shipped().0 {
        for column in columns.keys() {
            let row = parse_row(&format!("{column} IS NOT NULL")).unwrap();
            assert_eq!(row.columns.into_iter().collect::<Vec<_>>(), [column.as_str()], "{fact}");
        }
    }
}

#[test]
fn the_examples_of_formulas_and_indices_come_out() {
    for metric in shipped().1.values() {
        let example = metric.example.as_ref().unwrap();
        let input = |id: &str| example.inputs.get(id).copied();
        let found = match &metric.definition {
            Definition::Aggregate { .. } => continue,
            Definition::Formula(formula) => formula.evaluate(&input),
            Definition::Index { parts } => {
                let known = parts.iter().filter_map(|part| Some((part.weight, input(&part.metric)?)));
                let (weight, sum) = known.fold((0.0, 0.0), |(w, s), (weight, score)| (w + weight, s + weight * score));
                Some(sum / weight)
            }
        };
        let (found, expected) = (found.unwrap(), example.expect.value.unwrap());
        assert!((found - expected).abs() < 1e-9, "{}: {found} is not {expected}", metric.id);
    }
}

#[test]
fn what_an_index_weighs_can_be_cut_by_service() {
    let metrics = shipped().1;
    for id in ["rasm_index", "reliability_index", "nines", "mtbsi"] {
        assert!(metrics[id].slices.contains(&"service".to_string()), "{id}: {:?}", metrics[id].slices);
    }
}
