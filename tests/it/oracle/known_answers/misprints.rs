//! Figures that were printed wrongly: what is right, and that ours isn't what stood there.

use nines::arithmetic::budget::{Budget, allowed_s, share, weighted};
use nines::arithmetic::timeline::{Mass, Tally, Timeline};

use super::printed;
use crate::project::Project;

fn consumed(bad: f64, total: f64, target: f64) -> f64 {
    Budget::of(Tally { bad, total }, target).unwrap().consumed.unwrap()
}

#[test]
fn budgets_printed_wrongly() {
    printed("one failure in ten at 99.9 %, not 1,000", consumed(1.0, 10.0, 0.999), 100.0, 9);
    printed("an hour of failure, not 140 %", consumed(3_600.0, 2_592_000.0, 0.999) * 100.0, 138.889, 3);
    printed("slo-generator's consumed, not 19.99", consumed(3_556.0, 7_112.0, 0.9) * 100.0, 500.0, 9);
    printed("the budget of 99 %, not 0.99", share(0.99).unwrap(), 0.01, 12);
    printed("Nobl9's gist, not 118.646", consumed(7.0, 118.0, 0.95) * 100.0, 118.644, 3);
    let parts = [(0.35, 99.94), (0.25, 99.87), (0.20, 99.91), (0.10, 99.72), (0.10, 99.98)];
    let found = weighted(&parts.map(|(weight, share)| (weight, Some(share)))).unwrap();
    printed("weighted composite, 99.90 when rounded", found, 99.8985, 4);
    assert_eq!(format!("{found:.2}"), "99.90");
    let month = allowed_s(0.999, 0, 30 * 86_400_000_000).unwrap();
    printed("99.9 % of a month, not 7 h 12 min", month / 60.0, 43.2, 9);
    printed("which is what 99 % allows", allowed_s(0.99, 0, 30 * 86_400_000_000).unwrap() / 3_600.0, 7.2, 9);
}

#[test]
fn shares_weigh_by_volume_and_not_by_the_number_of_their_parts() {
    // Two stretches of five minutes: 1 of 2 good, 98 of 98 good.
    let at = |place: i64, amount: f64| Mass::at(place * 300_000_000, amount);
    let line = Timeline::new(&[at(0, 1.0)], &[at(0, 2.0), at(1, 98.0)]);
    printed("by volume, not 75 %", line.over(0, 600_000_000).good_share().unwrap(), 0.99, 9);
}

#[test]
fn availability_printed_wrongly() {
    let toml =
        "name = \"T\"\nas_of = \"2026-02-01T00:00:00Z\"\nsince = \"2026-01-01\"\n[[exports]]\nfiles = \"*.csv\"\n";
    let project = Project::new(toml);
    let services = [("A", ""), ("B", ""), ("Partial", ""), ("Quiet", ""), ("Both", "A | B"), ("Chain", "\"A, B\"")];
    let rows: String = services.iter().map(|(name, needs)| format!("{name},{needs}\n")).collect();
    project.write("services.csv", format!("service,depends_on\n{rows}"));
    // 0.5 % of the 5th each, at different times; an hour in part; and a check that fails for a minute of three that are known.
    project.write(
        "outages.csv",
        "id,service,started_at,ended_at,kind\nO1,A,2026-01-05T00:00:00Z,2026-01-05T00:07:12Z,outage\n\
         O2,B,2026-01-05T10:00:00Z,2026-01-05T10:07:12Z,outage\nO3,Partial,2026-01-05T10:00:00Z,2026-01-05T11:00:00Z,degradation\n",
    );
    let checks: String = [(0, "true", 60), (60, "false", 60), (120, "true", 24), (3_600, "true", 24)]
        .iter()
        .map(|(at, up, interval)| {
            format!("Quiet,2026-01-05T{:02}:{:02}:00Z,{up},{interval}\n", at / 3_600, at / 60 % 60)
        })
        .collect();
    project.write("probes.csv", format!("service,at,up,interval_s\n{checks}"));
    project.expect(0, &["ingest", "--quiet"]);
    let value = |metric: &str, service: &str| {
        let found = project.measure(&[metric, "--by", "service", "--period", "2026-01-05"]);
        let own = found.iter().find(|measure| measure["dims"]["service"] == service);
        own.unwrap_or_else(|| panic!("no {metric} of {service}"))["value"].as_f64()
    };
    // Two zones of 99.5 % beside each other are 99.9975 %; in series they would be 99.0025 %.
    printed("beside each other", value("chain_availability_product", "Both").unwrap() * 100.0, 99.9975, 6);
    printed("in series", value("chain_availability_product", "Chain").unwrap() * 100.0, 99.0025, 6);
    // A partial outage counts 30 %; it isn't discounted by 30 %.
    printed("partial", value("weighted_downtime", "Partial").unwrap(), 0.3 * 3_600.0, 6);
    // One check of four failed, but of the four minutes that are known one: 60 s of 60 + 60 + 60 + 60.
    printed("time, not checks", value("availability", "Quiet").unwrap(), 1.0 - 60.0 / 240.0, 9);
    // A day ends at midnight and not a second before.
    printed("half-open", value("availability", "A").unwrap(), 1.0 - 432.0 / 86_400.0, 12);
    // An average of nothing is nothing, and not 0.
    assert_eq!(project.measure(&["time_to_resolve_mean", "--period", "2026-01-05"])[0]["value"].as_f64(), None);
    assert_eq!(value("mtrs", "Quiet").is_some(), value("outage_count", "Quiet") > Some(0.0));
}
