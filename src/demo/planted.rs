//! The stories that the exports tell on purpose: what a test may ask of the figures. Instants are microseconds since the
//! epoch, UTC.

/// The stories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planted {
    /// A change that was backed out; absent in a single week.
    pub bad_release: Option<BadRelease>,
    /// A supplier's outage in the last complete week.
    pub supplier_outage: SupplierOutage,
    /// Outage that lies wholly inside a maintenance window.
    pub outage_inside_maintenance: Option<String>,
    /// Outage that begins in a maintenance window and outlasts it.
    pub outage_past_maintenance: Option<String>,
    /// Degradations that overlap an outage of the same service.
    pub overlapping: Vec<String>,
    /// Degradation that is still open at as-of.
    pub open_degradation: Option<String>,
    /// Days without probes of one service.
    pub probe_gap: Gap,
    /// The tier that slowly takes longer.
    pub drift: Drift,
    /// Number of maintenance windows.
    pub maintenance_windows: u64,
    /// The bug that brings more tickets than any other.
    pub top_bug: TopBug,
    /// Tickets that are linked to some bug or known error.
    pub tickets_of_bugs: u64,
    /// Tickets that are linked to the first ticket of a major incident as its children.
    pub tickets_of_major_incidents: u64,
    /// Tickets that are linked to another one that they repeat.
    pub duplicate_tickets: u64,
    /// Bugs whose severity and priority lie three steps apart.
    pub upside_down_bugs: Vec<String>,
    /// Deployment into acceptance of the release that the firebreak holds at as-of.
    pub held_release: String,
    /// Service whose authors put about half of their code into production by themselves; nobody else does.
    pub self_deployed: String,
    /// The Kanban team works on more than its limit.
    pub wip_breach: WipBreach,
    /// A contract that can't carry what was promised to customers.
    pub misalignment: Misalignment,
    /// Answers of customers, stakeholders and service owners, who don't all answer.
    pub responses: Responses,
    /// Answers about tickets; everybody whose ticket is resolved is asked.
    pub ticket_answers: u64,
    /// A large account that became unhappy.
    pub unhappy: Unhappy,
    /// A week of failed backups.
    pub failed_backups: FailedBackups,
    /// Service with backups that no restore test covers.
    pub never_restored: String,
    /// How many patches are late or missing.
    pub patching: Patching,
    /// A resource that will be full.
    pub filling: FillingResource,
    /// A standard that asks for a review.
    pub review: Review,
    /// A service that costs more than its budget.
    pub over_budget: OverBudget,
    /// A team whose toil grows.
    pub toil: Toil,
    /// References to records that nobody has.
    pub orphans: Orphans,
}

/// A release that took a service down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BadRelease {
    /// Key of the change.
    pub change: String,
    /// Service that it hit.
    pub service: String,
    /// Actual start of the change.
    pub change_started: i64,
    /// Its actual end, backed out.
    pub change_ended: i64,
    /// Id of the outage.
    pub outage: String,
    /// Id of the incident.
    pub incident: String,
    /// Start of the outage.
    pub started: i64,
    /// Its end.
    pub ended: i64,
    /// Id of the deployment into production, rolled back.
    pub deployment: String,
    /// Id of the problem.
    pub problem: String,
}

/// A supplier that took services down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SupplierOutage {
    /// Name of the supplier.
    pub supplier: String,
    /// Service, id of the outage, id of the incident, start and end of each service that it hit.
    pub services: Vec<(String, String, String, i64, i64)>,
}

/// A time without probes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// Service whose probes are missing.
    pub service: String,
    /// First missing moment.
    pub from: i64,
    /// End of the gap.
    pub to: i64,
}

/// A slow change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Tier that becomes slower.
    pub tier: u8,
    /// From when on.
    pub from: i64,
}

/// A bug that many tickets lead to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopBug {
    /// Its id.
    pub bug: String,
    /// Its service.
    pub service: String,
    /// Tickets that are linked to it.
    pub tickets: u64,
}

/// More in progress than a team wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WipBreach {
    /// The team.
    pub team: String,
    /// Its limit.
    pub limit: u64,
    /// Monday morning on which everything was taken on at once.
    pub rush: i64,
    /// Days with more in progress at their end than the limit.
    pub days: u64,
    /// The most at the end of a day.
    pub worst: u64,
}

/// A supplier who committed to less than customers were promised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Misalignment {
    /// The supplier.
    pub supplier: String,
    /// The service.
    pub service: String,
    /// Availability that the supplier committed to.
    pub committed: String,
    /// Availability that customers were promised.
    pub promised: String,
}

/// Invitations and answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Responses {
    /// People who were asked.
    pub asked: u64,
    /// Those who answered.
    pub answered: u64,
}

/// An account whose answers about tickets and services became worse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unhappy {
    /// The account.
    pub customer: String,
    /// From when on.
    pub from: i64,
}

/// Nights without a good backup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailedBackups {
    /// The service.
    pub service: String,
    /// When the first of them was scheduled.
    pub from: i64,
    /// When the last of them was scheduled.
    pub to: i64,
    /// How many they are.
    pub nights: u64,
}

/// Patches that were not applied in time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patching {
    /// Applied after they were due.
    pub late: u64,
    /// Missing after they were due, without an exception.
    pub overdue: u64,
    /// Missing by an exception that still holds.
    pub excepted: u64,
    /// Missing by an exception that has run out.
    pub expired: u64,
}

/// A resource that grows by the same amount every day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FillingResource {
    /// Its name.
    pub resource: String,
    /// Its last reading.
    pub last_reading: i64,
    /// How much is added a day.
    pub a_day: i64,
    /// Days from the last reading until it is full.
    pub days_left: i64,
}

/// A standard with many open exceptions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// The standard.
    pub standard: String,
    /// How many are open.
    pub open_exceptions: u64,
}

/// A service whose costs left the budget.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverBudget {
    /// The service.
    pub service: String,
    /// Start of the first month of it.
    pub from: i64,
}

/// A team that gets ever more of the same work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Toil {
    /// The team.
    pub team: String,
    /// From when on.
    pub from: i64,
    /// Percent of its hours before.
    pub from_percent: i64,
    /// Percent of its hours at as-of.
    pub to_percent: i64,
}

/// Names that stand in one export and in no other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Orphans {
    /// The account of an answer in `surveys.csv`.
    pub customer: String,
    /// Problems in `links.csv`.
    pub problems: Vec<String>,
}

/// Microseconds of a moment in seconds.
pub(super) fn micros(moment_s: i64) -> i64 {
    moment_s * 1_000_000
}
