//! Who the demo organisation is: its services and teams, and the two lists that name them (`services.csv`, `teams.csv`).

use super::sheet::Sheet;
use std::io::{self, Write};

/// A team that tickets and changes are assigned to.
pub(super) struct Team {
    pub(super) name: &'static str,
    pub(super) tier: u8,
    pub(super) supplier: &'static str,
    style: &'static str,
    pub(super) wip_limit: &'static str,
}

const fn team(
    name: &'static str,
    tier: u8,
    supplier: &'static str,
    style: &'static str,
    wip_limit: &'static str,
) -> Team {
    Team { name, tier, supplier, style, wip_limit }
}

pub(super) const SERVICE_DESK: usize = 0;
pub(super) const EVENING_DESK: usize = 1;
pub(super) const TECHNICAL: usize = 2;
/// The team that sends much of what it gets back to where it came from.
pub(super) const DESKTOP: usize = 3;
/// Plays ping-pong with [`SYSTEMS`].
pub(super) const NETWORK_ADMIN: usize = 4;
/// Plays ping-pong with [`NETWORK_ADMIN`].
pub(super) const SYSTEMS: usize = 5;
pub(super) const OPERATIONS_CENTRE: usize = 6;
const PAYMENTS_OPS: usize = 7;
pub(super) const COMMERCE_OPS: usize = 8;
const DATA_OPS: usize = 9;
const WORKPLACE_OPS: usize = 10;
const PAYMENTS_DEV: usize = 11;
pub(super) const COMMERCE_DEV: usize = 12;
const DATA_DEV: usize = 13;
const PLATFORM_DEV: usize = 14;
const MOBILE_DEV: usize = 15;

/// All teams; the constants above are positions in it.
pub(super) const TEAMS: [Team; 16] = [
    team("Service Desk", 1, "", "kanban", "60"),
    team("Evening Desk", 1, "Deskline", "kanban", "30"),
    team("Technical Support", 2, "", "kanban", "40"),
    team("Desktop Support", 2, "Deskline", "kanban", "30"),
    team("Network Administration", 3, "", "kanban", "20"),
    team("Systems Administration", 3, "", "kanban", "25"),
    team("Operations Centre", 3, "Netco", "kanban", "15"),
    team("Payments Operations", 4, "", "kanban", "12"),
    team("Commerce Operations", 4, "", "kanban", "15"),
    team("Data Operations", 4, "Cloudia", "kanban", "12"),
    team("Workplace Operations", 4, "", "kanban", "15"),
    team("Payments Engineering", 5, "", "scrum", ""),
    team("Commerce Engineering", 5, "", "scrum", ""),
    team("Data Engineering", 5, "", "scrum", ""),
    team("Platform Engineering", 5, "", "scrum", ""),
    team("Mobile Engineering", 5, "", "scrum", ""),
];

/// A service, and how it behaves in the demo.
pub(super) struct Service {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    criticality: &'static str,
    pub(super) supplier: &'static str,
    calendar: &'static str,
    parent: &'static str,
    depends_on: &'static str,
    /// Teams of tiers 2 to 5 that look after it.
    pub(super) teams: [usize; 4],
    /// Share of the ordinary tickets, in parts of the sum over all services.
    pub(super) tickets: u32,
    /// Outages and degradations a week, and the median minutes of an outage.
    pub(super) outages_per_week: f64,
    pub(super) outage_minutes: f64,
    /// Response time of a probe in hundredths of a second; 0 = not probed.
    pub(super) latency_cs: u32,
    /// People who use it; empty where nobody counted them.
    pub(super) users: &'static str,
}

pub(super) const PAYMENTS: usize = 0;
pub(super) const ORDER_DESK: usize = 1;
pub(super) const IDENTITY: usize = 2;
pub(super) const PORTAL: usize = 3;
pub(super) const DATA: usize = 4;
pub(super) const ERP: usize = 6;
pub(super) const WAREHOUSE: usize = 7;
pub(super) const EMAIL: usize = 8;
pub(super) const NETWORK: usize = 9;
pub(super) const DESKTOPS: usize = 10;
pub(super) const INTRANET: usize = 11;
/// The supplier whose outage hits Network and Payments.
pub(super) const NETCO: &str = "Netco";
/// All suppliers.
pub(super) const SUPPLIERS: [&str; 4] = [NETCO, "Paywise", "Cloudia", "Deskline"];

