//! `nines completions`: shell completions, derived from the command line itself.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Exit, Terminal, Trouble};

/// Print completions for a shell.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The shell
    shell: Shell,
}

impl Arguments {
    pub(super) fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "nines", &mut script);
        terminal.print(&String::from_utf8_lossy(&script))?;
        Ok(Exit::Done)
    }
}
