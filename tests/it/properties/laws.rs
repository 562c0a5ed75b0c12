//! Laws of counting: splits and slices add up, order and threads do not matter, stocks and flows reconcile, and means and
//! quantiles are what a plain computation gives.

use nines::metrics::measure::{Measure, State};
use proptest::prelude::*;

use super::facts::{END, HOUR, START, Ticket, frame, tickets};
use super::{QUANTILES, cases, close, measures, measures_at, period, values};

fn sum(measures: &[Measure], metric: &str) -> f64 {
    measures.iter().filter(|measure| measure.metric == metric).filter_map(|measure| measure.value).sum()
}

/// Everything about a measure that a reader sees.
fn seen(measures: &[Measure]) -> String {
    format!("{measures:?}")
}

const SHOWN: [&str; 9] = [
    "tickets_opened",
    "tickets_resolved",
    "ticket_backlog",
    "ticket_backlog_age_median",
    "reopen_rate",
    "time_to_resolve_km_median",
    "law_sum",
    "law_mean",
    "law_q90",
];

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn any_split_of_a_period_adds_up(tickets in tickets(120), mut cuts in prop::collection::vec(1_i64..1_000, 0..8)) {
        cuts.extend([0, 1_000]);
        cuts.sort_unstable();
        cuts.dedup();
        let parts: Vec<_> = cuts.windows(2).map(|pair| period(START + pair[0] * HOUR, START + pair[1] * HOUR)).collect();
        let frame = frame(&tickets);
        let ids = ["law_count", "law_present", "law_sum", "tickets_opened", "tickets_resolved"];
        let split = measures(&frame, &ids, &[], &parts);
        let whole = values(&frame, &ids, &[period(START, END)]);
        for id in ids {
            prop_assert!(close(sum(&split, id), whole[id].unwrap_or(0.0)), "{}", id);
        }
    }

    #[test]
    fn slices_add_up_to_the_whole(tickets in tickets(120)) {
        let frame = frame(&tickets);
        let ids = ["law_count", "law_present", "law_sum", "tickets_opened", "ticket_backlog"];
        let whole = values(&frame, &ids, &[period(START, END)]);
        for by in [&["service"][..], &["team"], &["service", "team"]] {
            let ids: Vec<&str> = ids.into_iter().filter(|id| !id.starts_with("law") || by.len() < 3).collect();
            let sliced = measures(&frame, &ids, by, &[period(START, END)]);
            for id in &ids {
                prop_assert!(close(sum(&sliced, id), whole[*id].unwrap_or(0.0)), "{} by {:?}", id, by);
            }
            let mut names: Vec<_> = sliced.iter().filter(|m| m.metric == "law_count").map(|m| m.dims.clone()).collect();
            let count = names.len();
            names.dedup();
            prop_assert_eq!(names.len(), count, "a slice stands twice");
        }
        let bands = measures(&frame, &["ticket_backlog"], &["age_band"], &[period(START, END)]);
        prop_assert!(close(sum(&bands, "ticket_backlog"), whole["ticket_backlog"].unwrap_or(0.0)));
    }

    #[test]
    fn the_order_of_rows_changes_nothing(tickets in tickets(80), by in prop_oneof![Just(&[][..]), Just(&["service"][..])]) {
        // Numbers that a double holds exactly, so that their sum does not depend on the order either.
        let whole = |ticket: &Ticket| Ticket { observed_s: ticket.observed_s.map(f64::round), ..ticket.clone() };
        let tickets: Vec<Ticket> = tickets.iter().map(whole).collect();
        let mut other = tickets.clone();
        other.reverse();
        other.rotate_left(tickets.len() / 3);
        let periods = [period(START, START + 400 * HOUR), period(START + 400 * HOUR, END)];
        prop_assert_eq!(
            seen(&measures(&frame(&tickets), &SHOWN, by, &periods)),
            seen(&measures(&frame(&other), &SHOWN, by, &periods))
        );
    }

    #[test]
    fn more_threads_change_nothing(tickets in tickets(200)) {
        let frame = frame(&tickets);
        let periods = [period(START, START + 500 * HOUR), period(START + 500 * HOUR, END)];
        let mut answers = [1, 2, 7].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| seen(&measures(&frame, &SHOWN, &["service", "team"], &periods)))
        });
        answers.sort();
        prop_assert_eq!(&answers[0], &answers[2]);
    }

    #[test]
    fn stock_and_flow_reconcile(tickets in tickets(120), cut in 1_i64..999) {
        let frame = frame(&tickets);
        let middle = START + cut * HOUR;
        let periods = [period(START, middle), period(middle, END)];
        let found = measures(&frame, &["ticket_backlog", "tickets_opened", "tickets_resolved"], &[], &periods);
        let value = |metric: &str, period: usize| {
            let mut own = found.iter().filter(|measure| measure.metric == metric);
            own.nth(period).and_then(|measure| measure.value).unwrap_or(0.0)
        };
        prop_assert_eq!(
            value("ticket_backlog", 0) + value("tickets_opened", 1) - value("tickets_resolved", 1),
            value("ticket_backlog", 1)
        );
        let open = |t: &&Ticket| !t.parent && t.opened < middle && t.ended.is_none_or(|ended| ended >= middle);
        prop_assert_eq!(value("ticket_backlog", 0), tickets.iter().filter(open).count() as f64);
    }

    #[test]
    fn mean_and_extremes_are_those_of_a_loop(tickets in tickets(150)) {
        let found = values(&frame(&tickets), &["law_mean", "law_min", "law_max", "law_count"], &[period(START, END)]);
        let (mut total, mut count, mut least, mut most) = (0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY);
        for value in tickets.iter().filter_map(|ticket| ticket.observed_s) {
            total += value;
            count += 1.0;
            least = least.min(value);
            most = most.max(value);
        }
        let expected = (count > 0.0).then(|| total / count);
        match (found["law_mean"], expected) {
            (Some(found), Some(expected)) => prop_assert!(close(found, expected), "{} {}", found, expected),
            (found, expected) => prop_assert_eq!(found, expected),
        }
        prop_assert_eq!(found["law_min"], (count > 0.0).then_some(least));
        prop_assert_eq!(found["law_max"], (count > 0.0).then_some(most));
        if !tickets.is_empty() {
            prop_assert_eq!(found["law_count"], Some(tickets.len() as f64));
        }
    }

    #[test]
    fn quantiles_are_those_of_the_sorted_values(tickets in tickets(150)) {
        let mut sorted: Vec<f64> = tickets.iter().filter_map(|ticket| ticket.observed_s).collect();
        sorted.sort_by(f64::total_cmp);
        let ids = QUANTILES.map(|percent| format!("law_q{percent}"));
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let found = values(&frame(&tickets), &ids, &[period(START, END)]);
        for percent in QUANTILES {
            // Type 7: linear between the order statistics around (n - 1) p.
            let expected = sorted.last().map(|last| {
                let place = (sorted.len() - 1) as f64 * f64::from(percent) / 100.0;
                let below = sorted[place.floor() as usize];
                let above = sorted.get(place.floor() as usize + 1).unwrap_or(last);
                below + (above - below) * place.fract()
            });
            match (found[&format!("law_q{percent}")], expected) {
                (Some(found), Some(expected)) => prop_assert!(close(found, expected), "{} {}", found, expected),
                (found, expected) => prop_assert_eq!(found, expected),
            }
        }
    }

    #[test]
    fn nothing_is_not_zero_and_every_figure_lies_in_its_interval(tickets in tickets(60), as_of in -50_i64..1_050) {
        let periods = [period(START, START + 300 * HOUR), period(START + 300 * HOUR, END)];
        for measure in measures_at(&frame(&tickets), &SHOWN, &["service"], &periods, START + as_of * HOUR) {
            prop_assert_eq!(measure.value.is_some(), measure.state == State::Value);
            let numbers = [measure.value, measure.lower, measure.upper, measure.coverage];
            prop_assert!(numbers.into_iter().flatten().all(f64::is_finite));
            if let Some(value) = measure.value {
                prop_assert!(measure.lower.is_none_or(|lower| lower <= value + 1e-9), "{:?}", measure);
                prop_assert!(measure.upper.is_none_or(|upper| upper >= value - 1e-9), "{:?}", measure);
                prop_assert!(measure.metric != "reopen_rate" || (0.0..=1.0).contains(&value));
                prop_assert!(measure.metric != "reopen_rate" || measure.denominator > Some(0.0));
            }
        }
    }
}
