//! What outages, probes and maintenance windows say about each service, as spans of time.

use std::collections::BTreeMap;

use super::columns::{boolean, instant, number, text};
use super::context::{Context, References};
use super::probes;
use crate::arithmetic::interval::{self, Weighted};
use crate::lake::LakeError;

/// Half-open spans, µs UTC, sorted and disjoint.
pub(super) type Spans = Vec<(i64, i64)>;

/// One recorded unplanned outage of a service, cut at as-of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outage {
    /// Its id.
    pub id: String,
    /// Start, end and share lost.
    pub span: Weighted,
    /// Whether it has no end at as-of.
    pub open: bool,
    /// The incident that it belongs to.
    pub incident: Option<String>,
    /// The supplier that caused it.
    pub supplier: Option<String>,
    /// Where it was felt; missing when everywhere.
    pub location: Option<String>,
}

/// Evidence about one service. All spans are cut at as-of, sorted and disjoint.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    /// Recorded unplanned outages and degradations, in order of their start.
    pub outages: Vec<Outage>,
    /// Unplanned down time with the share lost, from outages and probes.
    pub down: Vec<Weighted>,
    /// Down time that probes alone saw.
    pub failing: Spans,
    /// What the probes of each location saw: known and down time.
    pub places: BTreeMap<String, (Spans, Spans)>,
    /// Announced maintenance; a window announced after it began counts from its announcement on.
    pub maintenance: Vec<(i64, i64)>,
    /// Time in which the state is known; `None` where a register of outages covers the service, whose silence means up.
    pub known: Option<Vec<(i64, i64)>>,
    /// Whether probes watch the service.
    pub probed: bool,
}

/// Evidence about all services, and the first instant that any of it speaks about.
pub(super) struct Evidences {
    /// By service.
    pub services: BTreeMap<String, Evidence>,
    /// The first instant of any evidence.
    pub first: Option<i64>,
    /// Whether there is any register of outages.
    pub has_register: bool,
}

/// Gathers the evidence.
pub(super) fn gather(context: &Context, references: &References) -> Result<Evidences, LakeError> {
    let rules = &context.project.service_time;
    let mut services: BTreeMap<String, Evidence> =
        references.services.iter().map(|name| (name.clone(), Evidence::default())).collect();
    let mut first: Option<i64> = None;
    let mut begins = |at: i64| first = Some(first.map_or(at, |first| first.min(at)));
    let as_of = context.as_of;

    let outages = context.frame("outages")?;
    let has_register = outages.height() > 0;
    let service = text(&outages, "service")?;
    let (started, ended) = (instant(&outages, "started_at", Some(as_of))?, instant(&outages, "ended_at", Some(as_of))?);
    let (kind, planned) = (text(&outages, "kind")?, boolean(&outages, "planned")?);
    let (weight, incident) = (number(&outages, "weight")?, text(&outages, "incident")?);
    let (id, supplier) = (text(&outages, "id")?, text(&outages, "supplier")?);
    let location = text(&outages, "location")?;
    let announced = announced(context)?;
    let mut windows = announced.clone();
    for name in announced.keys() {
        services.entry(name.clone()).or_default();
    }
    for row in 0..outages.height() {
        let (Some(name), Some(start)) = (service[row], started[row]) else { continue };
        let end = ended[row].unwrap_or(as_of);
        let evidence = services.entry(name.to_string()).or_default();
        // Reversed instants are a data error, which `check` reports; they cover no time.
        if end < start {
            continue;
        }
        begins(start);
        if end == start {
            continue;
        }
        if planned[row] == Some(true) || kind[row] == Some("maintenance") {
            let within = |window: &&(i64, i64)| window.0 < end && start < window.1;
            // Planned work for which a window was announced is planned within it, and an outage like any other outside it.
            if !announced.get(name).is_some_and(|windows| windows.iter().any(|window| within(&window))) {
                windows.entry(name.to_string()).or_default().push((start, end));
                continue;
            }
        }
        let weight = weight[row].unwrap_or_else(|| match kind[row] {
            Some("degradation") => rules.of(name).degradation_weight,
            _ => 1.0,
        });
        if weight > 0.0 {
            evidence.outages.push(Outage {
                id: id[row].unwrap_or_default().to_string(),
                span: Weighted { start, end, weight: weight.min(1.0) },
                open: ended[row].is_none(),
                incident: incident[row].map(str::to_string),
                supplier: supplier[row].map(str::to_string),
                location: location[row].map(str::to_string),
            });
        }
    }
    drop(outages);

    let mut watched = probes::series(context)?;
    for (name, evidence) in &mut services {
        evidence.maintenance = interval::union(windows.remove(name).unwrap_or_default());
        if let Some(locations) = watched.remove(name) {
            probes::watch(evidence, &locations, &rules.of(name), as_of, &mut begins);
        }
    }
    for (name, locations) in watched {
        let mut evidence = Evidence::default();
        probes::watch(&mut evidence, &locations, &rules.of(&name), as_of, &mut begins);
        services.insert(name, evidence);
    }
    services.values_mut().for_each(Evidence::settle);
    Ok(Evidences { services, first, has_register })
}

/// The announced windows of each service.
fn announced(context: &Context) -> Result<BTreeMap<String, Vec<(i64, i64)>>, LakeError> {
    let as_of = context.as_of;
    let table = context.frame("maintenance")?;
    let service = text(&table, "service")?;
    let (started, ended) = (instant(&table, "started_at", Some(as_of))?, instant(&table, "ended_at", Some(as_of))?);
    let told = instant(&table, "announced_at", None)?;
    let mut windows: BTreeMap<String, Vec<(i64, i64)>> = BTreeMap::new();
    for row in 0..table.height() {
        let (Some(name), Some(start)) = (service[row], started[row]) else { continue };
        let end = ended[row].unwrap_or(as_of);
        if end > start {
            // What was entered after it began was not announced until then.
            let start = told[row].map_or(start, |told| start.max(told));
            windows.entry(name.to_string()).or_default().push((start, end));
        }
    }
    Ok(windows)
}

impl Evidence {
    /// Brings outages into their order, and derives from them and the probes what was down and known.
    pub(super) fn settle(&mut self) {
        self.outages.sort_by(|a, b| (a.span.start, a.span.end, &a.id).cmp(&(b.span.start, b.span.end, &b.id)));
        let failing = self.failing.iter().map(|(start, end)| Weighted { start: *start, end: *end, weight: 1.0 });
        let spans = failing.chain(self.outages.iter().map(|outage| outage.span)).collect();
        self.down = interval::union_weighted(spans);
        if let Some(known) = &mut self.known {
            // A recorded outage is known time even where probes were silent.
            known.extend(self.outages.iter().map(|outage| (outage.span.start, outage.span.end)));
            *known = interval::union(std::mem::take(known));
        }
    }
}
