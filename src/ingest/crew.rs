//! Files read by several threads at once, and taken one after the other: what a file gave waits in a short queue until its turn comes, so
//! that the result does not depend on which thread was faster, and memory not on the number of files.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use chrono_tz::Tz;

use super::batch::Batch;
use super::file::{Outcome, ReadError, Reading, Sink, SinkError};
use super::finding::Reject;
use super::load::{FileReport, Source};
use super::sql::Sql;
use crate::declaration::mapping::Mapping;
use crate::declaration::table::Table;

/// Threads at most: beyond these, memory grows and the writer of the lake is the bottleneck.
const THREADS: usize = 8;
/// What waits in the queue of a file.
const QUEUE: usize = 2;

/// A file that is to be read, and how.
pub(super) struct Planned<'d> {
    /// Digest of its bytes.
    pub digest: String,
    /// Everything besides its bytes that decides what is read from it.
    pub reading: String,
    /// The mapping.
    pub mapping: &'d Mapping,
    /// The zone of its local times.
    pub zone: Tz,
}

/// What a look at a file came to.
pub(super) enum Look<'d> {
    /// It has to be read.
    Read(Planned<'d>),
    /// There is nothing to read: it was read before.
    Known(FileReport),
    /// It cannot be read: its digest, where it has one, and why.
    Unread(Option<String>, String),
}

/// What a file gives, in this order: one `Look`; when it is read any number of batches, rejects and reports of progress; one `End`.
pub(super) enum Event<'d> {
    /// What is to be done with it.
    Look(Look<'d>),
    /// Typed rows.
    Batch(Batch),
    /// Refused records.
    Rejects(Vec<Reject>),
    /// Bytes and records read so far.
    Progress(u64, u64),
    /// It is read to its end, or why not.
    End(Result<Outcome, ReadError>),
}

/// Puts what a file gives into its queue.
struct Queue<'d> {
    events: SyncSender<Event<'d>>,
}

impl<'d> Queue<'d> {
    /// Fails when nobody takes the file's events any more.
    fn put(&self, event: Event<'d>) -> Result<(), SinkError> {
        self.events.send(event).map_err(|_| SinkError::from("reading was given up"))
    }
}

impl Sink for Queue<'_> {
    fn batch(&mut self, batch: Batch) -> Result<(), SinkError> {
        self.put(Event::Batch(batch))
    }

    fn rejects(&mut self, rejects: Vec<Reject>) -> Result<(), SinkError> {
        self.put(Event::Rejects(rejects))
    }

    fn progress(&mut self, bytes: u64, rows: u64) {
        // Whoever is gone needs no progress.
        let _ = self.put(Event::Progress(bytes, rows));
    }
}

/// Takes what a file gives.
type Take<'t, 'd, E> = &'t mut dyn FnMut(&Source, Receiver<Event<'d>>) -> Result<(), E>;

/// Reads files by several threads. `look` decides on each; `take` is called with each in their order and with the queue of what it gives;
/// when it fails, the rest is given up.
pub(super) fn read<'d, E>(
    sources: &[Source],
    tables: &BTreeMap<String, Table>,
    look: &(dyn Fn(&Source) -> Look<'d> + Sync),
    take: Take<'_, 'd, E>,
) -> Result<(), E> {
    let (senders, receivers): (Vec<_>, Vec<_>) = sources.iter().map(|_| sync_channel::<Event<'d>>(QUEUE)).unzip();
    let waiting = Mutex::new(sources.iter().zip(senders));
    let next = || waiting.lock().ok().and_then(|mut waiting| waiting.next());
    let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS).min(sources.len());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((source, events)) = next() {
                    one(source, tables, look, Queue { events });
                }
            });
        }
        // Dropping the queues on the way out ends the threads.
        sources.iter().zip(receivers).try_for_each(|(source, events)| take(source, events))
    })
}

fn one<'d>(
    source: &Source,
    tables: &BTreeMap<String, Table>,
    look: &(dyn Fn(&Source) -> Look<'d> + Sync),
    mut queue: Queue<'d>,
) {
    let found = look(source);
    let planned = match &found {
        Look::Read(planned) => Some((planned.mapping, planned.zone)),
        Look::Known(_) | Look::Unread(..) => None,
    };
    if queue.put(Event::Look(found)).is_err() {
        return;
    }
    if let Some((mapping, zone)) = planned {
        let outcome = Reading { path: &source.path, name: &source.name, mapping, tables, zone, expressions: &Sql }
            .all(&mut queue);
        // Nobody waits for the end of a file that was given up.
        let _ = queue.put(Event::End(outcome));
    }
}
