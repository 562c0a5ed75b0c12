//! The fact `agreement_periods`: one row an agreement and period over which it is judged, with what was promised, what was
//! measured, what is owed, and what is left of the budget.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::super::columns::Builder;
use super::super::context::Context;
use super::super::figures::{Ask, Figure};
use super::super::money::Money;
use super::ladder::{credit_shares, keeps, ladders};
use super::terms::{self, Term, describe};
use crate::arithmetic::local_time;
use crate::arithmetic::period::{self, Period};
use crate::declaration::metric::{Better, Unit};
use crate::lake::LakeError;

/// The name under which a metric counts the rows that its own condition leaves out: part of its meaning, and no exclusion.
const OWN_CONDITION: &str = "where";
/// How far back agreements are judged, in days.
const HISTORY_DAYS: i64 = 3 * 366;
/// Of so many periods in a row, the newest included, two misses are a repeated one.
const REPEATED_OF: usize = 3;

/// Questions that are asked together.
const TOGETHER: usize = 32;

/// A calendar, and on it a metric, a condition, a kind of period and the time in which it holds: what makes two promises ask the
/// same.
type Question<'a> = (Option<&'a str>, (&'a str, Option<&'a str>, &'static str, (Option<i64>, Option<i64>)));

/// One agreement in one period.
struct Row<'a> {
    term: &'a Term,
    commitment: &'a str,
    period: Period,
    figure: Figure,
    credit_share: Option<f64>,
    repeated: Option<bool>,
}

/// Builds the fact `agreement_periods`.
pub(in crate::facts) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let terms = terms::read(context)?;
    let ladders = ladders(&terms);
    let asked: Vec<(&Term, Vec<Period>)> = ladders
        .iter()
        .map(|ladder| (&terms[ladder.commitment], periods_of(context, &terms[ladder.commitment])))
        .collect();
    let figures = measure(context, &asked)?;
    let mut rows: Vec<Row> = Vec::new();
    for ((ladder, (commitment, periods)), figures) in ladders.iter().zip(&asked).zip(&figures) {
        let steps: Vec<&Term> = ladder.steps.iter().map(|place| &terms[*place]).collect();
        let shares: Vec<Vec<Option<f64>>> = figures.iter().map(|figure| credit_shares(&steps, figure.value)).collect();
        // Before anything was recorded there was nothing to keep; where nothing ever was, the newest period says so. What
        // can't be measured is missing in every period.
        let first = figures.iter().position(|figure| figure.value.is_some()).unwrap_or(figures.len().saturating_sub(1));
        let first = if commitment.problem.is_none() { first } else { 0 };
        for (place, term) in steps.iter().enumerate() {
            let row = |(at, period): (usize, &Period)| Row {
                term,
                commitment: &commitment.id,
                period: period.clone(),
                figure: figures[at].clone(),
                credit_share: shares[at][place],
                repeated: None,
            };
            let mut own: Vec<Row> = periods.iter().enumerate().skip(first).map(row).collect();
            repeat(&mut own, context.as_of);
            rows.extend(own);
        }
    }
    rows.sort_by(|a, b| (&a.term.id, a.period.start).cmp(&(&b.term.id, b.period.start)));
    frame(context, &rows)
}

