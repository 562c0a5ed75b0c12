//! The fact `tickets`: one row a ticket, with its clocks and its path.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::accounts::Accounts;
use super::clock_columns::Clocks;
use super::clock_contract::Contracts;
use super::clock_course::{Course, courses};
use super::clock_problems::Problems;
use super::columns::{Builder, boolean, instant, integer, number, text};
use super::context::Context;
use super::first_contact::FirstContact;
use super::incidents::linked;
use super::path::Path;
use super::ticket_practice::Practice;
use crate::lake::LakeError;

/// Builds the fact `tickets`.
#[expect(clippy::too_many_lines, reason = "one column after the other, in the order of the dictionary")]
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let (as_of, project) = (context.as_of, context.project);
    let tickets = context.frame("tickets")?;
    let references = context.references()?;
    let courses = courses(context, &references.tier, None)?;
    let has_events = !courses.is_empty();

    let id = text(&tickets, "id")?;
    let at = |name: &str| instant(&tickets, name, Some(as_of));
    let all_opened = at("opened_at")?;
    // A ticket that is opened after as-of does not exist yet.
    let rows: Vec<usize> = (0..tickets.height()).filter(|row| all_opened[*row].is_some()).collect();
    let courses: Vec<Option<&Course>> = rows.iter().map(|row| id[*row].and_then(|id| courses.get(id))).collect();
    let paths: Vec<Option<&Path>> =
        courses.iter().map(|course| course.and_then(|course| course.path.as_ref())).collect();

    let mut fact = Builder::default();
    for name in ["id", "kind", "status"] {
        fact.text(name, pick(&rows, &text(&tickets, name)?));
    }
    let opened = pick(&rows, &all_opened);
    let [acknowledged, responded, resolved, closed] =
        ["acknowledged_at", "responded_at", "resolved_at", "closed_at"].map(|name| at(name).map(|v| pick(&rows, &v)));
    let (acknowledged, responded, resolved, closed) = (acknowledged?, responded?, resolved?, closed?);
    // What is closed without a resolution has ended all the same.
    let ended: Vec<Option<i64>> = resolved.iter().zip(&closed).map(|(resolved, closed)| resolved.or(*closed)).collect();
    for (name, values) in [
        ("opened_at", &opened),
        ("acknowledged_at", &acknowledged),
        ("responded_at", &responded),
        ("resolved_at", &resolved),
        ("closed_at", &closed),
        ("ended_at", &ended),
        ("updated_at", &pick(&rows, &at("updated_at")?)),
    ] {
        fact.instant(name, values.clone())?;
    }
    for name in ["priority", "impact", "urgency", "severity"] {
        fact.integer(name, pick(&rows, &integer(&tickets, name)?));
    }
    let service = pick(&rows, &text(&tickets, "service")?);
    fact.text("service", service.clone());
    let customer = pick(&rows, &text(&tickets, "customer")?);
    fact.text("customer", customer.clone());
    Accounts::read(context)?.describe(&mut fact, &customer);
    fact.text("channel", pick(&rows, &text(&tickets, "channel")?));
    let team: Vec<Option<&str>> = pick(&rows, &text(&tickets, "team")?)
        .into_iter()
        .zip(&paths)
        .map(|(team, path)| team.or(path.map(|path| path.last.team.as_str())))
        .collect();
    fact.text("team", team.clone());
    let supplier = pick(&rows, &text(&tickets, "supplier")?).into_iter().zip(&service).map(|(supplier, service)| {
        supplier.or_else(|| service.and_then(|service| references.supplier.get(service)).map(String::as_str))
    });
    let supplier: Vec<Option<&str>> = supplier.collect();
    fact.text("supplier", supplier.clone());
    // The tier that a team had when the ticket ended, or has now.
    let tier_of =
        |team: Option<&str>, ended: Option<i64>| team.and_then(|team| references.tier.at(team, ended.unwrap_or(as_of)));
    let declared_tier = pick(&rows, &integer(&tickets, "tier")?);
    let tier: Vec<_> = declared_tier
        .iter()
        .zip(&team)
        .zip(&ended)
        .map(|((tier, team), ended)| tier_of(*team, *ended).or(*tier))
        .collect();
    fact.integer("tier", tier.clone());
    let is_resolved: Vec<bool> = resolved.iter().map(Option::is_some).collect();
    let resolver: Vec<Option<&str>> = pick(&rows, &text(&tickets, "resolver_team")?)
        .into_iter()
        .zip(&team)
        .zip(&is_resolved)
        .map(|((resolver, team), resolved)| resolver.or(*team).filter(|_| *resolved))
        .collect();
    let resolver_tier: Vec<Option<i64>> = resolver
        .iter()
        .zip(&tier)
        .zip(&resolved)
        .map(|((resolver, tier), resolved)| tier_of(*resolver, *resolved).or(*tier).filter(|_| resolved.is_some()))
        .collect();
    fact.text("resolver_team", resolver.clone());
    fact.integer("resolver_tier", resolver_tier.clone());
    for name in ["category", "subcategory", "symptom", "resolution_code", "change", "caused_by_change"] {
        fact.text(name, pick(&rows, &text(&tickets, name)?));
    }
    // A ticket that was merged into another counts with it, as a child does.
    let own_id = pick(&rows, &id);
    let mut parents = linked(context, "duplicate_of", &["tickets"], &["tickets"])?;
    parents.extend(linked(context, "child_of", &["tickets"], &["tickets"])?);
    let mut problems = linked(context, "fixed_by", &["tickets"], &["problems"])?;
    problems.extend(linked(context, "caused_by", &["tickets"], &["problems"])?);
    let (mut problem_of, mut is_child): (Vec<Option<String>>, Vec<bool>) = (Vec::new(), Vec::new());
    for (name, links) in [("parent", parents), ("problem", problems)] {
        let links: BTreeMap<String, String> = links.into_iter().collect();
        let own = pick(&rows, &text(&tickets, name)?);
        let found = own.iter().zip(&own_id).map(|(own, id)| own.or_else(|| links.get((*id)?).map(String::as_str)));
        // The last of the two is the problem.
        problem_of = found.map(|found| found.map(str::to_string)).collect();
        if name == "parent" {
            is_child = problem_of.iter().map(Option::is_some).collect();
        }
        fact.text(name, problem_of.clone());
    }
    let reassignments: Vec<Option<i64>> = pick(&rows, &integer(&tickets, "reassignments")?)
        .into_iter()
        .zip(&paths)
        .map(|(counter, path)| counter.or(path.map(|path| path.steps.len() as i64)))
        .collect();
    let reopens: Vec<Option<i64>> = pick(&rows, &integer(&tickets, "reopens")?)
        .into_iter()
        .zip(&courses)
        .map(|(counter, course)| counter.or(course.filter(|course| course.has_states).map(|course| course.returns)))
        .collect();
    fact.integer("reassignments", reassignments.clone());
    fact.integer("reopens", reopens.clone());
    let kind = pick(&rows, &text(&tickets, "kind")?);
    fact.boolean("request", kind.iter().map(|kind| kind.map(|kind| kind == "request")).collect());
    for name in ["major", "valid", "automated", "knowledge"] {
        fact.boolean(name, pick(&rows, &boolean(&tickets, name)?));
    }
    let marks = pick(&rows, &boolean(&tickets, "first_contact")?);
    let contact = |row: usize| FirstContact {
        mark: marks[row],
        course: courses[row],
        responded: responded[row],
        resolved: resolved[row],
        resolver: resolver[row],
        reassignments: reassignments[row],
        reopens: reopens[row],
    };
    fact.boolean("first_contact", (0..rows.len()).map(|row| contact(row).judge()).collect());
    fact.number("handle_s", pick(&rows, &number(&tickets, "handle_s")?));
    let satisfaction = pick(&rows, &number(&tickets, "satisfaction")?);
    fact.boolean("answered", answered(context, &own_id, &satisfaction)?);
    fact.number("satisfaction", satisfaction);
    fact.boolean("open", ended.iter().map(|ended| Some(ended.is_none())).collect());
    fact.boolean("resolved", is_resolved.iter().map(|resolved| Some(*resolved)).collect());
    fact.boolean("reopened", reopens.iter().map(|reopens| reopens.map(|reopens| reopens > 0)).collect());

    let problem = problem_of.iter().map(Option::as_deref).collect::<Vec<_>>();
    let problems = Problems::read(context)?;
    let code = pick(&rows, &text(&tickets, "resolution_code")?);
    let count = rows.len();
    let by_workaround = (0..count).map(|row| problems.by_workaround(code[row], problem[row], resolved[row]));
    fact.boolean("restored_by_workaround", by_workaround.collect());
    let diagnosed: Vec<Option<i64>> = (0..count)
        .map(|row| {
            let by_event = courses[row].and_then(|course| course.diagnosed);
            by_event.or_else(|| problems.diagnosed(problem[row], opened[row]))
        })
        .collect();
    // Without events, a ticket that never came back was resolved once.
    let first_resolved: Vec<Option<i64>> = (0..count)
        .map(|row| match courses[row].and_then(|course| course.first_done) {
            Some(first) => Some(resolved[row].map_or(first, |resolved| first.min(resolved)))
                .filter(|_| is_resolved[row] || reopens[row] > Some(0)),
            None => resolved[row].filter(|_| reopens[row].is_none_or(|reopens| reopens == 0)),
        })
        .collect();
    fact.instant("diagnosed_at", diagnosed.clone())?;
    fact.instant("first_resolved_at", first_resolved.clone())?;
    let priority = pick(&rows, &integer(&tickets, "priority")?);
    let clocks = Clocks {
        project,
        as_of,
        courses: &courses,
        opened: &opened,
        acknowledged: &acknowledged,
        responded: &responded,
        resolved: &resolved,
        closed: &closed,
        ended: &ended,
        first_resolved: &first_resolved,
        diagnosed: &diagnosed,
        priority: &priority,
        supplier: &supplier,
        service: &service,
        on_hold_s: &pick(&rows, &number(&tickets, "on_hold_s")?),
        respond_due: &pick(&rows, &instant(&tickets, "response_due_at", None)?),
        resolve_due: &pick(&rows, &instant(&tickets, "resolve_due_at", None)?),
        own_verdict: &pick(&rows, &boolean(&tickets, "sla_met")?),
        contracts: &Contracts::read(context)?,
    };
    clocks.add_durations(&mut fact);
    clocks.add_targets(&mut fact)?;

    fact.text("first_team", paths.iter().map(|path| path.map(|path| path.first.team.as_str())).collect::<Vec<_>>());
    fact.integer("first_tier", paths.iter().map(|path| path.and_then(|path| path.first.tier)).collect());
    fact.integer("highest_tier", paths.iter().map(|path| path.and_then(Path::highest_tier)).collect());
    let hops = paths.iter().zip(&reassignments).map(|(path, counter)| path.map(|p| p.steps.len() as i64).or(*counter));
    fact.integer("hops", hops.collect());
    let judged = |judge: fn(&Path) -> Option<i64>| paths.iter().map(|path| path.and_then(judge)).collect::<Vec<_>>();
    let known = |path: &Path| path.tiers_known();
    fact.integer("escalations", judged(|p| p.tiers_known().then(|| p.count(|step| step.escalation == Some(true)))));
    fact.integer("bounces", judged(|path| Some(path.count(|step| step.bounce))));
    fact.integer("skips", judged(|path| path.tiers_known().then(|| path.count(|step| step.skip == Some(true)))));
    let has_rules = project.allowed.is_some();
    let violations = paths.iter().map(|path| {
        path.filter(|path| has_rules && known(path)).map(|path| path.count(|step| step.allowed == Some(false)))
    });
    fact.integer("violations", violations.collect());
    fact.boolean("ping_pong", paths.iter().map(|path| path.map(Path::ping_pong)).collect());
    let basis = paths.iter().zip(&reassignments).map(|(path, counter)| match (path, counter) {
        (Some(_), _) if has_events => Some("events"),
        (_, Some(_)) => Some("counters"),
        _ => None,
    });
    fact.text("path", basis.collect::<Vec<_>>());
    let first_line: Vec<Option<bool>> = resolver_tier.iter().map(|tier| tier.map(|tier| tier == 1)).collect();
    fact.boolean("first_line", first_line);
    let front = paths
        .iter()
        .zip(&is_resolved)
        .map(|(path, resolved)| path.and_then(Path::pushed_to_front).filter(|_| *resolved));
    fact.boolean("push_to_front", front.collect());
    let first = |path: &Option<&'_ Path>| path.map(|path| (path.first.team.clone(), path.first.tier));
    let first: Vec<_> = paths.iter().map(first).collect();
    let practice = Practice {
        id: &own_id,
        opened: &opened,
        resolved: &resolved,
        priority: &priority,
        impact: &pick(&rows, &integer(&tickets, "impact")?),
        urgency: &pick(&rows, &integer(&tickets, "urgency")?),
        service: &service,
        category: &pick(&rows, &text(&tickets, "category")?),
        symptom: &pick(&rows, &text(&tickets, "symptom")?),
        is_child: &is_child,
        first: &first.iter().map(|first| first.as_ref().map(|(team, tier)| (team.as_str(), *tier))).collect::<Vec<_>>(),
        resolver: &resolver,
        resolver_tier: &resolver_tier,
    };
    practice.add(&mut fact, context)?;
    fact.finish()
}

/// Whether the requester of each ticket said how it went; missing in all where no record holds an answer about a ticket.
fn answered(
    context: &Context,
    ids: &[Option<&str>],
    satisfaction: &[Option<f64>],
) -> Result<Vec<Option<bool>>, LakeError> {
    let surveys = context.frame("surveys")?;
    let (subject, about) = (text(&surveys, "subject")?, text(&surveys, "ref")?);
    let (score, at) = (number(&surveys, "score")?, instant(&surveys, "at", Some(context.as_of))?);
    let named: BTreeSet<&str> = (0..surveys.height())
        .filter(|row| subject[*row] == Some("ticket") && score[*row].is_some() && at[*row].is_some())
        .filter_map(|row| about[row])
        .collect();
    let known = !named.is_empty() || satisfaction.iter().any(Option::is_some);
    let says = |(id, own): (&Option<&str>, &Option<f64>)| own.is_some() || id.is_some_and(|id| named.contains(id));
    Ok(ids.iter().zip(satisfaction).map(|ticket| known.then(|| says(ticket))).collect())
}

fn pick<T: Copy>(rows: &[usize], values: &[T]) -> Vec<T> {
    rows.iter().map(|row| values[*row]).collect()
}
