//! Everything that happened in the organisation, tickets apart, before any of it is written.

use super::Options;
use super::changes::{Change, changes};
use super::clock::Span;
use super::deployments::{Deployment, deployments};
use super::incidents::{Incident, incidents};
use super::maintenance::{Window, windows};
use super::outages::{Outage, outages};
use super::problems::{Problem, problems};
use super::work_items::{Item, items};

/// What the weeks brought.
pub(super) struct History {
    pub(super) span: Span,
    pub(super) seed: u64,
    pub(super) outages: Vec<Outage>,
    pub(super) changes: Vec<Change>,
    pub(super) incidents: Vec<Incident>,
    pub(super) windows: Vec<Window>,
    pub(super) deployments: Vec<Deployment>,
    pub(super) problems: Vec<Problem>,
    pub(super) items: Vec<Item>,
}

impl History {
    /// Lives through the weeks.
    pub(super) fn new(options: &Options) -> Self {
        let (span, seed) = (Span::new(options.weeks), options.seed);
        let mut outages = outages(&span, seed);
        let changes = changes(&span, options.tickets, seed, &mut outages);
        let incidents = incidents(&mut outages, seed);
        let windows = windows(&span, seed);
        let deployments = deployments(&span, seed, &outages, &changes);
        let problems = problems(&span, seed, &outages, &deployments);
        let items = items(&span, seed, &problems);
        History { span, seed, outages, changes, incidents, windows, deployments, problems, items }
    }
}