/// The figures of each promise in each of its periods, in order; nothing where it can't be measured. Each distinct question is
/// asked once, and not too many together: each holds a truth value for every row of its fact.
fn measure(context: &Context, asked: &[(&Term, Vec<Period>)]) -> Result<Vec<Vec<Figure>>, LakeError> {
    let mut found: Vec<Vec<Figure>> = asked.iter().map(|(_, periods)| vec![Figure::default(); periods.len()]).collect();
    let mut questions: BTreeMap<Question, Vec<usize>> = BTreeMap::new();
    for (at, (term, periods)) in asked.iter().enumerate() {
        if term.problem.is_none() && !periods.is_empty() {
            let what = (term.metric.as_str(), term.condition.as_deref(), term.period, term.valid);
            questions.entry((term.calendar.as_deref(), what)).or_default().push(at);
        }
    }
    let questions: Vec<(Question, Vec<usize>)> = questions.into_iter().collect();
    for same in questions.chunk_by(|a, b| a.0.0 == b.0.0) {
        for chunk in same.chunks(TOGETHER) {
            let ask = |(_, askers): &(Question, Vec<usize>)| {
                let (term, periods) = &asked[askers[0]];
                Ask { metric: term.metric.clone(), condition: term.condition.clone(), periods: periods.clone() }
            };
            let asks: Vec<Ask> = chunk.iter().map(ask).collect();
            let answers = context.figures.measure(&asks, chunk[0].0.0)?;
            for ((_, askers), answer) in chunk.iter().zip(answers) {
                askers.iter().for_each(|at| found[*at].clone_from(&answer));
            }
        }
    }
    Ok(found)
}

/// The periods in which an agreement holds, cut to that time, oldest first.
fn periods_of(context: &Context, term: &Term) -> Vec<Period> {
    let calendar = term.calendar.as_ref().and_then(|name| context.project.calendars.get(name));
    let zone = calendar.and_then(|calendar| calendar.zone()).unwrap_or(context.project.zone);
    let Ok(current) = period::parse(term.period, zone, context.as_of) else { return Vec::new() };
    let since = context.project.since.map(|day| local_time::day_start(day, zone));
    let back = context.as_of - HISTORY_DAYS * 86_400 * local_time::SECOND_US;
    let from = [since, term.valid.0].into_iter().flatten().fold(back, i64::max);
    let to = term.valid.1.unwrap_or(i64::MAX);
    let mut periods = Vec::new();
    let mut next = current;
    while next.end > from {
        let before = next.previous(zone);
        let cut = Period { start: next.start.max(term.valid.0.unwrap_or(i64::MIN)), end: next.end.min(to), ..next };
        // A period that the agreement begins in after as-of has not begun.
        if cut.start < cut.end && cut.start <= context.as_of {
            periods.push(cut);
        }
        next = before;
    }
    periods.reverse();
    periods
}

/// Marks misses that are not the first of three periods in a row.
fn repeat(rows: &mut [Row], as_of: i64) {
    let missed: Vec<Option<bool>> =
        rows.iter().map(|row| row.met().filter(|_| row.over(as_of)).map(|met| !met)).collect();
    for (at, row) in rows.iter_mut().enumerate() {
        let before = &missed[at.saturating_sub(REPEATED_OF - 1)..at];
        row.repeated = missed[at].map(|missed| missed && before.contains(&Some(true)));
    }
}

impl Row<'_> {
    fn over(&self, as_of: i64) -> bool {
        self.period.end <= as_of
    }

    fn met(&self) -> Option<bool> {
        self.figure.value.map(|value| keeps(value, self.term.target, self.term.better))
    }

    /// Whether the whole interval lies on the side of the value.
    fn certain(&self) -> Option<bool> {
        let (met, lower, upper) = (self.met()?, self.figure.lower?, self.figure.upper?);
        let side = |value: f64| keeps(value, self.term.target, self.term.better) == met;
        Some(side(lower) && side(upper))
    }

    fn status(&self, as_of: i64) -> &'static str {
        match (self.met(), self.over(as_of)) {
            _ if self.term.problem.is_some() => "unmeasurable",
            (None, _) => "no_data",
            (Some(_), false) => "running",
            (Some(true), true) => "met",
            (Some(false), true) => "missed",
        }
    }

    /// How far on the right side of the target: below 0 it is missed.
    fn gap(&self) -> Option<f64> {
        let value = self.figure.value?;
        Some(match self.term.better {
            Better::Lower => self.term.target - value,
            _ => value - self.term.target,
        })
    }

    /// What may go wrong in the whole period, and what did: in the unit of the figure's denominator. Of a period that isn't over,
    /// the rest is taken to be like what has been.
    fn budget(&self, as_of: i64) -> Option<(f64, f64)> {
        let (good, all) = (self.figure.numerator?, self.figure.denominator?);
        if self.term.unit != Some(Unit::Share) || !(0.0..=1.0).contains(&self.term.target) || all <= 0.0 {
            return None;
        }
        let seen = (self.period.end.min(as_of.saturating_add(1)) - self.period.start) as f64;
        // What stands at a moment stands for the period, however far that is.
        let factor = if self.term.stock { 1.0 } else { (self.period.end - self.period.start) as f64 / seen.max(1.0) };
        Some(match self.term.better {
            Better::Lower => (self.term.target * all * factor, good),
            _ => ((1.0 - self.term.target) * all * factor, all - good),
        })
    }

    fn exclusions(&self) -> Option<String> {
        let named = self.figure.excluded.iter().filter(|(name, count)| *count > 0 && name != OWN_CONDITION);
        let texts: Vec<String> = named.map(|(name, count)| format!("{name} {count}")).collect();
        (!texts.is_empty()).then(|| texts.join(", "))
    }
}

