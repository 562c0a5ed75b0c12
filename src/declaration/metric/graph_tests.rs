//! What metrics say of each other: doubled ids, circles, and what falls with an error.

use super::tests::{GOOD, loaded};

#[test]
fn an_id_in_two_folders_counts_in_neither() {
    let (metrics, issues) = loaded(&[("change/x.toml", GOOD), ("tier/x.toml", GOOD)]);
    assert!(metrics.is_empty());
    assert_eq!(issues.len(), 1);
    assert!(issues[0].message.contains("already declared in queries/metrics/change/x.toml"));
}

fn formula(text: &str) -> String {
    format!(
        "title = \"t\"\nmeaning = \"m\"\nsource = \"s\"\nunit = \"number\"\nbetter = \"higher\"\nformula = \"{text}\"\n\
         [example]\ninputs = {{}}\nexpect = {{ state = \"no_data\" }}\n"
    )
}

fn index(parts: &[&str]) -> String {
    let parts: String = parts.iter().map(|part| format!("[[index]]\nmetric = \"{part}\"\nweight = 2\n")).collect();
    format!(
        "title = \"t\"\nmeaning = \"m\"\nsource = \"s\"\n{parts}[example]\ninputs = {{}}\nexpect = {{ state = \"no_data\" }}\n"
    )
}

#[test]
fn a_circle_is_named_whole_and_takes_its_dependents_along() {
    let (metrics, issues) = loaded(&[
        ("index/a.toml", &formula("b + 1")),
        ("index/b.toml", &index(&["c"])),
        ("index/c.toml", &formula("a * 2")),
        ("index/d.toml", &formula("a + rate")),
        ("index/e.toml", &formula("e + 1")),
        ("change/rate.toml", GOOD),
        ("index/good.toml", &index(&["rate"])),
    ]);
    assert_eq!(metrics.keys().collect::<Vec<_>>(), ["good", "rate"]);
    let messages: Vec<&str> = issues.iter().map(|issue| issue.message.as_str()).collect();
    assert!(messages.contains(&"the metrics go in a circle: a -> b -> c -> a"), "{messages:?}");
    assert!(messages.contains(&"the metrics go in a circle: e -> e"), "{messages:?}");
    assert!(messages.contains(&"`d` is left out, because its input `a` has errors"), "{messages:?}");
    assert!(issues.iter().all(|issue| issue.line.is_some()), "{issues:?}");
}

#[test]
fn what_depends_on_an_error_is_left_out_and_says_so() {
    let broken = GOOD.replace("\"ended_at\"", "\"endet_at\"");
    let (metrics, issues) = loaded(&[
        ("change/rate.toml", &broken),
        ("index/one.toml", &formula("rate * 2")),
        ("index/two.toml", &formula("one + 1")),
        ("index/three.toml", &formula("rte + 1")),
    ]);
    assert!(metrics.is_empty());
    assert_eq!(issues.len(), 4, "{issues:?}");
    let missing = issues.iter().find(|issue| issue.message == "`rte` is no metric").unwrap();
    assert_eq!((missing.line, missing.hint.as_deref()), (Some(6), Some("did you mean `rate`?")));
}

#[test]
fn a_metric_over_metrics_is_cut_by_what_all_its_inputs_share() {
    let other = GOOD.replace("[\"service\", \"team\"]", "[\"risk\", \"team\"]");
    let files = [("change/a.toml", GOOD), ("change/b.toml", &other), ("index/c.toml", &formula("a + b"))];
    assert_eq!(loaded(&files).0["c"].slices, ["team"]);
    let declared = formula("a + b").replace("better", "slices = [\"risk\"]\nbetter");
    let (_, issues) = loaded(&[files[0], files[1], ("index/c.toml", &declared)]);
    assert!(issues[0].message.contains("not every input can be cut by `risk`"), "{issues:?}");
}

#[test]
fn an_index_weighs_only_what_has_a_scale() {
    let plain = GOOD.replace("limit = 0.3\n", "");
    let (_, issues) = loaded(&[("change/a.toml", &plain), ("index/i.toml", &index(&["a", "a"]))]);
    let messages: Vec<&str> = issues.iter().map(|issue| issue.message.as_str()).collect();
    assert!(messages.contains(&"index: `a` stands in it twice"), "{messages:?}");
    let (_, issues) = loaded(&[("change/a.toml", &plain), ("index/i.toml", &index(&["a"]))]);
    assert_eq!(issues[0].message, "index: `a` has no scale from limit to target");
    assert_eq!(issues[0].line, Some(5));
}
