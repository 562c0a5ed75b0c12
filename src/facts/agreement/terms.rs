//! The terms of each agreement, read against the metric that it names: unit, direction, period, and which rows it is about. And
//! the fact `agreements`, one row an agreement.

use polars::prelude::DataFrame;

use super::super::clock_contract::unit_s;
use super::super::columns::{Builder, instant, integer, number, text};
use super::super::context::Context;
use super::super::figures::About;
use super::ladder;
use crate::arithmetic::local_time::SECOND_US;
use crate::declaration::metric::{Better, Unit};
use crate::lake::LakeError;

/// How long before its end a contract is said to expire: time enough to look for another.
const EXPIRING_US: i64 = 90 * 86_400 * SECOND_US;

/// What makes two agreements steps of one ladder: kind, party, service, priority, metric, calendar, period and validity; and
/// its own number for one that can't be measured, which stands alone.
pub(super) type Promise<'a> = (
    (&'a str, &'a str, Option<&'a str>, Option<i64>),
    (&'a str, Option<&'a str>, &'static str, (Option<i64>, Option<i64>)),
    Option<&'a str>,
);

/// One row of the table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    pub id: String,
    pub kind: String,
    pub party: String,
    pub service: Option<String>,
    pub priority: Option<i64>,
    pub metric: String,
    /// In the unit of the metric; as it was written where that isn't known.
    pub target: f64,
    pub unit: Option<Unit>,
    pub better: Better,
    pub calendar: Option<String>,
    /// The running one of its periods, as periods are named.
    pub period: &'static str,
    /// Whether the metric counts what stands at a moment.
    pub stock: bool,
    pub credit_share: Option<f64>,
    pub amount: Option<f64>,
    pub currency: Option<String>,
    pub valid: (Option<i64>, Option<i64>),
    /// Which rows it is about, in the language of the metrics.
    pub condition: Option<String>,
    /// Why it can't be measured.
    pub problem: Option<String>,
}

impl Term {
    /// What is promised, apart from the value.
    pub(super) fn promise(&self) -> Promise<'_> {
        let alone = self.problem.as_ref().map(|_| self.id.as_str());
        (
            (&self.kind, &self.party, self.service.as_deref(), self.priority),
            (&self.metric, self.calendar.as_deref(), self.period, self.valid),
            alone,
        )
    }

    /// The party where the agreement is of a kind.
    pub(super) fn party_of(&self, kind: &str) -> Option<&str> {
        (self.kind == kind).then_some(self.party.as_str())
    }
}

/// All agreements, in the order of their ids.
pub(super) fn read(context: &Context) -> Result<Vec<Term>, LakeError> {
    let frame = context.frame("agreements")?;
    let words = |name: &str| text(&frame, name);
    let (id, kind, party, service) = (words("id")?, words("kind")?, words("party")?, words("service")?);
    let (metric, unit, calendar, period) = (words("metric")?, words("unit")?, words("calendar")?, words("period")?);
    let (priority, target) = (integer(&frame, "priority")?, number(&frame, "target")?);
    let (share, amount, currency) = (number(&frame, "credit_share")?, number(&frame, "amount")?, words("currency")?);
    let (from, to) = (instant(&frame, "valid_from", None)?, instant(&frame, "valid_to", None)?);
    let mut found = Vec::new();
    for row in 0..frame.height() {
        let (Some(id), Some(kind), Some(party), Some(metric), Some(target)) =
            (id[row], kind[row], party[row], metric[row], target[row])
        else {
            continue;
        };
        let mut term = Term {
            id: id.to_string(),
            kind: kind.to_string(),
            party: party.to_string(),
            service: service[row].map(str::to_string),
            priority: priority[row],
            metric: metric.to_string(),
            target,
            unit: None,
            better: Better::Neither,
            calendar: calendar[row].map(str::to_string),
            period: "this-month",
            stock: false,
            credit_share: share[row],
            amount: amount[row],
            currency: currency[row].map(str::to_string),
            valid: (from[row], to[row]),
            condition: None,
            problem: None,
        };
        term.problem = settle(context, &mut term, unit[row], period[row]).err();
        found.push(term);
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(found)
}

/// Fills in what the metric decides.
///
/// # Errors
/// Why the agreement can't be measured.
fn settle(context: &Context, term: &mut Term, unit: Option<&str>, period: Option<&str>) -> Result<(), String> {
    let about = context.figures.about(&term.metric);
    let about = about.ok_or_else(|| format!("there is no metric `{}`", term.metric))?;
    if about.rests_on_metrics {
        return Err(format!("the metric `{}` is itself about agreements", term.metric));
    }
    (term.unit, term.better, term.stock) = (Some(about.unit), about.better, about.stock);
    term.target = in_unit(term.target, unit, about.unit)?;
    if about.better == Better::Neither {
        return Err(format!("the metric `{}` has no better direction", term.metric));
    }
    term.period = period_of(period)?;
    if let Some(name) = term.calendar.as_ref().filter(|name| !context.project.calendars.contains_key(*name)) {
        return Err(format!("the project has no calendar `{name}`"));
    }
    if term.calendar.is_some() && about.unit == Unit::Seconds && !about.hours {
        return Err(format!("the metric `{}` counts round the clock and on no calendar", term.metric));
    }
    term.condition = condition(term, &about)?;
    Ok(())
}

/// A target in the unit of its metric.
fn in_unit(target: f64, word: Option<&str>, unit: Unit) -> Result<f64, String> {
    let lower = word.map(str::to_lowercase);
    let wrong = || format!("its unit `{}` is none of the metric, which is in {}", word.unwrap_or(""), unit.as_str());
    match (unit, lower.as_deref()) {
        // Rounded in decimals: 99.9 / 100 is a little more than 0.999 in floating point, and would be missed by who reaches that.
        (Unit::Share, Some("%" | "percent" | "per cent" | "pct" | "prozent" | "pour cent")) => {
            Ok((target * 1e10).round() / 1e12)
        }
        (Unit::Share, None) if target > 1.0 => Err(format!("its target {target} is above 1: is its unit percent?")),
        (Unit::Share, None | Some("share" | "ratio" | "fraction")) => Ok(target),
        (Unit::Seconds, word) => unit_s(word).map(|factor| target * factor).ok_or_else(wrong),
        (_, None) => Ok(target),
        (unit, Some(word)) if word == unit.as_str() || word == "number" || word == "count" => Ok(target),
        _ => Err(wrong()),
    }
}

/// The period over which it is judged; a month where none is named.
fn period_of(word: Option<&str>) -> Result<&'static str, String> {
    Ok(match word.map(str::to_lowercase).as_deref() {
        None | Some("month" | "monthly" | "calendar month" | "calendar_month") => "this-month",
        Some("day" | "daily") => "today",
        Some("week" | "weekly") => "this-week",
        Some("quarter" | "quarterly") => "this-quarter",
        Some("half" | "half-year" | "half-yearly") => "this-half",
        Some("year" | "yearly" | "annual") => "this-year",
        Some(other) => return Err(format!("its period `{other}` is none of day, week, month, quarter, half, year")),
    })
}

