//! The ready document: what a report says, in the order in which it is read. Text is final, figures are rounded, marks are
//! chosen; a format only lays it out. Charts are kept as data, drawn by the formats that can.

mod chart;
#[cfg(test)]
pub(crate) mod example;
mod number;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::v1;
use crate::declaration::project::mail::Addresses;
use crate::declaration::report::Kind;
pub use chart::{
    Bands, Bin, BurnDown, Calendar, CalendarDay, CalendarRow, Chart, Drawing, Flow, Funnel, Histogram, Multiples,
    Panel, Pareto, Part, Survival, Trend, Waterfall,
};
pub use number::{Kind as NumberKind, Number, places};

/// One report, ready to be written in any format.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// Language of the text (BCP 47).
    pub language: String,
    /// "Acme IT · service scorecard · week 46, 2026".
    pub title: String,
    /// The parts of the line under the title: dates and zone, as of, rows.
    pub meta: Vec<String>,
    /// Name of the report, "weekly".
    pub name: String,
    /// Its title, "Service scorecard".
    pub heading: String,
    /// Id of the period, "2026-W46".
    pub period: String,
    /// The period in words, "week 46, 2026".
    pub label: String,
    /// Start of the period, RFC 3339 in UTC.
    pub start: String,
    /// What a further page is about: the supplier, the objective; none for a report's first page.
    pub of: Option<String>,
    /// For whom the report is; may be empty.
    pub audience: String,
    /// The sections in order.
    pub sections: Vec<Section>,
    /// How the document came to be, for its foot.
    pub foot: String,
    /// The few words that layouts add, in the document's language: "Contents".
    pub words: BTreeMap<&'static str, String>,
    /// Titles of the metrics that `data` has figures of, by their ids.
    #[serde(skip)]
    pub titles: BTreeMap<String, String>,
    /// Between whom it travels as a mail; none where the project doesn't say.
    #[serde(skip)]
    pub mail: Option<Addresses>,
    /// The same figures unrounded, for machines.
    #[serde(skip)]
    pub data: v1::Report,
}

impl Document {
    /// The verdict as text; empty without one.
    pub fn verdict(&self) -> String {
        let blocks = self.sections.iter().flat_map(|section| &section.blocks);
        let verdicts = blocks.filter_map(|block| match block {
            Block::Verdict { spans } => Some(spans.iter().map(|span| span.text.as_str()).collect::<String>()),
            _ => None,
        });
        verdicts.collect::<Vec<_>>().join(" ")
    }
}

/// A section with its heading.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Section {
    /// Unique in the document; what a link names.
    pub id: String,
    /// What it was declared as, for formats that choose among sections.
    #[serde(skip)]
    pub kind: Kind,
    /// Heading; without one the section has no visible heading and `label` names it.
    pub title: Option<String>,
    /// Name for those who can't see the layout.
    pub label: String,
    /// One line under the heading.
    pub lead: Option<String>,
    /// Stands beside the section before it where there is room.
    pub beside: bool,
    /// Its content.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "a document has few blocks, and they are read far more often than moved")]
pub enum Block {
    /// The verdict, in large type.
    Verdict {
        /// Its words; together they are one or two sentences.
        spans: Vec<Span>,
    },
    /// Headline figures.
    Tiles {
        /// In order.
        tiles: Vec<Tile>,
    },
    /// Sentences with their evidence.
    Statements {
        /// In order of weight.
        statements: Vec<Statement>,
    },
    /// Rows and columns.
    Table(Table),
    /// Counts from a value to a value.
    Matrix(Matrix),
    /// A chart.
    Chart(Chart),
    /// A few large figures with a word each.
    Facts {
        /// In order.
        facts: Vec<Fact>,
    },
    /// Definitions of figures.
    Definitions {
        /// In the order of the page.
        definitions: Vec<Definition>,
    },
    /// A remark in small type.
    Note {
        /// One or more sentences.
        text: String,
    },
}

/// Words of a verdict.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Span {
    /// The words, with the spaces that belong to them.
    pub text: String,
    /// Whether they carry the bad news.
    pub alarm: bool,
}

/// How something stands: always a shape and a word; a colour only third.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// ●
    Met,
    /// ▲
    AtRisk,
    /// ■
    Missed,
    /// ○
    NoData,
    /// ◆ for the worse.
    Worse,
    /// ◆ for the better, or where neither is.
    Signal,
    /// Nothing to mark.
    Plain,
}

impl Tone {
    /// Its shape; empty for `Plain`.
    pub fn shape(self) -> &'static str {
        match self {
            Tone::Met => "●",
            Tone::AtRisk => "▲",
            Tone::Missed => "■",
            Tone::NoData => "○",
            Tone::Worse | Tone::Signal => "◆",
            Tone::Plain => "",
        }
    }
}

/// A shape with its word.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mark {
    /// What it says by shape and colour.
    pub tone: Tone,
    /// The shape.
    pub shape: &'static str,
    /// What it says in words.
    pub word: String,
}

impl Mark {
    /// A mark of a tone with its shape.
    pub fn new(tone: Tone, word: impl Into<String>) -> Self {
        Mark { tone, shape: tone.shape(), word: word.into() }
    }

    /// Shape and word, as text.
    pub fn text(&self) -> String {
        if self.shape.is_empty() { self.word.clone() } else { format!("{} {}", self.shape, self.word) }
    }
}

