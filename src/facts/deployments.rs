//! The fact `deployments`: one row a deployment: whether it reached production, failed, was mended and how fast.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::attribution::{self, Ends, Incident, Links, WINDOW};
use super::columns::{Builder, boolean, elapsed_s, instant, integer, text};
use super::context::Context;
use super::{deployment_gates, deployment_warranty};
use crate::lake::LakeError;

/// The deployments that have finished, column by column.
pub(super) struct Deployments<'a> {
    pub id: Vec<&'a str>,
    pub service: Vec<&'a str>,
    pub production: Vec<bool>,
    change: Vec<Option<&'a str>>,
    pub started: Vec<Option<i64>>,
    pub finished: Vec<i64>,
    pub outcome: Vec<Option<&'a str>>,
    pub kind: Vec<Option<&'a str>>,
    /// Their rows in the table.
    pub rows: Vec<usize>,
}

/// What became of each deployment.
struct Verdicts {
    /// Numbers of the incidents that declare it as their cause.
    causes: Vec<BTreeSet<usize>>,
    /// A declared cause of a ticket or an incident.
    caused: Vec<bool>,
    /// An incident without a declared cause began on its service within the window after it.
    near: Vec<bool>,
    /// Incidents for which it was the last successful deployment into production before, rollbacks passed over.
    after: Vec<i64>,
    /// The deployment that mended it.
    fixed_by: Vec<Option<usize>>,
}

impl<'a> Deployments<'a> {
    pub(super) fn read(context: &Context, frame: &'a DataFrame) -> Result<Self, LakeError> {
        let (ids, services) = (text(frame, "id")?, text(frame, "service")?);
        let (environment, change) = (text(frame, "environment")?, text(frame, "change")?);
        let (outcome, kind) = (text(frame, "outcome")?, text(frame, "kind")?);
        let started = instant(frame, "started_at", Some(context.as_of))?;
        let finished = instant(frame, "finished_at", Some(context.as_of))?;
        let mut found = Self {
            id: Vec::new(),
            service: Vec::new(),
            production: Vec::new(),
            change: Vec::new(),
            started: Vec::new(),
            finished: Vec::new(),
            outcome: Vec::new(),
            kind: Vec::new(),
            rows: Vec::new(),
        };
        for row in 0..frame.height() {
            let (Some(id), Some(service), Some(end)) = (ids[row], services[row], finished[row]) else { continue };
            found.id.push(id);
            found.service.push(service);
            found.production.push(environment[row].is_some_and(|name| context.project.delivery.is_production(name)));
            found.change.push(change[row]);
            found.started.push(started[row]);
            found.finished.push(end);
            found.outcome.push(outcome[row]);
            found.kind.push(kind[row]);
            found.rows.push(row);
        }
        Ok(found)
    }

    pub(super) fn len(&self) -> usize {
        self.id.len()
    }

    /// Whether it went into production and stayed there; an export that says nothing of outcomes lists what was done.
    fn is_live(&self, row: usize) -> bool {
        self.production[row] && self.outcome[row].is_none_or(|outcome| outcome == "successful")
    }

    pub(super) fn is_rollback(&self, row: usize) -> bool {
        self.kind[row] == Some("rollback")
    }

    /// Whether it brought something new into production that stayed: what a rollback brings back was there before.
    pub(super) fn brings(&self, row: usize) -> bool {
        self.is_live(row) && !self.is_rollback(row)
    }

