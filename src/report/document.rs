//! The ready document: what a report says, in the order in which it is read. Text is final, figures are rounded, marks are
//! chosen; a format only lays it out. Charts are kept as data, drawn by the formats that can.

use serde::{Deserialize, Serialize};

use super::v1;

/// One report, ready to be written in any format.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// Language of the text (BCP 47).
    pub language: String,
    /// "Acme IT · service scorecard · week 46, 2026".
    pub title: String,
    /// The parts of the line under the title: dates and zone, as of, rows.
    pub meta: Vec<String>,
    /// The sections in order.
    pub sections: Vec<Section>,
    /// How the document came to be, for its foot.
    pub foot: String,
    /// The same figures unrounded, for machines.
    #[serde(skip)]
    pub data: v1::Report,
}

/// A section with its heading.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Section {
    /// Unique in the document; what a link names.
    pub id: String,
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
    /// One bar of parts.
    Bands(Bands),
    /// A trend with its limits.
    Trend(Trend),
    /// An error budget over its window.
    BurnDown(BurnDown),
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
        Cell::Text { text: text.into(), small: String::new(), missing: false }
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
    /// What stands below it in small type.
    pub small: String,
    /// Its share of the largest count, 0 to 1: how dark it is.
    pub weight: f64,
}

/// A bar of parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bands {
    /// The finding.
    pub caption: String,
    /// (name, count, count as text), in order.
    pub bands: Vec<(String, f64, String)>,
    /// What it shows, in words.
    pub alt: String,
}

/// A trend over the periods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    /// The finding.
    pub caption: String,
    /// Values, oldest first; none is a gap.
    pub points: Vec<Option<f64>>,
    /// Names of the periods, as many: the first and last are shown.
    pub periods: Vec<String>,
    /// Lower limit, mean and upper limit of usual variation, with their texts.
    pub limits: Option<[f64; 3]>,
    /// Texts of the limits and mean.
    pub limit_texts: Option<[String; 3]>,
    /// The target with its text.
    pub target: Option<(f64, String)>,
    /// Indices of the first points of new levels.
    pub changes: Vec<usize>,
    /// The newest figure as text.
    pub last: String,
    /// The newest point is a signal.
    pub signal: bool,
    /// The newest point is a signal for the worse.
    pub alarm: bool,
    /// What it shows, in words.
    pub alt: String,
    /// Evidence in small type.
    pub evidence: String,
}

/// An error budget over its window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BurnDown {
    /// The finding.
    pub caption: String,
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
    /// What it shows, in words.
    pub alt: String,
    /// How to read it, in small type.
    pub evidence: String,
}

/// A large figure with a word.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fact {
    /// "98.7 %".
    pub value: String,
    /// "rows understood".
    pub words: String,
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
    /// The command that gives the figure again.
    pub command: String,
}
