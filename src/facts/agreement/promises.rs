//! The fact `promises`: for each promise to a customer about a service, whether the suppliers' commitments behind that service
//! can carry it, with the arithmetic.
//!
//! In series commitments multiply; of redundant services so many must be up as are needed. What no supplier has committed to
//! counts as perfect: the result is the best that the contracts allow, not a forecast.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::super::columns::Builder;
use super::super::context::{Context, References};
use super::super::needs::Group;
use super::ladder::{commitments, keeps};
use super::terms::{self, Term};
use crate::arithmetic::calendar::Calendar;
use crate::arithmetic::{interval, local_time};
use crate::declaration::metric::{Better, Unit};
use crate::lake::LakeError;

/// The span over which the hours of two calendars are compared, in days: 52 weeks.
const YEAR_US: i64 = 364 * 86_400 * local_time::SECOND_US;

/// One promise over a time in which the same contracts hold.
struct Row<'a> {
    term: &'a Term,
    span: (i64, i64),
    carried: Option<Carried>,
}

/// What the contracts behind a service add up to.
#[derive(Clone, Debug, Default, PartialEq)]
struct Carried {
    /// The commitment of all together.
    value: f64,
    /// Each commitment in words.
    parts: Vec<String>,
    /// Supplier and commitment.
    suppliers: Vec<(String, f64)>,
}

/// The contracts that hold at a moment, and what services need.
struct Chain<'a> {
    contracts: Vec<&'a Term>,
    needs: &'a BTreeMap<String, Vec<Group>>,
    /// What share of the promised hours a contract covers.
    covered: &'a dyn Fn(&Term) -> f64,
}

impl Chain<'_> {
    /// What is committed for a service and everything that it needs, each service once.
    fn carried(&self, service: &str, seen: &mut BTreeSet<String>) -> Carried {
        let mut whole = Carried { value: 1.0, ..Carried::default() };
        if !seen.insert(service.to_string()) {
            return whole;
        }
        for contract in self.contracts.iter().filter(|contract| contract.service.as_deref() == Some(service)) {
            let covered = (self.covered)(contract);
            let value = contract.target * covered;
            let hours =
                if covered < 1.0 { format!(" in {:.1} % of the hours", covered * 100.0) } else { String::new() };
            whole.value *= value;
            whole.parts.push(format!("{} ({}, {service}{hours})", contract.target, contract.party));
            whole.suppliers.push((contract.party.clone(), value));
        }
        for group in self.needs.get(service).into_iter().flatten() {
            if group.needed == group.members.len() {
                for member in &group.members {
                    whole.join(self.carried(member, seen));
                }
                continue;
            }
            let members: Vec<Carried> =
                group.members.iter().map(|name| self.carried(name, &mut seen.clone())).collect();
            let values: Vec<f64> = members.iter().map(|member| member.value).collect();
            let value = at_least(group.needed, &values);
            if members.iter().all(|member| member.parts.is_empty()) {
                continue;
            }
            let texts: Vec<String> =
                group.members.iter().zip(&values).map(|(name, value)| format!("{name} {}", shown(*value))).collect();
            whole.value *= value;
            whole.parts.push(format!("{} ({} of {})", shown(value), group.needed, texts.join(" | ")));
            whole.suppliers.extend(members.into_iter().flat_map(|member| member.suppliers));
        }
        whole
    }
}

impl Carried {
    fn join(&mut self, other: Self) {
        self.value *= other.value;
        self.parts.extend(other.parts);
        self.suppliers.extend(other.suppliers);
    }

    /// The supplier with the least commitment.
    fn weakest(&self) -> Option<&str> {
        let least = self.suppliers.iter().min_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
        least.map(|(supplier, _)| supplier.as_str())
    }
}

