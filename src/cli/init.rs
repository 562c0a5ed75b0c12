//! `nines init`: a commented project, runnable at once.

use std::fs;
use std::path::PathBuf;

use chrono_tz::Tz;
use clap::Args;

use super::output::grid;
use super::sources::save;
use super::{Exit, Terminal, Trouble};
use crate::declaration::catalogue::Catalogue;
use crate::declaration::definitions::Definitions;
use crate::declaration::project::PROJECT_FILE;
use crate::pipeline::{self, Failure};

/// The zone that the template names.
const ZONE: Tz = chrono_tz::Europe::Brussels;

/// Write a commented project that runs at once
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Folder of the project; made where it does not exist
    dir: PathBuf,
    /// Folder with exports: look at its files, draft mappings where none fits, name them in the project
    #[arg(long, value_name = "FOLDER")]
    from: Option<PathBuf>,
}

const TEMPLATE: &str = r#"# A nines project. Put exports into exports/ and say: nines run --project .
# Everything below a # may be left out.

name = "My organisation"
zone = "Europe/Brussels"        # reporting time zone; periods begin at its midnight
# language = "nl"               # of the reports, where one names no other; else English
# fiscal_year_start = 4         # FY2026 is the fiscal year that ends in 2026; its quarters are FY2026-Q1 and so on
# since = "2026-01-01"          # service time is accounted from this day on; else from the first record
# as_of = "2026-07-06T06:00:00+02:00"                  # what "now" means for the figures; else the moment of the run
# reports = ["weekly", "service-desk", "delivery", "slo", "availability", "suppliers", "practice", "monthly", "quarter", "data-quality"]   # what a run writes

# Files are recognised by their headers. Name a mapping where they are not: `nines sources` lists them.
@EXPORTS@# mapping = "servicenow/incident"
# zone = "Europe/Brussels"      # zone of times without an offset in these files

# A run ends with exit code 3 when a larger share of a file's records is rejected.
[ingest]
tolerate_rejects = 0.0

# Tier of each team, where no teams export says it, and the escalations that are allowed.
# [tiers]
# "Service Desk" = 1
# [escalations]
# allowed = [[1, 2], [1, 3], [2, 3], [2, 4], [3, 4], [2, 5], [4, 5]]

# Working time of tickets, and their targets per priority in that time. Hours may pass midnight: "22:00-06:00".
[calendars.office]
hours = { mon = ["08:00-18:00"], tue = ["08:00-18:00"], wed = ["08:00-18:00"], thu = ["08:00-18:00"], fri = ["08:00-18:00"] }
holidays = []                   # such as "2026-12-25"
# holidays_from = "calendars/holidays.ics"             # all-day events of calendar files
# special = { "2026-12-24" = ["08:00-12:00"] }         # days with hours of their own
[clocks]
calendar = "office"
# stop_on_hold = false          # time on hold counts against the targets too
# respond_within = { 1 = { within = "15m", calendar = "always" }, 2 = "1h" }   # `always` is around the clock
# restore_within = { 1 = "1h", 2 = "4h" }              # incidents, by severity
resolve_within = { 1 = "4h", 2 = "8h", 3 = "30h", 4 = "60h" }

# How the time of services is accounted, and what differs for single ones.
# [service_time]
# maintenance = "excluded"      # announced windows don't count; or "up", "down"
# degradation_weight = 0.3      # a degraded hour counts as so much of an hour down
# merge_gap_s = 60              # down times less than this apart are one failure
# [service_time.by_service]
# "E-mail" = { maintenance = "up", merge_gap_s = 300 }

# Environments that are production, whatever their case, and the time within which an answer satisfies (Apdex).
# [delivery]
# production = ["prod", "production", "live"]
# environments = ["dev", "test", "acceptance", "production"]   # their order; else the one that most releases took
# levels = 2024                 # whose published levels stand beside the figures of delivery
# [performance]
# apdex_s = 0.5
# by_service = { "Payments" = 1.0 }
# [flow]
# seed = 1                      # of the forecasts of backlogs: the same seed gives the same days
# [surveys]
# weights = { "One identity" = 2 }  # questions that count more than others about alignment

