//! OpenSLO files that others wrote: the good ones are read whole, the bad ones refused at the right line.

use std::fs;
use std::path::{Path, PathBuf};

use nines::declaration::catalogue::Catalogue;
use nines::declaration::definitions::Definitions;
use nines::declaration::issue::{Issue, Level};
use nines::declaration::objective::{Indicator, Method, Objectives, Window, WindowUnit};

/// The folder of the files, where it lies beside the checkout.
fn examples() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/openslo");
    if !path.is_dir() {
        crate::project::skip(&format!("{} isn't there", path.display()));
        return None;
    }
    Some(path)
}

fn load(files: &[PathBuf]) -> (Objectives, Vec<Issue>) {
    let mut catalogue = Catalogue::embedded();
    for (position, file) in files.iter().enumerate() {
        catalogue.insert(&format!("slos/{position}.yaml"), &fs::read_to_string(file).unwrap());
    }
    let definitions = Definitions::load(&catalogue);
    let issues = definitions.issues.into_iter().filter(|issue| issue.file.starts_with("slos/")).collect();
    (definitions.objectives, issues)
}

fn errors(issues: &[Issue]) -> Vec<String> {
    issues.iter().filter(|issue| issue.level == Level::Error).map(Issue::to_string).collect()
}

/// What a file is known to say: objectives, and the target, method and window of the first.
#[test]
fn the_good_files_of_others_are_read_whole() {
    use WindowUnit::{Day, Month, Week};
    let Some(folder) = examples() else { return };
    let rolling = |count, unit| Some((count, unit, true));
    let calendar = |count, unit| Some((count, unit, false));
    let minute = |target| Method::Timeslices { slice_s: 60, target };
    let occurrences = Method::Occurrences;
    #[rustfmt::skip]
    let files = [
        ("openslo_examples/budgeting-method/occurences-slo.yaml", vec![0.99], Some(occurrences), rolling(2, Week)),
        ("openslo_examples/budgeting-method/ratio-timeslices.yaml", vec![0.99], Some(Method::RatioTimeslices { slice_s: 60 }), rolling(2, Week)),
        ("openslo_examples/budgeting-method/timeslices-slo.yaml", vec![0.995, 0.99], Some(minute(0.99)), calendar(1, Month)),
        ("openslo_examples/treat-low-traffic-as-equally-important/timeslices-slo.yaml", vec![0.9995], Some(minute(0.95)), calendar(1, Week)),
        ("oslo_validate/v1.yaml", vec![0.995], Some(minute(0.95)), calendar(1, Week)),
        // Time slices without a word about them: a minute, and the target itself.
        ("oslo_validate/v1alpha.yaml", vec![0.98, 0.99], Some(minute(0.98)), rolling(28, Day)),
        ("oslo_validate/v2alpha.yaml", vec![0.995], Some(minute(0.95)), calendar(1, Week)),
        ("oslo_validate/mix/1.yaml", vec![], None, None),
        ("oslo_validate/mix/2.yaml", vec![], None, None),
        ("oslo_validate/mix/3.yaml", vec![], None, None),
        ("oslo_validate/recursive/1.yaml", vec![], None, None),
        ("oslo_validate/recursive/nested/2.yaml", vec![], None, None),
        ("oslo_validate/recursive/nested/nested2/nested3/3.yaml", vec![], None, None),
        ("sloth_examples/openslo-getting-started.yml", vec![0.999], Some(occurrences), rolling(30, Day)),
        ("sloth_examples/openslo-kubernetes-apiserver.yml", vec![0.999, 0.99, 0.999], Some(occurrences), rolling(30, Day)),
    ];
    for (name, targets, method, window) in files {
        let (found, issues) = load(&[folder.join(name)]);
        assert_eq!(errors(&issues), Vec::<String>::new(), "{name}");
        let objectives = found.objectives;
        assert_eq!(objectives.iter().map(|o| o.target).collect::<Vec<_>>(), targets, "{name}");
        assert_eq!(objectives.first().map(|o| o.method), method, "{name}");
        let first = objectives.first().map(|o| match o.window {
            Window::Rolling { count, unit } => (count, unit, true),
            Window::Calendar { count, unit, .. } => (count, unit, false),
        });
        assert_eq!(first, window, "{name}");
    }
}

#[test]
fn a_month_written_as_a_minute_and_slices_that_are_not_said_are_worth_a_word() {
    let Some(folder) = examples() else { return };
    let warnings = |name: &str| -> Vec<(usize, String)> {
        let (_, issues) = load(&[folder.join(name)]);
        issues.into_iter().map(|issue| (issue.line.unwrap(), issue.message)).collect()
    };
    let found = warnings("openslo_examples/budgeting-method/timeslices-slo.yaml");
    assert!(found.iter().any(|(line, text)| *line == 27 && text.contains("read as months")), "{found:?}");
    let found = warnings("oslo_validate/v1alpha.yaml");
    assert!(found.iter().any(|(_, text)| text.contains("timeSliceTarget` is missing")), "{found:?}");
    assert!(found.iter().any(|(line, text)| *line == 4 && text.contains("RFC 1123")), "{found:?}");
}

