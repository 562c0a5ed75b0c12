//! Our own kinds (`apiVersion: nines/v1`): what is done when budget is gone, and time that doesn't count against it.

use std::collections::BTreeSet;

use chrono::DateTime;

use super::document::{Document, description};
use super::fields::{Fields, Notes, text};
use super::node::Node;
use super::time::{local_time, seconds_of, zone_of};
use crate::arithmetic::local_time::to_utc;
use crate::declaration::objective::{BudgetPolicy, Correction, PolicyStep, Trigger};

/// Reads an `ErrorBudgetPolicy`.
pub(super) fn policy(notes: &mut Notes, document: &Document<'_>, slos: &BTreeSet<&str>) -> Option<BudgetPolicy> {
    let before = notes.errors();
    let mut fields = Fields::of(notes, document.spec?, "spec")?;
    description(notes, &mut fields);
    let slos = named(notes, &mut fields, slos);
    let line = fields.line_of("steps");
    fields.required(notes, "steps");
    let items = fields.list(notes, "steps").unwrap_or_default();
    if items.is_empty() && fields.node("steps").is_some() {
        notes.error(line, "`spec.steps`: expected at least one step, found none");
    }
    let mut steps = Vec::new();
    for (position, node) in items.iter().enumerate() {
        steps.extend(step(notes, node, &format!("spec.steps[{}]", position + 1)));
    }
    fields.finish(notes);
    let name = document.metadata.name.clone();
    (notes.errors() == before && document.sound).then(|| BudgetPolicy {
        name,
        slos,
        steps,
        file: document.file.to_string(),
        line: document.line,
    })
}

fn step(notes: &mut Notes, node: &Node, path: &str) -> Option<PolicyStep> {
    let mut fields = Fields::of(notes, node, path)?;
    let action = fields.required_text(notes, "action");
    let consumed = fields.node("consumed");
    let incident = fields.node("incidentShare");
    let burn = fields.node("burn");
    let lookback = fields.node("lookback");
    let when = match (consumed, incident, burn) {
        (Some(node), None, None) => share(notes, node, &format!("{path}.consumed")).map(Trigger::Consumed),
        (None, Some(node), None) => share(notes, node, &format!("{path}.incidentShare")).map(Trigger::IncidentShare),
        (None, None, Some(node)) => {
            let rate = super::fields::number(notes, node, &format!("{path}.burn"));
            if let Some(rate) = rate.filter(|rate| *rate <= 0.0) {
                notes.error(node.line, format!("`{path}.burn`: expected a number above 0, found {rate}"));
            }
            let lookback = match lookback {
                Some(node) => seconds_of(notes, node, &format!("{path}.lookback")),
                None => {
                    notes.error(fields.line, format!("`{path}.lookback` is missing"));
                    None
                }
            };
            rate.zip(lookback).map(|(rate, lookback_s)| Trigger::Burn { rate, lookback_s })
        }
        _ => {
            notes.error(fields.line, format!("`{path}`: expected one of consumed, incidentShare and burn"));
            None
        }
    };
    if let (Some(node), None) = (lookback, burn) {
        notes.doubt(node.line, format!("`{path}.lookback` means something with burn only"));
    }
    fields.finish(notes);
    Some(PolicyStep { when: when?, action: action? })
}

/// A share of the budget: `0.5` or `50%`.
fn share(notes: &mut Notes, node: &Node, path: &str) -> Option<f64> {
    let found = text(notes, node, path)?;
    let trimmed = found.trim();
    let share = match trimmed.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
        None => trimmed.parse(),
    };
    match share {
        Ok(share) if share.is_finite() && share > 0.0 => Some(share),
        _ => {
            let message = format!("`{path}`: expected a share above 0, found `{found}`");
            notes.wrong(node.line, message, "write 0.5 or 50%");
            None
        }
    }
}

/// Reads a `BudgetCorrection`.
pub(super) fn correction(notes: &mut Notes, document: &Document<'_>, slos: &BTreeSet<&str>) -> Option<Correction> {
    let before = notes.errors();
    let mut fields = Fields::of(notes, document.spec?, "spec")?;
    description(notes, &mut fields);
    let slos = named(notes, &mut fields, slos);
    let zone = fields.node("zone").and_then(|node| zone_of(notes, node, "spec.zone"));
    let from = instant(notes, &mut fields, "from", zone);
    let to_line = fields.line_of("to");
    let to = instant(notes, &mut fields, "to", zone);
    if let (Some(from), Some(to)) = (from, to)
        && to <= from
    {
        notes.error(to_line, "`spec.to`: expected an instant after spec.from");
    }
    let as_good = fields.word(notes, "treat", &[("exclude", false), ("good", true)]).unwrap_or(false);
    let reason = fields.required_text(notes, "reason");
    fields.finish(notes);
    let (from, to, reason) = (from?, to?, reason?);
    (notes.errors() == before && document.sound).then(|| Correction {
        name: document.metadata.name.clone(),
        slos,
        from,
        to,
        as_good,
        reason,
        file: document.file.to_string(),
        line: document.line,
    })
}

/// An instant, µs UTC: with an offset, or local in the zone.
fn instant(notes: &mut Notes, fields: &mut Fields<'_>, name: &'static str, zone: Option<chrono_tz::Tz>) -> Option<i64> {
    let path = fields.path_of(name);
    let node = fields.required(notes, name)?;
    let found = text(notes, node, &path)?;
    let trimmed = found.trim();
    let with_offset = DateTime::parse_from_rfc3339(trimmed)
        .or_else(|_| DateTime::parse_from_str(trimmed, "%Y-%m-%d %H:%M:%S%:z"))
        .map(|instant| instant.timestamp_micros());
    let local = zone.and_then(|zone| local_time(trimmed).map(|local| to_utc(local, zone).0));
    let instant = with_offset.ok().or(local);
    if instant.is_none() {
        let message = format!("`{path}`: expected an instant, found `{found}`");
        let hint = "write 2026-06-01T08:00:00+02:00, or 2026-06-01 08:00:00 and zone: Europe/Brussels";
        notes.wrong(node.line, message, hint);
    }
    instant
}

/// The SLOs that a document names; none stand for all.
fn named(notes: &mut Notes, fields: &mut Fields<'_>, known: &BTreeSet<&str>) -> Vec<String> {
    let path = fields.path_of("slos");
    let mut names = Vec::new();
    for node in fields.list(notes, "slos").unwrap_or_default() {
        let Some(name) = text(notes, node, &path) else { continue };
        if !known.contains(name.as_str()) {
            let message = format!("`{path}`: there is no SLO `{name}`");
            notes.unknown(node.line, message, &name, known.iter().copied());
        }
        names.push(name);
    }
    names
}
