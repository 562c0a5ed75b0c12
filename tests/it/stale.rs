//! What a page says when its newest record is older than its period: silence is not praised.

use crate::project::Project;

const TOML: &str = r#"
name = "Old"
zone = "Europe/Brussels"
as_of = "2017-03-06T06:00:00Z"
since = "2017-01-02"

[[exports]]
files = "exports/*.csv"

[[targets]]
metric = "availability"
target = 0.9
"#;

const OUTAGES: &str = "id,service,started_at,ended_at,kind,planned,weight\n\
    O-1,Mail,2017-01-30T10:00:00Z,2017-01-30T11:00:00Z,outage,false,1\n\
    O-2,Web,2017-02-20T10:00:00Z,2017-02-20T10:30:00Z,outage,false,1\n";

const TICKETS: &str = "id,opened_at,resolved_at,service,priority,kind,team,status\n\
    T-1,2017-02-01T10:00:00Z,2017-02-03T10:00:00Z,Mail,1,incident,Desk,closed\n\
    T-2,2017-02-02T10:00:00Z,,Web,2,incident,Network,open\n\
    T-3,2017-03-01T10:00:00Z,,Web,2,incident,Desk,open\n";

fn verdict(project: &Project, week: &str) -> String {
    let page = std::fs::read_to_string(project.path().join(format!("out/weekly-{week}.md"))).unwrap();
    page.lines().find(|line| line.starts_with('>')).unwrap().to_string()
}

#[test]
fn a_week_after_the_newest_record_is_not_praised() {
    let project = Project::new(TOML);
    project.write("exports/outages.csv", OUTAGES);
    project.write(
        "exports/services.csv",
        "service,kind,criticality,supplier\nMail,business,high,A\nWeb,business,high,A\n",
    );
    let (_, told) = project.expect(0, &["run"]);
    assert!(told.contains("nothing newer than 20 February 2017 is loaded"), "{told}");
    assert!(told.contains("--as-of 2017-02-21T00:00:00+01:00"), "{told}");
    let words = verdict(&project, "2017-W09");
    assert!(
        words.starts_with("> The newest record is of 20 February 2017: nothing was loaded for this week."),
        "{words}"
    );
    let page = std::fs::read_to_string(project.path().join("out/weekly-2017-W09.md")).unwrap();
    assert!(
        !page.contains("is met.") && !page.contains("targets were met") && !page.contains("moved within"),
        "{page}"
    );

    // The week of the newest record is judged as ever.
    let (_, told) = project.expect(0, &["run", "--period", "2017-W08"]);
    assert!(!told.contains("nothing newer"), "{told}");
    assert!(!verdict(&project, "2017-W08").contains("newest record"));

    // With tickets that go on, only the pillars that rest on outages are behind.
    project.write("exports/tickets.csv", TICKETS);
    project.expect(0, &["run"]);
    let words = verdict(&project, "2017-W09");
    assert!(!words.contains("nothing was loaded"), "{words}");
    assert!(words.contains("No record of outages is newer than 20 February 2017"), "{words}");
    assert!(words.contains("reliability and availability rest on it"), "{words}");
}