fn frame(context: &Context, rows: &[Row]) -> Result<DataFrame, LakeError> {
    let as_of = context.as_of;
    let mut fact = Builder::default();
    describe(&mut fact, &rows.iter().map(|row| row.term).collect::<Vec<_>>());
    fact.text("ladder", rows.iter().map(|row| Some(row.commitment)).collect());
    fact.boolean("commitment", rows.iter().map(|row| Some(row.commitment == row.term.id)).collect());
    fact.text("period", rows.iter().map(|row| Some(row.period.id.as_str())).collect());
    fact.instant("from_at", rows.iter().map(|row| Some(row.period.start)).collect())?;
    fact.instant("to_at", rows.iter().map(|row| Some(row.period.end)).collect())?;
    fact.instant("last_at", rows.iter().map(|row| Some((row.period.end - 1).min(as_of))).collect())?;
    fact.boolean("over", rows.iter().map(|row| Some(row.over(as_of))).collect());
    fact.text("status", rows.iter().map(|row| Some(row.status(as_of))).collect());
    fact.boolean("met", rows.iter().map(Row::met).collect());
    fact.boolean("certain", rows.iter().map(Row::certain).collect());
    fact.boolean("repeated", rows.iter().map(|row| row.repeated).collect());
    fact.number("actual", rows.iter().map(|row| row.figure.value).collect());
    fact.number("lower", rows.iter().map(|row| row.figure.lower).collect());
    fact.number("upper", rows.iter().map(|row| row.figure.upper).collect());
    fact.number("gap", rows.iter().map(Row::gap).collect());
    fact.integer("n", rows.iter().map(|row| Some(row.figure.n as i64)).collect());
    fact.number("coverage", rows.iter().map(|row| row.figure.coverage).collect());
    fact.text("exclusions", rows.iter().map(Row::exclusions).collect());
    let budgets: Vec<Option<(f64, f64)>> = rows.iter().map(|row| row.budget(as_of)).collect();
    fact.number("budget_allowed", budgets.iter().map(|budget| budget.map(|budget| budget.0)).collect());
    fact.number("budget_used", budgets.iter().map(|budget| budget.map(|budget| budget.1)).collect());
    let consumed = |budget: &Option<(f64, f64)>| budget.filter(|(allowed, _)| *allowed > 0.0).map(|(a, used)| used / a);
    fact.number("budget_consumed", budgets.iter().map(consumed).collect());
    // What a running period will cost isn't owed yet.
    let share = |row: &Row| row.credit_share.filter(|_| row.over(as_of));
    fact.number("credit_share", rows.iter().map(share).collect());
    let money = Money::of(context)?;
    let price = |term: &Term| money.amount(term.amount, term.currency.as_deref());
    fact.number("credit", rows.iter().map(|row| Some(share(row)? * price(row.term)?)).collect());
    fact.text("problem", rows.iter().map(|row| row.term.problem.as_deref()).collect());
    fact.finish()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::arithmetic::period::PeriodKind;

    /// A contract about availability, a month.
    pub(in super::super) fn term(id: &str, target: f64) -> Term {
        Term {
            id: id.into(),
            kind: "contract".into(),
            party: "Netco".into(),
            service: None,
            priority: None,
            metric: "availability".into(),
            target,
            unit: Some(Unit::Share),
            better: Better::Higher,
            calendar: None,
            period: "this-month",
            stock: false,
            credit_share: None,
            amount: None,
            currency: None,
            valid: (None, None),
            condition: None,
            problem: None,
        }
    }

    fn row<'a>(term: &'a Term, month: i64, value: Option<f64>) -> Row<'a> {
        let period =
            Period { id: month.to_string(), kind: PeriodKind::Month, start: month * 100, end: month * 100 + 100 };
        let figure =
            Figure { value, numerator: value.map(|v| v * 1_000.0), denominator: Some(1_000.0), ..Figure::default() };
        Row { term, commitment: "C", period, figure, credit_share: None, repeated: None }
    }

    #[test]
    fn a_miss_within_two_periods_of_another_is_a_repeated_one() {
        let term = term("C", 0.9);
        let values = [Some(0.8), Some(0.95), Some(0.8), None, Some(0.95), Some(0.7), Some(0.7)];
        let mut rows: Vec<Row> = values.iter().zip(0..).map(|(value, month)| row(&term, month, *value)).collect();
        repeat(&mut rows, 699);
        let found: Vec<Option<bool>> = rows.iter().map(|row| row.repeated).collect();
        // The last one isn't over.
        assert_eq!(found, [Some(false), Some(false), Some(true), None, Some(false), Some(false), None]);
        assert_eq!(rows[6].status(699), "running");
        assert_eq!([rows[0].status(699), rows[1].status(699), rows[3].status(699)], ["missed", "met", "no_data"]);
    }

    #[test]
    fn the_budget_of_a_running_period_is_that_of_all_of_it() {
        let term = term("C", 0.9);
        let running = row(&term, 0, Some(0.95));
        // Half of the period is over: 1,000 of 2,000 seen, 200 may fail, 50 did.
        let (allowed, used) = running.budget(49).unwrap();
        assert!((allowed - 200.0).abs() < 1e-9 && (used - 50.0).abs() < 1e-9, "{allowed} {used}");
        let lower = Term { better: Better::Lower, target: 0.1, ..term.clone() };
        assert_eq!(row(&lower, 0, Some(0.05)).budget(100), Some((100.0, 50.0)));
        assert!((row(&lower, 0, Some(0.05)).gap().unwrap() - 0.05).abs() < 1e-12);
        let stock = Term { stock: true, ..term.clone() };
        let (allowed, used) = row(&stock, 0, Some(0.95)).budget(49).unwrap();
        assert!((allowed - 100.0).abs() < 1e-9 && (used - 50.0).abs() < 1e-9, "a stock is not yet to come");
        assert_eq!(row(&Term { unit: Some(Unit::Seconds), ..lower.clone() }, 0, Some(0.05)).budget(100), None);
        assert_eq!(row(&term, 0, None).met(), None);
    }

    #[test]
    fn a_miss_is_certain_when_the_whole_interval_is_on_its_side() {
        let term = term("C", 0.9);
        let mut one = row(&term, 0, Some(0.8));
        (one.figure.lower, one.figure.upper) = (Some(0.7), Some(0.89));
        assert_eq!(one.certain(), Some(true));
        one.figure.upper = Some(0.95);
        assert_eq!(one.certain(), Some(false));
        one.figure.upper = None;
        assert_eq!(one.certain(), None);
    }
}
