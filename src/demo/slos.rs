//! The service level objectives of the demo: OpenSLO files in `slos/`, with a policy and a correction of our own kinds.

use std::fs;
use std::io;
use std::path::Path;

use super::folder::named;

/// Writes the files of `slos/`.
pub(super) fn write(dir: &Path) -> io::Result<()> {
    let dir = dir.join("slos");
    fs::create_dir_all(&dir).map_err(|error| named("slos", error))?;
    for (name, text) in FILES {
        fs::write(dir.join(name), text).map_err(|error| named(name, error))?;
    }
    Ok(())
}

const FILES: [(&str, &str); 6] = [
    ("availability.yaml", TIME),
    ("budget.yaml", BUDGET),
    ("customer-journey.yaml", JOURNEY),
    ("customer-portal.yaml", PORTAL),
    ("operations.yaml", OPERATIONS),
    ("payments.yaml", PAYMENTS),
];

const PAYMENTS: &str = r#"# Requests counted by the load balancer, in buckets of five minutes (exports/sli_counts.csv.gz).
apiVersion: openslo/v1
kind: SLO
metadata:
  name: payments-accepted
  displayName: Payments accepted
  labels:
    criticality: "1"
spec:
  description: Of all payments sent to us, so many are accepted or refused for a reason of the customer's.
  service: Payments
  indicator:
    metadata:
      name: payments-accepted-ratio
    spec:
      ratioMetric:
        good:
          metricSource:
            type: nines               # what the lake holds; the rest says which rows, and what each counts for
            spec: {table: sli_counts, service: Payments, sli: payments accepted, value: good}
        total:
          metricSource:
            type: nines
            spec: {table: sli_counts, service: Payments, sli: payments accepted, value: total}
  timeWindow:
    - duration: 28d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - target: 0.995
  alertPolicies:
    - payments-burning                # besides the usual pairs of look-backs
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata:
  name: payments-burning
  displayName: Payments burn their budget
spec:
  alertWhenBreaching: true
  conditions:
    - conditionRef: twice-as-fast
  notificationTargets:
    - targetRef: payments-on-call
---
apiVersion: openslo/v1
kind: AlertCondition
metadata:
  name: twice-as-fast
spec:
  severity: ticket
  condition:
    kind: burnrate
    threshold: 2
    lookbackWindow: 12h
    alertAfter: 30m
---
apiVersion: openslo/v1
kind: AlertNotificationTarget
metadata:
  name: payments-on-call
spec:
  description: Whoever is on call for Payments Operations
  target: pager
"#;

const TIME: &str = r#"# Objectives from a register of outages alone: down time, by its weight, of agreed service time. No monitoring is needed.
apiVersion: openslo/v1
kind: SLO
metadata:
  name: payments-available
  displayName: Payments available
spec:
  description: Of the agreed service time of a month, so much is without an outage; a degraded minute counts by its weight.
  service: Payments
  indicator:
    metadata:
      name: payments-time
    spec:
      ratioMetric:
        bad:
          metricSource: {type: nines, spec: {fact: downtime, service: Payments, value: weighted_s}}
        total:
          metricSource: {type: nines, spec: {fact: agreed_time, service: Payments, value: duration_s}}
  timeWindow:
    - duration: 1M                    # calendar months, as the agreement has them
      calendar:
        startTime: 2026-01-01 00:00:00
        timeZone: Europe/Brussels
  budgetingMethod: Occurrences
  objectives:
    - target: 0.9995
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: erp-available
  displayName: ERP available
spec:
  service: ERP
  indicator:
    metadata:
      name: erp-time
    spec:
      ratioMetric:
        bad:
          metricSource: {type: nines, spec: {fact: downtime, service: ERP, value: weighted_s}}
        total:
          metricSource: {type: nines, spec: {fact: agreed_time, service: ERP, value: duration_s}}
  timeWindow:
    - duration: 28d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - target: 0.999
"#;

const PORTAL: &str = r#"# One indicator, two ways to count: by requests, and by slices of five minutes, in which a quiet night weighs as much as a busy noon.
apiVersion: openslo/v1
kind: SLI
metadata:
  name: pages-served
spec:
  ratioMetric:
    good:
      metricSource: {type: nines, spec: {table: sli_counts, service: Customer portal, sli: pages served, value: good}}
    total:
      metricSource: {type: nines, spec: {table: sli_counts, service: Customer portal, sli: pages served, value: total}}
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: portal-pages
  displayName: Pages served
spec:
  service: Customer portal
  indicatorRef: pages-served
  timeWindow:
    - duration: 28d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - targetPercent: 99.9
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: portal-slices
  displayName: Five minutes with the portal
