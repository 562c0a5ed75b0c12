//! The patterns that flatter: on honest data each stays silent as often as it claims to, and what is planted is found. Queues are
//! teams, so that one evaluation holds a thousand of them.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use nines::arithmetic::period::{Period, PeriodKind};
use nines::declaration::catalogue::Catalogue;
use nines::declaration::definitions::Definitions;
use nines::lake::{data_type, instant_type};
use nines::metrics::{MeasureError, Request, evaluate};
use polars::prelude::*;

mod exports;

static DEFINITIONS: LazyLock<Definitions> = LazyLock::new(|| Definitions::load(&Catalogue::embedded()));

const NOON: i64 = 1_780_000_000_000_000;
const HOUR: f64 = 3_600.0;

/// Numbers from a seed, the same on every machine.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..9 {
            dice.unit();
        }
        dice
    }

    /// From 0 to 1, neither of them.
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    fn happens(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    fn log_normal(&mut self, median: f64, spread: f64) -> f64 {
        median * (spread * self.normal()).exp()
    }

    fn poisson(&mut self, mean: f64) -> usize {
        let (limit, mut product, mut count) = ((-mean).exp(), self.unit(), 0);
        while product > limit {
            product *= self.unit();
            count += 1;
        }
        count
    }
}

/// A fact with some columns set and the others missing.
fn frame(fact: &str, columns: Vec<Column>) -> DataFrame {
    let height = columns[0].len();
    let set: BTreeSet<String> = columns.iter().map(|column| column.name().to_string()).collect();
    let declared = DEFINITIONS.facts[fact].columns.iter().filter(|column| !set.contains(&column.name));
    let missing: Vec<Column> =
        declared.map(|one| Column::full_null(one.name.as_str().into(), height, &data_type(one.kind))).collect();
    DataFrame::new(height, columns.into_iter().chain(missing).collect()).unwrap()
}

/// Of the queues of a fact with enough rows, how many there are, and how many a pattern is found in.
fn found(metric: &str, frame: &DataFrame) -> (usize, usize) {
    let period = Period { id: "test".into(), kind: PeriodKind::Range, start: NOON - 1, end: NOON + 1 };
    let request = Request { metric: metric.into(), by: vec!["team".into()], periods: vec![period], filter: None };
    let source = |_: &str| -> Result<DataFrame, MeasureError> { Ok(frame.clone()) };
    let measures = evaluate(&source, &DEFINITIONS.metrics, &[request], NOON + 2).unwrap();
    let judged: Vec<_> = measures.iter().filter(|measure| measure.value.is_some()).collect();
    let expected = DEFINITIONS.metrics[metric].expected.unwrap();
    let surely = |lower: Option<f64>| lower.is_some_and(|lower| lower > expected);
    (judged.len(), judged.iter().filter(|measure| surely(measure.lower)).count())
}

/// How many of so many queues may be found by chance: 2.5 % and a margin that is passed once in a thousand tests.
fn by_chance(queues: usize) -> f64 {
    let mean = queues as f64 * 0.025;
    mean + 3.1 * (mean * 0.975).sqrt()
}

/// How long a ticket takes by the clock of its target.
#[derive(Clone, Copy, Debug)]
enum Times {
    /// Log-normal, of a median in parts of the target.
    LogNormal(f64, f64),
    /// Exponential, of a mean in parts of the target.
    Exponential(f64),
    /// As the first, in working days of ten hours with two busy hours each, after a busy first hour.
    BusyHours(f64, f64),
    /// As the first, round the clock, opened and done by day only.
    DaysOnly(f64, f64),
}

impl Times {
    fn draw(self, target_s: f64, dice: &mut Dice) -> f64 {
        let seconds = match self {
            Self::LogNormal(median, spread) => dice.log_normal(median * target_s, spread),
            Self::Exponential(mean) => -mean * target_s * dice.unit().ln(),
            Self::BusyHours(median, spread) => loop {
                let opened = (1.5 + dice.normal()).rem_euclid(10.0);
                let took = dice.log_normal(median * target_s, spread);
                let hour = (opened + took / HOUR).rem_euclid(10.0);
                let peak = |at: f64| (-(hour - at) * (hour - at) / 2.0).exp();
                if dice.happens(0.3 + 0.7 * (peak(2.5) + peak(7.5)).min(1.0)) {
                    break took;
                }
            },
            Self::DaysOnly(median, spread) => loop {
                let opened = 8.0 + 10.0 * dice.unit();
                let took = dice.log_normal(median * target_s, spread);
                if (8.0..18.0).contains(&(opened + took / HOUR).rem_euclid(24.0)) {
                    break took;
                }
            },
        };
        // Exports have minutes.
        (seconds / 60.0).round() * 60.0
    }
}

