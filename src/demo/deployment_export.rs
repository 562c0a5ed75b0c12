//! `deployments.csv`: canonical columns, UTC.

use super::clock::{iso_if, iso_utc};
use super::deployments::{Deployment, ENVIRONMENTS};
use super::organisation::SERVICES;
use super::sheet::{Columns, Sheet, planted_at};
use std::io::{self, Write};

/// Writes `deployments.csv`.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, deployments: &[Deployment]) -> io::Result<()> {
    sheet.header(
        "id,service,environment,version,release,change,committed_at,started_at,finished_at,outcome,kind,commits,author,\
         deployer,automated,held_at,released_at,shadow_at,switched_at",
    )?;
    let columns = Columns { key: 0, date: 8, word: Some(9) };
    for (position, d) in deployments.iter().enumerate() {
        let (deployer, automated) = match d.deployer.as_str() {
            "" => ("Pipeline", "true"),
            name => (name, "false"),
        };
        let row = [
            &d.id,
            SERVICES[d.service].name,
            ENVIRONMENTS[d.environment],
            &d.version,
            &d.release,
            d.change.as_deref().unwrap_or_default(),
            &iso_utc(d.committed_s),
            &iso_utc(d.started_s),
            &iso_utc(d.finished_s),
            d.outcome,
            d.kind,
            &d.commits.to_string(),
            &d.author,
            deployer,
            automated,
            &iso_if(d.held_s.map(|h| h.0)),
            &iso_if(d.held_s.and_then(|h| h.1)),
            &iso_if(d.shadow_s.map(|s| s.0)),
            &iso_if(d.shadow_s.and_then(|s| s.1)),
        ];
        for damage in planted_at(position, deployments.len()) {
            sheet.damaged_row(&row, columns, damage)?;
        }
        sheet.row(&row)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::changes::changes;
    use super::super::clock::{AS_OF_S, Span};
    use super::super::deployments::{PRODUCTION, deployments};
    use super::super::outages::outages;

    #[test]
    fn clocks_run_forward_and_the_list_grows_with_weeks_only() {
        for (weeks, tickets, seed) in [(1, 1, 3), (26, 2_000, 1), (26, 500_000, 2), (130, 100, 5)] {
            let span = Span::new(weeks);
            let mut outages = outages(&span, seed);
            let changes = changes(&span, tickets, seed, &mut outages);
            let list = deployments(&span, seed, &outages, &changes);
            for d in &list {
                assert!(d.committed_s < d.started_s && d.started_s <= d.finished_s, "{d:?}");
                assert!(d.finished_s < AS_OF_S && d.commits < 400, "{d:?}");
                let (held, shadow) = (d.held_s.unwrap_or_default(), d.shadow_s.unwrap_or_default());
                assert!(held.1.is_none_or(|t| t >= held.0 && t <= d.started_s), "{d:?}");
                assert!(shadow.1.is_none_or(|t| t >= shadow.0 && t < AS_OF_S), "{d:?}");
                assert!(d.environment == PRODUCTION || d.change.is_none());
            }
            assert!((8 * weeks as usize..60 * weeks as usize).contains(&list.len()), "{} {}", weeks, list.len());
        }
    }
}
