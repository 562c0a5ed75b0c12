//! Suppliers and agreements: what is planted there.

use super::DEMO;

#[test]
fn a_contract_that_cannot_carry_the_promise_is_found_with_its_arithmetic() {
    let planted = &DEMO.planted.misalignment;
    let rows = DEMO.project.query(&format!(
        "SELECT promised, committed, carried, supplier, arithmetic FROM fact_promises WHERE service = '{}'",
        planted.service
    ));
    assert!(!rows.is_empty());
    for row in &rows {
        assert_eq!((row["promised"].as_str(), row["carried"].as_str()), (planted.promised.as_str(), "false"));
        assert_eq!(row["supplier"], planted.supplier);
        let (committed, words): (f64, _) = (row["committed"].parse().unwrap(), &row["arithmetic"]);
        // What it needs of another supplier makes it less still.
        assert!(committed <= planted.committed.parse().unwrap());
        for part in [&planted.committed, &planted.supplier, &planted.promised] {
            assert!(words.contains(part.as_str()), "{words}");
        }
    }
    let by_service = DEMO.one("promises_misaligned", "2026-W27", Some(("service", &planted.service)));
    assert_eq!(by_service["value"], rows.len() as f64);
    assert_eq!(by_service["coverage"], 1.0);
}

#[test]
fn a_suppliers_outage_spends_the_budget_of_its_contract_and_is_its_fault() {
    let outage = &DEMO.planted.supplier_outage;
    let consumed = DEMO.one("contract_budget_consumed", "2026-07", Some(("supplier", &outage.supplier)));
    assert!(consumed["value"].as_f64().unwrap() > 1.0, "{consumed}");
    let all = DEMO.project.measure(&["contract_budget_consumed", "--by", "supplier", "--period", "2026-07"]);
    let others = |measure: &&serde_json::Value| {
        let name = measure["dims"]["supplier"].as_str().unwrap();
        !name.is_empty() && name != outage.supplier
    };
    let spared: Vec<f64> = all.iter().filter(others).map(|measure| measure["value"].as_f64().unwrap()).collect();
    assert!(spared.len() == 3 && spared.iter().all(|consumed| *consumed < 1.0), "{all:?}");
    let caused = DEMO.one("downtime_by_cause", "2026-W27", Some(("cause_supplier", &outage.supplier)));
    let lasted: i64 = outage.services.iter().map(|(.., started, ended)| ended - started).sum();
    let found = caused["value"].as_f64().unwrap();
    // Probes see the end of it up to two and a half of their intervals later.
    let later = 750.0 * outage.services.len() as f64;
    assert!((lasted as f64 / 1e6..=lasted as f64 / 1e6 + later).contains(&found), "{caused}");
}

#[test]
fn office_hours_of_a_contract_are_those_of_a_service_with_that_calendar() {
    // The contract about Virtual desktop names office hours; the service itself runs round the clock.
    let rows = DEMO.project.query(
        "SELECT period, actual FROM fact_agreement_periods WHERE agreement = 'CON-VDI/1' AND over ORDER BY period",
    );
    assert!(rows.len() >= 6);
    let project = crate::project::Project::demo(2_000, 26);
    let services = std::fs::read_to_string(project.path().join("exports/services.csv")).unwrap();
    let office = services.replace(
        "Virtual desktop,Virtual desktop,application,3,Workplace Operations,Deskline,,",
        "Virtual desktop,Virtual desktop,application,3,Workplace Operations,Deskline,office,",
    );
    assert_ne!(services, office);
    project.write("exports/services.csv", office);
    project.expect(0, &["ingest", "--quiet"]);
    for row in rows {
        let measures = project.measure(&["availability", "--by", "service", "--period", &row["period"]]);
        let own = measures.iter().find(|measure| measure["dims"]["service"] == "Virtual desktop").unwrap();
        let (expected, found): (f64, f64) = (own["value"].as_f64().unwrap(), row["actual"].parse().unwrap());
        assert!((expected - found).abs() < 1e-9, "{}: {found} for {expected}", row["period"]);
    }
}
