//! Progress of reading files, on a terminal only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Terminal;
use crate::ingest::load::Source;

/// A bar over the bytes of all files.
pub(super) struct Progress {
    bar: ProgressBar,
    done: u64,
    current: Option<(String, u64)>,
}

impl Progress {
    /// A bar that is drawn on a terminal and nowhere else.
    pub(super) fn new(terminal: &Terminal) -> Self {
        let target = if terminal.interactive && !terminal.quiet && !terminal.json {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self { bar: ProgressBar::with_draw_target(Some(0), target), done: 0, current: None }
    }

    /// Learns which files there are.
    pub(super) fn plan(&self, sources: &[Source]) {
        let style = "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} eta {eta} {msg}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            self.bar.set_style(style);
        }
        self.bar.set_length(sources.iter().map(|source| source.bytes).sum());
    }

    /// Shows how far a file is.
    pub(super) fn update(&mut self, source: &Source, bytes: u64, rows: u64) {
        if self.current.as_ref().is_none_or(|(name, _)| *name != source.name) {
            self.done += self.current.take().map_or(0, |(_, size)| size);
            self.current = Some((source.name.clone(), source.bytes));
        }
        self.bar.set_position(self.done + bytes.min(source.bytes));
        self.bar.set_message(format!("{} {rows} rows", source.name));
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