    pub(super) fn ends(&self, which: impl Fn(usize) -> bool) -> Ends<'a> {
        let rows = (0..self.len()).filter(|row| which(*row));
        Ends::new(rows.map(|row| (row, Some(self.service[row]), Some(self.finished[row]))))
    }

    /// What went live, by the project of its service.
    fn ends_by_project<'p>(&self, project_of: &'p BTreeMap<String, String>) -> Ends<'p>
    where
        'a: 'p,
    {
        Ends::new((0..self.len()).filter(|row| self.brings(*row)).map(|row| {
            let name: &'p str = self.service[row];
            (row, Some(project_of.get(name).map_or(name, String::as_str)), Some(self.finished[row]))
        }))
    }

    fn verdicts(
        &self,
        incidents: &[Incident],
        tickets: &[Incident],
        fixes: &[(&str, &str)],
        project_of: &BTreeMap<String, String>,
    ) -> Verdicts {
        let count = self.len();
        let mut found = Verdicts {
            causes: vec![BTreeSet::new(); count],
            caused: vec![false; count],
            near: vec![false; count],
            after: vec![0; count],
            fixed_by: vec![None; count],
        };
        let by_id: BTreeMap<&str, usize> = self.id.iter().enumerate().map(|(row, id)| (*id, row)).collect();
        let by_change = self.by_change();
        let attempts = self.ends(|row| self.production[row] && !self.is_rollback(row));
        let live = self.ends(|row| self.brings(row));
        let in_project = self.ends_by_project(project_of);
        for (number, incident) in incidents.iter().enumerate() {
            for row in self.declared(incident, &by_id, &by_change) {
                found.causes[row].insert(number);
                found.caused[row] = true;
            }
            let Some(service) = incident.service.as_deref() else { continue };
            if !incident.is_declared() {
                attempts.near(service, incident.start).for_each(|row| found.near[row] = true);
            }
            if let Some(row) = last_live(&live, &in_project, project_of, service, incident.start) {
                found.after[row] += 1;
            }
        }
        for ticket in tickets {
            self.declared(ticket, &by_id, &by_change).into_iter().for_each(|row| found.caused[row] = true);
        }
        for (row, fix) in fixes.iter().filter_map(|(from, to)| Some((*by_id.get(from)?, by_id.get(to)?))) {
            found.fixed_by[row] = Some(*fix);
        }
        let named: BTreeSet<usize> = found.fixed_by.iter().flatten().copied().collect();
        for fix in 0..count {
            let mends = matches!(self.kind[fix], Some("hotfix" | "rollback")) && self.production[fix];
            if !mends || named.contains(&fix) {
                continue;
            }
            let begins = self.started[fix].unwrap_or(self.finished[fix]).min(self.finished[fix] - 1);
            let last = attempts.last(self.service[fix], begins).filter(|(end, _)| begins - end < WINDOW);
            if let Some((_, row)) = last.filter(|(_, row)| found.fixed_by[*row].is_none()) {
                found.fixed_by[row] = Some(fix);
            }
        }
        found
    }

    /// The deployments that an incident declares: those that it names, and of each change that it names the last one into
    /// production before it (else the first), so that a change that was deployed three times isn't three failures.
    fn declared(
        &self,
        incident: &Incident,
        by_id: &BTreeMap<&str, usize>,
        by_change: &BTreeMap<&str, Vec<(i64, usize)>>,
    ) -> BTreeSet<usize> {
        let mut rows: BTreeSet<usize> =
            incident.deployments.iter().filter_map(|id| by_id.get(id.as_str())).copied().collect();
        for under in incident.changes.iter().filter_map(|change| by_change.get(change.as_str())) {
            if under.iter().any(|(_, row)| rows.contains(row)) {
                continue;
            }
            let before = under.partition_point(|(end, _)| *end <= incident.start);
            rows.extend(under.get(before.saturating_sub(1)).map(|(_, row)| *row));
        }
        rows
    }

    /// The deployments into production under each change, in order of their end. A rollback under it causes nothing.
    fn by_change(&self) -> BTreeMap<&'a str, Vec<(i64, usize)>> {
        let mut found: BTreeMap<&str, Vec<(i64, usize)>> = BTreeMap::new();
        for row in (0..self.len()).filter(|row| self.production[*row] && !self.is_rollback(*row)) {
            if let Some(change) = self.change[row] {
                found.entry(change).or_default().push((self.finished[row], row));
            }
        }
        found.values_mut().for_each(|list| list.sort_unstable());
        found
    }
}

