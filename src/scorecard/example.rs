//! Invented measures for tests: a rich organisation of six services, and one for which nothing was loaded.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::{Europe::Brussels, Tz};

use super::index::Dims;
use super::quality::{Completeness, FileQuality, FindingGroup, Quality, TableFreshness};
use super::scorecard::{Disruption, Input, Scorecard, build};
use super::target::{DeclaredBy, Target};
use crate::arithmetic::local_time::from_rfc3339;
use crate::arithmetic::period::{self, Period};
use crate::declaration::expression::parse_formula;
use crate::declaration::language::Language;
use crate::declaration::metric::{Better, Definition, Metric, Part, Unit};
use crate::metrics::measure::{Flag, Measure, State};

pub const ZONE: Tz = Brussels;

pub fn as_of() -> i64 {
    from_rfc3339("2026-11-16T05:00:00Z").unwrap()
}

pub fn period() -> Period {
    period::parse("2026-W46", ZONE, as_of()).unwrap()
}

/// id | title | unit | better | pillar | target, limit | overall figure | n | half width of its interval
const METRICS: &str = "\
tickets_opened|Tickets opened|count|neither|ticket||742|742|0
tickets_resolved|Tickets resolved|count|neither|ticket||731|731|0
ticket_backlog|Tickets open|count|lower|ticket||214|214|0
ticket_backlog_age_median|Median age of open tickets|seconds|lower|ticket||172800|214|21600
time_to_resolve_median|Median time to resolve|seconds|lower|ticket|28800,172800|23400|731|2500
time_to_resolve_p90|90th percentile time to resolve|seconds|lower|ticket|432000,1209600|466560|731|40000
sla_attainment|Tickets resolved within target|share|higher|ticket|0.9,0.7|0.913|698|0.021
reopen_rate|Reopened tickets|share|lower|ticket||0.018|742|0.01
first_line_resolution|Solved in the first line|share|higher|tier|0.6,0.4|0.611|731|0.035
push_to_front_share|Pushed to the front|share|higher|tier||0.93|731|0.02
escalation_rate|Tickets escalated|share|lower|tier||0.389|731|0.035
bounce_rate|Tickets that bounced|share|lower|tier||0.041|731|0.014
hops_mean|Steps per ticket|number|lower|tier||0.62|731|0.05
escalations|Escalations|count|lower|tier||601|601|0
time_before_escalation_median|Median time before an escalation|seconds|lower|tier||7500|601|600
availability|Availability|share|higher|availability|0.999,0.99|0.99935|84|0
downtime|Downtime|seconds|lower|availability||23520|84|0
outage_count|Outages|count|lower|reliability|5,20|5|84|0
longest_outage|Longest outage|seconds|lower|availability|3600,28800|9720|5|0
mtbf|Mean time between failures|seconds|higher|reliability|2592000,259200|2678400|5|900000
mtrs|Mean time to restore service|seconds|lower|reliability|7200,28800|4704|5|0
failure_rate|Failure rate|per_hour|lower|reliability||0.00298|5|0.002
coverage|Measured time|share|higher|availability||0.981|84|0
incidents|Incidents|count|lower|serviceability||33|33|0
major_incidents|Major incidents|count|lower|serviceability||2|2|0
time_to_detect_median|Median time to detect|seconds|lower|serviceability||240|46|60
time_to_acknowledge_median|Median time to acknowledge|seconds|lower|serviceability|900,3600|540|46|120
time_to_restore_median|Median time to restore|seconds|lower|serviceability|7200,28800|9660|46|2300
changes_closed|Changes closed|count|neither|manageability||76|76|0
change_success_rate|Successful changes|share|higher|manageability|0.95,0.8|0.961|76|0.045
change_failure_rate|Failed changes|share|lower|manageability|0.05,0.2|0.039|76|0.045
emergency_change_share|Emergency changes|share|lower|manageability|0.05,0.2|0.053|76|0.05
standard_change_share|Standard changes|share|higher|manageability||0.447|76|0.11
change_collisions|Colliding changes|count|lower|manageability||3|76|0
unauthorised_changes|Unauthorised changes|count|lower|manageability|0,5|1|76|0
";

/// Id, title, parts with their weights.
type Index = (&'static str, &'static str, &'static [(&'static str, f64)]);

const INDICES: &[Index] = &[
    ("reliability_index", "Reliability", &[("mtbf", 2.0), ("outage_count", 1.0)]),
    ("availability_index", "Availability", &[("availability", 3.0), ("longest_outage", 1.0)]),
    (
        "serviceability_index",
        "Serviceability",
        &[("time_to_restore_median", 2.0), ("sla_attainment", 1.0), ("first_line_resolution", 1.0)],
    ),
    (
        "manageability_index",
        "Manageability",
        &[("change_success_rate", 2.0), ("emergency_change_share", 1.0), ("unauthorised_changes", 1.0)],
    ),
    (
        "rasm_index",
        "RASM index",
        &[
            ("reliability_index", 1.0),
            ("availability_index", 1.0),
            ("serviceability_index", 1.0),
            ("manageability_index", 1.0),
        ],
    ),
];

