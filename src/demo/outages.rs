//! What went wrong with the services: the outages and degradations of the span, those that tell a story (a bad release, a
//! supplier's outage, work that outlasts its window) and the ordinary ones around them, and `outages.csv`.

use super::chance::Chance;
use super::clock::{AS_OF_S, DAY_S, Span, iso_utc, utc};
use super::organisation::{DATA, DESKTOPS, ERP, INTRANET, NETCO, NETWORK, PAYMENTS, SERVICES, WAREHOUSE};
use super::sheet::{Columns, Sheet, planted_at};
use std::io::{self, Write};

/// The story that an outage belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Story {
    Ordinary,
    BadRelease,
    SupplierOutage,
    InsideMaintenance,
    PastMaintenance,
    /// Begins within another one of the same service.
    Overlapping,
    /// Still open at as-of.
    Open,
}

/// A time in which a service was down or degraded.
pub(super) struct Outage {
    pub(super) id: String,
    pub(super) service: usize,
    pub(super) start_s: i64,
    pub(super) end_s: Option<i64>,
    pub(super) degraded: bool,
    pub(super) cause: &'static str,
    pub(super) supplier: &'static str,
    pub(super) story: Story,
    /// Key of the change that caused it.
    pub(super) change: Option<String>,
    /// Incident that stands for it.
    pub(super) incident: Option<String>,
    /// Tickets that it brings, relative to other outages.
    pub(super) tickets: f64,
}

impl Outage {
    fn new(service: usize, start_s: i64, end_s: i64, story: Story) -> Self {
        Outage {
            id: String::new(),
            service,
            start_s,
            end_s: Some(end_s),
            degraded: false,
            cause: "software",
            supplier: "",
            story,
            change: None,
            incident: None,
            tickets: 1.0,
        }
    }

    /// Its end, or as-of while it lasts.
    pub(super) fn until_s(&self) -> i64 {
        self.end_s.unwrap_or(AS_OF_S)
    }

    /// The site that alone felt it; empty when all did. Only what runs on site fails at a site.
    fn location(&self) -> &'static str {
        let on_site = [NETWORK, WAREHOUSE, DESKTOPS].contains(&self.service) && self.story == Story::Ordinary;
        match self.start_s % 5 {
            0 if on_site => "Ghent",
            1 if on_site => "Antwerp",
            _ => "",
        }
    }

    /// People hit, where somebody counted them: all users of a service that was down, an eighth when it was slow, a third
    /// of them at a site.
    pub(super) fn users_hit(&self) -> Option<u32> {
        let users: u32 = SERVICES[self.service].users.parse().ok()?;
        let share = if self.degraded { 8 } else { 1 } * if self.location().is_empty() { 1 } else { 3 };
        (self.start_s % 7 > 0).then_some(users.div_ceil(share))
    }

    /// Seconds, up to as-of.
    pub(super) fn length_s(&self) -> i64 {
        self.until_s() - self.start_s
    }
}

/// All outages of a span by their start, with their ids.
pub(super) fn outages(span: &Span, seed: u64) -> Vec<Outage> {
    let mut outages = stories(span, seed);
    let planted: Vec<(usize, i64)> = outages.iter().map(|o| (o.service, o.start_s)).collect();
    let mut ordinary = ordinary(span, seed);
    // The stories stand alone, so that what a test says of them is exact.
    ordinary.retain(|o| !planted.iter().any(|p| p.0 == o.service && (o.start_s - p.1).abs() < DAY_S));
    outages.append(&mut ordinary);
    outages.sort_by_key(|o| (o.start_s, o.service, o.degraded));
    for (number, outage) in outages.iter_mut().enumerate() {
        outage.id = format!("OUT-{:04}", number + 1);
    }
    outages
}

fn stories(span: &Span, seed: u64) -> Vec<Outage> {
    let at = |back, weekday, hour: i64, minute: i64| utc(span.day(back, weekday), hour * 3_600 + minute * 60);
    let mut stories = Vec::new();
    // Wednesday of the last complete week: the supplier's backbone fails in the middle of the working day.
    for (service, from, to) in
        [(NETWORK, at(0, 2, 9, 40), at(0, 2, 13, 25)), (PAYMENTS, at(0, 2, 9, 44), at(0, 2, 12, 58))]
    {
        stories.push(Outage {
            cause: "supplier",
            supplier: NETCO,
            tickets: 15.0,
            ..Outage::new(service, from, to, Story::SupplierOutage)
        });
    }
    if span.weeks > 1 {
        let outage = Outage::new(PAYMENTS, at(3, 3, 21, 52), at(3, 3, 23, 5), Story::BadRelease);
        stories.push(Outage { cause: "change", tickets: 14.0, ..outage });
    }
    let inside = Outage::new(ERP, at(5, 6, 3, 10), at(5, 6, 3, 55), Story::InsideMaintenance);
    stories.push(Outage { tickets: 0.0, ..inside });
    let past = Outage::new(DATA, at(2, 5, 23, 20), at(2, 5, 24, 35), Story::PastMaintenance);
    stories.push(Outage { tickets: 0.5, ..past });
    let base = Outage::new(DATA, at(4, 1, 14, 5), at(4, 1, 14, 50), Story::Ordinary);
    stories.push(Outage { cause: "capacity", tickets: 3.0, ..base });
    let over = Outage::new(DATA, at(4, 1, 14, 30), at(4, 1, 16, 15), Story::Overlapping);
    stories.push(Outage { degraded: true, cause: "capacity", ..over });
    if seed % 2 == 1 {
        let open = Outage::new(INTRANET, utc(span.last_monday, 4 * 3_600 + 1_500), 0, Story::Open);
        stories.push(Outage { end_s: None, degraded: true, cause: "capacity", ..open });
    }
    stories
}

