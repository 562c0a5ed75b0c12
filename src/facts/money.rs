//! Amounts in one currency: that of the project, or the only one that occurs. Others are converted by declared rates, or not at
//! all; different currencies never add up.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{instant, number, text};
use super::context::Context;
use crate::declaration::project::practice::currency_code;
use crate::lake::LakeError;

/// The tables that hold amounts, each with the instant of its rows: what they share by as-of is the currency of a project that
/// declares none.
const TABLES: [(&str, &str); 3] = [("finance", "at"), ("register", "opened_at"), ("agreements", "valid_from")];

/// What each currency is worth in the currency of the figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Money {
    currency: Option<String>,
    rates: BTreeMap<String, f64>,
}

impl Money {
    /// The currency of the figures and the rates into it.
    pub(super) fn of(context: &Context) -> Result<Self, LakeError> {
        let declared = &context.project.practice.money;
        if let Some(currency) = declared.currency.as_deref().and_then(currency_code) {
            return Ok(Self::new(currency, &declared.rates));
        }
        let mut found = BTreeSet::new();
        for (table, since) in TABLES {
            let frame = context.frame(table)?;
            if frame.width() == 0 {
                continue;
            }
            let (amount, currency) = (number(&frame, "amount")?, text(&frame, "currency")?);
            let since = instant(&frame, since, None)?;
            for row in (0..frame.height()).filter(|row| since[*row].is_none_or(|at| at <= context.as_of)) {
                found.extend(amount[row].and(currency[row]).map(|text| text.trim().to_ascii_uppercase()));
            }
        }
        let only = found.pop_first().filter(|_| found.is_empty());
        Ok(only.map_or_else(Self::default, |currency| Self::new(currency, &BTreeMap::new())))
    }

    fn new(currency: String, rates: &BTreeMap<String, f64>) -> Self {
        let mut rates: BTreeMap<String, f64> =
            rates.iter().filter_map(|(code, rate)| Some((currency_code(code)?, *rate))).collect();
        rates.insert(currency.clone(), 1.0);
        Self { currency: Some(currency), rates }
    }

    /// The currency of the figures; missing where several occur and none is declared.
    pub(super) fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    /// An amount in the currency of the figures; missing where its own is unknown or has no rate.
    pub(super) fn amount(&self, amount: Option<f64>, currency: Option<&str>) -> Option<f64> {
        let rate = self.rates.get(&currency?.trim().to_ascii_uppercase())?;
        amount.map(|amount| amount * rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_never_add_up_without_a_rate() {
        let money = Money::new("EUR".to_string(), &BTreeMap::from([("usd".to_string(), 0.5)]));
        assert_eq!(money.amount(Some(10.0), Some("eur ")), Some(10.0));
        assert_eq!(money.amount(Some(10.0), Some("USD")), Some(5.0));
        assert_eq!(money.amount(Some(10.0), Some("GBP")), None);
        assert_eq!((money.amount(Some(10.0), None), money.amount(None, Some("EUR"))), (None, None));
        assert_eq!(Money::default().amount(Some(10.0), Some("EUR")), None);
    }
}
