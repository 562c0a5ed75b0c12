//! Prometheus rules for objectives that Prometheus measures: the share of bad events over each look-back as recording rules, and
//! alerts that watch a long and a short look-back at once.
//!
//! Look-backs and burn rates are those of `arithmetic::burn`. A query says its look-back with `{{.window}}`; a plain counter, bare or in
//! `sum(...)`, gets its `rate` over the look-back; anything else is left out, and a comment says why. What is recorded:
//!
//! - `nines:sli_error:ratio_rate5m` and so on, the share of bad events over the look-back, labels `slo`, `service`, `window`;
//! - `nines:sli_error:ratio_slice`, the same over one slice, where an objective counts slices;
//! - `nines:objective:ratio`, `nines:error_budget:ratio` and `nines:period:days`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::arithmetic::burn::{self, BurnWindow, Severity};
use crate::declaration::objective::{Indicator, Method, Objective, Window, WindowUnit};

mod query;

use query::Errors;

const DAY: i64 = 86_400;

/// The rules as the text of a rule file, YAML that Prometheus reads.
///
/// # Errors
/// When there is nothing to write: each objective with the reason, one a line.
pub fn rules(objectives: &[Objective]) -> Result<String, String> {
    let mut groups = String::new();
    let mut skipped = Vec::new();
    for objective in objectives {
        match group(objective) {
            Ok(text) => groups += &text,
            Err(reason) => skipped.push(format!("{}: {reason}", objective.id)),
        }
    }
    if groups.is_empty() {
        return Err(if skipped.is_empty() { "no objective is declared".to_string() } else { skipped.join("\n") });
    }
    let mut text = String::from("# Written by nines from the objectives in slos/: change those, and write it again.\n");
    for reason in &skipped {
        for line in reason.lines() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "# Left out: {line}");
        }
    }
    text += "groups:\n";
    text += &groups;
    Ok(text)
}

/// Seconds of the time over which an objective holds, and whether a calendar makes it longer or shorter than that.
fn period(window: &Window) -> (i64, bool) {
    let (count, unit, calendar) = match window {
        Window::Rolling { count, unit } => (*count, *unit, false),
        Window::Calendar { count, unit, .. } => (*count, *unit, true),
    };
    let (each, fixed) = match unit {
        WindowUnit::Minute => (60, true),
        WindowUnit::Hour => (3_600, true),
        WindowUnit::Day => (DAY, true),
        WindowUnit::Week => (7 * DAY, true),
        WindowUnit::Month => (30 * DAY, false),
        WindowUnit::Quarter => (90 * DAY, false),
        WindowUnit::Year => (365 * DAY, false),
    };
    (i64::from(count) * each, calendar || !fixed)
}

/// A length as Prometheus writes it: the largest unit that fits.
fn length(seconds: i64) -> String {
    for (unit, letter) in [(DAY, 'd'), (3_600, 'h'), (60, 'm')] {
        if seconds >= unit && seconds % unit == 0 {
            return format!("{}{letter}", seconds / unit);
        }
    }
    format!("{seconds}s")
}

