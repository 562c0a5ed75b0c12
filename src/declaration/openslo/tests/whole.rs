//! What references, composites, drafts and our own kinds become, and what they refuse; files that are odd but right, or hostile.

use super::{Objectives, SLO, good, read};
use crate::declaration::catalogue::Catalogue;
use crate::declaration::issue::{Issue, Level};
use crate::declaration::objective::{Comparison, Indicator, Place, Trigger};
use crate::declaration::table::Table;
use std::collections::BTreeMap;

const SLI: &str = "\
apiVersion: openslo/v1
kind: SLI
metadata: {name: latency}
spec:
  thresholdMetric: {metricSource: {type: nines, spec: {table: probes, value: latency_s}}}
";

pub(super) const BY_REFERENCE: &str = "\
apiVersion: openslo/v1
kind: SLO
metadata: {name: fast, annotations: {nines/min-events: \"50\"}}
spec:
  service: Portal
  budgetingMethod: Occurrences
  timeWindow: [{duration: 1M, calendar: {startTime: 2026-01-01 00:00:00, timeZone: Europe/Brussels}}]
  indicatorRef: latency
  objectives: [{op: lte, value: 0.25, target: 0.99}]
  alertPolicies: [burning]
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: burning}
spec:
  conditions: [{conditionRef: fast-burn}]
  notificationTargets: [{targetRef: on-call}]
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: fast-burn}
spec:
  severity: page
  condition: {kind: burnrate, op: gte, threshold: 2, lookbackWindow: 1h, alertAfter: 5m}
---
apiVersion: openslo/v1
kind: AlertNotificationTarget
metadata: {name: on-call}
spec: {target: email}
";

#[test]
fn references_hold_across_files() {
    let found = good(&[BY_REFERENCE, SLI]).objectives;
    let [objective] = found.as_slice() else { panic!("one objective") };
    assert!(matches!(&objective.indicator,
        Indicator::Threshold { comparison: Comparison::AtMost, value, source } if *value == 0.25 && source.rows.is_some()));
    assert_eq!(objective.min_events, 50.0);
    let [alert] = objective.alerts.as_slice() else { panic!("one alert") };
    assert_eq!((alert.name.as_str(), alert.severity.as_str(), alert.inclusive), ("burning", "page", true));
    assert_eq!((alert.threshold, alert.lookback_s, alert.after_s, alert.line), (2.0, 3_600, 300, 24));
}

#[test]
fn what_is_referred_to_must_be_there() {
    #[rustfmt::skip]
    let wrong = [
        ("indicatorRef: latency", "indicatorRef: latncy", 8, "there is no SLI `latncy`"),
        ("[burning]", "[burnin]", 10, "there is no AlertPolicy `burnin`"),
        ("[burning]", "[{alertPolicyRef: burnin}]", 10, "there is no AlertPolicy `burnin`"),
        ("conditionRef: fast-burn", "conditionRef: fast", 16, "there is no AlertCondition `fast`"),
        ("{conditionRef: fast-burn}", "{foo: bar}", 16, "expected conditionRef, or kind: AlertCondition with its spec"),
        ("[{conditionRef: fast-burn}]", "[]", 16, "expected a condition, found none"),
        ("[{conditionRef: fast-burn}]", "[{conditionRef: fast-burn}, {conditionRef: fast-burn}]", 16, "expected one condition, found 2"),
        ("severity: page", "severity: ''", 23, "`spec.severity` is empty"),
        ("threshold: 2,", "", 24, "`spec.condition.threshold` is missing"),
        ("threshold: 2,", "threshold: -2,", 24, "expected a number above 0, found -2"),
        ("lookbackWindow: 1h", "lookbackWindow: 1M", 24, "expected a length of time, found `1M`"),
        ("op: lte, value: 0.25, ", "value: 0.25, ", 9, "`spec.objectives[1].op` is missing"),
        ("op: lte, value: 0.25, ", "op: lte, ", 9, "`spec.objectives[1].value` is missing"),
        ("op: lte", "op: '<='", 9, "`spec.objectives[1].op`: expected lt, lte, gt, gte"),
        ("\"50\"", "few", 3, "expected a number from 0 on, found `few`"),
    ];
    for (old, new, line, words) in wrong {
        assert!(BY_REFERENCE.contains(old), "{old}");
        let (_, issues) = read(&[&BY_REFERENCE.replacen(old, new, 1), SLI]);
        let hit = issues.iter().any(|i| i.level == Level::Error && i.line == Some(line) && i.message.contains(words));
        assert!(hit, "{new}: expected {line}: {words}\nfound {issues:#?}");
    }
    // An indicator that is wrong itself is reported where it stands.
    let (found, issues) = read(&[BY_REFERENCE, &SLI.replace("latency_s", "latencies")]);
    let at = |issue: &Issue| (issue.file.clone(), issue.line.unwrap());
    let wrong: Vec<_> = issues.iter().filter(|i| i.level == Level::Error).map(at).collect();
    assert_eq!(wrong, [("slos/0.yaml".to_string(), 8), ("slos/1.yaml".to_string(), 5)]);
    assert!(found.objectives.is_empty());
    // Who is told, and which service it is, need not be declared.
    let (_, issues) = read(&[&BY_REFERENCE.replace("targetRef: on-call", "targetRef: nobody"), SLI]);
    assert_eq!(issues.iter().map(|issue| issue.level).collect::<Vec<_>>(), [Level::Warning]);
}

