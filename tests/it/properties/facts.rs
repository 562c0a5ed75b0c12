//! Made-up rows of the fact `tickets`, and the frame of them.

use nines::lake::{frame_of, instant_type};
use polars::prelude::*;
use proptest::prelude::*;

use super::DEFINITIONS;

/// Instants lie in `START..END`, µs UTC: a thousand hours from a Monday on.
pub const START: i64 = 1_767_571_200_000_000;
pub const HOUR: i64 = 3_600_000_000;
pub const END: i64 = START + 1_000 * HOUR;

/// What the laws look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticket {
    pub opened: i64,
    pub ended: Option<i64>,
    pub service: Option<&'static str>,
    pub team: Option<&'static str>,
    pub observed_s: Option<f64>,
    pub reopened: Option<bool>,
    pub parent: bool,
}

/// A ticket; instants often coincide, as they do where exports have minutes.
fn ticket() -> impl Strategy<Value = Ticket> {
    let word = prop_oneof![Just(None), Just(Some("Mail")), Just(Some("Web")), Just(Some("")), Just(Some("Ärger"))];
    let seconds = prop_oneof![
        1 => Just(None),
        3 => (0_u32..50).prop_map(|whole| Some(f64::from(whole))),
        3 => (0.0_f64..1e7).prop_map(Some),
    ];
    let ended = prop_oneof![Just(None), (0_i64..400).prop_map(Some)];
    let parts = (0_i64..1_000, ended, word.clone(), word, seconds, proptest::option::of(any::<bool>()), 0_u8..8);
    parts.prop_map(|(opened, after, service, team, observed_s, reopened, parent)| {
        let opened = START + opened * HOUR;
        let ended = after.map(|hours| opened + hours * HOUR).filter(|ended| *ended < END);
        Ticket { opened, ended, service, team, observed_s, reopened, parent: parent == 0 }
    })
}

pub fn tickets(most: usize) -> impl Strategy<Value = Vec<Ticket>> {
    prop::collection::vec(ticket(), 0..most)
}

/// The fact of these tickets, with every column that it declares.
pub fn frame(tickets: &[Ticket]) -> DataFrame {
    let empty = frame_of(&DEFINITIONS.facts["tickets"]);
    let count = tickets.len();
    let instants = |of: &dyn Fn(&Ticket) -> Option<i64>| tickets.iter().map(of).collect::<Vec<_>>();
    let columns = empty.columns().iter().map(|column| {
        let name = column.name().clone();
        match name.as_str() {
            "id" => Column::new(name, (0..count).map(|row| format!("T{row}")).collect::<Vec<_>>()),
            "opened_at" => Column::new(name, instants(&|t| Some(t.opened))).cast(&instant_type()).unwrap(),
            "resolved_at" | "ended_at" => Column::new(name, instants(&|t| t.ended)).cast(&instant_type()).unwrap(),
            "service" => Column::new(name, tickets.iter().map(|t| t.service).collect::<Vec<_>>()),
            "team" => Column::new(name, tickets.iter().map(|t| t.team).collect::<Vec<_>>()),
            "parent" => Column::new(name, tickets.iter().map(|t| t.parent.then_some("P")).collect::<Vec<_>>()),
            "observed_s" => Column::new(name, tickets.iter().map(|t| t.observed_s).collect::<Vec<_>>()),
            "reopened" => Column::new(name, tickets.iter().map(|t| t.reopened).collect::<Vec<_>>()),
            "resolved" => Column::new(name, tickets.iter().map(|t| t.ended.is_some()).collect::<Vec<_>>()),
            _ => Column::full_null(name, count, column.dtype()),
        }
    });
    DataFrame::new(count, columns.collect()).unwrap()
}
