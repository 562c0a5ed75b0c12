//! A share by a dimension, day by day: which days missed their target, and by how much.

use chrono::{Datelike, NaiveDate, Weekday};

use super::{counted, listed, name, shown};
use crate::arithmetic::local_time::to_local;
use crate::arithmetic::period::Period;
use crate::declaration::metric::Better;
use crate::declaration::report::Section;
use crate::metrics::measure::Measure;
use crate::report::compose::table::worst_first;
use crate::report::dates;
use crate::report::document::{Calendar, CalendarDay, CalendarRow, Chart, Drawing, Tone};
use crate::report::words::value;
use crate::scorecard::scorecard::{Card, Scorecard};
use crate::scorecard::target::{Status, standing};

/// Rows without a `limit`.
const ROWS: usize = 12;
/// Days from which months are named in place of weeks.
const MANY: usize = 63;

/// The calendar; none where no day has a figure.
pub(super) fn calendar(scorecard: &Scorecard, section: &Section) -> Option<Chart> {
    let (metric, dimension) = (section.metrics.first()?, section.by.first()?);
    let of_metric = |day: &&Measure| day.metric == *metric && day.dims.len() == 1 && day.dims.contains_key(dimension);
    let measures: Vec<&Measure> = scorecard.days.iter().filter(of_metric).collect();
    let mut days: Vec<&Period> = measures.iter().map(|measure| &measure.period).collect();
    days.sort_by_key(|day| day.start);
    days.dedup();
    let of_card = |card: &Card| -> Vec<Option<&Measure>> {
        let own: Vec<&&Measure> = measures.iter().filter(|measure| measure.dims == card.dims).collect();
        days.iter().map(|day| own.iter().find(|measure| measure.period == **day).map(|measure| **measure)).collect()
    };
    let mut cards: Vec<(&Card, Vec<Option<&Measure>>)> = scorecard
        .by(metric, dimension)
        .into_iter()
        .map(|card| (card, of_card(card)))
        .filter(|(_, days)| days.iter().flatten().any(|measure| measure.value.is_some()))
        .collect();
    cards.sort_by(|a, b| worst_first(Some(a.0), Some(b.0)));
    let hidden = cards.split_off(section.limit.unwrap_or(ROWS).min(cards.len())).len();
    let first = cards.first()?.0;
    let perfect = if first.metric.better == Better::Lower { 0.0 } else { 1.0 };
    let loss = |measure: &Measure| measure.value.map_or(0.0, |value| (value - perfect).abs());
    let most = cards.iter().flat_map(|(_, days)| days.iter().flatten()).map(|day| loss(day)).fold(0.0, f64::max);
    let rows: Vec<CalendarRow> = cards
        .iter()
        .map(|(card, days)| CalendarRow {
            name: name(scorecard, dimension, card.dim(dimension).unwrap_or_default()),
            days: days.iter().map(|day| cell(scorecard, card, *day, perfect, most)).collect(),
            text: value(&scorecard.language, card),
            missed: card.standing.status == Status::Missed,
        })
        .collect();
    let from = days.iter().position(|day| day.start >= scorecard.period.start).unwrap_or(0);
    let label = dates::label(&scorecard.language, &scorecard.period, scorecard.zone);
    let targeted = cards.iter().any(|(card, _)| card.agreed().is_some());
    let caption = caption(scorecard, &rows, from, &label, targeted);
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let missed = row.days.iter().filter(|day| day.tone == Tone::Missed).count();
            let values: [(&str, &dyn std::fmt::Display); 4] =
                [("name", &row.name), ("value", &row.text), ("missed", &missed), ("days", &row.days.len())];
            scorecard.language.say("{name} {value}, {missed} of {days} days below target", &values)
        })
        .collect();
    let mut evidence = vec![scorecard.language.say("the line above marks {period}", &[("period", &label)])];
    if targeted {
        evidence.push(scorecard.language.word("each day is held against the target alone").to_owned());
    }
    if hidden > 0 {
        evidence.push(scorecard.language.say("{n} others not shown", &[("n", &counted(scorecard, hidden as f64))]));
    }
    Some(Chart {
        alt: format!("{caption}. {}", lines.join("; ")),
        caption,
        evidence: evidence.join(" · "),
        drawing: Drawing::Calendar(Calendar {
            marks: marks(scorecard, &days),
            weeks: dates(scorecard, &days)
                .enumerate()
                .filter(|(_, day)| day.weekday() == Weekday::Mon)
                .map(|(index, _)| index)
                .collect(),
            days: days.iter().map(|day| day.id.clone()).collect(),
            period: (from, label),
            rows,
            key: key(scorecard, targeted),
        }),
    })
}

