//! Charts as data: what each found, what it shows in words, and what is drawn. Labels are final text; numbers are places, not
//! figures to be read.

use serde::{Deserialize, Serialize};

use super::Tone;

/// A chart: its finding, its text alternative, its drawing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// The finding.
    pub caption: String,
    /// What it shows, in words.
    pub alt: String,
    /// Evidence and how to read it, in small type; may be empty.
    pub evidence: String,
    /// What is drawn.
    pub drawing: Drawing,
}

/// What a chart draws. A further kind is a struct here, its drawing in `charts`, and its rows in [`Drawing::rows`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Drawing {
    /// A figure over the periods, with its limits.
    Trend(Trend),
    /// An error budget over its window.
    BurnDown(BurnDown),
    /// One bar of parts.
    Bands(Bands),
    /// A cell for each day.
    Calendar(Calendar),
    /// The share that is still open after a time.
    Survival(Survival),
    /// Parts of a whole, the largest first, with their running share.
    Pareto(Pareto),
    /// How many lie where, with percentiles.
    Histogram(Histogram),
    /// What came and what went, added up; between them is what is open.
    Flow(Flow),
    /// Stages, of which each passes on less than it gets.
    Funnel(Funnel),
    /// The same small trend for each value of a dimension.
    Multiples(Multiples),
    /// From one figure to the next by what each part added.
    Waterfall(Waterfall),
}

/// A figure over the periods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    /// Name of the figure.
    pub name: String,
    /// Values, oldest first; none is a gap.
    pub points: Vec<Option<f64>>,
    /// The values as text; empty for a gap.
    pub texts: Vec<String>,
    /// Names of the periods, as many: the first and last are shown.
    pub periods: Vec<String>,
    /// Lower limit, mean and upper limit of usual variation.
    pub limits: Option<[f64; 3]>,
    /// Texts of the limits and mean.
    pub limit_texts: Option<[String; 3]>,
    /// The target with its text.
    pub target: Option<(f64, String)>,
    /// What stands at the mean's line, "mean 12 h"; empty without one.
    #[serde(default)]
    pub mean_label: String,
    /// What stands at the target's line, "target 8 h"; empty without one.
    #[serde(default)]
    pub target_label: String,
    /// Indices of the first points of new levels.
    pub changes: Vec<usize>,
    /// The newest figure as text.
    pub last: String,
    /// The newest point is a signal.
    pub signal: bool,
    /// The newest point is a signal for the worse.
    pub alarm: bool,
}

/// An error budget over its window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BurnDown {
    /// (place in the window, share that remains), both 0 to 1 but for what is overspent.
    pub points: Vec<(f64, f64)>,
    /// Places in the window at which a page fired.
    pub alerts: Vec<f64>,
    /// The first day of the window.
    pub first_day: String,
    /// The last day of the window.
    pub last_day: String,
    /// What remains, as text.
    pub last: String,
    /// What stands where the budget is used up: "nothing left".
    #[serde(default)]
    pub nothing: String,
}

/// A named amount with its text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// The amount.
    pub value: f64,
    /// The amount as text.
    pub text: String,
}

/// A bar of parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bands {
    /// In order.
    pub bands: Vec<Part>,
}

/// A cell for each day of each row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calendar {
    /// Days, "2026-06-29", oldest first.
    pub days: Vec<String>,
    /// Index of the first day of each month or week that is named, and the name.
    pub marks: Vec<(usize, String)>,
    /// Name and as many cells as days.
    pub rows: Vec<(String, Vec<CalendarDay>)>,
}

/// One day of a calendar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalendarDay {
    /// Met, missed, at risk or no data.
    pub tone: Tone,
    /// How far from perfect, 0 to 1, within the tone: how dark the cell is.
    pub depth: f64,
    /// The figure as text; empty where there is none.
    pub text: String,
}

/// The share that is still open after a time (Kaplan-Meier).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Survival {
    /// (time, share still open, lower and upper end of its 95 % interval); a step function that starts at (0, 1, 1, 1).
    pub steps: Vec<(f64, f64, f64, f64)>,
    /// Times of those that were still open when the clock stopped.
    pub censored: Vec<f64>,
    /// Named places on the time axis.
    pub ticks: Vec<(f64, String)>,
    /// The time by which half were done, with its text.
    pub median: Option<(f64, String)>,
}

/// Parts of a whole, the largest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pareto {
    /// The parts; the last one may be the rest of them.
    pub bars: Vec<Part>,
    /// The running share after each bar, 0 to 1.
    pub running: Vec<f64>,
    /// The running shares as text.
    pub running_texts: Vec<String>,
}

