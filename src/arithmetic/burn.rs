//! The windows over which a burning error budget raises an alert, and the burn rates that do it, for a period of any length.
//!
//! A burn rate of 1 consumes exactly the whole budget in the period. An alert watches two look-backs at once: the long one says that
//! the budget has burnt enough to matter, the short one (a twelfth of it) that it still burns.
//! Source: The Site Reliability Workbook, chapter 5, table 5-8 and its example rules; the shares for a week are Sloth's.

/// How quickly somebody has to act on an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// At once.
    Page,
    /// In the next working days.
    Ticket,
}

impl Severity {
    /// The word for it in rules and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
        }
    }
}

/// One pair of look-backs: it alerts while the burn rates over both are above `factor`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurnWindow {
    /// How quickly somebody has to act.
    pub severity: Severity,
    /// The long look-back, seconds.
    pub long_s: i64,
    /// The short look-back, seconds.
    pub short_s: i64,
    /// The burn rate that both must pass: `share` x period / `long_s`.
    pub factor: f64,
    /// The share of the period's budget, 0 to 1, that is gone when the long look-back has burnt at `factor`.
    pub share: f64,
}

impl BurnWindow {
    /// Whether anything can raise it: with a budget of this share, a service that fails wholly burns at 1 / `budget`, and no faster.
    #[must_use]
    pub fn can_fire(&self, budget: f64) -> bool {
        self.factor * budget < 1.0
    }
}

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// Severity, long and short look-back, share of the budget of a long period and of one of at most a week. Over a week the shares
/// of a month would put three of the four burn rates near or below 1, at which the budget isn't in danger.
const WINDOWS: [(Severity, i64, i64, f64, f64); 4] = [
    (Severity::Page, HOUR, 5 * MINUTE, 0.02, 0.08),
    (Severity::Page, 6 * HOUR, 30 * MINUTE, 0.05, 0.125),
    (Severity::Ticket, DAY, 2 * HOUR, 0.10, 0.20),
    (Severity::Ticket, 3 * DAY, 6 * HOUR, 0.10, 0.42),
];

/// The usual four windows for a period of `period_s` seconds, the fastest first; those that aren't shorter than the period are left out.
///
/// 30 days give 14.4, 6, 3 and 1; 28 days 13.44, 5.6, 2.8 and 0.9333; 7 days 13.44, 3.5, 1.4 and 0.98.
#[must_use]
pub fn standard(period_s: i64) -> Vec<BurnWindow> {
    WINDOWS
        .iter()
        .filter(|(_, long_s, ..)| *long_s < period_s)
        .map(|&(severity, long_s, short_s, of_month, of_week)| {
            let share = if period_s <= 7 * DAY { of_week } else { of_month };
            BurnWindow { severity, long_s, short_s, factor: share * period_s as f64 / long_s as f64, share }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factors(days: i64) -> Vec<f64> {
        standard(days * DAY).iter().map(|window| window.factor).collect()
    }

    fn near(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-4, "{found} is not {expected}");
        }
    }

    #[test]
    fn published_burn_rates_of_three_periods() {
        near(&factors(30), &[14.4, 6.0, 3.0, 1.0]);
        near(&factors(28), &[13.44, 5.6, 2.8, 0.9333]);
        near(&factors(7), &[13.44, 3.5, 1.4, 0.98]);
    }

    /// The Site Reliability Workbook, chapter 5: at 90 % a full outage spends 1.389 % of the budget an hour, so 2 % in an hour never is.
    #[test]
    fn a_wide_budget_puts_the_fastest_alert_out_of_reach() {
        let can = |budget| standard(30 * DAY).iter().map(|window| window.can_fire(budget)).collect::<Vec<_>>();
        assert_eq!(can(0.1), [false, true, true, true]);
        assert_eq!(can(0.001), [true; 4]);
    }

    #[test]
    fn the_short_look_back_is_a_twelfth_of_the_long_one() {
        for window in standard(30 * DAY) {
            assert_eq!(window.short_s * 12, window.long_s);
        }
    }

    #[test]
    fn burning_at_the_factor_for_the_long_look_back_consumes_the_share() {
        for days in [1, 2, 5, 7, 8, 14, 30, 90, 365] {
            for window in standard(days * DAY) {
                let consumed = window.factor * window.long_s as f64 / (days * DAY) as f64;
                assert!((consumed - window.share).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_look_back_as_long_as_the_period_is_left_out() {
        assert_eq!(standard(DAY).len(), 2);
        assert_eq!(standard(3 * DAY).len(), 3);
        assert!(standard(0).is_empty());
    }
}
