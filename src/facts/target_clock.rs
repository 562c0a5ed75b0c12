//! What the clock of a ticket's resolution has left at some moment of its life.

use super::clock::{Stops, clock_of};
use super::clock_course::unplaced_s;
use super::ticket_lives::Life;
use crate::declaration::project::Project;

/// What the clock of the target of a priority says at an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Left {
    /// Seconds that the target allows.
    pub target_s: f64,
    /// Seconds that the clock has counted.
    pub counted_s: f64,
}

impl Left {
    /// Seconds until the target is missed; below 0 where it is.
    pub(super) fn left_s(self) -> f64 {
        self.target_s - self.counted_s
    }
}

/// The clock at an instant; missing where no target is declared, or nobody knows when the ticket waited.
pub(super) fn left(
    project: &Project,
    life: &Life<'_>,
    counter: Option<f64>,
    priority: Option<i64>,
    at: i64,
) -> Option<Left> {
    let clocks = &project.clocks;
    let within = clocks.resolve_within.get(&priority?)?;
    let stops = Stops {
        spans: life.course.map(|course| course.standing(clocks.stop_on_hold)).unwrap_or_default(),
        unplaced_s: if clocks.stop_on_hold { unplaced_s(life.course, counter) } else { 0.0 },
        life: (life.opened, life.until),
    };
    let (clock, target) = clock_of(Some(within), &project.clock, stops);
    Some(Left { target_s: target?, counted_s: clock.counted_s(life.opened, at)? })
}
