//! Invented drawings for tests of formats: one of each kind.

use super::{
    Bands, Bin, BurnDown, Calendar, CalendarDay, CalendarRow, Drawing, Flow, Funnel, Histogram, Multiples, Panel,
    Pareto, Part, Survival, Tone, Trend, Waterfall,
};

/// One drawing of each kind, all of it named `name`; of trends a second without anything in it.
pub(crate) fn drawings(name: &str, values: &[f64]) -> Vec<Drawing> {
    let texts = || values.iter().map(|value| format!("{value:.1}\u{a0}%"));
    let part = |(value, text): (&f64, String)| Part { name: name.to_owned(), value: *value, text };
    let parts = || values.iter().zip(texts()).map(part).collect::<Vec<Part>>();
    let days: Vec<String> = (0..90).map(|day| format!("2026-{:02}-{:02}", day / 28 + 1, day % 28 + 1)).collect();
    let day = |day: usize| CalendarDay {
        tone: [Tone::Met, Tone::Missed, Tone::NoData][day % 3],
        depth: 0.5,
        text: "99.9\u{a0}%".to_owned(),
    };
    let bin = |from: f64, count: f64| Bin { from, to: from + 1.0, count, text: format!("{from}: {count}") };
    let ticks = || vec![(values[0], "now".to_owned()), (values[0] + 3.0, "then".to_owned())];
    let points: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
    let panel = Panel {
        name: name.to_owned(),
        texts: points.iter().map(|point| point.map_or_else(String::new, |value| value.to_string())).collect(),
        points,
        limits: Some([0.0, 1.0, 2.0]),
        target: None,
        last: "7\u{a0}h".to_owned(),
        alarm: true,
    };
    let trend = Trend {
        name: name.to_owned(),
        texts: panel.texts.clone(),
        points: panel.points.clone(),
        periods: texts().collect(),
        from_zero: true,
        unusual: vec![(0, true)],
        limits: Some([0.0, 1.0, 2.0]),
        limit_texts: Some(["0", "1", "2"].map(str::to_owned)),
        target: Some((1.5, "1.5".to_owned())),
        mean_label: "mean 1".to_owned(),
        target_label: "target 1.5".to_owned(),
        changes: vec![1],
        last: "7\u{a0}h".to_owned(),
        signal: true,
        alarm: true,
    };
    let empty = Trend { points: Vec::new(), texts: Vec::new(), periods: Vec::new(), ..trend.clone() };
    vec![
        Drawing::Trend(trend),
        Drawing::Trend(empty),
        Drawing::Bands(Bands { bands: parts() }),
        Drawing::BurnDown(BurnDown {
            points: values.iter().enumerate().map(|(at, value)| (at as f64 / 20.0, *value)).collect(),
            alerts: vec![0.0, 0.4, 1.0],
            first_day: "1 June".to_owned(),
            last_day: "30 June".to_owned(),
            last: "−42\u{a0}%".to_owned(),
            nothing: "nothing left".to_owned(),
        }),
        Drawing::Calendar(Calendar {
            marks: (0..4).map(|month| (month * 28, format!("month {month}"))).filter(|(at, _)| *at < 90).collect(),
            rows: vec![CalendarRow {
                name: name.to_owned(),
                days: (0..days.len()).map(day).collect(),
                text: "99.9\u{a0}%".to_owned(),
                missed: true,
            }],
            weeks: vec![0, 7],
            period: (60, "March".to_owned()),
            key: vec![(day(1), "missed".to_owned())],
            days,
        }),
        Drawing::Survival(Survival {
            steps: vec![(0.0, 1.0, 1.0, 1.0), (3.0, 0.6, 0.5, 0.7), (9.0, 0.1, 0.0, 0.3)],
            censored: vec![4.0],
            ticks: vec![(0.0, "0".to_owned()), (9.0, "9 h".to_owned())],
            median: Some((4.0, "half within 4\u{a0}h".to_owned())),
            levels: ["all", "half", "none"].map(str::to_owned),
            last: "10\u{a0}%".to_owned(),
            readings: vec![("3\u{a0}h".to_owned(), "60\u{a0}%".to_owned())],
        }),
        Drawing::Pareto(Pareto {
            bars: parts(),
            running: values.to_vec(),
            running_texts: texts().collect(),
            level: (0.8, "80\u{a0}%".to_owned()),
            heading: "Share".to_owned(),
        }),
        Drawing::Histogram(Histogram {
            bins: values.iter().enumerate().map(|(at, value)| bin(at as f64, *value)).collect(),
            ticks: ticks(),
            percentiles: vec![(1.0, "half within".to_owned(), "2\u{a0}h".to_owned())],
        }),
        Drawing::Flow(Flow {
            periods: texts().collect(),
            came: values.to_vec(),
            went: vec![0.0; values.len()],
            names: ["came", "went", "open"].map(str::to_owned),
            open: vec!["214".to_owned(); values.len()],
        }),
        Drawing::Funnel(Funnel { stages: parts(), shares: texts().collect(), worst: None }),
        Drawing::Multiples(Multiples {
            by: "service".to_owned(),
            panels: vec![panel; 4],
            ends: ["week 1", "week 9"].map(str::to_owned),
            periods: texts().collect(),
            scale: [0.0, 9.0],
            scale_texts: ["0", "9"].map(str::to_owned),
        }),
        Drawing::Waterfall(Waterfall {
            start: parts().remove(0),
            steps: parts().into_iter().map(|part| (part, true)).collect(),
            end: parts().remove(0),
            alarm: true,
            from_zero: true,
        }),
    ]
}