/// The last successful deployment into production before a moment: of the service, or of its project where the service
/// itself is never deployed.
fn last_live(
    live: &Ends,
    in_project: &Ends,
    project_of: &BTreeMap<String, String>,
    service: &str,
    moment: i64,
) -> Option<usize> {
    let last = if live.knows(service) {
        live.last(service, moment)
    } else {
        in_project.last(project_of.get(service).map_or(service, String::as_str), moment)
    };
    last.map(|(_, row)| row)
}

/// Service to the service that it is part of.
fn projects(context: &Context) -> Result<BTreeMap<String, String>, LakeError> {
    let services = context.frame("services")?;
    let pairs = text(&services, "service")?.into_iter().zip(text(&services, "parent")?);
    Ok(pairs.filter_map(|(name, parent)| Some((name?.to_string(), parent?.to_string()))).collect())
}

/// For each incident of a list, the last successful deployment into production before it, by its number.
pub(super) fn last_before(context: &Context, incidents: &[Incident]) -> Result<Vec<Option<String>>, LakeError> {
    let frame = context.frame("deployments")?;
    let deployments = Deployments::read(context, &frame)?;
    let project_of = projects(context)?;
    let live = deployments.ends(|row| deployments.brings(row));
    let in_project = deployments.ends_by_project(&project_of);
    let of = |incident: &Incident| {
        let row = last_live(&live, &in_project, &project_of, incident.service.as_deref()?, incident.start)?;
        Some(deployments.id[row].to_string())
    };
    Ok(incidents.iter().map(of).collect())
}

/// The services of deployments into production with the moments at which they finished.
pub(super) fn into_production(context: &Context) -> Result<Vec<(String, i64)>, LakeError> {
    let frame = context.frame("deployments")?;
    let all = Deployments::read(context, &frame)?;
    let rows = (0..all.len()).filter(|row| all.production[*row]);
    Ok(rows.map(|row| (all.service[row].to_string(), all.finished[row])).collect())
}