const HONEST: [(f64, Times); 9] = [
    (8.0, Times::LogNormal(0.6, 1.2)),
    (8.0, Times::LogNormal(1.0, 0.3)),
    (2.0, Times::LogNormal(1.0, 0.5)),
    (4.0, Times::Exponential(0.8)),
    (30.0, Times::LogNormal(0.9, 0.4)),
    (10.0, Times::BusyHours(0.8, 0.6)),
    (30.0, Times::BusyHours(0.8, 0.4)),
    (24.0, Times::DaysOnly(0.8, 0.5)),
    (48.0, Times::DaysOnly(1.0, 0.3)),
];

/// Queues of so many tickets each, with the clocks that a draw gives.
fn queues(count: usize, tickets: usize, mut draw: impl FnMut(usize, &mut Dice) -> f64) -> (Vec<String>, Vec<f64>) {
    let (mut teams, mut clocks) = (Vec::new(), Vec::new());
    for queue in 0..count {
        let mut dice = Dice::new(queue as u64 + 1);
        for _ in 0..tickets {
            teams.push(format!("T{queue}"));
            clocks.push(draw(queue, &mut dice));
        }
    }
    (teams, clocks)
}

fn at(name: &str, height: usize) -> Column {
    Column::new(name.into(), vec![NOON; height]).cast(&instant_type()).unwrap()
}

/// The fact `tickets` of resolutions.
fn resolutions(teams: &[String], clocks: &[f64], target_s: f64) -> DataFrame {
    let height = teams.len();
    let columns = vec![
        at("resolved_at", height),
        Column::new("team".into(), teams),
        Column::new("resolve_clock_s".into(), clocks),
        Column::new("resolve_target_s".into(), vec![target_s; height]),
    ];
    frame("tickets", columns)
}

/// The fact `ticket_waits` or `ticket_priorities` of clocks that stood so at some moment.
fn moments(fact: &str, teams: &[String], clocks: &[f64], target_s: f64) -> DataFrame {
    let height = teams.len();
    let left: Vec<f64> = clocks.iter().map(|clock| target_s - clock).collect();
    let mut columns = vec![
        at(if fact == "ticket_waits" { "from_at" } else { "at" }, height),
        Column::new("team".into(), teams),
        Column::new("left_s".into(), left),
        Column::new("target_s".into(), vec![target_s; height]),
    ];
    if fact == "ticket_priorities" {
        columns.push(Column::new("lowered".into(), vec![true; height]));
    }
    frame(fact, columns)
}

#[test]
fn honest_queues_are_rarely_taken_for_patterns() {
    for (target_h, times) in HONEST {
        let target_s = target_h * HOUR;
        let (teams, clocks) = queues(400, 700, |_, dice| times.draw(target_s, dice));
        let told = [
            ("resolutions_heaped_before_target", resolutions(&teams, &clocks, target_s)),
            ("waits_set_before_breach", moments("ticket_waits", &teams, &clocks, target_s)),
        ];
        for (metric, fact) in told {
            let (judged, alarms) = found(metric, &fact);
            println!("{metric} {target_h} h {times:?}: {alarms} of {judged}");
            assert!(judged > 150, "{metric} {times:?}: only {judged} judged");
            assert!(alarms as f64 <= by_chance(judged), "{metric} {target_h} h {times:?}: {alarms} of {judged}");
        }
        let (teams, clocks) = queues(400, 120, |_, dice| times.draw(target_s, dice));
        let (judged, alarms) =
            found("priority_lowered_before_breach", &moments("ticket_priorities", &teams, &clocks, target_s));
        println!("priority_lowered_before_breach {target_h} h {times:?}: {alarms} of {judged}");
        assert!(judged > 100, "priority_lowered_before_breach {times:?}: only {judged} judged");
        assert!(alarms as f64 <= by_chance(judged), "{target_h} h {times:?}: {alarms} of {judged}");
    }
}

#[test]
fn queues_that_flatter_are_found() {
    // Of what would have come within two hours after the target, half comes in the last 25 minutes before it.
    let target_s = 8.0 * HOUR;
    let mut flatter = |_: usize, dice: &mut Dice| {
        let clock = Times::LogNormal(0.8, 0.6).draw(target_s, dice);
        let late = (target_s..target_s + 2.0 * HOUR).contains(&clock);
        if late && dice.happens(0.5) { target_s - (25.0 * dice.unit()).floor() * 60.0 } else { clock }
    };
    let (teams, clocks) = queues(200, 400, &mut flatter);
    for (metric, fact, least) in [
        ("resolutions_heaped_before_target", resolutions(&teams, &clocks, target_s), 180),
        ("waits_set_before_breach", moments("ticket_waits", &teams, &clocks, target_s), 180),
        // Its windows are wider and its bar is higher.
        ("priority_lowered_before_breach", moments("ticket_priorities", &teams, &clocks, target_s), 100),
    ] {
        let (judged, alarms) = found(metric, &fact);
        println!("{metric}: {alarms} of {judged}");
        assert!(judged == 200 && alarms >= least, "{metric}: {alarms} of {judged}");
    }
}