const SLICES: [&str; 6] = ["service", "team", "supplier", "from_tier", "to_tier", "age_band"];

fn blank(id: &str, title: &str, unit: Unit, better: Better, pillar: &str, definition: Definition) -> Metric {
    Metric {
        id: id.to_owned(),
        title: title.to_owned(),
        meaning: format!("{title} of the period, over the records that the query names; <b>test</b> & more."),
        source: "ITIL 4".to_owned(),
        unit,
        better,
        slices: SLICES.iter().map(|slice| (*slice).to_owned()).collect(),
        pillar: pillar.to_owned(),
        definition,
        target: None,
        expected: None,
        limit: None,
        minimum_n: 1,
        estimated: false,
        beside: Vec::new(),
        up_to: None,
        range: None,
        levels: Vec::new(),
        example: None,
        lines: BTreeMap::new(),
        file: format!("queries/metrics/{pillar}/{id}.toml"),
    }
}

fn columns(line: &str) -> Vec<&str> {
    line.split('|').collect()
}

pub fn metrics() -> BTreeMap<String, Metric> {
    let mut metrics = BTreeMap::new();
    for line in METRICS.lines() {
        let column = columns(line);
        let unit = match column[2] {
            "count" => Unit::Count,
            "seconds" => Unit::Seconds,
            "share" => Unit::Share,
            "number" => Unit::Number,
            _ => Unit::PerHour,
        };
        let better = match column[3] {
            "higher" => Better::Higher,
            "lower" => Better::Lower,
            _ => Better::Neither,
        };
        let definition = Definition::Formula(parse_formula("(a - b) / a").unwrap());
        let mut metric = blank(column[0], column[1], unit, better, column[4], definition);
        if let Some((target, limit)) = column[5].split_once(',') {
            metric.target = target.parse().ok();
            metric.limit = limit.parse().ok();
        }
        metrics.insert(metric.id.clone(), metric);
    }
    for (id, title, parts) in INDICES {
        let parts =
            parts.iter().map(|(metric, weight)| Part { metric: (*metric).to_owned(), weight: *weight, scale: None });
        let definition = Definition::Index { parts: parts.collect() };
        let mut metric = blank(id, title, Unit::Score, Better::Higher, "index", definition);
        metric.slices = vec!["service".to_owned()];
        metrics.insert(metric.id.clone(), metric);
    }
    metrics
}

pub fn metric(id: &str) -> Metric {
    metrics().remove(id).unwrap()
}

pub fn measure(metric: &Metric, value: f64) -> Measure {
    Measure { value: Some(value), n: 84, ..Measure::nothing(&metric.id, period(), BTreeMap::new(), State::Value) }
}

/// Noise from -1 to 1 that is the same for ever.
fn noise(seed: &str, step: usize) -> f64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in seed.bytes().chain([step as u8, 7]) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 29;
    hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((hash >> 40) as f64 / f64::from(1 << 23)) - 1.0
}

fn slice(pairs: &[(&str, &str)]) -> Dims {
    pairs.iter().map(|(dim, value)| ((*dim).to_owned(), (*value).to_owned())).collect()
}

struct Builder {
    metrics: BTreeMap<String, Metric>,
    periods: Vec<Period>,
    measures: Vec<Measure>,
}

impl Builder {
    /// A series that wanders about `value` and ends with it.
    fn series(&mut self, id: &str, dims: Dims, value: f64, n: u64, half: f64, spread: f64) {
        let unit = self.metrics[id].unit;
        let last = self.periods.len() - 1;
        for (step, period) in self.periods.iter().enumerate() {
            let mut here = value * (1.0 + spread * noise(&format!("{id}{dims:?}"), step));
            match id {
                _ if step == last => here = value,
                "time_to_restore_median" if step + 8 > last => {
                    here = 6600.0 + 380.0 * (step + 8 - last) as f64;
                }
                "availability" if dims.values().any(|service| service == "Payments") => {
                    here = 0.9993 * (1.0 + spread * noise(id, step));
                }
                "time_to_restore_median" => here = 6000.0 * (1.0 + 0.05 * noise(id, step)),
                _ => {}
            }
            if unit == Unit::Share {
                here = here.min(1.0);
            }
            if unit == Unit::Count {
                here = here.round();
            }
            let mut measure = Measure::nothing(id, period.clone(), dims.clone(), State::Value);
            measure.value = Some(here);
            measure.n = n;
            measure.coverage = Some(0.998);
            if half > 0.0 {
                measure.lower = Some((here - half).max(0.0));
                measure.upper = Some(if unit == Unit::Share { (here + half).min(1.0) } else { here + half });
            }
            if unit == Unit::Share {
                measure.denominator = Some(n as f64);
                measure.numerator = Some(here * n as f64);
            }
            if id == "time_to_restore_median" {
                measure.flags.insert(Flag::Censored);
            }
            measure.excluded = vec![("cancelled".to_owned(), 4)];
            self.measures.push(measure);
        }
    }
}

