//! `nines explain`: how a figure came about.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::output::grid;
use super::project::ProjectArguments;
use super::{Exit, Terminal, Trouble};
use crate::arithmetic::local_time::{rfc3339, to_local};
use crate::pipeline::{self, ClockExplanation};

/// Explain how a figure came about
#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
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
        let What::Clock(clock) = self.what;
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

fn table(terminal: &Terminal, explained: &ClockExplanation) -> String {
    let rows = explained.segments.iter().map(|segment| {
        let day = segment.day.as_ref().map(|day| format!(" ({day})")).unwrap_or_default();
        let hold = if segment.on_hold && !segment.state.is_working_time() { ", on hold" } else { "" };
        let change = segment.clock_change_s.map(|change| {
            let (way, by) = if change < 0 { ("back", -change) } else { ("forward", change) };
            format!(", clocks went {way} {}", exact(by as f64))
        });
        let team = segment.team.clone().unwrap_or_default();
        let tier = segment.tier.map(|tier| format!(" (tier {tier})")).unwrap_or_default();
        vec![
            shown(explained, segment.from),
            shown(explained, segment.to),
            format!("{}{day}{hold}{}", segment.state.as_str(), change.unwrap_or_default()),
            format!("{team}{tier}"),
            exact(segment.calendar_s),
            exact(segment.counted_s),
            exact(segment.total_s),
        ]
    });
    let header = ["From", "To", "State", "Team", "Calendar", "Counted", "Total"];
    let segments = grid(terminal, &header, &[4, 5, 6], rows.collect());
    let priority = explained.priority.map(|priority| format!(", priority {priority}")).unwrap_or_default();
    let mut lines = vec![
        format!(
            "Ticket {}{priority}, {}: calendar `{}` in {}",
            explained.ticket,
            if explained.open { "still open" } else { "ended" },
            explained.calendar,
            explained.zone
        ),
        String::new(),
        segments,
        String::new(),
        format!("Calendar time   {}", exact(explained.calendar_s)),
        format!("Working time    {}", exact(explained.working_s)),
    ];
    let counts = if explained.stop_on_hold { "doesn't count" } else { "counts" };
    if explained.held_s > 0.0 {
        lines.push(format!("On hold         {} of the working time, which {counts}", exact(explained.held_s)));
    }
    if explained.unplaced_hold_s > 0.0 {
        lines.push(format!("                {} more, of which no event says when", exact(explained.unplaced_hold_s)));
    }
    lines.push(format!("Counted         {}", exact(explained.counted_s)));
    lines.extend(target(explained));
    lines.join("\n")
}

fn target(explained: &ClockExplanation) -> Vec<String> {
    let mut lines = Vec::new();
    match (explained.due_by_export, explained.target_s) {
        (true, _) => lines.push("Target          the export's own due instant".to_string()),
        (false, Some(target)) => lines.push(format!("Target          {}", exact(target))),
        (false, None) => lines.push("Target          none for this priority".to_string()),
    }
    match (explained.due_at, explained.target_s) {
        (Some(due), _) => lines.push(format!("Due             {}", shown(explained, due))),
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
        None => "Verdict         none yet".to_string(),
    });
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
            "clock_change_s": segment.clock_change_s,
            "calendar_s": segment.calendar_s,
            "counted_s": segment.counted_s,
            "total_s": segment.total_s,
        })
    });
    json!({
        "ticket": explained.ticket,
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
        "counted_s": explained.counted_s,
        "target_s": explained.target_s,
        "due_at": explained.due_at.map(rfc3339),
        "due_by_export": explained.due_by_export,
        "used": explained.used,
        "used_calendar": explained.used_calendar,
        "within_target": explained.within_target,
        "verdict": explained.verdict,
    })
}
