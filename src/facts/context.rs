//! What facts are built from: the current view of the canonical tables, the project's rules, and the moment that is "now".

use std::cell::RefCell;
use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame, Expr, PolarsError, col};

use super::columns::{instant, integer, text};
use super::figures::Figures;
use super::needs::{self, Group};
use super::tiers::Tiers;
use crate::declaration::objective::Objectives;
use crate::declaration::project::Project;
use crate::declaration::table::Table;
use crate::lake::{self, Lake, LakeError};

/// Larger tables are read again by each fact: keeping them would hold more than one of them in memory.
const KEPT_ROWS: usize = 1_000_000;

/// Everything a fact may depend on.
pub struct Context<'a> {
    /// The project's rules.
    pub project: &'a Project,
    /// The lake.
    pub lake: &'a Lake,
    /// The canonical tables.
    pub tables: &'a BTreeMap<String, Table>,
    /// The objectives, their policies and corrections.
    pub objectives: &'a Objectives,
    /// "Now", µs UTC: what is later has not happened.
    pub as_of: i64,
    /// Record versions ingested later do not count.
    pub known_at: Option<i64>,
    /// Facts that were built for the same moments: one fact may rest on another, which is built once.
    pub built: &'a RefCell<BTreeMap<String, DataFrame>>,
    /// Canonical tables that were read, where they are small enough to be kept: many facts rest on the same ones.
    pub frames: &'a RefCell<BTreeMap<String, DataFrame>>,
    /// Answers questions about metrics, for facts that rest on figures.
    pub figures: &'a dyn Figures,
}

/// What services and teams say about others: looked up by name.
#[derive(Debug, Default)]
pub struct References {
    /// Service to its supplier.
    pub supplier: BTreeMap<String, String>,
    /// Service to its kind.
    pub kind: BTreeMap<String, String>,
    /// Service to its criticality.
    pub criticality: BTreeMap<String, String>,
    /// Service to the team that owns it.
    pub owner: BTreeMap<String, String>,
    /// Service to the calendar of its agreed time.
    pub calendar: BTreeMap<String, String>,
    /// Service to the services that it depends on, as listed.
    pub depends_on: BTreeMap<String, Vec<String>>,
    /// Service to the groups of services that it needs, all of them.
    pub needs: BTreeMap<String, Vec<Group>>,
    /// Service to the number of its users.
    pub users: BTreeMap<String, i64>,
    /// All declared services, in order.
    pub services: Vec<String>,
    /// Team to its tier.
    pub tier: Tiers,
}

impl Context<'_> {
    /// Another fact for the same moments, built at most once. A fact that rests on itself would never end: it isn't refused here.
    ///
    /// # Errors
    /// When there is no such fact, or a table of it cannot be read.
    pub fn fact(&self, name: &str) -> Result<DataFrame, LakeError> {
        if let Some(frame) = self.built.borrow().get(name) {
            return Ok(frame.clone());
        }
        let Some(fact) = super::FACTS.iter().find(|fact| fact.name == name) else {
            return Err(PolarsError::ComputeError(format!("there is no fact `{name}`").into()).into());
        };
        let frame = (fact.build)(self)?;
        self.built.borrow_mut().insert(name.to_string(), frame.clone());
        Ok(frame)
    }

    /// The newest versions of a canonical table's records with their declared columns; no rows where there is none.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn frame(&self, table: &str) -> Result<DataFrame, LakeError> {
        let Some(declared) = self.tables.get(table) else { return Ok(DataFrame::default()) };
        if let Some(frame) = self.frames.borrow().get(table) {
            return Ok(frame.clone());
        }
        let frame = self.read(declared)?;
        if frame.height() <= KEPT_ROWS {
            self.frames.borrow_mut().insert(table.to_string(), frame.clone());
        }
        Ok(frame)
    }

    fn read(&self, declared: &Table) -> Result<DataFrame, LakeError> {
        let columns: Vec<&str> = declared.columns.iter().map(|column| column.name.as_str()).collect();
        match lake::current(self.lake, declared, self.known_at, Some(self.as_of))? {
            Some(rows) => Ok(whole(rows.collect()?, declared)?.select(columns)?),
            None => Ok(lake::frame_of(declared)),
        }
    }

    /// Some columns of all versions of a canonical table's records that were known, the older before the newer, with the instant at
    /// which each was ingested as `_ingested_at`; `None` where there is none.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn versions(&self, table: &str, columns: &[&str]) -> Result<Option<DataFrame>, LakeError> {
        let Some(declared) = self.tables.get(table) else { return Ok(None) };
        let Some(mut rows) = lake::history(self.lake, declared, self.known_at)? else { return Ok(None) };
        let wanted: Vec<&str> = columns.iter().copied().chain(["_ingested_at"]).collect();
        let schema = rows.collect_schema()?;
        let there: Vec<Expr> = wanted.iter().copied().filter(|name| schema.contains(name)).map(col).collect();
        Ok(Some(whole(rows.select(there).collect()?, declared)?.select(wanted)?))
    }

    /// What services and teams say.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub fn references(&self) -> Result<References, LakeError> {
        let mut found = References::default();
        let services = self.frame("services")?;
        if services.width() > 0 {
            let names = text(&services, "service")?;
            found.services = names.iter().flatten().map(|name| (*name).to_string()).collect();
            found.services.sort();
            for (name, users) in names.iter().zip(integer(&services, "users")?) {
                if let (Some(name), Some(users)) = (name, users.filter(|users| *users > 0)) {
                    found.users.insert((*name).to_string(), users);
                }
            }
            for (column, into) in [
                ("supplier", &mut found.supplier),
                ("kind", &mut found.kind),
                ("criticality", &mut found.criticality),
                ("owner_team", &mut found.owner),
                ("calendar", &mut found.calendar),
            ] {
                for (name, value) in names.iter().zip(text(&services, column)?) {
                    if let (Some(name), Some(value)) = (name, value) {
                        into.insert((*name).to_string(), value.to_string());
                    }
                }
            }
            for (name, list) in names.iter().zip(text(&services, "depends_on")?) {
                if let (Some(name), Some(list)) = (name, list) {
                    let groups = needs::parse(list);
                    let names = groups.iter().flat_map(|group| group.members.clone()).collect();
                    found.depends_on.insert((*name).to_string(), names);
                    found.needs.insert((*name).to_string(), groups);
                }
            }
        }
        found.tier = self.project.tiers.clone().into_iter().collect();
        let teams = self.frame("teams")?;
        if teams.width() > 0 {
            let placed: Vec<(&str, Option<i64>, i64)> = text(&teams, "team")?
                .iter()
                .zip(instant(&teams, "valid_from", None)?)
                .zip(integer(&teams, "tier")?)
                .filter_map(|((team, from), tier)| Some(((*team)?, from, tier?)))
                .collect();
            placed.iter().for_each(|(team, ..)| found.tier.forget(team));
            placed.iter().for_each(|(team, from, tier)| found.tier.insert(team, *from, *tier));
        }
        Ok(found)
    }
}

/// A lake from before a column was declared lacks it: it is missing in every row.
fn whole(mut frame: DataFrame, declared: &Table) -> Result<DataFrame, LakeError> {
    for column in lake::frame_of(declared).columns() {
        if frame.column(column.name()).is_err() {
            frame.with_column(Column::full_null(column.name().clone(), frame.height(), column.dtype()))?;
        }
    }
    Ok(frame)
}