/// Service, availability, outages, mean restore, incidents, failed changes of all.
type Service = (&'static str, f64, u64, f64, u64, (u64, u64));

const SERVICES: &[Service] = &[
    ("Payments", 0.9971, 2, 15_120.0 / 2.0, 11, (1, 4)),
    ("Order desk", 0.9988, 1, 6240.0, 7, (0, 6)),
    ("Identity", 0.99953, 1, 2280.0, 4, (0, 2)),
    ("Customer portal", 0.9997, 1, 1320.0, 6, (0, 9)),
    ("Data platform", 1.0, 0, 0.0, 3, (0, 3)),
    ("Mobile app", f64::NAN, 0, 0.0, 2, (2, 5)),
];

pub fn input(metrics: &BTreeMap<String, Metric>, targets: &[Target]) -> (Vec<Measure>, Vec<Target>) {
    let mut builder = Builder { metrics: metrics.clone(), periods: period().trailing(26, ZONE), measures: Vec::new() };
    for line in METRICS.lines() {
        let column = columns(line);
        let number = |index: usize| column[index].parse::<f64>().unwrap();
        let spread = if column[2] == "share" { 0.02 } else { 0.12 };
        let spread = if column[0] == "availability" { 0.0004 } else { spread };
        builder.series(column[0], Dims::new(), number(6), number(7) as u64, number(8), spread);
    }
    for (service, availability, outages, restore, incidents, (failed, closed)) in SERVICES {
        let dims = || slice(&[("service", service)]);
        builder.series("outage_count", dims(), *outages as f64, 7, 0.0, 0.5);
        builder.series("incidents", dims(), *incidents as f64, *incidents, 0.0, 0.3);
        let rate = *failed as f64 / *closed as f64;
        builder.series("change_failure_rate", dims(), rate, *closed, 0.2, 0.0);
        if availability.is_nan() {
            for period in &builder.periods {
                let mut gap = Measure::nothing("availability", period.clone(), dims(), State::NotEnough);
                gap.coverage = Some(0.61);
                builder.measures.push(gap);
            }
            continue;
        }
        builder.series("availability", dims(), *availability, 7, 0.0, 0.0003);
        if *outages > 0 {
            builder.series("mtrs", dims(), *restore, *outages, 0.0, 0.2);
        }
    }
    let tiers = [("1", "2", 412.0, 4200.0), ("1", "3", 18.0, 1500.0), ("2", "3", 131.0, 20_400.0)];
    let more = [("2", "4", 44.0, 25_500.0), ("2", "5", 6.0, 93_600.0), ("3", "4", 39.0, 39_600.0)];
    for (from, to, count, time) in tiers.into_iter().chain(more).chain([("4", "5", 17.0, 118_800.0)]) {
        let dims = || slice(&[("from_tier", from), ("to_tier", to)]);
        builder.series("escalations", dims(), count, count as u64, 0.0, 0.1);
        builder.series("time_before_escalation_median", dims(), time, count as u64, 0.0, 0.1);
    }
    let bands = [("0-1 d", 81.0), ("1-3 d", 47.0), ("3-7 d", 32.0), ("7-14 d", 20.0), ("14-30 d", 19.0)];
    for (band, count) in bands.into_iter().chain([("30-90 d", 12.0), ("over 90 d", 3.0)]) {
        builder.series("ticket_backlog", slice(&[("age_band", band)]), count, count as u64, 0.0, 0.1);
    }
    (builder.measures, targets.to_vec())
}

pub fn targets() -> Vec<Target> {
    let target = |metric: &str, target: f64, limit: f64, by: Dims| Target {
        metric: metric.to_owned(),
        target,
        limit: Some(limit),
        warn: None,
        amber: None,
        points: Vec::new(),
        by,
        declared_by: DeclaredBy::Project,
    };
    let data = slice(&[("service", "Data platform")]);
    let identity = slice(&[("service", "Identity")]);
    let mut targets = vec![
        target("availability", 0.999, 0.99, Dims::new()),
        target("availability", 0.995, 0.98, data),
        target("availability", 0.9995, 0.995, identity),
        target("time_to_restore_median", 7200.0, 28_800.0, Dims::new()),
        target("first_line_resolution", 0.6, 0.4, Dims::new()),
    ];
    targets[2].warn = Some(0.9996);
    targets
}

pub fn disruptions() -> Vec<Disruption> {
    let at = |text: &str| from_rfc3339(text).unwrap();
    let one = |service: &str, start: &str, seconds: f64| Disruption {
        service: service.to_owned(),
        started_at: at(start),
        ended_at: Some(at(start) + (seconds * 1e6) as i64),
        duration_s: seconds,
        weight: 1.0,
        cause: None,
        change: None,
        supplier: None,
        incident: None,
    };
    vec![
        Disruption { supplier: Some("Netco".into()), ..one("Payments", "2026-11-12T09:12:00Z", 9720.0) },
        Disruption { change: Some("CHG-3107".into()), ..one("Payments", "2026-11-10T18:30:00Z", 5400.0) },
        one("Order desk", "2026-11-11T08:00:00Z", 6240.0),
        Disruption { cause: Some("expired <certificate>".into()), ..one("Identity", "2026-11-13T06:00:00Z", 2280.0) },
        one("Customer portal", "2026-11-13T11:00:00Z", 1320.0),
    ]
}

pub fn quality() -> Quality {
    let file = |file: &str, mapping: &str, table: &str, read, rejected| FileQuality {
        file: file.to_owned(),
        mapping: mapping.to_owned(),
        table: table.to_owned(),
        read,
        accepted: read - rejected,
        rejected,
        unchanged: 0,
        ignored: Vec::new(),
    };
    let fresh = |table: &str, rows, newest: &str| TableFreshness {
        table: table.to_owned(),
        rows,
        newest: from_rfc3339(newest),
    };
    Quality {
        unread: Vec::new(),
        files: vec![
            file("exports/incident_audit.csv", "servicenow/incident_audit", "tickets", 11_842, 61),
            file("exports/changes.csv", "jira/changes", "changes", 1_904, 0),
        ],
        findings: vec![FindingGroup {
            file: "exports/incident_audit.csv".into(),
            column: "opened_at".into(),
            expected: "a date such as 31/12/2026 08:00".into(),
            count: 58,
            examples: vec![(412, "<script>alert(1)</script>".into()), (977, "31/02/2026 10:00".into())],
        }],
        freshness: vec![
            fresh("changes", 1_904, "2026-11-15T21:00:00Z"),
            fresh("tickets", 2_004, "2026-11-16T03:00:00Z"),
        ],
        orphans: vec![("tickets".into(), "service".into(), 7, vec!["Legacy | mail".into()])],
        order_violations: vec![("tickets".into(), "resolved before opened".into(), 3)],
        gaps: vec![("Mobile app".into(), 0.61)],
        completeness: vec![Completeness { table: "tickets".to_owned(), column: "priority".to_owned(), filled: 0.97 }],
        volumes: Vec::new(),
        duplicates: Vec::new(),
        collisions: Vec::new(),
        unreconciled: 0,
    }
}

fn scorecard(measures: Vec<Measure>, targets: &[Target], disruptions: Vec<Disruption>, quality: Quality) -> Scorecard {
    // As a report that shows all of them, whole and by service.
    let both = |(id, ..): &Index| [Vec::new(), vec!["service".to_owned()]].map(|by| ((*id).to_owned(), by));
    let indices: Vec<(String, Vec<String>)> = INDICES.iter().flat_map(both).collect();
    build(Input {
        indices: &indices,
        project: "Acme IT",
        zone: ZONE,
        period: period(),
        as_of: as_of(),
        known_at: None,
        metrics: &metrics(),
        measures,
        targets,
        disruptions,
        objectives: Vec::new(),
        quality,
        language: Language::default(),
        version: "0.1.0",
    })
}

/// A scorecard of such measures and nothing else.
pub fn of(measures: Vec<Measure>, targets: &[Target]) -> Scorecard {
    scorecard(measures, targets, Vec::new(), quality())
}

pub fn rich() -> Scorecard {
    let (measures, targets) = input(&metrics(), &targets());
    scorecard(measures, &targets, disruptions(), quality())
}

pub fn empty() -> Scorecard {
    scorecard(Vec::new(), &[], Vec::new(), Quality::default())
}

/// The overall figures only, nine weeks of them: no services, no outages, no project targets.
pub fn sparse() -> Scorecard {
    let (mut measures, _) = input(&metrics(), &[]);
    let recent: BTreeSet<String> = period().trailing(9, ZONE).into_iter().map(|period| period.id).collect();
    measures.retain(|measure| {
        measure.dims.is_empty() && recent.contains(&measure.period.id) && measure.metric.starts_with('t')
    });
    scorecard(measures, &[], Vec::new(), Quality::default())
}
