//! `nines demo`: a realistic organisation's exports and its project.

use std::path::PathBuf;

use clap::Args;

use super::output::count;
use super::{Exit, Terminal, Trouble};
use crate::demo;
use crate::pipeline::Failure;

/// Write a realistic organisation's exports and project, the same bytes for the same seed
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Folder to write; must be new, empty, or written by `nines demo` before
    dir: PathBuf,
    /// About how many tickets
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..))]
    tickets: u64,
    /// Seed of everything that is drawn
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Weeks of history
    #[arg(long, value_name = "W", default_value_t = 26, value_parser = clap::value_parser!(u32).range(1..=1_040))]
    weeks: u32,
    /// Overwrite nines.toml, exports/ and slos/ of a folder that is not empty
    #[arg(long)]
    force: bool,
}

impl Arguments {
    pub(super) fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let occupied = std::fs::read_dir(&self.dir).is_ok_and(|mut entries| entries.next().is_some());
        if occupied && !self.force {
            return Err(Trouble::Failure(Failure::Usage {
                message: format!("{} is not empty", self.dir.display()),
                hint: Some(
                    "name a new folder, or say --force to overwrite its nines.toml, exports/ and slos/".to_string(),
                ),
            }));
        }
        let options = demo::Options { tickets: self.tickets, seed: self.seed, weeks: self.weeks };
        let bar = super::progress::counting(terminal, self.tickets);
        let summary = demo::write(&self.dir, &options, &mut |tickets| bar.set_position(tickets))
            .map_err(|error| Trouble::failed(format!("{}: {error}", self.dir.display())))?;
        bar.finish_and_clear();
        for (path, records) in &summary.files {
            terminal.note(&format!("{:>12} records  {}", count(*records), path))?;
        }
        terminal.note(&format!("\nNext: nines run --project {}", self.dir.display()))?;
        Ok(Exit::Done)
    }
}
