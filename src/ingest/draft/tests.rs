//! Drafts of files that no mapping knows: mostly right, and always a mapping that runs.

use std::fs;

use super::*;
use crate::ingest::recognise::{peek, recognise};
use crate::ingest::trial::{Kept, mappings, read_by, tables};

fn drafted(name: &str, text: &str) -> (Draft, Kept) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let tables = tables();
    let peeked = peek(&path).unwrap();
    let draft = draft("own/draft", name, &peeked, &tables).unwrap_or_else(|error| panic!("{error}"));
    let mut all = mappings(&tables);
    all.push(draft.mapping.clone());
    let all: Vec<&Mapping> = all.iter().collect();
    assert_eq!(recognise(&path, &all).unwrap().mapping.id, "own/draft", "{}", draft.text);
    let (_, kept) = read_by(&path, &draft.mapping, chrono_tz::UTC);
    (draft, kept)
}

#[test]
fn a_french_help_desk_is_understood() {
    let (draft, kept) = drafted(
        "export_2026.csv",
        "N° ticket;Sujet;Date de création;Résolu le;Priorité;Groupe;Demandeur;Délai (heures);Couleur\n\
         T-1;Écran noir;31/12/2025 09:15;31/12/2025 11:15;Haute;Support N1;Zoé;2,5;rouge\n\
         T-2;VPN;01/01/2026 10:00;;Très basse;Réseau;n/a;1.234,5;bleu\n",
    );
    assert_eq!(draft.mapping.feeds[0].table, "tickets", "{}", draft.text);
    assert_eq!(kept.column("tickets", "id"), ["T-1", "T-2"]);
    assert_eq!(kept.column("tickets", "opened_at"), ["1767172500000000", "1767261600000000"]);
    assert_eq!(kept.column("tickets", "resolved_at"), ["1767179700000000", "-"]);
    assert_eq!(kept.column("tickets", "priority"), ["2", "5"]);
    assert_eq!(kept.column("tickets", "team"), ["Support N1", "Réseau"]);
    assert_eq!(kept.column("tickets", "requester"), ["Zoé", "-"]);
    assert_eq!(draft.mapping.decimal, crate::declaration::mapping::Decimal::Comma);
    assert!(draft.unplaced.contains(&"Couleur".to_string()));
}

#[test]
fn nested_json_of_deployments_is_understood() {
    let (draft, kept) = drafted(
        "releases.json",
        r#"{"items":[
        {"deploymentId":"d1","app":{"name":"Shop"},"env":"prod","finishedAt":1767172500,"result":"SUCCESS","commitSha":"abc"},
        {"deploymentId":"d2","app":{"name":"Shop"},"env":"test","finishedAt":1767172600,"result":"failure","commitSha":"abd"}]}"#,
    );
    assert_eq!(draft.mapping.feeds[0].table, "deployments", "{}", draft.text);
    assert_eq!(kept.column("deployments", "service"), ["Shop", "Shop"]);
    assert_eq!(kept.column("deployments", "outcome"), ["successful", "failed"]);
    assert_eq!(kept.column("deployments", "finished_at"), ["1767172500000000", "1767172600000000"]);
}

#[test]
fn what_the_file_does_not_say_is_a_marked_guess() {
    let (draft, kept) = drafted("pairs.csv", "board_id,issue_id\nb1,i1\nb1,i2\n");
    assert_eq!(draft.mapping.feeds[0].table, "links", "{}", draft.text);
    assert!(draft.text.contains("# guess"));
    assert_eq!(kept.column("links", "to_id"), ["i1", "i2"]);
    let (draft, kept) = drafted("repos.csv", "id\nshop\nmail\n");
    assert_eq!(kept.column("services", "service"), ["shop", "mail"], "{}", draft.text);
    let (_, kept) = drafted("satisfaction.csv", "when,mark,remark\n2026-01-02,4,good\n2026-01-02,4,good\n");
    assert_eq!(kept.column("surveys", "scale_max"), ["5", "5"]);
}

#[test]
fn names_that_need_quotes_and_values_of_many_lines_stay_one_line() {
    let (draft, _) =
        drafted("odd.csv", "\"Ticket \"\"id\"\"\",Created,\"odd\\\nname\"\n1,2026-01-02,\"x\ny\"\n2,2026-01-03,z\n");
    assert!(draft.text.contains(r#""Ticket \"id\"""#), "{}", draft.text);
}

#[test]
fn a_currency_is_read_from_a_header_and_never_made_up() {
    let costs = |amount: &str| {
        let rows = "2026-01-31,Payments,cost,120.50\n2026-02-28,ERP,cost,80\n";
        let (draft, kept) = drafted("costs.csv", &format!("Date,Service,Kind,{amount}\n{rows}"));
        assert_eq!(draft.mapping.feeds[0].table, "finance", "{}", draft.text);
        assert!(draft.text.contains("guess: the file does not say"), "{}", draft.text);
        kept.column("finance", "currency")[0].clone()
    };
    assert_eq!([costs("Amount EUR"), costs("Amount (£)"), costs("Amount")], ["EUR", "GBP", "(unknown)"]);
}
