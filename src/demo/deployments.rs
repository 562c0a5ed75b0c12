//! Releases on their way through the environments: builds, failures that stop them, hotfixes, rollbacks, the firebreak
//! before production and the shadow after it. Where a change was carried out, its deployment into production agrees with it.

use super::chance::Chance;
use super::changes::{Change, release};
use super::clock::{AS_OF_S, DAY_S, Span, by_now, day_after, local, utc};
use super::organisation::{DATA, ORDER_DESK, SERVICES};
use super::outages::Outage;
use std::collections::BTreeMap;

/// From the first to the last.
pub(super) const ENVIRONMENTS: [&str; 4] = ["dev", "test", "acceptance", "production"];
/// Position of production in [`ENVIRONMENTS`].
pub(super) const PRODUCTION: usize = 3;
/// Weeks between two releases of each service without a change of their own; 0: none.
const CADENCE: [u32; 12] = [1, 1, 2, 1, 2, 1, 2, 4, 4, 0, 4, 4];
/// Services that go live as a shadow first: Payments, Customer portal, Mobile app.
const SHADOWED: [usize; 3] = [0, 3, 5];
/// The service whose authors often put their own code into production.
pub(super) const SELF_DEPLOYED: usize = DATA;

/// One deployment of a build into one environment.
#[derive(Clone, Debug)]
pub(super) struct Deployment {
    pub(super) id: String,
    pub(super) service: usize,
    /// Position in [`ENVIRONMENTS`].
    pub(super) environment: usize,
    pub(super) version: String,
    pub(super) release: String,
    pub(super) change: Option<String>,
    pub(super) committed_s: i64,
    pub(super) started_s: i64,
    pub(super) finished_s: i64,
    pub(super) outcome: &'static str,
    pub(super) kind: &'static str,
    pub(super) commits: u64,
    pub(super) author: String,
    /// Empty: nobody, the pipeline did it.
    pub(super) deployer: String,
    /// Stopped at the firebreak, and let go.
    pub(super) held_s: Option<(i64, Option<i64>)>,
    /// Live as a shadow, and switched to.
    pub(super) shadow_s: Option<(i64, Option<i64>)>,
    /// Position of the outage that it caused.
    pub(super) outage: Option<usize>,
}

impl Deployment {
    /// True if it went into production and stayed.
    pub(super) fn is_live(&self) -> bool {
        self.environment == PRODUCTION && self.outcome == "successful" && self.kind != "rollback"
    }
}

/// What a release is to become.
struct Plan<'a> {
    service: usize,
    /// Start and end in production.
    live_s: (i64, i64),
    change: Option<&'a Change>,
    outage: Option<usize>,
    outcome: &'static str,
    hotfix: bool,
    /// Stops before production.
    cancelled: bool,
}

/// Builds the list.
struct Trains<'a> {
    chance: Chance,
    outages: &'a [Outage],
    builds: BTreeMap<String, u32>,
    live: BTreeMap<usize, String>,
    list: Vec<Deployment>,
}

/// All deployments of a span by their start, with their ids.
pub(super) fn deployments(span: &Span, seed: u64, outages: &[Outage], changes: &[Change]) -> Vec<Deployment> {
    let chance = Chance::new(seed, 9);
    let mut trains = Trains { chance, outages, builds: BTreeMap::new(), live: BTreeMap::new(), list: Vec::new() };
    let chosen = chosen(span, changes);
    for week in 0..span.weeks {
        for (service, &cadence) in CADENCE.iter().enumerate() {
            let own = chosen.get(&(week, service)).map_or(&[][..], Vec::as_slice);
            for &change in own {
                trains.under_change(change);
            }
            if own.is_empty() && cadence > 0 && (week + service as u32).is_multiple_of(cadence) {
                trains.without_change(span, week, service, cadence);
            }
        }
    }
    trains.hold(span);
    let mut list = trains.list;
    list.sort_by(|a, b| {
        let key = |d: &Deployment| (d.started_s, d.service, d.environment, d.finished_s);
        key(a).cmp(&key(b)).then_with(|| a.version.cmp(&b.version))
    });
    for (number, deployment) in list.iter_mut().enumerate() {
        deployment.id = format!("DEP-{:05}", number + 1);
    }
    list
}

