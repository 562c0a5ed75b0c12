//! Service level objectives as they are declared in `slos/`, checked and ready to be evaluated. Holds no figure.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use chrono_tz::Tz;

use super::expression::RowExpression;

/// One objective: a target for an indicator over a window. An OpenSLO file with several objectives gives several.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// Unique in the project: the SLO's name; with several objectives in one SLO followed by `/` and the objective's name in
    /// small letters and hyphens, else its position from 1.
    pub id: String,
    /// `metadata.name` of the SLO.
    pub slo: String,
    /// What readers call it: the display names of the SLO and, with several, of the objective.
    pub title: String,
    /// What it promises, in words; may be empty.
    pub description: String,
    /// The service that it is about.
    pub service: String,
    /// Labels with their values.
    pub labels: BTreeMap<String, Vec<String>>,
    /// The share to reach, above 0 and below 1.
    pub target: f64,
    /// How the budget is counted.
    pub method: Method,
    /// The time over which it holds.
    pub window: Window,
    /// What is measured.
    pub indicator: Indicator,
    /// Alerts that the file declares; the standard multi-window alerts hold besides.
    pub alerts: Vec<Alert>,
    /// Fewer events than this in a look-back are too few to alert on.
    pub min_events: f64,
    /// The file, as the user knows it.
    pub file: String,
    /// The line on which the objective begins.
    pub line: usize,
}

/// How an error budget is counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// Bad events over all events.
    Occurrences,
    /// Bad slices over slices with data; a slice is bad when its share of good events is below `target`.
    Timeslices {
        /// Length of a slice, seconds.
        slice_s: i64,
        /// The share that a good slice reaches.
        target: f64,
    },
    /// One less the mean of the slices' shares.
    RatioTimeslices {
        /// Length of a slice, seconds.
        slice_s: i64,
    },
}

/// The time over which an objective holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Window {
    /// The time of this length before a moment.
    Rolling {
        /// How many units.
        count: u32,
        /// Of what; months and longer are calendar lengths back from the moment.
        unit: WindowUnit,
    },
    /// Whole windows one after another from `start` on, in local time of `zone`.
    Calendar {
        /// How many units.
        count: u32,
        /// Of what.
        unit: WindowUnit,
        /// The local time at which one of them begins.
        start: NaiveDateTime,
        /// Where that local time holds.
        zone: Tz,
    },
}

/// Units of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WindowUnit {
    /// 60 seconds.
    Minute,
    /// 3,600 seconds.
    Hour,
    /// A local day where the window is aligned to the calendar, else 24 hours.
    Day,
    /// Seven days.
    Week,
    /// A calendar month.
    Month,
    /// Three calendar months.
    Quarter,
    /// Twelve calendar months.
    Year,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a project has a few dozen of them")]
pub enum Indicator {
    /// Good (or bad) events over all events.
    Ratio {
        /// Whether `part` counts the good ones; else it counts the bad ones.
        good: bool,
        /// The good or the bad events.
        part: Source,
        /// All events.
        total: Source,
    },
    /// Readings that are shares already; each counts as one event that is partly good.
    Raw {
        /// Whether a reading is the share of good events; else of bad ones.
        good: bool,
        /// The readings, 0 to 1.
        source: Source,
    },
    /// Readings of which those that compare well are good.
    Threshold {
        /// The readings.
        source: Source,
        /// How a good reading compares to `value`.
        comparison: Comparison,
        /// The threshold, in the unit of the readings.
        value: f64,
    },
    /// Other objectives of the same file, weighed.
    Composite {
        /// Objective id and weight (above 0) of each part.
        parts: Vec<(String, f64)>,
    },
}

/// How a reading compares to a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `lt`
    Below,
    /// `lte`
    AtMost,
    /// `gt`
    Above,
    /// `gte`
    AtLeast,
}

impl Comparison {
    /// Whether a reading compares well.
    pub fn holds(self, reading: f64, value: f64) -> bool {
        match self {
            Comparison::Below => reading < value,
            Comparison::AtMost => reading <= value,
            Comparison::Above => reading > value,
            Comparison::AtLeast => reading >= value,
        }
    }
}

/// Where events or readings come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The type of the metric source: "nines" for the lake, else another system's ("Prometheus").
    pub kind: String,
    /// What the file says to that system, by key.
    pub spec: BTreeMap<String, String>,
    /// The rows of the lake; none for a source that the lake doesn't hold.
    pub rows: Option<Rows>,
    /// The line on which it stands.
    pub line: usize,
}

/// Rows of the lake that count as events or give readings.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// A canonical table (`sli_counts`) or, with `fact`, a fact (`tickets`).
    pub name: String,
    /// Whether `name` is a fact.
    pub fact: bool,
    /// Only rows for which this is true.
    pub filter: Option<RowExpression>,
    /// What a row counts for: a number or a truth value (1 and 0). Without it each row counts once.
    pub value: Option<RowExpression>,
    /// When it happened.
    pub place: Place,
}

/// When a row happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the instant in this column.
    At(String),
    /// Evenly from the instant in the first column to that in the second; one without an end lasts until as-of.
    Span(String, String),
}

/// An alert that a file declares: the burn rate over one look-back above a threshold for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Name of its policy.
    pub name: String,
    /// Severity as declared, such as "page".
    pub severity: String,
    /// Burn rate that must be passed.
    pub threshold: f64,
    /// Whether reaching the threshold is enough (`gte`); else it must be passed (`gt`).
    pub inclusive: bool,
    /// Look-back, seconds.
    pub lookback_s: i64,
    /// How long it must hold before it alerts, seconds.
    pub after_s: i64,
    /// Where it stands: file and line.
    pub line: usize,
}

/// What a team does when budget is gone: declared thresholds, each with an action in words.
#[derive(Clone, Debug, PartialEq)]
pub struct BudgetPolicy {
    /// Its name.
    pub name: String,
    /// The SLOs that it holds for; all where it names none.
    pub slos: Vec<String>,
    /// Its steps, as declared.
    pub steps: Vec<PolicyStep>,
    /// The file.
    pub file: String,
    /// The line on which it begins.
    pub line: usize,
}

/// One step of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyStep {
    /// When it holds.
    pub when: Trigger,
    /// What is done then, in words.
    pub action: String,
}

/// When a step of a policy holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trigger {
    /// At least this share of the budget is consumed (1 = all of it).
    Consumed(f64),
    /// One incident consumed at least this share of the budget.
    IncidentShare(f64),
    /// The budget burns at least so fast over the last so many seconds.
    Burn {
        /// Burn rate.
        rate: f64,
        /// Look-back, seconds.
        lookback_s: i64,
    },
}

/// Time that doesn't count against a budget, with its reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// Its name.
    pub name: String,
    /// The SLOs that it holds for; all where it names none.
    pub slos: Vec<String>,
    /// Its beginning, µs UTC.
    pub from: i64,
    /// Its end, µs UTC.
    pub to: i64,
    /// Whether bad events of that time count as good; else all of its events are left out.
    pub as_good: bool,
    /// Why, in words.
    pub reason: String,
    /// The file.
    pub file: String,
    /// The line on which it begins.
    pub line: usize,
}

/// Everything that the files in `slos/` declare.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Objectives {
    /// The objectives in the order of files and lines.
    pub objectives: Vec<Objective>,
    /// The error-budget policies.
    pub policies: Vec<BudgetPolicy>,
    /// The corrections.
    pub corrections: Vec<Correction>,
}
