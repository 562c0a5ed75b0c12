//! What the demo's generator plants is found by the figures and signals that should find it: a test per story.

use std::sync::LazyLock;

use nines::demo::{Options, Planted};
use serde_json::Value;

use crate::project::Project;

mod delivery;
mod flow;
mod infrastructure;
mod suppliers;
mod tiers;

/// The demo of the default size and seed, ingested once for all tests here, and what its generator says that it planted.
pub struct Demo {
    /// The project; tests read it only.
    pub project: Project,
    /// The stories.
    pub planted: Planted,
}

impl Demo {
    /// The one measure of a metric in a period, of a slice (`dimension=value`) or of everything.
    pub fn one(&self, metric: &str, period: &str, slice: Option<(&str, &str)>) -> Value {
        let mut arguments = vec![metric, "--period", period];
        arguments.extend(slice.iter().flat_map(|(dimension, _)| ["--by", *dimension]));
        let found = self.project.measure(&arguments);
        let wanted = |measure: &&Value| slice.is_none_or(|(dimension, value)| measure["dims"][dimension] == value);
        found.iter().find(wanted).unwrap_or_else(|| panic!("{metric} of {slice:?} in {period}")).clone()
    }
}

/// The demo.
pub static DEMO: LazyLock<Demo> = LazyLock::new(|| {
    let project = Project::new("");
    let summary = nines::demo::write(project.path(), &Options::default(), &mut |_| {}).expect("a demo");
    project.expect(0, &["ingest", "--quiet"]);
    Demo { project, planted: summary.planted }
});