/// The changes that show as deployments, by week and service: all that caused an outage, of the others one at most, so
/// that the list doesn't grow with the number of changes.
fn chosen<'a>(span: &Span, changes: &'a [Change]) -> BTreeMap<(u32, usize), Vec<&'a Change>> {
    let mut chosen: BTreeMap<(u32, usize), Vec<&Change>> = BTreeMap::new();
    let is_over = |c: &&Change| c.engineers && c.status == "Closed";
    for change in changes.iter().filter(is_over) {
        let days = (local(change.planned_s.0).date() - span.first_day).num_days();
        let week = u32::try_from(days.max(0) / 7).unwrap_or(0);
        if week < span.weeks {
            let list = chosen.entry((week, change.service)).or_default();
            if change.outage.is_some() || list.iter().all(|other| other.outage.is_some()) {
                list.push(change);
            }
        }
    }
    chosen
}

impl<'a> Trains<'a> {
    fn under_change(&mut self, change: &'a Change) {
        let outage = change.outage.and_then(|position| self.outages.get(position));
        let live_s = match (change.actual_s, outage) {
            (Some((start_s, _)), Some(outage)) => (start_s + 60, (outage.start_s - 5).max(start_s + 90)),
            (Some((start_s, end_s)), None) => (start_s + 60, start_s + 60 + (end_s - start_s - 60) * 4 / 10),
            (None, _) => (change.planned_s.0, change.planned_s.0 + 600),
        };
        let outcome = match change.outcome {
            "Backed out" => "rolled_back",
            "Failed" => "failed",
            _ => "successful",
        };
        self.ship(Plan {
            service: change.service,
            live_s,
            change: Some(change),
            outage: change.outage,
            outcome,
            hotfix: change.kind == "Emergency",
            cancelled: change.actual_s.is_none(),
        });
    }

    fn without_change(&mut self, span: &Span, week: u32, service: usize, cadence: u32) {
        let chance = &mut self.chance;
        let day = day_after(span.first_day, i64::from(week) * 7 + chance.between(1, 4));
        let start_s = utc(day, chance.between(10 * 3_600, 16 * 3_600));
        // What is painful and therefore done seldom surprises more often.
        let outcome = if chance.happens(0.02 + 0.03 * f64::from(cadence)) {
            chance.word(&["rolled_back", "rolled_back", "failed"])
        } else {
            "successful"
        };
        let live_s = (start_s, start_s + chance.between(240, 1_800));
        self.ship(Plan { service, live_s, change: None, outage: None, outcome, hotfix: false, cancelled: false });
    }

    /// The next build of the release of that moment.
    fn version(&mut self, release: &str) -> String {
        let build = self.builds.entry(release.to_owned()).or_default();
        *build += 1;
        let number = release.rsplit(' ').next().unwrap_or_default();
        format!("{number}.{build}")
    }

    /// Takes a release through the environments.
    fn ship(&mut self, plan: Plan<'_>) {
        let name = release(plan.service, plan.change.map_or(plan.live_s.0, |c| c.planned_s.0));
        let cadence = CADENCE[plan.service].max(1);
        let chance = &mut self.chance;
        let days = if plan.hotfix { 0.2 } else { 2.5 + 3.2 * f64::from(cadence) };
        let lead_s = chance.log_normal_s(days * DAY_S as f64, 0.35, 3 * 3_600);
        let committed_s = plan.live_s.0 - lead_s;
        let commits = if plan.hotfix {
            1 + chance.below(3)
        } else {
            chance.log_normal_s(7.0 * f64::from(cadence), 0.4, 1) as u64
        };
        let author = author(plan.service, chance);
        let mut build = Deployment {
            id: String::new(),
            service: plan.service,
            environment: 0,
            version: self.version(&name),
            release: name.clone(),
            change: None,
            committed_s,
            started_s: 0,
            finished_s: 0,
            outcome: "successful",
            kind: if plan.hotfix { "hotfix" } else { "normal" },
            commits,
            author,
            deployer: String::new(),
            held_s: None,
            shadow_s: None,
            outage: None,
        };
        let stages: &[(usize, i64, f64)] =
            if plan.hotfix { &[(1, 40, 0.05)] } else { &[(0, 6, 0.05), (1, 30, 0.12), (2, 62, 0.08)] };
        for &(environment, percent, fails) in stages {
            let start_s = committed_s + lead_s * percent / 100;
            build.environment = environment;
            build.started_s = start_s;
            build.finished_s = start_s + self.chance.between(180, 1_500).min(lead_s / 20);
            if self.chance.happens(fails) {
                self.list.push(Deployment { outcome: "failed", ..build.clone() });
                if plan.change.is_none() && self.chance.happens(0.25) {
                    // It was not worth another try.
                    return;
                }
                build.version = self.version(&name);
                build.commits += 1;
                build.started_s = start_s + lead_s / 10;
                build.finished_s = build.started_s + (build.finished_s - start_s);
            }
            self.list.push(build.clone());
        }
        if plan.cancelled || (plan.change.is_none() && self.chance.happens(0.02)) {
            return;
        }
        self.go_live(&plan, build);
    }