/// Products of decimals without what floating point adds behind them.
fn shown(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

/// The probability that at least so many of independent parts are up.
fn at_least(needed: usize, values: &[f64]) -> f64 {
    let mut exactly = vec![1.0];
    for value in values {
        let mut next = vec![0.0; exactly.len() + 1];
        for (up, probability) in exactly.iter().enumerate() {
            next[up] += probability * (1.0 - value);
            next[up + 1] += probability * value;
        }
        exactly = next;
    }
    exactly.iter().skip(needed).sum()
}

/// Builds the fact `promises`.
pub(in crate::facts) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let terms = terms::read(context)?;
    let references = context.references()?;
    let commitments = commitments(&terms);
    let strict: Vec<&Term> = terms
        .iter()
        .zip(&commitments)
        .filter(|(term, is)| **is && term.problem.is_none())
        .map(|(term, _)| term)
        .collect();
    let mut rows: Vec<Row> = Vec::new();
    for term in strict.iter().filter(|term| term.kind == "sla" && term.service.is_some()) {
        let same = |other: &&&Term| {
            other.kind == "contract"
                && other.metric == term.metric
                && (other.priority.is_none() || other.priority == term.priority)
        };
        let contracts: Vec<&Term> = strict.iter().filter(same).copied().collect();
        for span in spans(term, &contracts, context.as_of) {
            let carried = carry(context, &references, term, &contracts, span.0);
            match rows.last_mut() {
                // A contract that took over from an equal one changes nothing.
                Some(Row { term: before, span: (_, to), carried: same })
                    if before.id == term.id && *to == span.0 && *same == carried =>
                {
                    *to = span.1;
                }
                _ => rows.push(Row { term, span, carried }),
            }
        }
    }
    frame(&rows)
}

/// The time in which a promise holds, up to as-of, cut wherever a contract begins or ends.
fn spans(term: &Term, contracts: &[&Term], as_of: i64) -> Vec<(i64, i64)> {
    let (from, to) = (term.valid.0.unwrap_or(0), term.valid.1.unwrap_or(i64::MAX));
    if to <= from {
        return Vec::new();
    }
    let mut cuts: Vec<i64> = contracts.iter().flat_map(|other| [other.valid.0, other.valid.1]).flatten().collect();
    cuts.retain(|at| from < *at && *at < to && *at <= as_of);
    cuts.extend([from, to]);
    cuts.sort_unstable();
    cuts.dedup();
    cuts.windows(2).map(|pair| (pair[0], pair[1])).filter(|(start, _)| *start <= as_of).collect()
}

/// What the contracts that hold at a moment allow; `None` where no supplier has committed to anything, or times on different
/// calendars can't be compared.
fn carry(context: &Context, references: &References, term: &Term, contracts: &[&Term], at: i64) -> Option<Carried> {
    let service = term.service.as_deref()?;
    let holds = |other: &&&Term| other.valid.0.is_none_or(|from| from <= at) && other.valid.1.is_none_or(|to| at < to);
    let always = Calendar::always();
    let hours = |term: &Term| {
        let own = term.service.as_ref().and_then(|service| references.calendar.get(service));
        term.calendar.as_ref().or(own).and_then(|name| context.project.calendars.get(name)).cloned()
    };
    let promised = hours(term).unwrap_or_else(|| always.clone());
    let (from, to) = (context.as_of - YEAR_US, context.as_of);
    let covered = |contract: &Term| {
        let committed = hours(contract).filter(|calendar| !calendar.is_always());
        let Some(committed) = committed else { return 1.0 };
        let asked = promised.intervals(from, to);
        let both = interval::intersect(&asked, &committed.intervals(from, to));
        let share = interval::length_s(&both) / interval::length_s(&asked).max(1.0);
        // Calendars that ask for the same hours are one.
        if share > 1.0 - 1e-9 { 1.0 } else { share }
    };
    let contracts: Vec<&Term> = contracts.iter().filter(holds).copied().collect();
    if term.better == Better::Higher && term.unit == Some(Unit::Share) {
        let chain = Chain { contracts, needs: &references.needs, covered: &covered };
        let carried = chain.carried(service, &mut BTreeSet::new());
        return (!carried.parts.is_empty()).then_some(carried);
    }
    // Anything else is carried by the contract about the same service that allows the worst.
    let own = contracts.into_iter().filter(|other| other.service.as_deref() == Some(service) && covered(other) == 1.0);
    let worst = own.min_by(|a, b| {
        let order = a.target.total_cmp(&b.target);
        if term.better == Better::Lower { order.reverse() } else { order }
    })?;
    Some(Carried {
        value: worst.target,
        parts: vec![format!("{} ({}, {service})", worst.target, worst.party)],
        suppliers: vec![(worst.party.clone(), worst.target)],
    })
}