/// A headline figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tile {
    /// "Availability".
    pub title: String,
    /// "62", or the word for no figure.
    pub value: String,
    /// Whether `value` is a figure (and not a word).
    pub has_value: bool,
    /// The figure as a number.
    pub number: Option<Number>,
    /// The figure's definition, where the document has it.
    pub of: Option<String>,
    /// "−17"; none without both figures.
    pub delta: Option<String>,
    /// What `delta` compares with: "since the week before".
    pub since: String,
    /// Its history.
    pub spark: Option<Spark>,
    /// What the history says.
    pub signal: Mark,
    /// Lines of evidence in small type.
    pub evidence: Vec<String>,
    /// For an index: "availability 46 of 75 + longest outage 16 of 25".
    pub parts: Option<String>,
}

/// A small trend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spark {
    /// Values, oldest first; none is a gap.
    pub points: Vec<Option<f64>>,
    /// Lower limit, mean and upper limit of usual variation.
    pub limits: Option<[f64; 3]>,
    /// The newest figure as text.
    pub last: String,
    /// The newest point is a signal for the worse.
    pub alarm: bool,
    /// What it shows, in words.
    pub alt: String,
}

/// A sentence, why, and the evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statement {
    /// The figure that it is about: "Payments: availability".
    pub subject: String,
    /// How it stands.
    pub mark: Mark,
    /// What happened.
    pub headline: String,
    /// Why, or what follows; may be empty.
    pub text: String,
    /// n, interval, coverage, flags.
    pub evidence: String,
}

/// A table. The first cell of a row names it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// What it shows, for those who can't see it.
    pub caption: String,
    /// The dimension whose values name the rows, where one does.
    pub by: Option<String>,
    /// Headings.
    pub columns: Vec<Heading>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<Cell>>,
}

/// The heading of a column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Heading {
    /// Text; of a bar's column the ends of its scale.
    pub text: String,
    /// Figures stand on the right.
    pub right: bool,
}

impl Heading {
    /// The heading of a column of words.
    pub fn left(text: impl Into<String>) -> Self {
        Heading { text: text.into(), right: false }
    }

    /// The heading of a column of figures.
    pub fn right(text: impl Into<String>) -> Self {
        Heading { text: text.into(), right: true }
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Cell {
    /// Text or a figure, with what stands small beside or below it.
    Text {
        /// The text.
        text: String,
        /// Small type; may be empty.
        small: String,
        /// It stands for a figure that isn't there.
        missing: bool,
    },
    /// A figure of the report.
    Figure {
        /// The figure, or the word for its absence.
        text: String,
        /// Small type; may be empty.
        small: String,
        /// There is none.
        missing: bool,
        /// As a number, where it is one.
        number: Option<Number>,
        /// Its definition, where the document has it.
        of: Option<String>,
    },
    /// A status or signal.
    Mark(Mark),
    /// A bar against its target; none where there is no figure.
    Bar {
        /// The bar.
        bar: Option<Bar>,
    },
    /// A small trend; none where there is no history.
    Spark {
        /// The trend.
        spark: Option<Spark>,
    },
}

impl Cell {
    /// A cell of text.
    pub fn text(text: impl Into<String>) -> Self {
        Cell::small(text, "")
    }

    /// A cell of text with small type.
    pub fn small(text: impl Into<String>, small: impl Into<String>) -> Self {
        Cell::Text { text: text.into(), small: small.into(), missing: false }
    }

    /// What stands where there is no figure.
    pub fn missing(text: impl Into<String>) -> Self {
        Cell::Text { text: text.into(), small: String::new(), missing: true }
    }

    /// A number with its text that is no figure of a metric.
    pub fn number(text: impl Into<String>, number: Number) -> Self {
        Cell::Figure { text: text.into(), small: String::new(), missing: false, number: Some(number), of: None }
    }
}

/// A figure against its target, both on one scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// Length of the bar, 0 to 1.
    pub length: f64,
    /// Place of the target, 0 to 1.
    pub target: Option<f64>,
    /// The target is missed.
    pub missed: bool,
    /// What it shows, in words.
    pub alt: String,
}

/// A matrix of counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Matrix {
    /// The finding, or what it shows.
    pub caption: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Name and cells of each row; none is a cell without a count.
    pub rows: Vec<(String, Vec<Option<MatrixCell>>)>,
}

/// A cell of a matrix.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MatrixCell {
    /// The count.
    pub text: String,
    /// The count as a number.
    pub number: f64,
    /// What stands below it in small type.
    pub small: String,
    /// Its share of the largest count, 0 to 1: how dark it is.
    pub weight: f64,
}

/// A large figure with a word.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fact {
    /// "98.7 %".
    pub value: String,
    /// The figure as a number, where it is one.
    pub number: Option<Number>,
    /// "rows understood".
    pub words: String,
}

impl Fact {
    /// A figure as text with its words.
    pub fn new(value: impl Into<String>, words: impl Into<String>) -> Self {
        Fact { value: value.into(), number: None, words: words.into() }
    }

    /// The same with the figure as a number.
    pub fn counted(self, number: Number) -> Self {
        Fact { number: Some(number), ..self }
    }
}

/// A figure's definition and evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Definition {
    /// Id of the metric.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The figure of the period.
    pub value: String,
    /// What it means.
    pub meaning: String,
    /// (name, text): formula, source, target, n, interval, coverage, excluded, flags, parts.
    pub facts: Vec<(String, String)>,
    /// What the figures in slices rest on, one row a slice; none where the report shows none.
    pub slices: Vec<Table>,
    /// (what it does, command): to give the figure again, to list its rows.
    pub commands: Vec<(String, String)>,
}