/// Builds the fact `deployments`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let as_of = context.as_of;
    let frame = context.frame("deployments")?;
    let references = context.references()?;
    let all = Deployments::read(context, &frame)?;
    let links = Links::read(context)?;
    let incidents = attribution::incidents(context, &links)?;
    let tickets = attribution::tickets(context, &links)?;
    let fixes = links.pairs(&["fixed_by"], &["deployments"], &["deployments"])?;
    let verdicts = all.verdicts(&incidents, &tickets, &fixes, &projects(context)?);
    let count = all.len();

    let mut fact = Builder::default();
    fact.text("id", all.id.iter().map(|id| Some(*id)).collect::<Vec<_>>());
    fact.text("service", all.service.iter().map(|service| Some(*service)).collect::<Vec<_>>());
    let look =
        |map: &BTreeMap<String, String>| all.service.iter().map(|name| map.get(*name).cloned()).collect::<Vec<_>>();
    fact.text("team", look(&references.owner));
    fact.text("supplier", look(&references.supplier));
    fact.text("service_kind", look(&references.kind));
    for name in ["environment", "version", "release", "change", "outcome", "kind", "author", "deployer"] {
        let values = text(&frame, name)?;
        fact.text(name, all.rows.iter().map(|row| values[*row]).collect::<Vec<_>>());
    }
    let at = |name: &str| -> Result<Vec<Option<i64>>, LakeError> {
        let values = instant(&frame, name, Some(as_of))?;
        Ok(all.rows.iter().map(|row| values[*row]).collect())
    };
    let committed = at("committed_at")?;
    fact.instant("committed_at", committed.clone())?;
    fact.instant("started_at", all.started.clone())?;
    fact.instant("finished_at", all.finished.iter().copied().map(Some).collect())?;
    let flag = |of: &dyn Fn(usize) -> Option<bool>| (0..count).map(of).collect::<Vec<_>>();
    fact.boolean("production", flag(&|row| Some(all.production[row])));
    fact.boolean("live", flag(&|row| Some(all.brings(row))));
    let failed: Vec<Option<bool>> = (0..count)
        .map(|row| {
            let bad = matches!(all.outcome[row], Some("failed" | "rolled_back"));
            let mended = verdicts.fixed_by[row].is_some();
            if bad || mended || verdicts.caused[row] { Some(true) } else { all.outcome[row].map(|_| false) }
        })
        .collect();
    fact.boolean("failed", failed.clone());
    fact.boolean("caused_incident", flag(&|row| Some(verdicts.caused[row])));
    fact.boolean("caused_incident_inferred", flag(&|row| Some(verdicts.near[row] && failed[row] != Some(true))));
    fact.integer("incidents", verdicts.causes.iter().map(|causes| Some(causes.len() as i64)).collect());
    fact.integer("incidents_after", verdicts.after.iter().copied().map(Some).collect());
    fact.text("fixed_by", verdicts.fixed_by.iter().map(|fix| fix.map(|row| all.id[row])).collect::<Vec<_>>());
    fact.boolean("rework", flag(&|row| all.kind[row].map(|kind| matches!(kind, "hotfix" | "rollback"))));

    let good = all.ends(|row| all.is_live(row));
    let recovered: Vec<Option<i64>> = (0..count)
        .map(|row| {
            if failed[row] != Some(true) || !all.production[row] {
                return None;
            }
            let restored: Vec<Option<i64>> =
                verdicts.causes[row].iter().map(|number| incidents[*number].restored).collect();
            match restored.is_empty() {
                true => good.next(all.service[row], all.finished[row]).map(|(end, _)| end),
                // Recovery is complete when the last of its incidents is over.
                false => restored.into_iter().collect::<Option<Vec<_>>>().and_then(|ends| ends.into_iter().max()),
            }
        })
        .collect();
    let finished = |row: usize| Some(all.finished[row]);
    fact.instant("recovered_at", recovered.clone())?;
    fact.boolean("recovered", flag(&|row| (failed[row] == Some(true)).then(|| recovered[row].is_some())));
    fact.number("recovery_s", (0..count).map(|row| elapsed_s(finished(row), recovered[row])).collect());
    let watched = |row: usize| {
        let waits = failed[row] == Some(true) && all.production[row];
        waits.then(|| elapsed_s(finished(row), Some(recovered[row].unwrap_or(as_of)))).flatten()
    };
    fact.number("recovery_observed_s", (0..count).map(watched).collect());
    fact.number("lead_time_s", (0..count).map(|row| elapsed_s(committed[row], finished(row))).collect());
    let reversed = |row: usize| committed[row].map(|committed| committed > all.finished[row]);
    fact.boolean("lead_time_reversed", (0..count).map(reversed).collect());
    fact.number("duration_s", (0..count).map(|row| elapsed_s(all.started[row], finished(row))).collect());
    let commits = integer(&frame, "commits")?;
    fact.integer("commits", all.rows.iter().map(|row| commits[*row]).collect());
    let automated = boolean(&frame, "automated")?;
    fact.boolean("automated", all.rows.iter().map(|row| automated[*row]).collect());
    let (author, deployer) = (text(&frame, "author")?, text(&frame, "deployer")?);
    let own = all.rows.iter().map(|row| {
        Some(names(author[*row]?).any(|author| names(deployer[*row].unwrap_or("")).any(|who| who == author)))
            .filter(|_| deployer[*row].is_some())
    });
    fact.boolean("self_deployed", own.collect());
    deployment_gates::add(context, &frame, &all, &links, &mut fact)?;
    deployment_warranty::add(context, &all, &incidents, &mut fact)?;
    fact.finish()
}

/// The people of a list, by lower-case name.
fn names(list: &str) -> impl Iterator<Item = String> {
    list.split([',', ';', '|']).map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty())
}