/// Availability by time: down time over agreed time, each a stretch whose seconds count.
#[test]
fn stretches_of_time_are_placed_from_their_start_to_their_end() {
    let span = |name: &str, seconds: &str| {
        let text = format!(
            "title = \"t\"\nmeaning = \"m\"\nkey = [\"service\"]\n[columns]\nservice = {{ kind = \"text\", meaning = \"m\" }}\n\
             started_at = {{ kind = \"instant\", meaning = \"m\" }}\nended_at = {{ kind = \"instant\", meaning = \"m\" }}\n\
             {seconds} = {{ kind = \"seconds\", meaning = \"m\" }}\n"
        );
        (name.to_string(), Table::parse(name, "t.toml", &text).unwrap())
    };
    let facts = BTreeMap::from([span("downtime", "weighted_s"), span("agreed_time", "duration_s")]);
    let text = SLO
        .replace("good: {", "bad: {")
        .replace(
            "table: sli_counts, service: Payments, value: good",
            "fact: downtime, service: Payments, value: weighted_s",
        )
        .replace(
            "table: sli_counts, service: Payments, value: total",
            "fact: agreed_time, service: Payments, value: duration_s",
        );
    let mut catalogue = Catalogue::default();
    catalogue.insert("slos/a.yml", &text);
    let (found, issues) = super::super::read(&catalogue, &BTreeMap::new(), &facts);
    assert_eq!(issues, Vec::new());
    let Indicator::Ratio { good: false, part, total } = &found.objectives[0].indicator else { panic!() };
    let whole = Place::Span("started_at".to_string(), "ended_at".to_string());
    for source in [part, total] {
        assert_eq!(source.rows.as_ref().map(|rows| &rows.place), Some(&whole));
    }
}

#[test]
fn names_are_declared_once() {
    let (found, issues) = read(&[SLO, SLO]);
    assert_eq!(found.objectives.len(), 1);
    assert_eq!(issues.len(), 1);
    assert_eq!((issues[0].file.as_str(), issues[0].line), ("slos/1.yaml", Some(3)));
    assert_eq!(issues[0].message, "the SLO `checkout` is declared twice, first in slos/0.yaml:3");
}

#[test]
fn objectives_with_indicators_of_their_own_make_a_composite() {
    let indicator =
        "{spec: {ratioMetric: {good: {metricSource: {type: Datadog}}, total: {metricSource: {type: Datadog}}}}}";
    let text = format!(
        "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: journey}}\nspec:\n  service: Shop\n  budgetingMethod: Occurrences\n\
         \x20 timeWindow: [{{duration: 28d, isRolling: true}}]\n  objectives:\n\
         \x20 - {{displayName: Foo errors, target: 0.98, compositeWeight: 1, indicator: {indicator}}}\n\
         \x20 - {{displayName: Bar errors, target: 0.99, compositeWeight: 3, indicator: {indicator}}}\n"
    );
    let found = good(&[&text]).objectives;
    let ids: Vec<&str> = found.iter().map(|objective| objective.id.as_str()).collect();
    assert_eq!(ids, ["journey", "journey/foo-errors", "journey/bar-errors"]);
    let parts = vec![("journey/foo-errors".to_string(), 1.0), ("journey/bar-errors".to_string(), 3.0)];
    assert_eq!(found[0].indicator, Indicator::Composite { parts });
    // (0.98 + 3 x 0.99) / 4
    assert!((found[0].target - 0.9875).abs() < 1e-12);
    let (_, issues) = read(&[&text.replacen(&format!(", indicator: {indicator}"), "", 1)]);
    let wrong: Vec<_> = issues.iter().filter(|i| i.level == Level::Error).map(|i| i.line.unwrap()).collect();
    assert_eq!(wrong, [9]);
}

#[test]
fn the_drafts_of_version_2_are_mapped() {
    let text = "\
apiVersion: openslo/v2alpha1
kind: SLO
metadata: {name: foo}
spec:
  service: foo
  budgetingMethod: RatioTimeslices
  timeWindow: [{duration: 4w, isRolling: true}]
  sliRef: errors
  objectives: [{targetPercent: 98, timeSliceWindow: 5}]
  alertPolicies:
    - kind: AlertPolicy
      metadata: {name: both}
      spec:
        conditions:
          - or:
            - and:
              - {kind: AlertCondition, spec: {condition: {kind: burnrate, threshold: 14.4, lookbackWindow: -1h}}}
---
apiVersion: openslo/v2alpha1
kind: SLI
metadata: {name: errors}
spec:
  ratioMetric:
    bad: {dataSourceRef: prom, spec: {query: bad}}
    total: {prometheus: {url: x}, spec: {query: all}}
---
apiVersion: openslo/v2alpha1
kind: DataSource
metadata: {name: prom}
spec: {prometheus: {url: x}}
";
    let found = good(&[text]).objectives;
    let Indicator::Ratio { good: false, part, total } = &found[0].indicator else { panic!() };
    assert_eq!(
        (part.kind.as_str(), total.kind.as_str(), part.spec["query"].as_str()),
        ("prometheus", "prometheus", "bad")
    );
    assert!(found[0].alerts.is_empty());
}