    /// The last step, and what it takes to mend it.
    fn go_live(&mut self, plan: &Plan<'_>, mut build: Deployment) {
        let chance = &mut self.chance;
        let ready_s = build.finished_s;
        let (start_s, end_s) = plan.live_s;
        if build.kind == "normal" && chance.happens(0.25) {
            let held_s = ready_s + (start_s - ready_s) / 10;
            build.held_s = Some((held_s, Some(start_s - (start_s - held_s) / 8)));
        }
        build.environment = PRODUCTION;
        (build.started_s, build.finished_s) = (start_s, end_s);
        build.change = plan.change.map(|c| c.key.clone());
        build.outcome = plan.outcome;
        build.outage = plan.outage;
        build.deployer = match plan.change {
            _ if plan.service == SELF_DEPLOYED && chance.happens(0.5) => build.author.clone(),
            Some(change) if chance.happens(0.5) => format!("Engineer {}", change.people.1),
            _ => String::new(),
        };
        if SHADOWED.contains(&plan.service) && build.kind == "normal" {
            build.shadow_s = if plan.outage.is_some() {
                // Users felt it, so they had been switched.
                Some(((start_s + end_s) / 2, Some(end_s)))
            } else {
                let switched = build.outcome == "successful" && chance.happens(0.94);
                Some((end_s, by_now(end_s + chance.between(2, 30) * 3_600).filter(|_| switched)))
            };
        }
        let fix_s = match (plan.outage.and_then(|position| self.outages.get(position)), plan.change) {
            (Some(outage), _) => outage.until_s(),
            (None, Some(Change { actual_s: Some((_, change_end_s)), .. })) => (change_end_s - 30).max(end_s + 60),
            _ => end_s + chance.between(1_200, 5_400),
        };
        let live = build.is_live();
        let with_issues = plan.change.is_some_and(|c| c.outcome == "Successful with issues");
        let rolls_back = build.outcome == "rolled_back";
        let mended = Deployment {
            started_s: end_s + (fix_s - end_s) * 3 / 4,
            finished_s: fix_s,
            outcome: "successful",
            deployer: String::new(),
            held_s: None,
            shadow_s: None,
            outage: None,
            ..build.clone()
        };
        let version = build.version.clone();
        self.list.push(build);
        if rolls_back {
            let before = self.live.get(&plan.service).cloned().unwrap_or_else(|| "previous".to_owned());
            self.list.push(Deployment { kind: "rollback", version: before, commits: 0, ..mended });
        } else if !live || with_issues {
            let version = self.version(&mended.release);
            let committed_s = end_s + (fix_s - end_s) / 8;
            let hotfix = Deployment { kind: "hotfix", version: version.clone(), commits: 1, committed_s, ..mended };
            let tested_s = (committed_s + (hotfix.started_s - committed_s) / 3, hotfix.started_s - 1);
            let (started_s, finished_s) = (tested_s.0, tested_s.1.max(tested_s.0));
            self.list.push(Deployment { environment: 1, change: None, started_s, finished_s, ..hotfix.clone() });
            self.list.push(hotfix);
            self.live.insert(plan.service, version);
        } else {
            self.live.insert(plan.service, version);
        }
    }

    /// The release that the firebreak holds at as-of: it has passed acceptance and hasn't been let go.
    fn hold(&mut self, span: &Span) {
        let name = release(ORDER_DESK, AS_OF_S);
        let committed_s = utc(span.day(0, 0), 11 * 3_600);
        let author = author(ORDER_DESK, &mut self.chance);
        let version = self.version(&name);
        for environment in 0..PRODUCTION {
            let started_s = committed_s + (1 + environment as i64) * DAY_S;
            let finished_s = started_s + 900;
            self.list.push(Deployment {
                id: String::new(),
                service: ORDER_DESK,
                environment,
                version: version.clone(),
                release: name.clone(),
                change: None,
                committed_s,
                started_s,
                finished_s,
                outcome: "successful",
                kind: "normal",
                commits: 9,
                author: author.clone(),
                deployer: String::new(),
                held_s: (environment + 1 == PRODUCTION).then_some((finished_s + 1_800, None)),
                shadow_s: None,
                outage: None,
            });
        }
    }
}

/// Somebody of the service's engineers.
fn author(service: usize, chance: &mut Chance) -> String {
    format!("Developer {}", SERVICES[service].teams[3] as u64 * 8 + chance.below(6) + 1)
}