#[rustfmt::skip]
pub(super) const SERVICES: [Service; 12] = [
    Service { name: "Payments", kind: "business", criticality: "1", supplier: "Paywise", calendar: "", parent: "", depends_on: "Network;Identity",
        teams: [TECHNICAL, SYSTEMS, PAYMENTS_OPS, PAYMENTS_DEV], tickets: 8, outages_per_week: 0.18, outage_minutes: 7.0, latency_cs: 18, users: "4200" },
    Service { name: "Order desk", kind: "business", criticality: "1", supplier: "", calendar: "", parent: "", depends_on: "Payments;Identity;ERP",
        teams: [TECHNICAL, SYSTEMS, COMMERCE_OPS, COMMERCE_DEV], tickets: 10, outages_per_week: 0.30, outage_minutes: 10.0, latency_cs: 0, users: "350" },
    Service { name: "Identity", kind: "platform", criticality: "1", supplier: "", calendar: "", parent: "", depends_on: "Network",
        teams: [TECHNICAL, SYSTEMS, WORKPLACE_OPS, PLATFORM_DEV], tickets: 14, outages_per_week: 0.15, outage_minutes: 6.0, latency_cs: 0, users: "2600" },
    Service { name: "Customer portal", kind: "business", criticality: "2", supplier: "", calendar: "", parent: "", depends_on: "Payments;Identity;Data platform",
        teams: [TECHNICAL, SYSTEMS, COMMERCE_OPS, COMMERCE_DEV], tickets: 9, outages_per_week: 0.30, outage_minutes: 9.0, latency_cs: 31, users: "9800" },
    Service { name: "Data platform", kind: "platform", criticality: "2", supplier: "Cloudia", calendar: "", parent: "", depends_on: "Network",
        teams: [TECHNICAL, SYSTEMS, DATA_OPS, DATA_DEV], tickets: 7, outages_per_week: 0.50, outage_minutes: 22.0, latency_cs: 74, users: "420" },
    Service { name: "Mobile app", kind: "application", criticality: "2", supplier: "", calendar: "", parent: "Customer portal", depends_on: "Customer portal",
        teams: [TECHNICAL, SYSTEMS, COMMERCE_OPS, MOBILE_DEV], tickets: 7, outages_per_week: 0.35, outage_minutes: 12.0, latency_cs: 0, users: "6100" },
    Service { name: "ERP", kind: "application", criticality: "2", supplier: "", calendar: "", parent: "", depends_on: "Network;Identity",
        teams: [TECHNICAL, SYSTEMS, COMMERCE_OPS, COMMERCE_DEV], tickets: 9, outages_per_week: 0.20, outage_minutes: 18.0, latency_cs: 0, users: "780" },
    Service { name: "Warehouse", kind: "application", criticality: "2", supplier: "", calendar: "", parent: "ERP", depends_on: "ERP;Network",
        teams: [TECHNICAL, NETWORK_ADMIN, COMMERCE_OPS, COMMERCE_DEV], tickets: 6, outages_per_week: 0.25, outage_minutes: 14.0, latency_cs: 0, users: "310" },
    Service { name: "E-mail", kind: "application", criticality: "3", supplier: "Cloudia", calendar: "", parent: "", depends_on: "Identity",
        teams: [DESKTOP, SYSTEMS, WORKPLACE_OPS, PLATFORM_DEV], tickets: 11, outages_per_week: 0.15, outage_minutes: 10.0, latency_cs: 0, users: "2600" },
    Service { name: "Network", kind: "infrastructure", criticality: "1", supplier: NETCO, calendar: "", parent: "", depends_on: "",
        teams: [TECHNICAL, NETWORK_ADMIN, WORKPLACE_OPS, PLATFORM_DEV], tickets: 8, outages_per_week: 0.15, outage_minutes: 9.0, latency_cs: 2, users: "2600" },
    Service { name: "Virtual desktop", kind: "application", criticality: "3", supplier: "Deskline", calendar: "", parent: "", depends_on: "Network;Identity",
        teams: [DESKTOP, SYSTEMS, WORKPLACE_OPS, PLATFORM_DEV], tickets: 12, outages_per_week: 0.40, outage_minutes: 15.0, latency_cs: 0, users: "940" },
    Service { name: "Intranet", kind: "application", criticality: "4", supplier: "", calendar: "office", parent: "", depends_on: "Identity",
        teams: [DESKTOP, SYSTEMS, WORKPLACE_OPS, PLATFORM_DEV], tickets: 5, outages_per_week: 0.30, outage_minutes: 20.0, latency_cs: 0, users: "" },
];

impl Service {
    /// True for the services that the business stands still without.
    pub(super) fn critical(&self) -> bool {
        self.criticality == "1"
    }
}

/// Writes `services.csv`: the canonical columns of the table.
pub(super) fn write_services<W: Write>(sheet: &mut Sheet<W>) -> io::Result<()> {
    sheet.header("service,name,kind,criticality,owner_team,supplier,calendar,parent,depends_on,users")?;
    for s in &SERVICES {
        let owner = TEAMS[s.teams[2]].name;
        sheet.row(&[
            s.name,
            s.name,
            s.kind,
            s.criticality,
            owner,
            s.supplier,
            s.calendar,
            s.parent,
            s.depends_on,
            s.users,
        ])?;
    }
    Ok(())
}

/// Writes `teams.csv`: the canonical columns of the table.
pub(super) fn write_teams<W: Write>(sheet: &mut Sheet<W>) -> io::Result<()> {
    sheet.header("team,name,tier,supplier,style,wip_limit")?;
    for t in &TEAMS {
        sheet.row(&[t.name, t.name, &t.tier.to_string(), t.supplier, t.style, t.wip_limit])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_has_a_team_in_each_tier_and_known_dependencies() {
        let names: Vec<&str> = SERVICES.iter().map(|s| s.name).collect();
        for service in &SERVICES {
            for (position, &team) in service.teams.iter().enumerate() {
                assert_eq!(usize::from(TEAMS[team].tier), position + 2, "{}", service.name);
            }
            assert!(service.supplier.is_empty() || SUPPLIERS.contains(&service.supplier));
            for other in service.depends_on.split(';').chain([service.parent]).filter(|n| !n.is_empty()) {
                assert!(names.contains(&other), "{other}");
            }
        }
        assert_eq!((names[PAYMENTS], names[DATA], names[ERP]), ("Payments", "Data platform", "ERP"));
        assert_eq!((names[NETWORK], names[DESKTOPS], names[INTRANET]), ("Network", "Virtual desktop", "Intranet"));
    }
}
