//! `links.csv`: relations between records. Those of incidents, problems, deployments and work items stand first; those of
//! tickets follow while tickets are written.

use super::history::History;
use super::sheet::Sheet;
use std::io::{self, Write};

/// Problems that links name and nobody has: somebody deleted them.
pub(super) const ORPHANS: [&str; 2] = ["PRB9999901", "PRB9999902"];

/// One link: the table and id that it starts at, those that it leads to, and its kind.
pub(super) fn row<W: Write>(sheet: &mut Sheet<W>, link: [&str; 5]) -> io::Result<()> {
    sheet.row(&link)
}

/// The header, and all links but those of tickets.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, history: &History) -> io::Result<()> {
    sheet.header("from_table,from_id,to_table,to_id,kind")?;
    for incident in &history.incidents {
        let outage = &history.outages[incident.outage];
        if let Some(change) = &outage.change {
            row(sheet, ["incidents", &incident.id, "changes", change, "caused_by"])?;
        }
        for d in history.deployments.iter().filter(|d| d.outage == Some(incident.outage)) {
            row(sheet, ["incidents", &incident.id, "deployments", &d.id, "caused_by"])?;
        }
    }
    for problem in &history.problems {
        let id = problem.id.as_str();
        if let Some(change) = &problem.caused_by {
            row(sheet, ["problems", id, "changes", change, "caused_by"])?;
        }
        if let Some(failed) = problem.raised_by.and_then(|at| history.deployments.get(at)) {
            row(sheet, ["deployments", &failed.id, "problems", id, "relates_to"])?;
        }
        if let Some(fix) = problem.fixed_by.and_then(|at| history.deployments.get(at)) {
            row(sheet, ["problems", id, "deployments", &fix.id, "fixed_by"])?;
            if let Some(change) = &fix.change {
                row(sheet, ["problems", id, "changes", change, "fixed_by"])?;
            }
        }
    }
    for item in &history.items {
        if let Some(bug) = item.bug.and_then(|at| history.problems.get(at)) {
            row(sheet, ["work_items", &item.id, "problems", &bug.id, "relates_to"])?;
        }
    }
    for orphan in ORPHANS {
        row(sheet, ["tickets", &super::ticket::number(1), "problems", orphan, "relates_to"])?;
    }
    Ok(())
}
