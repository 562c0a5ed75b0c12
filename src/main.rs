//! The thin binary: hands the outside world to the library and the exit code back.
#![forbid(unsafe_code)]

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use nines::cli::{Terminal, run};

/// The exit code of a bug.
const BUG: u8 = 70;

#[expect(clippy::disallowed_methods, reason = "the one reading of the clock")]
fn now() -> i64 {
    chrono::Utc::now().timestamp_micros()
}

/// A library that panics on a damaged workbook does so on the reader's own thread, where it becomes an error about that file: nothing that
/// a user should read about twice.
fn hush_readers() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().name() != Some(nines::ingest::reader::WORKBOOK) {
            tell(info);
        }
    }));
}

fn main() -> ExitCode {
    hush_readers();
    let interactive = io::stderr().is_terminal();
    let shown = io::stdout().is_terminal();
    let colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut terminal = Terminal {
        out: Box::new(io::stdout()),
        err: Box::new(io::stderr()),
        interactive,
        color: interactive && colours,
        color_out: shown && colours,
        width: shown.then(console_width),
        now: now(),
        quiet: false,
        json: false,
    };
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(std::env::args_os(), &mut terminal)));
    outcome.unwrap_or_else(|_| ExitCode::from(BUG))
}

/// Columns of the terminal: as the environment says, else as the terminal does, else what every terminal has.
fn console_width() -> u16 {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let found = || terminal_size::terminal_size().map(|(width, _)| width.0);
    said.or_else(found).filter(|width| *width > 0).unwrap_or(80)
}