/// Which rows an agreement is about: of its service, of its party and of its priority, as far as the metric's rows say.
fn condition(term: &Term, about: &About) -> Result<Option<String>, String> {
    let quoted = |value: &str| format!("'{}'", value.replace('\'', "''"));
    let mut parts = Vec::new();
    let column = match term.kind.as_str() {
        "sla" => "customer",
        "ola" => "team",
        _ => "supplier",
    };
    if let Some(service) = &term.service {
        if !about.has("service") {
            return Err(format!("the metric `{}` doesn't know services", term.metric));
        }
        parts.push(format!("service = {}", quoted(service)));
    }
    match (about.has(column), &term.service) {
        // A service that names no supplier is its contract's all the same.
        (true, Some(_)) if column == "supplier" => {
            parts.push(format!("(supplier = {} OR supplier IS NULL)", quoted(&term.party)));
        }
        (true, _) => parts.push(format!("{column} = {}", quoted(&term.party))),
        (false, Some(_)) => {}
        (false, None) => return Err(format!("the metric `{}` can't be limited to a {column}", term.metric)),
    }
    if let Some(priority) = term.priority {
        let named = ["priority", "severity"].into_iter().find(|name| about.has(name));
        let named = named.ok_or_else(|| format!("the metric `{}` can't be limited to a priority", term.metric))?;
        parts.push(format!("{named} = {priority}"));
    }
    Ok((!parts.is_empty()).then(|| parts.join(" AND ")))
}

/// Builds the fact `agreements`.
pub(in crate::facts) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let terms = read(context)?;
    let mut fact = Builder::default();
    describe(&mut fact, &terms.iter().collect::<Vec<_>>());
    fact.text("problem", terms.iter().map(|term| term.problem.as_deref()).collect());
    fact.boolean("measurable", terms.iter().map(|term| Some(term.problem.is_none())).collect());
    fact.boolean("commitment", ladder::commitments(&terms).into_iter().map(Some).collect());
    fact.instant("valid_from_at", terms.iter().map(|term| Some(term.valid.0.unwrap_or(0))).collect())?;
    fact.instant("valid_to_at", terms.iter().map(|term| term.valid.1).collect())?;
    let expiring = |term: &Term| Some((term.valid.1? - EXPIRING_US).max(term.valid.0.unwrap_or(i64::MIN)));
    fact.instant("expiring_from_at", terms.iter().map(expiring).collect())?;
    fact.finish()
}

impl Term {
    /// The promise in words: "Netco: availability of Network at least 99.95 %".
    pub(super) fn words(&self) -> String {
        let metric = self.metric.replace('_', " ");
        let about = self.service.as_ref().map(|service| format!(" of {service}")).unwrap_or_default();
        let priority = self.priority.map(|priority| format!(", priority {priority}")).unwrap_or_default();
        let bound = if self.better == Better::Lower { "at most" } else { "at least" };
        let number = |value: f64| ((value * 1e6).round() / 1e6).to_string();
        let target = match self.unit {
            Some(Unit::Share) => format!("{} %", number(self.target * 100.0)),
            Some(Unit::Seconds) if self.target >= 3_600.0 => format!("{} h", number(self.target / 3_600.0)),
            Some(Unit::Seconds) => format!("{} min", number(self.target / 60.0)),
            _ => number(self.target),
        };
        let hours = self.calendar.as_ref().map(|calendar| format!(", {calendar} hours")).unwrap_or_default();
        format!("{}: {metric}{about}{priority} {bound} {target}{hours}", self.party)
    }
}