fn frame(rows: &[Row]) -> Result<DataFrame, LakeError> {
    let mut fact = Builder::default();
    let carried = |row: &Row| row.carried.as_ref().map(|carried| carried.value);
    let holds = |row: &Row| carried(row).map(|value| keeps(value, row.term.target, row.term.better));
    let arithmetic = |row: &Row| {
        let carried = row.carried.as_ref()?;
        let value = shown(carried.value);
        let sign = if holds(row) == Some(true) { "carries" } else { "can't carry" };
        let parts = carried.parts.join(" x ");
        let equals = if carried.parts.len() > 1 { format!("{parts} = {value}") } else { parts };
        Some(format!("{equals}: {sign} {}", row.term.target))
    };
    let suppliers = |row: &Row| {
        let names: BTreeSet<&str> = row.carried.as_ref()?.suppliers.iter().map(|(name, _)| name.as_str()).collect();
        Some(names.into_iter().collect::<Vec<_>>().join(", "))
    };
    let text = |of: &dyn Fn(&Row) -> Option<String>| rows.iter().map(of).collect::<Vec<_>>();
    fact.text("agreement", text(&|row| Some(row.term.id.clone())));
    fact.text("customer", text(&|row| Some(row.term.party.clone())));
    fact.text("service", text(&|row| row.term.service.clone()));
    fact.text("metric", text(&|row| Some(row.term.metric.clone())));
    fact.text("calendar", text(&|row| row.term.calendar.clone()));
    fact.integer("priority", rows.iter().map(|row| row.term.priority).collect());
    fact.instant("from_at", rows.iter().map(|row| Some(row.span.0)).collect())?;
    fact.instant("to_at", rows.iter().map(|row| Some(row.span.1).filter(|to| *to < i64::MAX)).collect())?;
    fact.number("promised", rows.iter().map(|row| Some(row.term.target)).collect());
    fact.number("committed", rows.iter().map(carried).collect());
    fact.boolean("carried", rows.iter().map(holds).collect());
    fact.text("suppliers", text(&suppliers));
    fact.text("supplier", text(&|row| row.carried.as_ref()?.weakest().map(str::to_string)));
    fact.text("arithmetic", text(&arithmetic));
    fact.finish()
}

#[cfg(test)]
mod tests {
    use super::super::super::needs::parse;
    use super::super::periods::tests::term;
    use super::*;

    fn contract(party: &str, service: &str, target: f64) -> Term {
        Term { party: party.into(), service: Some(service.into()), ..term(party, target) }
    }

    fn carried(contracts: &[Term], needs: &[(&str, &str)], service: &str) -> Carried {
        let needs = needs.iter().map(|(name, text)| ((*name).to_string(), parse(text))).collect();
        let chain = Chain { contracts: contracts.iter().collect(), needs: &needs, covered: &|_| 1.0 };
        chain.carried(service, &mut BTreeSet::new())
    }

    #[test]
    fn in_series_commitments_multiply_and_each_service_counts_once() {
        let contracts = [contract("Paywise", "Pay", 0.995), contract("Netco", "Net", 0.9995)];
        // Net is needed twice, by Pay and by what else it needs.
        let found = carried(&contracts, &[("Pay", "Net; Identity"), ("Identity", "Net")], "Pay");
        assert!((found.value - 0.995 * 0.9995).abs() < 1e-12);
        assert_eq!(found.parts, ["0.995 (Paywise, Pay)", "0.9995 (Netco, Net)"]);
        assert_eq!(found.weakest(), Some("Paywise"));
        assert!(carried(&contracts, &[], "Mail").parts.is_empty());
        assert_eq!(carried(&contracts, &[("Pay", "Pay")], "Pay").value, 0.995, "a circle ends");
    }

    #[test]
    fn redundant_services_carry_more_than_each() {
        let contracts = [contract("A", "X", 0.99), contract("B", "Y", 0.98), contract("C", "Z", 0.97)];
        let one = carried(&contracts, &[("App", "X | Y")], "App");
        assert!((one.value - (1.0 - 0.01 * 0.02)).abs() < 1e-12);
        let two = carried(&contracts, &[("App", "2 of (X | Y | Z)")], "App");
        let (x, y, z) = (0.99, 0.98, 0.97);
        let expected = x * y * z + x * y * (1.0 - z) + x * (1.0 - y) * z + (1.0 - x) * y * z;
        assert!((two.value - expected).abs() < 1e-12);
    }

    #[test]
    fn a_promise_is_cut_where_contracts_begin_and_end() {
        let promise = Term { valid: (Some(10), None), ..term("S", 0.9) };
        let contract = Term { valid: (Some(5), Some(20)), ..term("C", 0.9) };
        let later = Term { valid: (Some(20), Some(500)), ..term("D", 0.9) };
        assert_eq!(spans(&promise, &[&contract, &later], 100), [(10, 20), (20, i64::MAX)]);
        let reversed = Term { valid: (Some(10), Some(5)), ..promise };
        assert!(spans(&reversed, &[], 100).is_empty(), "a data error is no promise");
    }
}
