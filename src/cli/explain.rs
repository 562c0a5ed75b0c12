//! `nines explain`: how a figure came about.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::explain_figure;
use super::output::grid;
use super::project::ProjectArguments;
use super::{Exit, Terminal, Trouble};
use crate::arithmetic::local_time::{rfc3339, to_local};
use crate::declaration::language::Language;
use crate::pipeline::{self, ClockExplanation, Segment};
use crate::report::duration::{NARROW, duration};

/// Explain how a figure came about
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    figure: explain_figure::Figure,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Walk through the clock of one ticket's resolution, segment by segment
    Clock(Clock),
}

#[derive(Args, Debug)]
struct Clock {
    /// Number of the ticket
    ticket: String,
    #[command(flatten)]
    project: ProjectArguments,
    /// Form of the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    #[default]
    Table,
    Json,
}

impl Arguments {
    pub(super) fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let Some(What::Clock(clock)) = self.what else { return self.figure.run(terminal) };
        let session = clock.project.open(terminal)?;
        let explained = pipeline::explain_clock(&session, &clock.ticket)?;
        let text = match clock.format {
            Format::Table => table(terminal, &explained),
            Format::Json => serde_json::to_string_pretty(&document(&explained))
                .map_err(|error| Trouble::failed(format!("json: {error}")))?,
        };
        terminal.print(&text)?;
        Ok(Exit::Done)
    }
}

/// Hours, minutes and seconds: "60:30:00".
fn exact(seconds: f64) -> String {
    let whole = seconds.floor() as i64;
    let rest = seconds - whole as f64;
    let fraction = if rest > 0.0 { format!("{rest:.6}").trim_start_matches('0').to_string() } else { String::new() };
    format!("{}:{:02}:{:02}{fraction}", whole / 3600, whole / 60 % 60, whole % 60)
}

fn share(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

fn shown(explained: &ClockExplanation, at: i64) -> String {
    to_local(at, explained.zone).map_or_else(|| rfc3339(at), |local| local.format("%a %Y-%m-%d %H:%M:%S").to_string())
}

/// Why a clock that doesn't count stands, the same by night and by day.
fn standing(segment: &Segment) -> Option<&'static str> {
    match segment {
        Segment { resolved: true, .. } => Some("resolved"),
        Segment { on_hold: true, .. } => Some("on hold"),
        _ => None,
    }
}

/// Segments in rows: neighbours in which the ticket stood for one reason with one team are one, whatever the days were.
fn folded(segments: &[Segment]) -> Vec<&[Segment]> {
    let one = |a: &Segment, b: &Segment| {
        standing(a).is_some() && standing(a) == standing(b) && (&a.team, a.tier) == (&b.team, b.tier)
    };
    segments.chunk_by(one).collect()
}

/// Nights and days off among the segments of a row.
fn off(row: &[Segment]) -> usize {
    row.iter().filter(|segment| !matches!(segment.state.as_str(), "working" | "on hold" | "resolved")).count()
}

fn row(explained: &ClockExplanation, row: &[Segment]) -> Option<Vec<String>> {
    let (first, last) = (row.first()?, row.last()?);
    let changes = row.iter().filter_map(|segment| segment.clock_change_s).map(|change| {
        let (way, by) = if change < 0 { ("back", -change) } else { ("forward", change) };
        format!(", clocks went {way} {}", exact(by as f64))
    });
    let state = match (row, standing(first)) {
        ([one], reason) => {
            let day = one.day.as_ref().map(|day| format!(" ({day})")).unwrap_or_default();
            let also = reason.filter(|reason| *reason != one.state.as_str());
            format!("{}{day}{}", one.state.as_str(), also.map(|reason| format!(", {reason}")).unwrap_or_default())
        }
        (_, Some(reason)) if off(row) > 0 => format!("{reason}, nights and days off with it"),
        (_, reason) => reason.unwrap_or_default().to_string(),
    };
    let team = first.team.clone().unwrap_or_default();
    let tier = first.tier.map(|tier| format!(" (tier {tier})")).unwrap_or_default();
    Some(vec![
        shown(explained, first.from),
        shown(explained, last.to),
        format!("{state}{}", changes.collect::<String>()),
        format!("{team}{tier}"),
        exact(row.iter().map(|segment| segment.calendar_s).sum()),
        exact(row.iter().map(|segment| segment.counted_s).sum()),
        exact(last.total_s),
    ])
}

/// A length exactly, and in the units that people say.
fn both(seconds: f64) -> String {
    let said = duration(&Language::default(), seconds, None).replace(NARROW, " ");
    format!("{} ({said})", exact(seconds))
}

/// The same of working time, whose days are none of 24 hours, unless it is said.
fn worked(seconds: f64) -> String {
    let said = both(seconds);
    if seconds < 86_400.0 { said } else { said.replace(')', ", days of 24 h)") }
}

fn table(terminal: &Terminal, explained: &ClockExplanation) -> String {
    let rows = folded(&explained.segments).into_iter().filter_map(|segments| row(explained, segments));
    let header = ["From", "To", "State", "Team", "Calendar", "Counted", "Total"];
    let segments = grid(terminal, &header, &[4, 5, 6], rows.collect());
    let mut lines = summary(explained);
    lines.extend([String::new(), segments]);
    lines.join("\n")
}