/// The columns that agreements and their periods share.
pub(super) fn describe(fact: &mut Builder, terms: &[&Term]) {
    let mut column = |name: &str, of: &dyn Fn(&Term) -> Option<String>| {
        fact.text(name, terms.iter().map(|term| of(term)).collect());
    };
    column("agreement", &|term| Some(term.id.clone()));
    column("promise", &|term| Some(term.words()));
    column("kind", &|term| Some(term.kind.clone()));
    column("customer", &|term| term.party_of("sla").map(str::to_string));
    column("team", &|term| term.party_of("ola").map(str::to_string));
    column("supplier", &|term| term.party_of("contract").map(str::to_string));
    column("service", &|term| term.service.clone());
    column("metric", &|term| Some(term.metric.clone()));
    column("unit", &|term| term.unit.map(|unit| unit.as_str().to_string()));
    column("better", &|term| term.unit.map(|_| term.better.as_str().to_string()));
    column("calendar", &|term| term.calendar.clone());
    column("currency", &|term| term.currency.clone());
    fact.integer("priority", terms.iter().map(|term| term.priority).collect());
    fact.number("target", terms.iter().map(|term| Some(term.target)).collect());
    fact.number("amount", terms.iter().map(|term| term.amount).collect());
}

#[cfg(test)]
mod tests {
    use super::super::periods;
    use super::*;

    #[test]
    fn targets_come_into_the_unit_of_their_metric() {
        assert_eq!(in_unit(99.9, Some("%"), Unit::Share), Ok(0.999));
        assert_eq!(in_unit(0.999, None, Unit::Share), Ok(0.999));
        assert_eq!(in_unit(4.0, Some("h"), Unit::Seconds), Ok(14_400.0));
        assert_eq!(in_unit(900.0, None, Unit::Seconds), Ok(900.0));
        assert!(in_unit(99.9, None, Unit::Share).unwrap_err().contains("percent"));
        assert!(in_unit(4.0, Some("%"), Unit::Seconds).unwrap_err().contains("seconds"));
        assert_eq!(period_of(Some("Quarterly")), Ok("this-quarter"));
        assert!(period_of(Some("fortnight")).is_err());
    }

    fn about(columns: &[&str]) -> About {
        let columns = vec![columns.iter().map(|name| (*name).to_string()).collect()];
        let (unit, better) = (Unit::Share, Better::Higher);
        About { unit, better, stock: false, rests_on_metrics: false, hours: true, columns }
    }

    fn term(kind: &str, service: Option<&str>, priority: Option<i64>) -> Term {
        let (kind, service) = (kind.into(), service.map(str::to_string));
        Term { kind, party: "O'Neil".into(), service, priority, ..periods::tests::term("A", 0.9) }
    }

    #[test]
    fn a_promise_reads_as_one_would_say_it() {
        let words = Term { target: 0.9995, ..term("contract", Some("Mail"), Some(2)) }.words();
        assert_eq!(words, "O'Neil: availability of Mail, priority 2 at least 99.95 %");
        let time = Term { unit: Some(Unit::Seconds), better: Better::Lower, ..term("ola", None, None) };
        let in_office = Term { target: 5_400.0, calendar: Some("office".into()), ..time.clone() };
        assert_eq!(in_office.words(), "O'Neil: availability at most 1.5 h, office hours");
        assert_eq!(Term { target: 900.0, ..time }.words(), "O'Neil: availability at most 15 min");
    }

    #[test]
    fn an_agreement_is_about_its_service_party_and_priority() {
        let of = |kind, service, priority, columns: &[&str]| condition(&term(kind, service, priority), &about(columns));
        let all = ["service", "customer", "team", "supplier", "priority"];
        assert_eq!(of("sla", None, Some(2), &all), Ok(Some("customer = 'O''Neil' AND priority = 2".into())));
        assert_eq!(of("ola", None, None, &all), Ok(Some("team = 'O''Neil'".into())));
        let contract = "service = 'Mail' AND (supplier = 'O''Neil' OR supplier IS NULL)";
        assert_eq!(of("contract", Some("Mail"), None, &all), Ok(Some(contract.into())));
        assert_eq!(of("sla", Some("Mail"), None, &["service"]), Ok(Some("service = 'Mail'".into())));
        assert!(of("sla", None, None, &["service"]).unwrap_err().contains("customer"));
        assert!(of("contract", Some("Mail"), Some(1), &["service", "supplier"]).unwrap_err().contains("priority"));
        assert!(of("contract", Some("Mail"), None, &["supplier"]).unwrap_err().contains("services"));
    }
}