# When a scheduled run is late, what a full week has in hours, what the registers' subjects and levels mean, and the currency of all
# figures: amounts in others are converted by these rates, or left out.
# [jobs]
# tolerance_s = 900
# [effort]
# hours_per_week = 40
# [register]
# impact_levels = 5             # 1 is the most
# road_map = ["Road map:", "Strategy:"]                # how subjects of deviations from the road map begin
# standard = ["Standard:"]
# [money]
# currency = "EUR"
# rates = { USD = 0.92 }

# Who sends reports and who reads them: `nines report weekly --format mail` writes a message for `sendmail -t`.
# [mail]
# from = "Acme reports <reports@acme.example>"
# to = ["it-board@acme.example"]
# [mail.reports.suppliers]      # a report with readers of its own
# to = ["buying@acme.example"]

# Service level objectives are OpenSLO files in slos/; `nines slo` shows them, the report `slo` draws them.

# What the scorecard holds the services to. `limit` scores 0 points, `target` 100.
[[targets]]
metric = "availability"
target = 0.999
limit = 0.99
"#;

impl Arguments {
    pub(super) fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let file = self.dir.join(PROJECT_FILE);
        if file.exists() {
            return Err(Trouble::Failure(Failure::Usage {
                message: format!("{} is there already", file.display()),
                hint: Some("name another folder, or edit that file".to_string()),
            }));
        }
        let failed = |error: std::io::Error| Trouble::failed(format!("{}: {error}", self.dir.display()));
        let Some(from) = &self.from else {
            fs::create_dir_all(self.dir.join("exports")).map_err(failed)?;
            fs::write(&file, TEMPLATE.replace("@EXPORTS@", "[[exports]]\nfiles = \"exports/*\"\n")).map_err(failed)?;
            terminal.note(&format!("Wrote {}.", file.display()))?;
            terminal.note(&format!(
                "Next: put exports into {}, then: nines run --project {}",
                self.dir.join("exports").display(),
                self.dir.display()
            ))?;
            return Ok(Exit::Done);
        };
        let definitions = Definitions::load(&Catalogue::embedded());
        let adopted = pipeline::adopt(&self.dir, from, &definitions, ZONE)?;
        let rows = adopted.files.iter().map(|(name, sniffed)| {
            let tables: Vec<&str> = sniffed.counts.iter().map(|(table, ..)| table.as_str()).collect();
            let how = if sniffed.draft.is_some() { "drafted, fits to" } else { "recognised, sure to" };
            let how = format!("{how} {:.0} %", sniffed.confidence * 100.0);
            vec![name.clone(), sniffed.mapping.id.clone(), tables.join(", "), how]
        });
        let text = grid(terminal, &["File", "Mapping", "Tables", "How"], &[], rows.collect());
        terminal.print(&text)?;
        for (name, reason) in &adopted.left_out {
            terminal.warning(&format!("{name}: left out: {reason}"))?;
        }
        if adopted.files.is_empty() {
            return Err(Trouble::usage(format!("{}: no file in it could be understood", from.display())));
        }
        fs::create_dir_all(&self.dir).map_err(failed)?;
        for (id, text) in &adopted.drafts {
            let path = save(&self.dir, id, text)?;
            terminal.note(&format!("Wrote {}: read it, what is marked \"guess\" most of all.", path.display()))?;
        }
        fs::write(&file, TEMPLATE.replace("@EXPORTS@", &adopted.entries())).map_err(failed)?;
        terminal.note(&format!("Wrote {}. Next: nines run --project {}", file.display(), self.dir.display()))?;
        Ok(Exit::Done)
    }
}
