//! What the commands do: each command parses, calls one function of this floor, and prints what it returns.

mod adopt;
mod changed;
mod check;
mod contributions;
mod explain;
mod explain_segments;
mod extent;
mod failure;
mod holds;
mod ingest;
mod measure;
mod measure_frame;
mod published;
mod quality;
mod query;
mod render;
mod run;
mod session;
mod slo;
mod sniff;

pub use adopt::{Adopted, adopt};
pub use check::{CheckReport, check};
pub use contributions::{Contributions, Part, contributions, sums};
pub use explain::{ClockExplanation, explain_clock};
pub use explain_segments::{Segment, State, segments};
pub use failure::Failure;
pub use ingest::ingest;
pub use measure::{Question, measure, targets};
pub use measure_frame::measure_frame;
pub use published::{published, records_since};
pub use query::query;
pub use render::{Rendered, render};
pub use run::{RunOptions, RunReport, default_period, find, run, write};
pub use session::{Moments, Session};
pub use slo::{objectives, standings, unknown_services};
pub use sniff::{Sniffed, draft_id, sniff};