/// The finding: how many days of the report's period missed the target, and whose.
fn caption(scorecard: &Scorecard, rows: &[CalendarRow], from: usize, label: &str, targeted: bool) -> String {
    if !targeted {
        return scorecard.language.say("Day by day, the worst first; no target is declared", &[]);
    }
    let mut missed: Vec<(usize, &str)> = rows
        .iter()
        .map(|row| (row.days.iter().skip(from).filter(|day| day.tone == Tone::Missed).count(), row.name.as_str()))
        .filter(|(count, _)| *count > 0)
        .collect();
    missed.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let all: usize = missed.iter().map(|(count, _)| count).sum();
    let one = |(count, name): &(usize, &str)| if *count == 1 { (*name).to_owned() } else { format!("{name} {count}") };
    let names: Vec<String> = missed.iter().map(one).collect();
    if all == 0 {
        return scorecard.language.say("No day below target in {period}", &[("period", &label)]);
    }
    let names = listed(scorecard, &names, 3);
    let values: [(&str, &dyn std::fmt::Display); 2] = [("period", &label), ("names", &names)];
    scorecard.language.count(
        all as u64,
        "One day below target in {period}: {names}",
        "{n} days below target in {period}: {names}",
        &values,
    )
}

fn cell(scorecard: &Scorecard, card: &Card, day: Option<&Measure>, perfect: f64, most: f64) -> CalendarDay {
    let none = || CalendarDay { tone: Tone::NoData, depth: 0.0, text: scorecard.language.word("no data").to_owned() };
    let Some((measure, value)) = day.and_then(|day| Some((day, day.value?))) else { return none() };
    let loss = (value - perfect).abs();
    // Rounding is no loss.
    let loss = if loss < 1e-9 { 0.0 } else { loss };
    let part = |whole: f64| if whole > 0.0 { (loss / whole).clamp(0.0, 1.0) } else { 0.0 };
    let target = card.agreed();
    let (tone, depth) = match standing(&card.metric, measure, target, false).status {
        Status::Missed => (Tone::Missed, part(most).sqrt()),
        Status::AtRisk => (Tone::AtRisk, part(target.map_or(most, |target| (target.target - perfect).abs()))),
        Status::Met => (Tone::Met, part(target.map_or(most, |target| (target.target - perfect).abs()))),
        Status::NoTarget => (Tone::Plain, part(most).sqrt()),
        Status::NoData => (Tone::NoData, 0.0),
    };
    CalendarDay { tone, depth, text: shown(scorecard, &card.metric, value) }
}

fn dates(scorecard: &Scorecard, days: &[&Period]) -> impl Iterator<Item = NaiveDate> {
    let zone = scorecard.zone;
    let starts: Vec<i64> = days.iter().map(|day| day.start).collect();
    starts.into_iter().map(move |start| to_local(start, zone).map_or(NaiveDate::MIN, |local| local.date()))
}

