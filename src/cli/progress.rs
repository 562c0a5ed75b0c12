//! Progress of reading files, on a terminal only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Terminal;
use super::output::count;
use crate::ingest::load::Source;

/// A bar over the bytes of all files, with the records read so far.
pub(super) struct Progress {
    bar: ProgressBar,
    files: usize,
    done: u64,
    rows: u64,
    position: usize,
    current: Option<(String, u64, u64)>,
}

impl Progress {
    /// A bar that is drawn on a terminal and nowhere else.
    pub(super) fn new(terminal: &Terminal) -> Self {
        let target = if terminal.interactive && !terminal.quiet && !terminal.json {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        Self { bar, files: 0, done: 0, rows: 0, position: 0, current: None }
    }

    /// Learns which files there are.
    pub(super) fn plan(&mut self, sources: &[Source]) {
        let style = "{bar:24} {bytes}/{total_bytes} {bytes_per_sec} eta {eta} {msg}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            self.bar.set_style(style);
        }
        self.files = sources.len();
        self.bar.set_length(sources.iter().map(|source| source.bytes).sum());
    }

    /// Shows how far a file is.
    pub(super) fn update(&mut self, source: &Source, bytes: u64, rows: u64) {
        if self.current.as_ref().is_none_or(|(name, ..)| *name != source.name) {
            let (size, before) = self.current.take().map_or((0, 0), |(_, size, rows)| (size, rows));
            self.done += size;
            self.rows += before;
            self.position += 1;
        }
        self.current = Some((source.name.clone(), source.bytes, rows));
        self.bar.set_position(self.done + bytes.min(source.bytes));
        let (position, files) = (self.position, self.files);
        self.bar.set_message(format!("{} rows, file {position}/{files} {}", count(self.rows + rows), source.name));
    }

    /// Removes the bar.
    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

/// A bar over a number of things.
pub(super) fn counting(terminal: &Terminal, total: u64) -> ProgressBar {
    let visible = terminal.interactive && !terminal.quiet && !terminal.json;
    let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} eta {eta}") {
        bar.set_style(style);
    }
    bar
}