fn summary(explained: &ClockExplanation) -> Vec<String> {
    let priority = explained.priority.map(|priority| format!(", priority {priority}")).unwrap_or_default();
    let ended = match explained {
        ClockExplanation { open: true, .. } => "still open",
        ClockExplanation { resolved: true, .. } => "resolved",
        _ => "ended without a resolution",
    };
    let mut lines = vec![
        format!(
            "Ticket {}{priority}, {ended}: calendar `{}` in {}",
            explained.ticket, explained.calendar, explained.zone
        ),
        String::new(),
        format!("Opened          {}", shown(explained, explained.from)),
        match explained {
            ClockExplanation { open: true, .. } => format!("As of           {}", shown(explained, explained.to)),
            ClockExplanation { resolved: true, .. } => format!("Resolved        {}", shown(explained, explained.to)),
            _ => format!("Ended           {}", shown(explained, explained.to)),
        },
    ];
    lines.extend(explained.service.as_ref().map(|service| format!("Service         {service}")));
    lines.push(format!("Calendar time   {}", both(explained.calendar_s)));
    lines.push(format!("Working time    {}", worked(explained.working_s)));
    if explained.resolved_s > 0.0 {
        lines.push(format!(
            "Stood resolved  {} of working time more, which doesn't count",
            worked(explained.resolved_s)
        ));
    }
    let counts = if explained.stop_on_hold { "doesn't count" } else { "counts" };
    if explained.held_s > 0.0 {
        lines.push(format!("On hold         {} of the working time, which {counts}", worked(explained.held_s)));
    }
    if explained.unplaced_hold_s > 0.0 {
        lines.push(format!("Not placed      {} on hold, of which no event says when", both(explained.unplaced_hold_s)));
    }
    match (explained.counted_s, explained.between_s) {
        (Some(counted), _) => lines.push(format!("Counted         {}", worked(counted))),
        (None, Some((least, most))) => {
            lines.push(format!("Counted         from {} to {}", worked(least), worked(most)));
        }
        (None, None) => lines.push("Counted         not known".to_string()),
    }
    lines.extend(target(explained));
    lines
}

fn target(explained: &ClockExplanation) -> Vec<String> {
    let mut lines = Vec::new();
    match (explained.due_by_export, explained.target_s) {
        (true, _) => lines.push("Target          the export's own due instant".to_string()),
        (false, Some(target)) => lines.push(format!("Target          {}", worked(target))),
        (false, None) => lines.push("Target          none for this priority".to_string()),
    }
    match (explained.due_at, explained.target_s) {
        (Some(due), _) => lines.push(format!("Due             {}", shown(explained, due))),
        (None, Some(_)) if explained.counted_s.is_none() => {
            lines.push("Due             not known, as no event says when it was on hold".to_string());
        }
        (None, Some(_)) if explained.open => lines.push("Due             not known while it is on hold".to_string()),
        _ => {}
    }
    if let (Some(used), Some(calendar)) = (explained.used, explained.used_calendar) {
        lines.push(format!(
            "Used            {} of the target ({} if calendar time counted)",
            share(used),
            share(calendar)
        ));
    }
    let whose = match explained.verdict.as_deref() {
        Some("source") => "by the export's own verdict",
        Some("due") => "by the export's due instant",
        _ => "by the project's target",
    };
    lines.push(match explained.within_target {
        Some(true) => format!("Verdict         met, {whose}"),
        Some(false) => format!("Verdict         missed, {whose}"),
        None if explained.open => "Verdict         none yet".to_string(),
        None => "Verdict         none".to_string(),
    });
    if let (Some("source"), Some(own), Some(reckoned)) =
        (explained.verdict.as_deref(), explained.within_target, explained.reckoned)
        && own != reckoned
    {
        let basis = if explained.due_by_export { "the export's own due instant" } else { "the clock above" };
        let says = if reckoned { "met" } else { "missed" };
        lines.push(format!("                but by {basis} it would be {says}"));
    }
    lines
}

fn document(explained: &ClockExplanation) -> Value {
    let segments = explained.segments.iter().map(|segment| {
        json!({
            "from": rfc3339(segment.from),
            "to": rfc3339(segment.to),
            "state": segment.state.as_str(),
            "day": segment.day,
            "team": segment.team,
            "tier": segment.tier,
            "on_hold": segment.on_hold,
            "resolved": segment.resolved,
            "clock_change_s": segment.clock_change_s,
            "calendar_s": segment.calendar_s,
            "counted_s": segment.counted_s,
            "total_s": segment.total_s,
        })
    });
    json!({
        "ticket": explained.ticket,
        "service": explained.service,
        "priority": explained.priority,
        "as_of": rfc3339(explained.as_of),
        "from": rfc3339(explained.from),
        "to": rfc3339(explained.to),
        "open": explained.open,
        "calendar": explained.calendar,
        "zone": explained.zone.name(),
        "stop_on_hold": explained.stop_on_hold,
        "segments": segments.collect::<Vec<_>>(),
        "calendar_s": explained.calendar_s,
        "working_s": explained.working_s,
        "held_s": explained.held_s,
        "unplaced_hold_s": explained.unplaced_hold_s,
        "resolved_s": explained.resolved_s,
        "counted_s": explained.counted_s,
        "counted_at_least_s": explained.between_s.map(|(least, _)| least),
        "counted_at_most_s": explained.between_s.map(|(_, most)| most),
        "target_s": explained.target_s,
        "due_at": explained.due_at.map(rfc3339),
        "due_by_export": explained.due_by_export,
        "used": explained.used,
        "used_calendar": explained.used_calendar,
        "within_target": explained.within_target,
        "verdict": explained.verdict,
        "reckoned": explained.reckoned,
    })
}
