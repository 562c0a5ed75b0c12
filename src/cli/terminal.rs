//! Where the program writes, what it may assume of the other end, and what time it is.

use std::io::{self, Write};

use crate::declaration::issue::{Issue, Level};
use crate::report::text::Style;

/// The outside world of a command.
pub struct Terminal {
    /// The result.
    pub out: Box<dyn Write>,
    /// Everything else.
    pub err: Box<dyn Write>,
    /// Whether stderr is a terminal that progress can be shown on.
    pub interactive: bool,
    /// Whether colour may be used in messages.
    pub color: bool,
    /// Whether colour may be used in the result.
    pub color_out: bool,
    /// Width of the terminal in characters, where it is one.
    pub width: Option<u16>,
    /// The moment, µs UTC, read once.
    pub now: i64,
    /// No progress and no summary.
    pub quiet: bool,
    /// Messages as JSON lines.
    pub json: bool,
}

/// The width of a result that goes to no terminal.
const WIDTH: usize = 80;

impl Terminal {
    /// How a report is laid out on stdout.
    pub fn style(&self) -> Style {
        Style { width: self.width.map_or(WIDTH, usize::from), colour: self.color_out }
    }

    /// Writes to the result.
    ///
    /// # Errors
    /// When the other end is closed.
    pub fn print(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            self.out.write_all(b"\n")?;
        }
        self.out.flush()
    }

    /// Writes to the messages as it is.
    ///
    /// # Errors
    /// When the other end is closed.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        self.err.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            self.err.write_all(b"\n")?;
        }
        self.err.flush()
    }

    /// A message that `--quiet` silences.
    ///
    /// # Errors
    /// When the other end is closed.
    pub fn note(&mut self, text: &str) -> io::Result<()> {
        if self.quiet { Ok(()) } else { self.message("info", text, None) }
    }

    /// A warning.
    ///
    /// # Errors
    /// When the other end is closed.
    pub fn warning(&mut self, text: &str) -> io::Result<()> {
        self.message("warning", text, None)
    }

    /// A warning, with what to do.
    ///
    /// # Errors
    /// When the other end is closed.
    pub fn warning_with(&mut self, text: &str, hint: Option<&str>) -> io::Result<()> {
        self.message("warning", text, hint)
    }

    /// An error, with what to do.
    ///
    /// # Errors
    /// When the other end is closed.
    pub fn error(&mut self, text: &str, hint: Option<&str>) -> io::Result<()> {
        self.message("error", text, hint)
    }

    /// A finding about a declaration.
    ///
    /// # Errors
    /// When the other end is closed.
    pub fn issue(&mut self, issue: &Issue) -> io::Result<()> {
        let level = match issue.level {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        };
        let place = issue.line.map_or_else(|| issue.file.clone(), |line| format!("{}:{line}", issue.file));
        self.message(level, &format!("{place}: {}", issue.message), issue.hint.as_deref())
    }

    fn message(&mut self, level: &str, text: &str, hint: Option<&str>) -> io::Result<()> {
        if self.json {
            let line = serde_json::json!({ "level": level, "message": text, "hint": hint });
            return self.say(&line.to_string());
        }
        let (start, end) = match (self.color, level) {
            (true, "error") => ("\u{1b}[1;31m", "\u{1b}[0m"),
            (true, "warning") => ("\u{1b}[1;33m", "\u{1b}[0m"),
            _ => ("", ""),
        };
        let line = if level == "info" { text.to_string() } else { format!("{start}{level}:{end} {text}") };
        self.say(&line)?;
        match hint {
            Some(hint) => self.say(&format!("  hint: {hint}")),
            None => Ok(()),
        }
    }
}