/// A number without the noise of binary fractions: 0.001 and not 0.0010000000000000009.
fn plain(number: f64) -> String {
    let text = format!("{number:.12}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

fn group(objective: &Objective) -> Result<String, String> {
    let errors = match &objective.indicator {
        Indicator::Composite { .. } => return Err("it is made of others, whose rules stand by themselves".to_string()),
        indicator => Errors::of(indicator)?,
    };
    let (period_s, about) = period(&objective.window);
    let windows = burn::standard(period_s);
    let mut look_backs: BTreeSet<i64> = windows.iter().flat_map(|window| [window.short_s, window.long_s]).collect();
    look_backs.insert(period_s);
    let labels = [("service", objective.service.as_str()), ("slo", objective.id.as_str())];
    let mut text = String::new();
    if about {
        let _ = writeln!(
            text,
            "# The window of {} follows the calendar; {} are taken here.",
            comment(&objective.id),
            length(period_s)
        );
    }
    for window in windows.iter().filter(|window| !window.can_fire(1.0 - objective.target)) {
        let (id, long) = (comment(&objective.id), length(window.long_s));
        let most = plain(1.0 / (1.0 - objective.target));
        let factor = plain(window.factor);
        let _ = writeln!(
            text,
            "# {id} never alerts over {long}: when everything fails its budget burns at {most}, and {factor} is needed."
        );
    }
    let _ = writeln!(text, "- name: {}", quoted(&format!("nines-slo-{}", objective.id)));
    text += "  rules:\n";
    let slice = match objective.method {
        Method::Occurrences => None,
        Method::Timeslices { slice_s, target } => Some((slice_s, Some(target))),
        Method::RatioTimeslices { slice_s } => Some((slice_s, None)),
    };
    if let Some((slice_s, _)) = slice {
        let window = length(slice_s);
        record(&mut text, "nines:sli_error:ratio_slice", &errors.over(&window), &labels, Some(&window));
    }
    let own = selector(objective);
    for seconds in look_backs {
        let window = length(seconds);
        let expression = match slice {
            None => errors.over(&window),
            Some((slice_s, target)) => {
                let slices = format!("nines:sli_error:ratio_slice{own}");
                let step = length(slice_s);
                match target {
                    Some(target) => {
                        format!("avg_over_time(({slices} > bool {})[{window}:{step}])", plain(1.0 - target))
                    }
                    None => format!("avg_over_time({slices}[{window}:{step}])"),
                }
            }
        };
        record(&mut text, &format!("nines:sli_error:ratio_rate{window}"), &expression, &labels, Some(&window));
    }
    let target = plain(objective.target);
    let budget = plain(1.0 - objective.target);
    record(&mut text, "nines:objective:ratio", &format!("vector({target})"), &labels, None);
    record(&mut text, "nines:error_budget:ratio", &format!("vector({budget})"), &labels, None);
    record(&mut text, "nines:period:days", &format!("vector({})", plain(period_s as f64 / DAY as f64)), &labels, None);
    for severity in [Severity::Page, Severity::Ticket] {
        let pairs: Vec<&BurnWindow> = windows.iter().filter(|window| window.severity == severity).collect();
        if !pairs.is_empty() {
            alert(&mut text, objective, severity, &pairs, &own, &budget);
        }
    }
    Ok(text)
}

/// The labels that tell the series of an objective from all others.
fn selector(objective: &Objective) -> String {
    format!("{{service={}, slo={}}}", quoted(&objective.service), quoted(&objective.id))
}

fn record(text: &mut String, name: &str, expression: &str, labels: &[(&str, &str)], window: Option<&str>) {
    let _ = writeln!(text, "  - record: {name}");
    block(text, "expr", expression);
    text.push_str("    labels:\n");
    for (key, value) in labels.iter().copied().chain(window.map(|window| ("window", window))) {
        let _ = writeln!(text, "      {key}: {}", quoted(value));
    }
}

fn alert(text: &mut String, objective: &Objective, severity: Severity, pairs: &[&BurnWindow], own: &str, budget: &str) {
    let above = |seconds: i64, factor: f64| {
        let series = format!("nines:sli_error:ratio_rate{}{own}", length(seconds));
        format!("max without (window) ({series}) > ({} * {budget})", plain(factor))
    };
    let pairs: Vec<String> = pairs
        .iter()
        .map(|w| format!("(\n  {}\n  and\n  {}\n)", above(w.short_s, w.factor), above(w.long_s, w.factor)))
        .collect();
    text.push_str("  - alert: NinesErrorBudgetBurn\n");
    block(text, "expr", &pairs.join("\nor\n"));
    text.push_str("    labels:\n");
    for (key, value) in [("service", &*objective.service), ("severity", severity.as_str()), ("slo", &*objective.id)] {
        let _ = writeln!(text, "      {key}: {}", quoted(value));
    }
    // Prometheus takes braces in an annotation for a template.
    let title = objective.title.replace("{{", "{ {");
    let summary = match severity {
        Severity::Page => format!("{title}: the error budget burns so fast that somebody has to act now"),
        Severity::Ticket => format!("{title}: the error budget burns faster than it lasts"),
    };
    let _ = writeln!(text, "    annotations:\n      summary: {}", quoted(&summary));
}

/// An expression, which may have several lines.
fn block(text: &mut String, key: &str, expression: &str) {
    let _ = writeln!(text, "    {key}: |-");
    for line in expression.lines().filter(|line| !line.trim().is_empty()) {
        let _ = writeln!(text, "      {}", line.trim_end());
    }
}

/// A text in double quotes, which YAML and PromQL read alike.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A text that cannot break out of a comment.
fn comment(text: &str) -> String {
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_numbers_are_written_without_noise() {
        let lengths = [300, 1_800, 3_600, 7_200, 86_400, 259_200, 2_592_000, 90];
        assert_eq!(lengths.map(length), ["5m", "30m", "1h", "2h", "1d", "3d", "30d", "90s"]);
        assert_eq!([1.0 - 0.999, 14.4, 6.0, 0.98, 1.0].map(plain), ["0.001", "14.4", "6", "0.98", "1"]);
    }

    #[test]
    fn a_text_cannot_leave_its_quotes() {
        assert_eq!(quoted("a\"b\\c\nd\u{7}"), "\"a\\\"b\\\\c\\nd \"");
    }
}