/// How many lie where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// (from, to, how many): bins of one width on the scale of the drawing.
    pub bins: Vec<(f64, f64, f64)>,
    /// Named places on the scale.
    pub ticks: Vec<(f64, String)>,
    /// Named percentiles with their texts: "half within", "9 of 10 within".
    pub percentiles: Vec<(f64, String, String)>,
}

/// What came and what went, added up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// Names of the periods: the first and last are shown.
    pub periods: Vec<String>,
    /// All that had come by the end of each period, what was open before the first included.
    pub came: Vec<f64>,
    /// All that had gone by then.
    pub went: Vec<f64>,
    /// Names of the two lines and of what lies between them.
    pub names: [String; 3],
    /// What is open at the end, as text.
    pub open: String,
}

/// Stages, of which each passes on less than it gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Funnel {
    /// The stages with what reached them, in order.
    pub stages: Vec<Part>,
    /// The share of the stage before that reached each; empty for the first.
    pub shares: Vec<String>,
}

/// The same small trend for each value of a dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Multiples {
    /// The dimension.
    pub by: String,
    /// One for each value.
    pub panels: Vec<Panel>,
    /// The first and the last period.
    pub ends: [String; 2],
}

/// One of several small trends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// The value of the dimension.
    pub name: String,
    /// Values, oldest first; none is a gap.
    pub points: Vec<Option<f64>>,
    /// Lower limit, mean and upper limit of usual variation.
    pub limits: Option<[f64; 3]>,
    /// The target.
    pub target: Option<f64>,
    /// The newest figure as text.
    pub last: String,
    /// The newest point is a signal for the worse.
    pub alarm: bool,
}

/// From one figure to the next by what each part added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waterfall {
    /// The figure before.
    pub start: Part,
    /// What each part added, with its sign in the text; for the worse is `true`.
    pub steps: Vec<(Part, bool)>,
    /// The figure now.
    pub end: Part,
}

impl Drawing {
    /// What is drawn as rows of text: a header, then the rows, for formats that don't draw and for those who can't see.
    pub fn rows(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let parts = |parts: &[Part]| parts.iter().map(|part| vec![part.name.clone(), part.text.clone()]).collect();
        let header = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        match self {
            Drawing::Trend(trend) => {
                let rows =
                    trend.periods.iter().zip(&trend.texts).map(|(period, text)| vec![period.clone(), text.clone()]);
                (vec![String::new(), trend.name.clone()], rows.collect())
            }
            Drawing::BurnDown(chart) => {
                let ends = vec![
                    vec![chart.first_day.clone(), String::new()],
                    vec![chart.last_day.clone(), chart.last.clone()],
                ];
                (header(&["", ""]), ends)
            }
            Drawing::Bands(bands) => (header(&["", ""]), parts(&bands.bands)),
            Drawing::Calendar(calendar) => {
                let mut head = vec![String::new()];
                head.extend(calendar.days.iter().cloned());
                let rows = calendar.rows.iter().map(|(name, days)| {
                    std::iter::once(name.clone()).chain(days.iter().map(|day| day.text.clone())).collect()
                });
                (head, rows.collect())
            }
            Drawing::Survival(chart) => {
                (header(&["", ""]), chart.median.iter().map(|(_, text)| vec![String::new(), text.clone()]).collect())
            }
            Drawing::Pareto(chart) => {
                let rows = chart.bars.iter().zip(&chart.running_texts);
                (
                    header(&["", "", ""]),
                    rows.map(|(bar, running)| vec![bar.name.clone(), bar.text.clone(), running.clone()]).collect(),
                )
            }
            Drawing::Histogram(chart) => {
                let rows = chart.percentiles.iter().map(|(_, name, text)| vec![name.clone(), text.clone()]);
                (header(&["", ""]), rows.collect())
            }
            Drawing::Flow(chart) => (header(&["", ""]), vec![vec![chart.names[2].clone(), chart.open.clone()]]),
            Drawing::Funnel(chart) => {
                let rows = chart.stages.iter().zip(&chart.shares);
                (
                    header(&["", "", ""]),
                    rows.map(|(stage, share)| vec![stage.name.clone(), stage.text.clone(), share.clone()]).collect(),
                )
            }
            Drawing::Multiples(chart) => {
                let rows = chart.panels.iter().map(|panel| vec![panel.name.clone(), panel.last.clone()]);
                (header(&["", ""]), rows.collect())
            }
            Drawing::Waterfall(chart) => {
                let steps = chart.steps.iter().map(|(step, _)| step);
                let all = std::iter::once(&chart.start).chain(steps).chain(std::iter::once(&chart.end));
                (header(&["", ""]), all.map(|part| vec![part.name.clone(), part.text.clone()]).collect())
            }
        }
    }
}
