//! The canonical tables are a contract: their names and columns, and which columns a record needs, stand here a second time,
//! and differ from the declarations only when somebody means them to.

use std::collections::{BTreeMap, BTreeSet};

use nines::declaration::catalogue::Catalogue;
use nines::declaration::definitions::Definitions;

/// Tables and their columns; `*` marks the required ones.
const TABLES: [(&str, &str); 23] = [
    ("services", "service* name kind criticality owner_team supplier calendar parent depends_on users"),
    ("teams", "team* name tier supplier style wip_limit valid_from"),
    ("customers", "customer* name segment large manager units"),
    (
        "tickets",
        "id* kind title status opened_at* acknowledged_at responded_at resolved_at closed_at updated_at priority \
        impact urgency severity service ci customer requester channel opened_by team tier assignee resolver_team \
        supplier category subcategory symptom resolution_code reassignments reopens parent problem change \
        caused_by_change response_due_at resolve_due_at sla_met on_hold_s handle_s first_contact automated knowledge valid \
        major satisfaction",
    ),
    ("ticket_events", "ticket* at* seq event state substate team tier assignee actor"),
    (
        "incidents",
        "id* title service* ticket severity major status started_at detected_at acknowledged_at mitigated_at \
        restored_at closed_at detected_by cause change problem team supplier users_affected impact",
    ),
    ("outages", "id* service* started_at* ended_at kind planned weight incident supplier location"),
    ("probes", "service* at* up* latency_s location interval_s"),
    ("sli_counts", "service* sli* at* period_s* good* total*"),
    ("maintenance", "id* service* started_at* ended_at* announced_at"),
    (
        "changes",
        "id* title service ci type risk status outcome requested_at approved_at planned_start_at planned_end_at \
        started_at ended_at closed_at team requester developer approver implementer authorised release deviates_from \
        tested planned_downtime_s",
    ),
    (
        "deployments",
        "id* service* environment* version release change committed_at started_at finished_at* outcome kind commits \
        author deployer automated held_at released_at shadow_at switched_at",
    ),
    (
        "problems",
        "id* kind title service severity priority status opened_at* diagnosed_at workaround_at fixed_at closed_at \
        found_by found_in team release",
    ),
    ("links", "from_table* from_id* to_table* to_id* kind*"),
    (
        "work_items",
        "id* kind origin title service team style status created_at* committed_at started_at finished_at sprint \
        points class_of_service blocked_s",
    ),
    (
        "agreements",
        "id* kind* party* service priority metric* target* unit calendar period credit_share amount currency \
        valid_from valid_to",
    ),
    ("surveys", "id* at* subject ref service customer supplier question score scale_max* comment"),
    ("jobs", "id* job* kind service supplier scheduled_at* started_at finished_at outcome bytes"),
    ("patches", "id* asset* service patch* severity released_at* due_at applied_at excepted_until reason"),
    ("capacity", "resource* service at* used* available* unit"),
    ("register", "id* kind* subject service opened_at* due_at closed_at impact likelihood amount currency owner"),
    ("finance", "id* at* kind* service supplier category amount* currency* units"),
    ("effort", "id* at* team* service work* hours*"),
];

#[test]
fn the_tables_are_those_of_the_contract() {
    let definitions = Definitions::load(&Catalogue::embedded());
    let ours: BTreeSet<&str> = definitions.tables.keys().map(String::as_str).collect();
    let promised: BTreeMap<&str, &str> = TABLES.into();
    assert_eq!(ours, promised.keys().copied().collect());
    for (name, columns) in promised {
        let promised: BTreeMap<&str, bool> =
            columns.split_whitespace().map(|column| (column.trim_end_matches('*'), column.ends_with('*'))).collect();
        let ours: BTreeMap<&str, bool> =
            definitions.tables[name].columns.iter().map(|column| (column.name.as_str(), column.required)).collect();
        assert_eq!(ours, promised, "{name}");
    }
}

#[test]
fn keys_and_references_name_columns_and_tables_that_exist() {
    let definitions = Definitions::load(&Catalogue::embedded());
    for (name, table) in definitions.tables.iter().chain(&definitions.facts) {
        let columns: BTreeSet<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert!(!table.key.is_empty() && table.key.iter().all(|key| columns.contains(key.as_str())), "{name}: key");
        for (earlier, later) in &table.order {
            assert!(columns.contains(earlier.as_str()) && columns.contains(later.as_str()), "{name}: order");
        }
        for column in &table.columns {
            assert!(!column.meaning.is_empty(), "{name}.{}", column.name);
            if let Some(target) = &column.references {
                assert!(definitions.tables.contains_key(target), "{name}.{} refers to {target}", column.name);
            }
        }
    }
}
