//! The message of the invented organisation; what other programs make of it is tested with the program as a whole.

use super::*;
use crate::declaration::catalogue::Catalogue;
use crate::declaration::definitions::Definitions;
use crate::declaration::project::mail::Addresses;
use crate::report::compose::compose;
use crate::scorecard::example;
use crate::scorecard::scorecard::Scorecard;

fn message(scorecard: &Scorecard, mail: Option<Addresses>) -> String {
    let catalogue = Catalogue::embedded();
    let mut document = compose(scorecard, &Definitions::load(&catalogue).reports["weekly"]);
    document.mail = mail;
    String::from_utf8(render(&document, &catalogue).unwrap()).unwrap()
}

fn head(message: &str) -> &str {
    message.split("\r\n\r\n").next().unwrap()
}

#[test]
fn the_same_figures_are_the_same_bytes_of_one_size_and_without_an_address_there_is_no_header_for_it() {
    let first = message(&example::rich(), None);
    assert_eq!(first, message(&example::rich(), None));
    assert!(first.is_ascii() && first.len() < 1_000_000, "{}", first.len());
    let head = head(&first);
    assert!(!head.contains("\r\nFrom:") && !head.starts_with("From:") && !head.contains("To:"), "{head}");
    assert!(head.contains("Date: Mon, 16 Nov 2026 05:00:00 +0000"), "{head}");
}

#[test]
fn no_text_of_the_project_can_add_a_header_or_end_a_part() {
    let mut scorecard = example::rich();
    scorecard.project = "Acme\r\nBcc: x@evil.example\r\n\r\n--=_alternative\r\n<script>".to_owned();
    let mailbox = |name: &str| Mailbox { name: name.to_owned(), address: "it@acme.example".to_owned() };
    let to = vec![mailbox("Acme, IT"), mailbox("Bcc: \"x\" <y@evil.example>")];
    let message = message(&scorecard, Some(Addresses { from: Some(mailbox("Ünï")), to }));
    let head = head(&message);
    let names: Vec<&str> = head
        .lines()
        .filter(|line| !line.starts_with([' ', '\t']))
        .filter_map(|line| line.split_once(':').map(|(name, _)| name))
        .collect();
    let wanted = [
        "From",
        "To",
        "Subject",
        "Message-ID",
        "Date",
        "Auto-Submitted",
        "Content-Language",
        "MIME-Version",
        "Content-Type",
    ];
    assert_eq!(names, wanted, "{head}");
    assert!(head.contains("Message-ID: <") && head.contains("@acme.example>"), "{head}");
    let boundaries = message.lines().filter(|line| line.starts_with("--=_")).count();
    let parts = message.matches("Content-Type: ").count();
    // Each part has a line before it, and each of the two groups one after it.
    assert_eq!(boundaries, parts - 1 + 2);
}

#[test]
fn the_subject_is_the_title_and_the_first_clause() {
    assert_eq!(first_clause("Availability missed for Payments. The rest is well."), "Availability missed for Payments");
    assert_eq!(first_clause("Nothing moved, and 99.9 % is met."), "Nothing moved, and 99.9 % is met");
    let long = format!("Availability missed for Payments, and {}", "more of it ".repeat(9));
    assert_eq!(first_clause(&long), "Availability missed for Payments …");
    assert_eq!(first_clause(""), "");
}