pub(super) const OURS: &str = "\
apiVersion: nines/v1
kind: ErrorBudgetPolicy
metadata: {name: when-it-is-gone}
spec:
  slos: [checkout]
  steps:
    - {consumed: 50%, action: Tell the owner}
    - {consumed: 1, action: Stop releases}
    - {incidentShare: 0.2, action: Write a review}
    - {burn: 2, lookback: 7d, action: Look into it}
---
apiVersion: nines/v1
kind: BudgetCorrection
metadata: {name: data-centre-move}
spec:
  from: 2026-06-01T22:00:00+02:00
  to: 2026-06-02 02:00
  zone: Europe/Brussels
  treat: good
  reason: Announced to all customers in May
";

#[test]
fn our_own_kinds_say_what_is_done_and_what_does_not_count() {
    let found = good(&[OURS, SLO]);
    let policy = &found.policies[0];
    assert_eq!((policy.slos.as_slice(), policy.line), (["checkout".to_string()].as_slice(), 1));
    let when: Vec<Trigger> = policy.steps.iter().map(|step| step.when).collect();
    let burn = Trigger::Burn { rate: 2.0, lookback_s: 604_800 };
    assert_eq!(when, [Trigger::Consumed(0.5), Trigger::Consumed(1.0), Trigger::IncidentShare(0.2), burn]);
    let correction = &found.corrections[0];
    // 22:00 in Brussels is 20:00 UTC in summer: 2026-06-01T20:00Z is 1,780,344,000 s.
    assert_eq!((correction.from, correction.to), (1_780_344_000_000_000, 1_780_358_400_000_000));
    assert!(correction.as_good && correction.slos.is_empty());
    #[rustfmt::skip]
    let wrong = [
        ("[checkout]", "[checkot]", 5, "there is no SLO `checkot`"),
        ("50%", "half", 7, "expected a share above 0, found `half`"),
        (", lookback: 7d", "", 10, "`spec.steps[4].lookback` is missing"),
        ("burn: 2", "burn: 2, consumed: 1", 10, "expected one of consumed, incidentShare and burn"),
        (", action: Tell the owner", "", 7, "`spec.steps[1].action` is missing"),
        ("2026-06-02 02:00", "2026-05-02 02:00", 17, "expected an instant after spec.from"),
        ("  zone: Europe/Brussels\n", "", 17, "expected an instant, found `2026-06-02 02:00`"),
        ("treat: good", "treat: bad", 19, "`spec.treat`: expected exclude, good, found `bad`"),
        ("  reason: Announced to all customers in May\n", "", 15, "`spec.reason` is missing"),
    ];
    for (old, new, line, words) in wrong {
        let (_, issues) = read(&[&OURS.replacen(old, new, 1), SLO]);
        let hit = issues.iter().any(|i| i.level == Level::Error && i.line == Some(line) && i.message.contains(words));
        assert!(hit, "{new}: expected {line}: {words}\nfound {issues:#?}");
    }
}

#[test]
fn aliases_merge_keys_comments_and_empty_documents_do_no_harm() {
    let text = "\
# Nothing but a comment.
---
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: a}
spec: &common
  service: Payments # the service
  budgetingMethod: Occurrences
  timeWindow: [{duration: 30d, isRolling: true}]
  indicator: {spec: {ratioMetric: {good: &m {metricSource: {type: x, spec: {query: q}}}, total: *m}}}
  objectives: [{target: 0.9}]
";
    assert_eq!(good(&[text]).objectives.len(), 1);
    let list = "\
- &a
  apiVersion: openslo/v1
  kind: Service
  metadata: {name: one}
- <<: *a
  metadata: {name: two}
";
    assert_eq!(good(&[list]), Objectives::default());
}

#[test]
fn no_file_exhausts_memory_or_stack() {
    let mut laughs = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_string();
    for level in 1..12 {
        let last = format!("*a{}, ", level - 1).repeat(10);
        laughs += &format!("- &a{level} [{last}]\n");
    }
    let (_, issues) = read(&[&laughs]);
    assert!(issues.iter().any(|issue| issue.message.contains("repeat more than")), "{issues:#?}");
    for deep in ["- ".repeat(50_000), "[".repeat(200), "? ".repeat(50_000)] {
        let (_, issues) = read(&[&deep]);
        let found = issues.iter().any(|i| i.message.contains("levels deep") || i.message.contains("no YAML"));
        assert!(found, "{issues:#?}");
    }
}