#[test]
fn several_objectives_of_one_slo_have_ids_of_their_own() {
    let Some(folder) = examples() else { return };
    let ids = |name: &str| -> Vec<String> {
        load(&[folder.join(name)]).0.objectives.into_iter().map(|objective| objective.id).collect()
    };
    let expected = ["service-availability/internal-objective", "service-availability/sla"];
    assert_eq!(ids("openslo_examples/budgeting-method/timeslices-slo.yaml"), expected);
    let expected = ["requests-availability-openslo", "requests-latency-openslo/1", "requests-latency-openslo/2"];
    assert_eq!(ids("sloth_examples/openslo-kubernetes-apiserver.yml"), expected);
}

#[test]
fn what_others_measure_is_kept_word_for_word() {
    let Some(folder) = examples() else { return };
    let (found, _) = load(&[folder.join("oslo_validate/v1.yaml")]);
    let Indicator::Ratio { good: true, part, total } = &found.objectives[0].indicator else { panic!() };
    assert_eq!((part.kind.as_str(), part.line, part.rows.is_none()), ("Prometheus", 22, true));
    assert_eq!(part.spec["query"], "sum(http_requests{k8s_cluster=\"prod\",component=\"web\",code=~\"2xx|4xx\"})");
    assert_eq!(total.spec["query"], "sum(http_requests{k8s_cluster=\"prod\",component=\"web\"})");
    assert_eq!(found.objectives[0].labels["team"], ["team-a", "team-b"]);
}

#[test]
fn the_bad_files_of_others_are_refused_at_the_right_line() {
    let Some(folder) = examples() else { return };
    let refused = |name: &str| -> Vec<(usize, String)> {
        let (found, issues) = load(&[folder.join(name)]);
        assert!(found.objectives.is_empty());
        let issues = issues.into_iter().filter(|issue| issue.level == Level::Error);
        issues.map(|issue| (issue.line.unwrap(), issue.message)).collect()
    };
    let found = refused("oslo_validate/invalid-apiversion.yaml");
    assert_eq!(found.len(), 1);
    assert!(found[0].0 == 1 && found[0].1.contains("openslo/v1") && found[0].1.contains("`foo`"), "{found:?}");
    let found = refused("oslo_validate/unknown-field.yaml");
    assert_eq!(found, [(6, "unknown field `markdown` in spec".to_string())]);
    // Files of sloth's own kind, and of other tools, are no OpenSLO: each document says so once.
    for (name, lines) in [
        ("sloth_examples/getting-started.yml", vec![1]),
        ("sloth_examples/multifile.yml", vec![2, 34]),
        ("slo_generator/slo_config_v1.yaml", vec![15]),
    ] {
        let found = refused(name);
        for line in lines {
            assert!(found.iter().any(|(at, text)| *at == line && text.contains("apiVersion")), "{name}: {found:?}");
        }
    }
}

#[test]
fn a_wrong_file_hides_none_of_the_others() {
    let Some(folder) = examples() else { return };
    let names = ["oslo_validate/invalid-apiversion.yaml", "oslo_validate/v1.yaml", "oslo_validate/unknown-field.yaml"];
    let (found, issues) = load(&names.map(|name| folder.join(name)));
    assert_eq!(found.objectives.len(), 1);
    assert_eq!(errors(&issues).len(), 2);
}

/// What only the lake, or a look at the rows, can tell is told too: a service that nobody knows, rows that are whole days.
#[test]
fn a_service_that_nobody_knows_and_rows_of_whole_days_are_worth_a_word() {
    let project = crate::project::Project::new("name = \"P\"\n[[exports]]\nfiles = \"services.csv\"\n");
    project.write("services.csv", "service,kind\nERP,application\nPayments,business\n");
    let part = |value: &str| {
        format!("{{metricSource: {{type: nines, spec: {{fact: service_time, service: ERP, value: {value}}}}}}}")
    };
    project.write(
        "slos/a.yaml",
        format!(
            "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: a}}\nspec:\n  service: Payment\n  budgetingMethod: Occurrences\n  \
             timeWindow: [{{duration: 28d, isRolling: true}}]\n  indicator:\n    metadata: {{name: i}}\n    spec:\n      ratioMetric:\n        \
             bad: {}\n        total: {}\n  objectives: [{{target: 0.99}}]\n",
            part("weighted_down_s"),
            part("agreed_s")
        ),
    );
    project.ok(&["ingest", "--quiet"]);
    let (out, err) = project.expect(0, &["check"]);
    let told = format!("{out}{err}");
    assert!(told.contains("`a`: there is no service `Payment`") && told.contains("did you mean `Payments`?"), "{told}");
    assert!(told.contains("a row of `service_time` is a whole day"), "{told}");
}

/// Rules for what Prometheus measures come from the command line, and what the lake measures is named as left out.
#[test]
fn rules_for_prometheus_come_from_the_command_line() {
    let Some(folder) = crate::project::real_exports("openslo/sloth_examples") else { return };
    let project = crate::project::Project::new("name = \"P\"\n");
    project.write("slos/a.yml", std::fs::read(folder.join("openslo-getting-started.yml")).unwrap());
    let rules = project.ok(&["slo", "--format", "prometheus"]);
    for words in ["record: nines:sli_error:ratio_rate5m", "alert: NinesErrorBudgetBurn", "14.4"] {
        assert!(rules.contains(words), "{words} in {rules}");
    }
    assert!(project.ok(&["slo"]).contains("source not in the lake"));
}
