//! `changes.csv`: a Jira-style issue export of the changes, with local times and their offset.

use super::changes::{Change, release};
use super::clock::iso_local;
use super::organisation::{SERVICES, TEAMS};
use super::sheet::{Columns, Sheet, planted_at};
use std::io::{self, Write};

const HEADER: &str = "Issue key,Issue Type,Summary,Status,Resolution,Created,Updated,Reporter,Assignee,Component/s,\
Custom field (Change type),Custom field (Risk),Custom field (Approved),Custom field (Approver),\
Custom field (Planned start),Custom field (Planned end),Custom field (Actual start),Custom field (Actual end),\
Custom field (Team),Custom field (Release)";

/// Writes `changes.csv`.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, changes: &[Change]) -> io::Result<()> {
    sheet.header(HEADER)?;
    let columns = Columns { key: 0, date: 5, word: Some(10) };
    for (position, c) in changes.iter().enumerate() {
        let service = &SERVICES[c.service];
        let (reporter, assignee, approver) = c.people;
        let moment = |t: Option<i64>| t.filter(|&t| t != i64::MAX).map(iso_local).unwrap_or_default();
        let approver = match (c.approved_s, c.kind) {
            (None, _) => String::new(),
            (_, "Standard") => "Change model".to_owned(),
            _ => format!("Change manager {approver}"),
        };
        let release = if c.engineers { release(c.service, c.planned_s.0) } else { String::new() };
        let row = [
            &c.key,
            "Change",
            &format!("{}: {}", service.name, c.summary),
            c.status,
            c.outcome,
            &iso_local(c.created_s),
            &iso_local(c.updated_s),
            &format!("Requester {reporter}"),
            &format!("Engineer {assignee}"),
            service.name,
            c.kind,
            c.risk,
            &moment(c.approved_s),
            &approver,
            &iso_local(c.planned_s.0),
            &iso_local(c.planned_s.1),
            &moment(c.actual_s.map(|a| a.0)),
            &moment(c.actual_s.map(|a| a.1)),
            TEAMS[service.teams[if c.engineers { 3 } else { 2 }]].name,
            &release,
        ];
        for damage in planted_at(position, changes.len()) {
            sheet.damaged_row(&row, columns, damage)?;
        }
        sheet.row(&row)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::changes::changes;
    use super::super::clock::Span;
    use super::*;

    #[test]
    fn header_is_that_of_the_rows() {
        let changes = changes(&Span::new(1), 1, 1, &mut []);
        let mut sheet = Sheet::new(Vec::new());
        write(&mut sheet, &changes).unwrap();
        let (bytes, records, dirty) = sheet.finish().unwrap();
        assert_eq!(records, changes.len() as u64 + dirty.values().sum::<u64>());
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes.as_slice());
        let width = reader.headers().unwrap().len();
        let narrow = reader.records().filter(|row| row.as_ref().unwrap().len() != width).count();
        assert_eq!((width, narrow), (20, 1));
    }
}
