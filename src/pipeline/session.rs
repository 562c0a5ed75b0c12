//! A project that is open: its declarations, its lake, the two moments, and the facts derived for them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use polars::prelude::DataFrame;
use xxhash_rust::xxh3::xxh3_128;

use super::failure::Failure;
use crate::declaration::catalogue::Catalogue;
use crate::declaration::definitions::Definitions;
use crate::declaration::issue::{Issue, Level};
use crate::declaration::project::Project;
use crate::declaration::table::RestsOn;
use crate::facts::{self, Context, FACTS};
use crate::lake::{Lake, LakeError};
use crate::metrics::MeasureError;

/// The moments of a session, µs UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moments {
    /// What the clock said when the command began; the only reading of it.
    pub now: i64,
    /// "Now" of the figures, where the command names one.
    pub as_of: Option<i64>,
    /// Record versions ingested later do not count.
    pub known_at: Option<i64>,
}

/// An open project.
pub struct Session {
    /// The project.
    pub project: Project,
    /// Its files and those of the binary.
    pub catalogue: Catalogue,
    /// Everything declared.
    pub definitions: Definitions,
    /// Its lake.
    pub lake: Lake,
    /// What the clock said when the command began.
    pub now: i64,
    /// "Now" of the figures: the command's, else the project's, else the clock's.
    pub as_of: i64,
    /// Record versions ingested later do not count.
    pub known_at: Option<i64>,
    facts: RefCell<BTreeMap<String, DataFrame>>,
    frames: RefCell<BTreeMap<String, DataFrame>>,
    /// Facts on the calendars that agreements name, by calendar.
    pub(super) counted: RefCell<BTreeMap<String, RefCell<BTreeMap<String, DataFrame>>>>,
    /// Which of them the lake holds too.
    kept: RefCell<BTreeSet<String>>,
}

impl Session {
    /// Opens a project whose declarations have no errors.
    ///
    /// # Errors
    /// All issues at once when a declaration is wrong; or the lake cannot be opened.
    pub fn open(root: &Path, moments: Moments) -> Result<Self, Failure> {
        let session = Self::open_unchecked(root, moments)?;
        let errors: Vec<Issue> =
            session.definitions.issues.iter().filter(|issue| issue.level == Level::Error).cloned().collect();
        if errors.is_empty() { Ok(session) } else { Err(Failure::Definitions(errors)) }
    }

    /// Opens a project even where some declarations are wrong; they are left out and their issues kept.
    ///
    /// # Errors
    /// When the project file is missing or wrong (with all issues, those of the other declarations too), or the lake
    /// cannot be opened.
    pub fn open_unchecked(root: &Path, moments: Moments) -> Result<Self, Failure> {
        let (text, catalogue) = Project::files(root).map_err(Failure::Definitions)?;
        let mut definitions = Definitions::load(&catalogue);
        let (project, own) = Project::read(root, &text);
        if let Some(project) = &project {
            let more = definitions.check_project(project);
            definitions.issues.extend(more);
        }
        let sound = own.iter().all(|issue| issue.level < Level::Error);
        definitions.issues.extend(own);
        definitions.issues.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        let Some(project) = project.filter(|_| sound) else {
            return Err(Failure::Definitions(definitions.issues));
        };
        let lake = Lake::at(&project.lake())?;
        let as_of = moments.as_of.or(project.as_of).unwrap_or(moments.now);
        Ok(Self {
            project,
            catalogue,
            definitions,
            lake,
            now: moments.now,
            as_of,
            known_at: moments.known_at,
            facts: RefCell::new(BTreeMap::new()),
            frames: RefCell::new(BTreeMap::new()),
            counted: RefCell::new(BTreeMap::new()),
            kept: RefCell::new(BTreeSet::new()),
        })
    }

    /// What facts are built from.
    pub fn context(&self) -> Context<'_> {
        Context {
            project: &self.project,
            lake: &self.lake,
            tables: &self.definitions.tables,
            objectives: &self.definitions.objectives,
            as_of: self.as_of,
            known_at: self.known_at,
            built: &self.facts,
            frames: &self.frames,
            figures: self,
        }
    }

    /// A fact. It is taken from the lake where that holds it for the same records, rules and moment; else it is built and,
    /// unless an earlier state of knowledge was asked for, kept there.
    ///
    /// # Errors
    /// When the fact is unknown, or the lake cannot be read or written.
    pub fn fact(&self, name: &str) -> Result<DataFrame, MeasureError> {
        let built = self.facts.borrow().get(name).cloned();
        if let Some(frame) = built.as_ref().filter(|_| self.kept.borrow().contains(name)) {
            return Ok(frame.clone());
        }
        let failed = |error: LakeError| MeasureError::Fact(name.to_string(), error.to_string());
        let fact = FACTS
            .iter()
            .find(|fact| fact.name == name)
            .ok_or_else(|| MeasureError::Fact(name.to_string(), "there is no such fact".to_string()))?;
        let table = format!("facts/{name}");
        let fingerprint = self.fingerprint(name, fact.tables).map_err(failed)?;
        let kept = self.known_at.is_none() && self.lake.holds(&table, fingerprint).map_err(failed)?;
        let frame = if kept && built.is_none() {
            let rows = self.lake.scan(&table).map_err(failed)?;
            rows.map_or_else(|| Ok(DataFrame::default()), polars::prelude::LazyFrame::collect)
                .map_err(|error| failed(error.into()))?
        } else {
            // One that another fact rests on was built with that, and is kept all the same.
            let mut frame = match built {
                Some(frame) => frame,
                None => (fact.build)(&self.context()).map_err(failed)?,
            };
            if self.known_at.is_none() && !kept {
                match self.lake.replace(&table, &mut frame, fingerprint) {
                    // Another process keeps its own at the same moment; ours was computed all the same.
                    Ok(_) | Err(LakeError::Conflict(_)) => {}
                    Err(error) => return Err(failed(error)),
                }
            }
            frame
        };
        self.facts.borrow_mut().insert(name.to_string(), frame.clone());
        self.kept.borrow_mut().insert(name.to_string());
        Ok(frame)
    }

    /// Forgets the facts that were built, after an ingestion.
    pub fn forget_facts(&self) {
        self.facts.borrow_mut().clear();
        self.kept.borrow_mut().clear();
        self.frames.borrow_mut().clear();
        self.counted.borrow_mut().clear();
    }

    /// Everything that decides what a fact holds.
    fn fingerprint(&self, fact: &str, tables: &[&str]) -> Result<u128, LakeError> {
        let mut parts = vec![env!("CARGO_PKG_VERSION").to_string(), self.project.text.clone(), self.as_of.to_string()];
        parts.push(format!("{:?}", self.definitions.facts.get(fact)));
        if tables == facts::EVERY_TABLE {
            parts.push(format!("{:?}", self.definitions.objectives));
        }
        if self.definitions.facts.get(fact).is_some_and(|fact| fact.rests_on == Some(RestsOn::Metrics)) {
            parts.push(format!("{:?}", self.definitions.metrics));
        }
        let every = tables == facts::EVERY_TABLE;
        let named = tables.iter().copied().filter(|_| !every);
        let all = self.definitions.tables.keys().map(String::as_str).filter(|_| every);
        for table in named.chain(all) {
            parts.push(format!("{table} {:?} {:?}", self.lake.version(table)?, self.definitions.tables.get(table)));
        }
        Ok(xxh3_128(parts.join("\n").as_bytes()))
    }
}
