//! A realistic organisation's exports and its project, at any size, from a seed: what `nines demo` writes. The same
//! options give the same bytes on any machine. It refuses no tickets, no weeks, and more than 1,040 weeks.
//!
//! The exports agree with each other: an outage shows as failed probes, an incident and tickets; a bad release also as a
//! change. [`Summary`] says what was planted, so that tests know what the program must find.

mod arrivals;
mod audit;
mod chance;
mod change_export;
mod changes;
mod clock;
mod incidents;
mod maintenance;
mod organisation;
mod outages;
mod path;
mod probes;
mod project;
mod sheet;
mod summary;
mod ticket;

#[cfg(test)]
mod tests;

pub use summary::{BadRelease, Drift, Gap, Planted, Summary, SupplierOutage};

use sheet::Sheet;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

/// Weeks at most: twenty years.
const MOST_WEEKS: u32 = 1_040;
/// Tickets between two reports of progress.
const PROGRESS: u64 = 1_000;

/// What to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Tickets in the audit log, at least 1. Other exports grow more slowly, or not at all.
    pub tickets: u64,
    /// The seed of everything that is left to chance. Odd seeds leave one small degradation open at as-of.
    pub seed: u64,
    /// Complete weeks before the pinned as-of (2026-07-06T06:00+02:00), 1 to 1,040.
    pub weeks: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options { tickets: 2_000, seed: 1, weeks: 26 }
    }
}

/// Writes `nines.toml` and `exports/` into a folder, which is made if need be; files of these names are replaced.
/// `progress` hears the number of tickets written so far, every thousand and at the end. Memory doesn't grow with the
/// number of tickets: only changes (20,000 at most) and what the weeks bring are held.
///
/// # Errors
/// Options out of range (`InvalidInput`), and what the file system refuses, with the file's name.
pub fn write(dir: &Path, options: &Options, progress: &mut dyn FnMut(u64)) -> io::Result<Summary> {
    check(options)?;
    let span = clock::Span::new(options.weeks);
    let seed = options.seed;
    let mut outages = outages::outages(&span, seed);
    let changes = changes::changes(&span, options.tickets, seed, &mut outages);
    let mut incidents = incidents::incidents(&mut outages, seed);
    let windows = maintenance::windows(&span, seed);
    let mut summary = summary::planted(&span, &outages, &changes, &windows);

    let exports = Folder { dir: dir.join("exports") };
    fs::create_dir_all(&exports.dir).map_err(|error| named("exports", error))?;
    exports.sheet(&mut summary, "services.csv", organisation::write_services)?;
    exports.sheet(&mut summary, "teams.csv", organisation::write_teams)?;
    exports.sheet(&mut summary, "maintenance.csv", |sheet| maintenance::write(sheet, &windows))?;
    exports.sheet(&mut summary, "outages.csv", |sheet| outages::write(sheet, &outages))?;
    exports.sheet(&mut summary, "changes.csv", |sheet| change_export::write(sheet, &changes))?;

    let name = "incident_audit.csv";
    let out = exports.create(name)?;
    let log = Tickets { span: &span, options, outages: &outages, changes: &changes };
    let sheet = log.write(out, &mut incidents, &mut summary, progress).map_err(|error| named(name, error))?;
    summary.add(name, finish(name, sheet)?);

    exports.sheet(&mut summary, "pagerduty_incidents.jsonl", |sheet| incidents::write(sheet, &incidents, &outages))?;
    let name = "probes.csv.gz";
    let zipped = flate2::GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(exports.create(name)?, flate2::Compression::best());
    let mut sheet = Sheet::new(BufWriter::with_capacity(1 << 16, zipped));
    probes::write(&mut sheet, &span, seed, &outages).map_err(|error| named(name, error))?;
    let (out, records, dirty) = sheet.finish().map_err(|error| named(name, error))?;
    let zipped = out.into_inner().map_err(|error| named(name, error.into_error()))?;
    zipped.finish().and_then(|mut out| out.flush()).map_err(|error| named(name, error))?;
    summary.add(name, (records, dirty));

    fs::write(dir.join("nines.toml"), project::text(&span)).map_err(|error| named("nines.toml", error))?;
    Ok(summary)
}

fn check(options: &Options) -> io::Result<()> {
    if options.tickets == 0 {
        return Err(io::Error::new(ErrorKind::InvalidInput, "tickets: expected at least 1, found 0"));
    }
    if options.weeks == 0 || options.weeks > MOST_WEEKS {
        let text = format!("weeks: expected 1 to {MOST_WEEKS}, found {}", options.weeks);
        return Err(io::Error::new(ErrorKind::InvalidInput, text));
    }
    Ok(())
}

/// An error with the name of the file that it is about.
fn named(name: &str, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{name}: {error}"))
}

type Out = BufWriter<File>;

fn finish(name: &str, sheet: Sheet<Out>) -> io::Result<summary::Count> {
    let (_, records, dirty) = sheet.finish().map_err(|error| named(name, error))?;
    Ok((records, dirty))
}

/// The folder of the exports.
struct Folder {
    dir: std::path::PathBuf,
}

impl Folder {
    fn create(&self, name: &str) -> io::Result<Out> {
        let file = File::create(self.dir.join(name)).map_err(|error| named(name, error))?;
        Ok(BufWriter::with_capacity(1 << 18, file))
    }

    fn sheet(
        &self,
        summary: &mut Summary,
        name: &str,
        fill: impl FnOnce(&mut Sheet<Out>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut sheet = Sheet::new(self.create(name)?);
        fill(&mut sheet).map_err(|error| named(name, error))?;
        summary.add(name, finish(name, sheet)?);
        Ok(())
    }
}

/// What the audit log is made from.
struct Tickets<'a> {
    span: &'a clock::Span,
    options: &'a Options,
    outages: &'a [outages::Outage],
    changes: &'a [changes::Change],
}

impl Tickets<'_> {
    /// Streams the tickets; tells each incident of its first ticket.
    fn write(
        &self,
        out: Out,
        incidents: &mut [incidents::Incident],
        summary: &mut Summary,
        progress: &mut dyn FnMut(u64),
    ) -> io::Result<Sheet<Out>> {
        let mut incident_of = vec![None; self.outages.len()];
        for (position, incident) in incidents.iter().enumerate() {
            incident_of[incident.outage] = Some(position);
        }
        let seed = self.options.seed;
        let office = clock::Office::new(self.span);
        let mut chance = chance::Chance::new(seed, 7);
        let mut audit = audit::Audit::new(out, self.changes, seed)?;
        let mut ticket = ticket::Ticket::default();
        let arrivals = arrivals::Arrivals::new(self.span, self.options.tickets, seed, self.outages);
        for (sequence, arrival) in arrivals.enumerate() {
            let sequence = sequence as u64 + 1;
            let outage = arrival.outage.and_then(|position| self.outages.get(position));
            ticket.live(sequence, arrival.at_s, outage, &office, &mut chance);
            audit.write(&ticket, outage)?;
            summary.count_ticket(&ticket);
            let incident = arrival.outage.and_then(|position| incident_of[position]);
            if let Some(incident) = incident.and_then(|position| incidents.get_mut(position)) {
                incident.ticket.get_or_insert(sequence);
            }
            if sequence.is_multiple_of(PROGRESS) || sequence == self.options.tickets {
                progress(sequence);
            }
        }
        Ok(audit.finish())
    }
}
