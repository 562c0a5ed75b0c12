//! Published and worked answers about availability, each through the whole program: exports in, figures out.

mod accounts;

use std::collections::BTreeMap;

use crate::project::Project;

/// Monday 5 January 2026, seconds since the epoch.
const MONDAY: i64 = 1_767_571_200;
const HEAD: &str =
    "name = \"T\"\nas_of = \"2027-01-11T00:00:00Z\"\nsince = \"2026-01-01\"\n[[exports]]\nfiles = \"*.csv\"\n";

fn instant(seconds: f64) -> String {
    let at = chrono::DateTime::from_timestamp_micros((seconds * 1e6).round() as i64).unwrap();
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// A project whose services, outages, windows and checks are added one by one, and read as one.
#[derive(Default)]
struct Tiny {
    rules: String,
    calendars: BTreeMap<i64, String>,
    services: Vec<String>,
    outages: Vec<String>,
    windows: Vec<String>,
    checks: Vec<String>,
}

impl Tiny {
    /// A service that is agreed for so many minutes from midnight of Monday; 0 is round the clock.
    fn service(&mut self, name: &str, minutes: i64, depends_on: &str) {
        let mut calendar = String::new();
        if minutes > 0 {
            calendar = format!("m{minutes}");
            let hours = format!("00:00-{:02}:{:02}", minutes / 60, minutes % 60);
            self.calendars.insert(minutes, format!("[calendars.{calendar}]\nhours = {{ mon = [\"{hours}\"] }}\n"));
        }
        self.services.push(format!("{name},{calendar},\"{depends_on}\""));
    }

    /// An outage from and to seconds since the midnight of Monday.
    fn outage(&mut self, service: &str, from: f64, to: Option<f64>, weight: f64) {
        let end = to.map_or_else(String::new, |to| instant(MONDAY as f64 + to));
        let start = instant(MONDAY as f64 + from);
        self.outages.push(format!("O{},{service},{start},{end},outage,{weight}", self.outages.len()));
    }

    fn window(&mut self, service: &str, from: f64, to: f64, announced: Option<f64>) {
        let at = |seconds: f64| instant(MONDAY as f64 + seconds);
        let announced = announced.map_or_else(String::new, at);
        self.windows.push(format!("M{},{service},{},{},{announced}", self.windows.len(), at(from), at(to)));
    }

    fn check(&mut self, service: &str, at: f64, up: bool, interval_s: f64) {
        self.checks.push(format!("{service},{},{up},{interval_s}", instant(MONDAY as f64 + at)));
    }

    fn read(&self) -> Project {
        let calendars: String = self.calendars.values().cloned().collect();
        let project = Project::new(&format!("{HEAD}{calendars}{}", self.rules));
        let file = |name: &str, head: &str, rows: &[String]| {
            if !rows.is_empty() {
                project.write(name, format!("{head}\n{}\n", rows.join("\n")));
            }
        };
        file("services.csv", "service,calendar,depends_on", &self.services);
        // The register speaks about all services, also where none of them failed.
        let mut outages = vec!["OX,Other,2026-01-05T00:00:00Z,2026-01-05T00:01:00Z,outage,1".to_string()];
        outages.extend(self.outages.clone());
        file("outages.csv", "id,service,started_at,ended_at,kind,weight", &outages);
        file("maintenance.csv", "id,service,started_at,ended_at,announced_at", &self.windows);
        file("probes.csv", "service,at,up,interval_s", &self.checks);
        project.expect(0, &["ingest", "--quiet"]);
        project
    }
}

/// Figures by metric and service for a period.
fn figures(project: &Project, metrics: &[&str], period: &str) -> BTreeMap<(String, String), Option<f64>> {
    let measures = project.measure(&[metrics, &["--by", "service", "--period", period]].concat());
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_string();
    measures.iter().map(|m| ((text(&m["metric"]), text(&m["dims"]["service"])), m["value"].as_f64())).collect()
}

fn near(what: &str, found: Option<f64>, expected: f64, within: f64) {
    let found = found.unwrap_or_else(|| panic!("{what}: no value"));
    assert!((found - expected).abs() <= within, "{what}: expected {expected}, found {found}");
}

#[test]
fn icinga_cases_by_every_method() {
    // In seconds there, in minutes here: window, problems, planned; Icinga's figure, planned time out, windows ignored.
    type Case = (&'static str, i64, &'static [(i64, i64)], &'static [(i64, i64)], [f64; 3]);
    const BEFORE: i64 = 0;
    let cases: [Case; 12] = [
        ("empty", 1000, &[], &[], [100.0; 3]),
        ("several", 1000, &[(1000, 1100), (1300, 1400), (1600, 1700), (1900, 2000)], &[], [60.0; 3]),
        ("decimals", 1000, &[(1000, 1023), (1100, 1242), (1300, 1307), (1400, 1666)], &[], [56.2; 3]),
        ("thirds", 300, &[(1000, 1100)], &[], [66.6667; 3]),
        ("sevenths", 700, &[(1000, 1600)], &[], [14.2857; 3]),
        ("overlap", 1000, &[(1200, 1500)], &[(1100, 1300), (1400, 1600)], [90.0, 83.3333, 70.0]),
        ("throughout", 1000, &[(BEFORE, 2000)], &[], [0.0; 3]),
        ("planned to 1800", 1000, &[(800, 2000)], &[(600, 1800)], [80.0, 0.0, 0.0]),
        (
            "overlapping windows",
            1000,
            &[(800, 2000)],
            &[(600, 1000), (800, 1200), (1000, 1400), (1600, 2000), (1800, 2200)],
            [80.0, 0.0, 0.0],
        ),
        // What Icinga infers from events is a span here: down before the first event that says so.
        ("known from the next event", 1000, &[(BEFORE, 1200)], &[], [80.0; 3]),
        ("only the current state", 1000, &[(BEFORE, 9000)], &[], [0.0; 3]),
        ("the earlier event counts", 1000, &[(500, 1200)], &[], [80.0; 3]),
    ];
    let mut tiny = Tiny::default();
    let minute = |at: i64| (at - 1000) as f64 * 60.0;
    for (name, length, problems, planned, _) in cases {
        for name in [name.to_string(), format!("{name} strict")] {
            tiny.service(&name, length, "");
            for (from, to) in problems {
                tiny.outage(&name, minute(*from), Some(minute(*to)), 1.0);
            }
        }
        for (from, to) in planned {
            tiny.window(name, minute(*from), minute(*to), None);
        }
    }
    // Probes: what nobody checked is unknown and leaves the total. A check holds 2.5 intervals.
    for name in ["unknown at start", "unknown in the middle"] {
        tiny.service(name, 1000, "");
    }
    for (at, up, holds) in [(1500, false, 500), (1700, true, 300)] {
        tiny.check("unknown at start", minute(at), up, f64::from(holds) * 60.0 / 2.5);
    }
    for (at, up, holds) in [(1000, true, 100), (1600, true, 500), (1800, false, 200)] {
        tiny.check("unknown in the middle", minute(at), up, f64::from(holds) * 60.0 / 2.5);
    }
    let project = tiny.read();
    let ids = ["availability", "availability_maintenance_up", "availability_maintenance_excluded", "coverage"];
    let found = figures(&project, &ids, "2026-01-05");
    let of = |metric: &str, name: &str| found[&(metric.to_string(), name.to_string())].map(|value| value * 100.0);
    for (name, _, _, _, [icinga, exclude, strict]) in cases {
        near(name, of("availability_maintenance_up", name), icinga, 5e-5);
        near(name, of("availability_maintenance_excluded", name), exclude, 5e-5);
        near(name, of("availability", name), exclude, 5e-5);
        near(name, of("availability", &format!("{name} strict")), strict, 5e-5);
    }
    for name in ["unknown at start", "unknown in the middle"] {
        near(name, of("availability", name), 60.0, 1e-9);
        near(name, of("coverage", name), 50.0, 1e-9);
    }
    // A window of no length is no period.
    assert!(!project.run(&["measure", "availability", "--period", "2026-01-05..2026-01-04"]).status.success());
}

#[test]
fn figures_that_tools_print() {
    const H: f64 = 3_600.0;
    let mut tiny = Tiny::default();
    let mut add = |name: &str, minutes: i64, outages: &[(f64, f64, f64)], windows: &[(f64, f64)]| {
        tiny.service(name, minutes, "");
        outages.iter().for_each(|(from, to, weight)| tiny.outage(name, *from, Some(*to), *weight));
        windows.iter().for_each(|(from, to)| tiny.window(name, *from, *to, None));
    };
    // Icinga's days end at 23:59:59; half-open ones a second later.
    let (eight, late) = (8.0 * H, 8.0 * H + 416.0);
    add("icinga-reports 59", 0, &[(late, 24.0 * H - 1.0, 1.0)], &[(eight, 8.25 * H)]);
    add("to midnight", 0, &[(late, 24.0 * H, 1.0)], &[(eight, 8.25 * H)]);
    add("icinga-core 1193", 0, &[(H + 120.0, H + 360.0, 1.0)], &[(H, H + 600.0)]);
    add("Centreon", 0, &[(5.0 * H, 6.0 * H, 1.0)], &[]);
    add("Zabbix", 0, &[(50.0 * H, 50.0 * H + 300.0, 1.0)], &[]);
    add("Upptime", 0, &[(0.0, 2.0 * H, 1.0), (H, 3.0 * H, 1.0)], &[]);
    add("overlap 1 h", 0, &[(14.0 * H, 17.0 * H, 1.0), (16.0 * H, 19.0 * H, 1.0)], &[]);
    add("overlap 3 h", 0, &[(14.0 * H, 17.0 * H, 1.0), (13.0 * H, 18.0 * H, 1.0)], &[]);
    add("disjoint", 0, &[(14.0 * H, 17.0 * H, 1.0), (18.0 * H, 19.0 * H, 1.0)], &[]);
    add("incident.io", 60, &[(600.0, 2_400.0, 0.3), (2_400.0, 3_600.0, 1.0)], &[]);
    add("Instatus", 0, &[(24.0 * H, 25.0 * H, 1.0), (48.0 * H, 50.0 * H, 0.3)], &[]);
    for (name, count) in [("Kuma 4 of 5", 5), ("Kuma alternating", 30)] {
        tiny.service(name, count, "");
        for check in 0..count {
            let up = if count == 5 { check != 2 } else { check % 2 == 0 };
            tiny.check(name, check as f64 * 60.0, up, 60.0);
        }
    }
    let project = tiny.read();
    let ids = ["availability", "availability_maintenance_up", "availability_strict", "downtime", "planned_downtime"];
    let day = figures(&project, &ids, "2026-01-05");
    let of = |metric: &str, name: &str| day[&(metric.to_string(), name.to_string())];
    near("#59", of("availability_maintenance_up", "icinga-reports 59"), 29_701.0 / 86_400.0, 1e-12);
    near("#59, half-open", of("availability_maintenance_up", "to midnight"), 29_700.0 / 86_400.0, 1e-12);
    near("#1193", of("availability", "icinga-core 1193"), 1.0, 0.0);
    near("#1193 down unplanned", of("downtime", "icinga-core 1193"), 0.0, 0.0);
    near("#1193 planned", of("planned_downtime", "icinga-core 1193"), 600.0, 0.0);
    let rows = project.query("SELECT service, agreed_s, scheduled_s FROM fact_service_time");
    let agreed = rows.iter().filter(|row| row["service"] == "icinga-core 1193").map(|row| &row["agreed_s"]);
    assert_eq!(agreed.filter(|seconds| seconds.parse() == Ok(85_800.0)).count(), 1);
    near("Centreon", of("availability", "Centreon"), 0.958_333, 5e-7);
    near("Upptime", of("downtime", "Upptime"), 180.0 * 60.0, 0.0);
    near("Upptime", of("availability", "Upptime"), 0.875, 0.0);
    for (name, hours) in [("overlap 1 h", 5.0), ("overlap 3 h", 5.0), ("disjoint", 4.0)] {
        near(name, of("downtime", name), hours * H, 0.0);
    }
    near("incident.io", of("availability_strict", "incident.io"), 0.6667, 5e-5);
    near("Kuma", of("availability", "Kuma 4 of 5"), 0.8, 1e-12);
    near("Kuma", of("availability", "Kuma alternating"), 0.5, 1e-12);
    let week = figures(&project, &["availability", "downtime"], "2026-W02");
    near("Zabbix", week[&("availability".into(), "Zabbix".into())], 0.999_504, 5e-7);
    let down = week[&("downtime".into(), "Zabbix".into())].unwrap();
    assert_eq!((604_800.0_f64 * 0.001).floor() - down, 304.0);
    let quarter = figures(&project, &["availability"], "2026-Q1");
    near("Instatus", quarter[&("availability".into(), "Instatus".into())], 0.999_259_26, 5e-9);
}

#[test]
fn nines_allow_what_the_book_says() {
    // Seconds that each level allows in a year of 365 days, a quarter of 90, a month of 30, a week and a day.
    let table: [(f64, [f64; 5]); 8] = [
        (0.9, [36.5 * 86_400.0, 9.0 * 86_400.0, 3.0 * 86_400.0, 16.8 * 3_600.0, 2.4 * 3_600.0]),
        (0.95, [18.25 * 86_400.0, 4.5 * 86_400.0, 1.5 * 86_400.0, 8.4 * 3_600.0, 1.2 * 3_600.0]),
        (0.99, [3.65 * 86_400.0, 21.6 * 3_600.0, 7.2 * 3_600.0, 1.68 * 3_600.0, 14.4 * 60.0]),
        (0.995, [1.825 * 86_400.0, 10.8 * 3_600.0, 3.6 * 3_600.0, 50.4 * 60.0, 7.2 * 60.0]),
        (0.999, [8.76 * 3_600.0, 2.16 * 3_600.0, 43.2 * 60.0, 10.08 * 60.0, 1.44 * 60.0]),
        (0.9995, [4.38 * 3_600.0, 1.08 * 3_600.0, 21.6 * 60.0, 5.04 * 60.0, 43.2]),
        (0.9999, [52.56 * 60.0, 12.96 * 60.0, 4.32 * 60.0, 60.48, 8.64]),
        (0.99999, [5.256 * 60.0, 1.296 * 60.0, 25.92, 6.048, 0.864]),
    ];
    let periods = ["2026", "2026-Q1", "2026-04", "2026-W19", "2026-05-20"];
    // Days from Monday 5 January to the first day of each period.
    let first = [-4.0, -4.0, 86.0, 119.0, 135.0];
    let mut tiny = Tiny::default();
    for (level, allowed) in table {
        for (place, seconds) in allowed.into_iter().enumerate() {
            let name = format!("{level} {}", periods[place]);
            tiny.service(&name, 0, "");
            tiny.outage(&name, first[place] * 86_400.0, Some(first[place] * 86_400.0 + seconds), 1.0);
        }
    }
    // The month's budget to the second, and a second more.
    for (name, seconds) in [("kept", 2_592.0), ("broken", 2_593.0)] {
        tiny.service(name, 0, "");
        tiny.outage(name, 86.0 * 86_400.0, Some(86.0 * 86_400.0 + seconds), 1.0);
        let target =
            format!("[[targets]]\nmetric = \"availability\"\ntarget = 0.999\nby = {{ service = \"{name}\" }}\n");
        tiny.rules.push_str(&target);
    }
    let project = tiny.read();
    for (place, period) in periods.into_iter().enumerate() {
        let found = figures(&project, &["availability", "nines"], period);
        for (level, _) in table {
            let name = format!("{level} {}", periods[place]);
            near(&name, found[&("availability".into(), name.clone())], level, 1e-12);
            near(&name, found[&("nines".into(), name.clone())], -(1.0 - level).log10(), 1e-6);
        }
    }
    let found = figures(&project, &["availability_attainment"], "2026-04");
    let of = |name: &str| found[&("availability_attainment".to_string(), name.to_string())];
    assert_eq!((of("kept"), of("broken"), of("0.9 2026")), (Some(1.0), Some(0.0), None));
    let overall = &project.measure(&["availability_attainment", "--period", "2026-04"])[0];
    assert_eq!((overall["value"].as_f64(), overall["n"].as_u64()), (Some(0.5), Some(2)));
}

#[test]
fn steady_state_follows_from_two_means() {
    let toml = HEAD.replace("2027-01-11T00:00:00Z", "2026-02-04T04:00:00Z").replace("2026-01-01", "2026-01-05");
    let project = Project::new(&toml);
    project.write("services.csv", "service,name\nMail,Mail\n");
    let outage = "O1,Mail,2026-01-20T06:00:00Z,2026-01-20T10:00:00Z";
    project.write("outages.csv", format!("id,service,started_at,ended_at\n{outage}\n"));
    project.expect(0, &["ingest", "--quiet"]);
    let found = figures(&project, &["inherent_availability", "mtbf", "mtbsi", "mtrs", "availability"], "2026");
    let of = |metric: &str| found[&(metric.to_string(), "Mail".to_string())];
    near("mtbf", of("mtbf"), 720.0 * 3_600.0, 1e-6);
    near("mtrs", of("mtrs"), 4.0 * 3_600.0, 1e-6);
    // From one beginning to the next: there is only one.
    assert_eq!(of("mtbsi"), None);
    near("inherent", of("inherent_availability"), 0.994_475_14, 5e-9);
    near("measured", of("availability"), of("inherent_availability").unwrap(), 1e-12);
}

#[test]
fn composites_multiply_and_the_intervals_say_what_happened() {
    const LOST: f64 = 864.0;
    let mut tiny = Tiny::default();
    // 99 % each on Monday: A, B and C one after the other, D together with A.
    for (name, from) in [("A", 0.0), ("B", 10_000.0), ("C", 20_000.0), ("D", 0.0)] {
        tiny.service(name, 0, "");
        tiny.outage(name, from, Some(from + LOST), 1.0);
    }
    for (name, lost) in [("P", 8.64), ("Q", 8.64), ("R", 43.2), ("S", 86.4)] {
        tiny.service(name, 0, "");
        tiny.outage(name, 50_000.0, Some(50_000.0 + lost), 1.0);
    }
    let composites = [
        ("series", "A; B", 0.9801, 0.98),
        ("together", "A, D", 0.9801, 0.99),
        ("four", "P, Q, R, S", 0.998_301, 0.999),
        ("pair", "A | B", 0.9999, 1.0),
        ("failing pair", "A | D", 0.9999, 0.99),
        ("two of three", "2 of (A | B | C)", 0.999_702, 1.0),
        ("through another", "series", 0.9801, 0.98),
        ("on two ways", "A, through another", 0.9801, 0.98),
    ];
    for (name, needs, ..) in composites {
        tiny.service(name, 0, needs);
    }
    let project = tiny.read();
    let found = figures(&project, &["chain_availability_product", "chain_availability", "availability"], "2026-01-05");
    for (name, _, product, measured) in composites {
        near(name, found[&("chain_availability_product".into(), name.into())], product, 5e-7);
        near(name, found[&("chain_availability".into(), name.into())], measured, 1e-12);
        near(name, found[&("availability".into(), name.into())], 1.0, 0.0);
    }
    for (metric, estimated) in [("chain_availability_product", true), ("chain_availability", false)] {
        let measure = &project.measure(&[metric, "--period", "2026-01-05"])[0];
        assert_eq!(measure["flags"].as_array().unwrap().iter().any(|flag| flag == "estimated"), estimated);
    }
}

#[test]
fn a_window_entered_late_counts_from_its_announcement_and_a_service_has_its_own_rules() {
    const H: f64 = 3_600.0;
    let mut tiny = Tiny::default();
    for name in ["in time", "late", "too late", "own rule", "own weight"] {
        tiny.service(name, 0, "");
        tiny.outage(name, 10.5 * H, Some(11.5 * H), 1.0);
    }
    for (name, announced) in [("in time", 9.0), ("late", 11.0), ("too late", 12.0), ("own rule", 9.0)] {
        tiny.window(name, 10.0 * H, 12.0 * H, Some(announced * H));
    }
    tiny.rules = "[service_time.by_service]\n\"own rule\" = { maintenance = \"down\" }\n".to_string();
    let project = tiny.read();
    let day = figures(&project, &["availability", "downtime", "planned_downtime"], "2026-01-05");
    let of = |metric: &str, name: &str| day[&(metric.to_string(), name.to_string())];
    near("in time", of("availability", "in time"), 1.0, 0.0);
    near("late", of("availability", "late"), 22.5 / 23.0, 1e-12);
    near("late", of("planned_downtime", "late"), H, 0.0);
    near("too late", of("availability", "too late"), 23.0 / 24.0, 1e-12);
    near("own rule", of("availability", "own rule"), 22.0 / 24.0, 1e-12);
    // The contract counts the window as down, and it was planned all the same.
    near("own rule", of("downtime", "own rule"), 0.0, 0.0);
    near("own rule", of("planned_downtime", "own rule"), 2.0 * H, 0.0);
}