/// Names above the days: of weeks by their Monday, of many days by their month.
fn marks(scorecard: &Scorecard, days: &[&Period]) -> Vec<(usize, String)> {
    let many = days.len() >= MANY;
    let named = |(index, date): (usize, NaiveDate)| {
        if many {
            let month = date.format("%B").to_string();
            return (date.day() == 1 || index == 0).then(|| (index, scorecard.language.word(&month).to_owned()));
        }
        (date.weekday() == Weekday::Mon).then(|| (index, dates::day(scorecard, days[index].start)))
    };
    dates(scorecard, days).enumerate().filter_map(named).collect()
}

/// A sample of each sort of cell with its meaning.
fn key(scorecard: &Scorecard, targeted: bool) -> Vec<(CalendarDay, String)> {
    let sample = |tone, depth| CalendarDay { tone, depth, text: String::new() };
    let language = &scorecard.language;
    let mut key = vec![(sample(Tone::Plain, 0.0), language.word("nothing lost").to_owned())];
    if targeted {
        key.push((sample(Tone::Met, 0.6), language.word("within target").to_owned()));
        key.push((sample(Tone::Missed, 0.7), language.word("below target, the stronger the more").to_owned()));
    } else {
        key.push((sample(Tone::Plain, 0.7), language.word("the stronger, the more was lost").to_owned()));
    }
    key.push((sample(Tone::NoData, 0.0), language.word("no data").to_owned()));
    key
}

#[cfg(test)]
mod tests {
    use super::super::declared;
    use super::*;
    use crate::arithmetic::period;
    use crate::metrics::measure::State;
    use crate::report::charts;
    use crate::scorecard::example;

    /// Payments misses on two days of the week, has a day without data; Identity loses nothing.
    fn scorecard() -> Scorecard {
        let mut scorecard = example::rich();
        let last = period::of_day(scorecard.period.end - 1, scorecard.zone).unwrap();
        for (index, day) in last.trailing(35, scorecard.zone).into_iter().enumerate() {
            for (service, value) in [("Payments", [1.0, 0.97, 0.9995][index % 3]), ("Identity", 1.0)] {
                let dims = [("service".to_owned(), service.to_owned())].into();
                let mut measure = Measure::nothing("availability", day.clone(), dims, State::Value);
                measure.value = (index != 30).then_some(value);
                scorecard.days.push(measure);
            }
        }
        scorecard
    }

    fn drawn(scorecard: &Scorecard) -> (Chart, Calendar) {
        let chart =
            calendar(scorecard, &declared("calendar", "metrics = [\"availability\"]\nby = [\"service\"]")).unwrap();
        let Drawing::Calendar(calendar) = chart.drawing.clone() else { panic!("{chart:?}") };
        (chart, calendar)
    }

    #[test]
    fn the_worst_is_first_and_the_finding_counts_the_days_of_the_period() {
        let (chart, calendar) = drawn(&scorecard());
        assert_eq!(chart.caption, "3 days below target in week 46, 2026: Payments 3");
        assert_eq!((calendar.days.len(), calendar.period.0, calendar.rows[0].name.as_str()), (35, 28, "Payments"));
        assert_eq!(calendar.weeks, [0, 7, 14, 21, 28]);
        let payments = &calendar.rows[0].days;
        assert_eq!([payments[0].tone, payments[1].tone, payments[2].tone], [Tone::Met, Tone::Missed, Tone::Met]);
        assert_eq!((payments[0].depth, payments[30].tone), (0.0, Tone::NoData));
        assert!(payments[2].depth > 0.4 && payments[2].depth < 0.6);
        assert!(chart.alt.contains("Payments 99.71\u{a0}%"), "{}", chart.alt);
        charts::well_formed::is_well_formed(&charts::chart(&chart).unwrap());
    }

    #[test]
    fn without_a_missed_day_the_caption_says_so() {
        let mut scorecard = scorecard();
        scorecard.days.iter_mut().for_each(|day| day.value = Some(1.0));
        assert_eq!(drawn(&scorecard).0.caption, "No day below target in week 46, 2026");
    }
}