spec:
  service: Customer portal
  indicatorRef: pages-served
  timeWindow:
    - duration: 1M
      calendar:
        startTime: 2026-01-01 00:00:00
        timeZone: Europe/Brussels
  budgetingMethod: Timeslices
  objectives:
    - target: 0.99
      timeSliceWindow: 5m
      timeSliceTarget: 0.99
---
# Readings held against a threshold: the probes' own measurement of how long an answer takes.
apiVersion: openslo/v1
kind: SLO
metadata:
  name: portal-answers
  displayName: Answers in time
spec:
  service: Customer portal
  indicator:
    metadata:
      name: probe-latency
    spec:
      thresholdMetric:
        metricSource: {type: nines, spec: {table: probes, service: Customer portal, where: latency_s IS NOT NULL, value: latency_s}}
  timeWindow:
    - duration: 28d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - displayName: Within 0.4 seconds
      op: lte
      value: 0.4
      target: 0.98
"#;

const JOURNEY: &str = r#"# A composite: from the first page to the accepted payment. Its target is the weighted mean of its parts' targets.
apiVersion: openslo/v1
kind: SLO
metadata:
  name: buying-something
  displayName: Buying something
spec:
  service: Customer portal
  timeWindow:
    - duration: 28d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - displayName: Look at it
      target: 0.999
      compositeWeight: 1
      indicatorRef: pages-served
    - displayName: Pay for it
      target: 0.995
      compositeWeight: 2
      indicator:
        spec:
          ratioMetric:
            good:
              metricSource: {type: nines, spec: {table: sli_counts, service: Payments, value: good}}
            total:
              metricSource: {type: nines, spec: {table: sli_counts, service: Payments, value: total}}
"#;

const OPERATIONS: &str = r#"# Anything with a good and a total can be an objective: tickets, deployments, backups. Few events are enough for these.
apiVersion: openslo/v1
kind: SLO
metadata:
  name: payments-tickets
  displayName: Tickets resolved in time
  annotations:
    nines/min-events: "20"
spec:
  description: Of the tickets about Payments that have a target, so many are resolved within it.
  service: Payments
  indicator:
    spec:
      ratioMetric:
        good:                         # a fact: tickets with their clocks; each counts when it is resolved
          metricSource: {type: nines, spec: {fact: tickets, service: Payments, where: within_target}}
        total:
          metricSource: {type: nines, spec: {fact: tickets, service: Payments, where: within_target IS NOT NULL}}
  timeWindow:
    - duration: 90d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - target: 0.8
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: portal-deployments
  displayName: Deployments that hold
  annotations:
    nines/min-events: "5"
spec:
  service: Customer portal
  indicator:
    spec:
      ratioMetric:
        bad:
          metricSource:
            type: nines
            spec: {table: deployments, service: Customer portal, environment: production, outcome: [failed, rolled_back]}
        total:
          metricSource:
            type: nines
            spec: {table: deployments, service: Customer portal, environment: production}
  timeWindow:
    - duration: 1Q
      calendar:
        startTime: 2026-01-01 00:00:00
        timeZone: Europe/Brussels
  budgetingMethod: Occurrences
  objectives:
    - target: 0.9
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: data-backups
  displayName: Backups of the data platform
  annotations:
    nines/min-events: "10"
spec:
  service: Data platform
  indicator:
    spec:
      ratioMetric:
        good:
          metricSource: {type: nines, spec: {table: jobs, service: Data platform, kind: backup, outcome: successful}}
        total:
          metricSource: {type: nines, spec: {table: jobs, service: Data platform, kind: backup}}
  timeWindow:
    - duration: 30d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - target: 0.95
"#;

const BUDGET: &str = r#"# What we agreed to do when a budget runs out. This kind and the next are not OpenSLO's but nines' own.
apiVersion: nines/v1
kind: ErrorBudgetPolicy
metadata:
  name: when-budget-runs-out
spec:
  slos: [payments-accepted, portal-pages]
  steps:
    - consumed: 50%
      action: The team looks at what consumed it in its weekly meeting
    - consumed: 100%
      action: Only fixes are released until the budget is back
    - incidentShare: 0.2
      action: The incident gets a written review
    - burn: 2
      lookback: 7d
      action: Reliability work goes first in the next sprint
---
# Time that doesn't count, with its reason.
apiVersion: nines/v1
kind: BudgetCorrection
metadata:
  name: load-test-in-june
spec:
  slos: [portal-pages, portal-slices]
  from: 2026-06-24 05:00
  to: 2026-06-24 06:00
  zone: Europe/Brussels
  treat: exclude
  reason: A load test with requests that nobody waited for, agreed with the business on 17 June
"#;
