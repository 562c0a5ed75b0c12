//! `nines slo`: objectives, their budgets, burn rates, alerts and forecasts.

use clap::{Args, ValueEnum};

use super::output::grid;
use super::project::{ProjectArguments, parse_period};
use super::{Exit, Terminal, Trouble};
use crate::arithmetic::local_time::rfc3339;
use crate::declaration::language::Language;
use crate::facts::objective::Standing;
use crate::pipeline::{self, Session};
use crate::report::dates::moment_of_year;
use crate::report::objective::{self, State};
use crate::report::{figure, prometheus, v1};

/// Show objectives: budget, burn, alerts, forecast
#[derive(Args, Debug)]
#[command(after_help = ABOUT)]
pub(super) struct Arguments {
    /// Objectives, SLOs or services; all of them without a name. Named ones are shown whole
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    project: ProjectArguments,
    /// As they stood at the end of a period: 2026-W46, 2026-11, last-week ...; default: at as-of
    #[arg(long, value_name = "P")]
    period: Option<String>,
    /// Form of the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

const ABOUT: &str = "Objectives are OpenSLO files in the project's slos/ folder, over any table or fact of the lake.
Consumed is (bad / all) / (1 - target); 100 % is the whole budget, and more is a missed objective. A window that isn't over,
or that history begins in, is held against the budget of all of it.
A burn rate of 1 spends the budget exactly in its window.";

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    #[default]
    Table,
    Json,
    /// Multi-window alert rules for Prometheus
    Prometheus,
}

impl Arguments {
    pub(super) fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let session = self.project.open(terminal)?;
        let moment = match &self.period {
            Some(text) => parse_period(text, &session)?.end.min(session.as_of),
            None => session.as_of,
        };
        if session.definitions.objectives.objectives.is_empty() {
            terminal.note("no objective is declared: put OpenSLO files into slos/ of the project")?;
            if matches!(self.format, Format::Table) {
                return Ok(Exit::Done);
            }
        }
        for issue in pipeline::unknown_services(&session)? {
            terminal.issue(&issue)?;
        }
        if matches!(self.format, Format::Prometheus) {
            return self.rules(&session, terminal);
        }
        let standings = pipeline::standings(&session, &self.names, moment)?;
        let text = match self.format {
            Format::Json => {
                let document = serde_json::json!({
                    "as_of": rfc3339(session.as_of),
                    "known_at": session.known_at.map(rfc3339),
                    "objectives": standings.iter().map(v1::Objective::of).collect::<Vec<_>>(),
                });
                serde_json::to_string_pretty(&document).map_err(|error| Trouble::failed(format!("json: {error}")))?
            }
            _ if self.names.is_empty() => {
                let text = overview(terminal, &standings);
                let at = moment_of_year(&Language::default(), moment, session.project.zone);
                format!("{text}\n\nAs of {at}. Fired: alerts since its window began. `nines slo NAME` shows one whole.")
            }
            _ => {
                let parts: Vec<String> = standings.iter().map(|standing| whole(terminal, &session, standing)).collect();
                parts.join("\n\n")
            }
        };
        if !text.is_empty() {
            terminal.print(&text)?;
        }
        Ok(Exit::Done)
    }
}

/// The burn rate over a look-back.
fn burn(standing: &Standing, lookback_s: i64) -> String {
    let found = standing.burns.iter().find(|burn| burn.lookback_s == lookback_s);
    found
        .and_then(|burn| burn.rate)
        .map_or_else(|| figure::NOTHING.to_string(), |rate| objective::rate_text(&Language::default(), rate))
}

fn overview(terminal: &Terminal, standings: &[Standing]) -> String {
    let english = Language::default();
    let header = ["Objective", "Target", "SLI", "Consumed", "Left", "Burn 1 h", "6 h", "3 d", "Fired", "Status"];
    let rows = standings.iter().map(|standing| {
        let sli = standing.sli();
        let nothing = || figure::NOTHING.to_string();
        let holding = standing.alerts.iter().filter(|alert| alert.cleared.is_none()).count();
        let fired = standing.alerts.len();
        let alerts = match (fired, holding) {
            (0, _) => "0".to_string(),
            (fired, 0) => fired.to_string(),
            (fired, holding) => format!("{fired}, {holding} now"),
        };
        let mut status = objective::mark(&english, standing).text();
        if let (State::NoData, Some(why)) = (objective::state(standing), objective::absence(&english, standing)) {
            status = format!("○ {why}");
        }
        if standing.doubt.is_some() {
            status.push_str(", doubtful");
        }
        vec![
            standing.objective.id.clone(),
            objective::target(&english, standing.objective.target),
            sli.map_or_else(nothing, |sli| objective::sli(&english, standing, sli)),
            standing.consumed().map_or_else(nothing, |share| objective::share(&english, share)),
            objective::left(&english, standing).unwrap_or_else(nothing),
            burn(standing, 3_600),
            burn(standing, 21_600),
            burn(standing, 259_200),
            alerts,
            status,
        ]
    });
    grid(terminal, &header, &[1, 2, 3, 4, 5, 6, 7, 8], rows.collect())
}