fn ordinary(span: &Span, seed: u64) -> Vec<Outage> {
    let mut chance = Chance::new(seed, 2);
    let mut outages = Vec::new();
    for day in span.days().take(span.weeks as usize * 7) {
        for (number, service) in SERVICES.iter().enumerate() {
            if !chance.happens(service.outages_per_week / 7.0) {
                continue;
            }
            let hour =
                chance.weighted(&[2, 2, 2, 2, 2, 2, 3, 5, 8, 9, 9, 8, 6, 7, 8, 8, 7, 6, 4, 4, 4, 4, 3, 2]) as i64;
            let mut start_s = utc(day, hour * 3_600 + chance.between(0, 3_600));
            let degraded = chance.happens(0.35);
            let scale = if degraded { 150.0 } else { 60.0 };
            // Everything but the planted open degradation is over some minutes before as-of.
            let length_s = chance.log_normal_s(service.outage_minutes * scale, 0.8, 90).min(4 * 3_600);
            let mut cause = chance.word(&["software", "software", "hardware", "configuration", "capacity", "network"]);
            let mut supplier = "";
            if !service.supplier.is_empty() && chance.happens(0.25) {
                (cause, supplier) = ("supplier", service.supplier);
            } else if !degraded && chance.happens(0.06) {
                // Changes are made in the evening.
                cause = "change";
                start_s = utc(day, 19 * 3_600 + 1_800 + chance.between(0, 9_000));
            }
            let reach = f64::from(service.tickets) / 9.0 * (0.6 + length_s as f64 / 1_500.0).min(6.0);
            let outage = Outage::new(number, start_s, start_s + length_s, Story::Ordinary);
            let tickets = if degraded { 0.4 * reach } else { reach };
            outages.push(Outage { degraded, cause, supplier, tickets, ..outage });
            if !degraded && chance.happens(0.05) {
                // Still slow for a while after it is back.
                let from_s = start_s + length_s / 2;
                let over =
                    Outage::new(number, from_s, (from_s + length_s + 900).min(AS_OF_S - 600), Story::Overlapping);
                outages.push(Outage { degraded: true, cause, supplier, tickets: 0.2, ..over });
            }
        }
    }
    outages
}

/// Writes `outages.csv`: canonical columns, UTC.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, outages: &[Outage]) -> io::Result<()> {
    sheet.header("id,service,started_at,ended_at,kind,planned,weight,incident,supplier,location")?;
    let columns = Columns { key: 0, date: 2, word: None };
    for (position, o) in outages.iter().enumerate() {
        let (kind, weight) = if o.degraded { ("degradation", "0.3") } else { ("outage", "1") };
        let end = o.end_s.map(iso_utc).unwrap_or_default();
        let incident = o.incident.as_deref().unwrap_or_default();
        let start = iso_utc(o.start_s);
        let row =
            [&o.id, SERVICES[o.service].name, &start, &end, kind, "false", weight, incident, o.supplier, o.location()];
        for damage in planted_at(position, outages.len()) {
            sheet.damaged_row(&row, columns, damage)?;
        }
        sheet.row(&row)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_are_told_once() {
        for weeks in [1, 2, 26, 60] {
            let outages = outages(&Span::new(weeks), 1);
            let count = |story| outages.iter().filter(|o| o.story == story).count();
            assert_eq!(count(Story::SupplierOutage), 2);
            assert_eq!(count(Story::BadRelease), usize::from(weeks > 1));
            assert_eq!((count(Story::InsideMaintenance), count(Story::PastMaintenance), count(Story::Open)), (1, 1, 1));
            assert!(
                outages
                    .iter()
                    .all(|o| o.length_s() > 0 && o.start_s >= Span::new(weeks).start_s && o.until_s() <= AS_OF_S)
            );
        }
    }

    #[test]
    fn availability_is_that_of_a_decent_house() {
        let span = Span::new(104);
        let outages = outages(&span, 2);
        for (number, service) in SERVICES.iter().enumerate() {
            let lost: f64 = outages
                .iter()
                .filter(|o| o.service == number)
                .map(|o| o.length_s() as f64 * if o.degraded { 0.3 } else { 1.0 })
                .sum();
            let availability = 1.0 - lost / (AS_OF_S - span.start_s) as f64;
            assert!((0.995..0.99999).contains(&availability), "{} {availability}", service.name);
        }
    }
}
