//! The command line: parse, call one function of the library, print. stdout carries the result, stderr the rest.

mod check;
mod completions;
mod contributions;
mod demo;
mod explain;
mod explain_figure;
mod ingest;
mod init;
mod measure;
mod metrics;
mod output;
mod progress;
mod project;
mod query;
mod report;
mod run;
mod slo;
mod sources;
mod tables;
mod terminal;

use std::io;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::declaration::issue::Level;
use crate::pipeline::Failure;
pub use terminal::Terminal;

/// How a command ended; each has its own exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 2: definitions are wrong.
    Definitions,
    /// 3: some input was rejected, the rest was processed.
    Rejected,
    /// 4: targets were missed under `--fail-on missed`.
    Missed,
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Definitions => 2,
            Self::Rejected => 3,
            Self::Missed => 4,
        }
    }
}

/// How the log is written to stderr.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Log {
    /// Sentences for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Figures that people can trust, from the exports that an IT organisation already has.
#[derive(Debug, Parser)]
#[command(name = "nines", version, max_term_width = 100, arg_required_else_help = true, after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str =
    "Exit codes: 0 ok, 1 failed, 2 usage or definition error, 3 some input was rejected (the rest was \
processed), 4 targets missed under --fail-on, 70 bug.

Start with: nines demo acme && nines run --project acme";

#[derive(Args, Debug)]
struct Global {
    /// No progress, no summary: only the result, and errors
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Form of the messages on stderr
    #[arg(long, global = true, value_enum, default_value_t)]
    log: Log,
}

/// Declares the commands: one line adds one.
macro_rules! commands {
    ($($name:ident $variant:ident,)*) => {
        #[derive(Debug, Subcommand)]
        enum Command {
            $(#[allow(missing_docs)] $variant($name::Arguments),)*
        }

        impl Command {
            fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
                match self {
                    $(Self::$variant(arguments) => arguments.run(terminal),)*
                }
            }
        }

        #[cfg(test)]
        const COMMANDS: &[&str] = &[$(stringify!($name),)*];
    };
}

commands! {
    init Init,
    demo Demo,
    ingest Ingest,
    check Check,
    run Run,
    measure Measure,
    report Report,
    slo Slo,
    query Query,
    explain Explain,
    metrics Metrics,
    tables Tables,
    sources Sources,
    completions Completions,
}

/// Why a command stopped.
#[derive(Debug)]
enum Trouble {
    /// The library could not do it.
    Failure(Failure),
    /// The terminal could not be written to.
    Output(io::Error),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Trouble {
    fn usage(message: impl Into<String>) -> Self {
        Self::Failure(Failure::usage(message))
    }

    fn failed(message: impl Into<String>) -> Self {
        Self::Failure(Failure::Failed(message.into()))
    }
}

/// Runs the program on arguments; `terminal` is where it writes and what time it is.
pub fn run(arguments: impl IntoIterator<Item = std::ffi::OsString>, terminal: &mut Terminal) -> ExitCode {
    let arguments: Vec<_> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            terminal.json = wants_json(&arguments);
            let written = match (error.use_stderr(), terminal.json) {
                (true, true) => {
                    terminal.error(error.render().to_string().trim_start_matches("error: ").trim_end(), None)
                }
                (true, false) if terminal.color => terminal.say(&error.render().ansi().to_string()),
                (true, false) => terminal.say(&error.render().to_string()),
                // stdout may be a pipe even where stderr is a terminal.
                (false, _) if terminal.color && terminal.width.is_some() => {
                    terminal.print(&error.render().ansi().to_string())
                }
                (false, _) => terminal.print(&error.render().to_string()),
            };
            return match written {
                Ok(()) if !error.use_stderr() => ExitCode::SUCCESS,
                _ => ExitCode::from(2),
            };
        }
    };
    terminal.quiet = cli.global.quiet;
    terminal.json = cli.global.log == Log::Json;
    match cli.command.run(terminal) {
        Ok(exit) => ExitCode::from(exit.code()),
        // Whoever read our output has seen enough.
        Err(Trouble::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Trouble::Output(error)) => {
            let _ = terminal.error(&format!("cannot write: {error}"), None);
            ExitCode::from(1)
        }
        Err(Trouble::Failure(failure)) => ExitCode::from(tell(terminal, failure)),
    }
}

/// Whether messages were asked for as JSON, on a command line that could not be understood as a whole.
fn wants_json(arguments: &[std::ffi::OsString]) -> bool {
    arguments.windows(2).any(|pair| pair[0] == "--log" && pair[1] == "json")
        || arguments.iter().any(|argument| argument == "--log=json")
}

/// Tells a failure and gives its exit code. Nothing is left to do when stderr itself is gone.
fn tell(terminal: &mut Terminal, failure: Failure) -> u8 {
    match failure {
        Failure::Definitions(issues) => {
            for issue in &issues {
                let _ = terminal.issue(issue);
            }
            let errors = issues.iter().filter(|issue| issue.level == Level::Error).count();
            let _ = terminal.error(&format!("{errors} definition error(s); nothing was run"), None);
            2
        }
        Failure::Usage { message, hint } => {
            let _ = terminal.error(&message, hint.as_deref());
            2
        }
        Failure::Failed(message) => {
            let _ = terminal.error(&message, None);
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_command_says_what_it_does_and_the_definition_is_sound() {
        let mut command = Cli::command();
        command.build();
        command.clone().debug_assert();
        for name in COMMANDS {
            let found = command.find_subcommand(name).unwrap_or_else(|| panic!("no command `{name}`"));
            assert!(found.get_about().is_some(), "command `{name}` has no description");
        }
    }
}