/// Everything about one objective.
fn whole(terminal: &Terminal, session: &Session, standing: &Standing) -> String {
    let english = Language::default();
    let zone = session.project.zone;
    let declared = &standing.objective;
    let mut lines = vec![
        format!("{}  {}", declared.id, objective::mark(&english, standing).text()),
        format!("  {} · {}", declared.title, declared.service),
        format!(
            "  {} of {}, {}",
            objective::target(&english, declared.target),
            objective::window(&english, &declared.window),
            objective::method(&english, standing)
        ),
        format!("  {}", objective::source(&english, standing)),
        format!("  {}:{}", declared.file, declared.line),
        format!(
            "  window {} to {}, as of {}",
            moment_of_year(&english, standing.window.0, zone),
            moment_of_year(&english, standing.window.1, zone),
            moment_of_year(&english, standing.moment, zone)
        ),
        String::new(),
    ];
    match (standing.sli(), standing.consumed()) {
        (Some(sli), Some(consumed)) => {
            lines.push(format!("  SLI        {}", objective::sli(&english, standing, sli)));
            let used = objective::used(&english, standing).unwrap_or_default();
            let left = objective::left(&english, standing).unwrap_or_default();
            lines.push(format!("  Budget     {} consumed: {used}; {left}", objective::share(&english, consumed)));
        }
        _ => lines.push(format!("  no figure: {}", objective::absence(&english, standing).unwrap_or("no data"))),
    }
    if let Some(doubt) = &standing.doubt {
        lines.push(format!("  Doubt      {doubt}"));
    }
    if !standing.burns.is_empty() {
        let burns = standing.burns.iter().map(|burn| {
            format!("{} {}", figure::seconds_text(&english, burn.lookback_s as f64), objective::burn(&english, burn))
        });
        lines.push(format!("  Burn rate  {}", burns.collect::<Vec<_>>().join(" · ")));
    }
    lines.extend(objective::forecast(&english, standing).map(|forecast| format!("  Forecast   {forecast}")));
    if !standing.policy.is_empty() {
        lines.push(String::new());
        lines.push("  Error-budget policy".to_string());
        for step in &standing.policy {
            let holds = match (step.holds, step.since) {
                (Some(true), Some(since)) => format!("■ since {}", moment_of_year(&english, since, zone)),
                (Some(true), None) => "■ now".to_string(),
                (Some(false), _) => "● not reached".to_string(),
                (None, _) => "○ can't be said".to_string(),
            };
            lines.push(format!("    {holds}: {} → {}", step.when, step.action));
        }
    }
    for correction in &standing.corrections {
        lines.push(format!(
            "  Corrected  {} to {}: {} ({})",
            moment_of_year(&english, correction.span.0, zone),
            moment_of_year(&english, correction.span.1, zone),
            correction.reason,
            if correction.as_good { "counted as good" } else { "left out" }
        ));
    }
    let mut text = lines.join("\n");
    if !standing.alerts.is_empty() {
        let rows = standing.alerts.iter().map(|alert| {
            vec![
                alert.severity.clone(),
                alert.rule.clone(),
                objective::episode(&english, alert, zone),
                alert.consumed.map_or_else(String::new, |share| objective::share(&english, share)),
            ]
        });
        let header = ["Alert", "Burn rate over", "Fired", "Budget consumed by then"];
        text = format!("{text}\n\n{}", grid(terminal, &header, &[3], rows.collect()));
    }
    if !standing.incidents.is_empty() {
        let rows = standing.incidents.iter().map(|incident| {
            vec![
                incident.incident.clone(),
                incident.cause.clone().unwrap_or_default(),
                moment_of_year(&english, incident.started_at, zone),
                objective::amount(&english, standing, incident.bad),
                objective::share(&english, incident.share),
            ]
        });
        let header = ["Incident", "Cause", "Began", "Bad", "Share of the budget"];
        text = format!("{text}\n\n{}", grid(terminal, &header, &[3, 4], rows.collect()));
    }
    text
}

impl Arguments {
    /// Alert rules for Prometheus, of the named objectives or of all.
    fn rules(&self, session: &Session, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let chosen = pipeline::objectives(session, &self.names)?;
        let rules = prometheus::rules(&chosen).map_err(Trouble::failed)?;
        terminal.print(rules.trim_end())?;
        Ok(Exit::Done)
    }
}
