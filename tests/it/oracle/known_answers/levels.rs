//! Levels that were published for delivery, declared as a user would declare them: where a figure stands among them.

use std::collections::BTreeMap;

use nines::declaration::catalogue::Catalogue;
use nines::declaration::definitions::Definitions;

/// The levels of (year, bands) declared in a metric.
fn declared(sets: &[(u64, &str)]) -> BTreeMap<u64, nines::declaration::metric::Levels> {
    let mut catalogue = Catalogue::embedded();
    let levels: String = sets
        .iter()
        .map(|(year, bands)| format!("[[levels]]\nsource = \"s\"\nyear = {year}\nbands = [{bands}]\n"))
        .collect();
    let text = format!(
        "title = \"T\"\nmeaning = \"m\"\nsource = \"s\"\nfact = \"tickets\"\nat = \"opened_at\"\nvalue = \"SUM(observed_s)\"\n\
         unit = \"number\"\nbetter = \"neither\"\nslices = []\n{levels}[example]\nrows = [{{ observed_s = 1 }}]\nexpect = {{ value = 1 }}\n"
    );
    catalogue.insert("queries/metrics/known/levels.toml", &text);
    let definitions = Definitions::load(&catalogue);
    assert_eq!(definitions.issues, []);
    definitions.metrics["levels"].levels.iter().map(|levels| (levels.year, levels.clone())).collect()
}

fn check(sets: &[(u64, &str)], cases: &[(u64, f64, &str)]) {
    let levels = declared(sets);
    for (year, value, expected) in cases {
        assert_eq!(levels[year].of(*value).join(" or "), *expected, "{year}: {value}");
    }
}

const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;

#[test]
fn lead_times_of_dora() {
    // A month is 30 days; seconds.
    let of_2018 = "{ name = \"elite\", below = 3600 }, { name = \"high\", from = 86400, below = 604800 }, \
                   { name = \"medium\", from = 604800, below = 2592000 }, { name = \"low\", from = 2592000, to = 15552000 }";
    let of_2019 = of_2018.replace("below = 3600 ", "below = 86400 ");
    let of_2021 = of_2018
        .replace("2592000, to = 15552000", "15552000")
        .replace("2592000", "15552000")
        .replace("604800, below", "2592000, below");
    let sets = [(2018, of_2018), (2019, of_2019.as_str()), (2021, of_2021.as_str())];
    check(
        &sets,
        &[
            (2018, 0.5 * HOUR, "elite"),
            (2018, 3.0 * HOUR, ""),
            (2018, DAY, "high"),
            (2018, 7.0 * DAY, "medium"),
            (2018, 90.0 * DAY, "low"),
            (2018, 200.0 * DAY, ""),
            (2019, 3.0 * HOUR, "elite"),
            (2019, 2.0 * DAY, "high"),
            (2021, 0.5 * HOUR, "elite"),
            (2021, 3.0 * HOUR, ""),
            (2021, 2.0 * DAY, "high"),
            (2021, 20.0 * DAY, ""),
            (2021, 60.0 * DAY, "medium"),
            (2021, 181.0 * DAY, "low"),
        ],
    );
}

#[test]
fn fail_rates_of_dora_do_not_tell_all_groups_apart() {
    let of_2018 = "{ name = \"elite\", to = 0.15 }, { name = \"high\", to = 0.15 }, { name = \"medium\", to = 0.15 }, \
                   { name = \"low\", from = 0.46, to = 0.6 }";
    let of_2021 = "{ name = \"elite\", to = 0.15 }, { name = \"high\", from = 0.16, to = 0.3 }, { name = \"medium\", from = 0.16, to = 0.3 }, \
                   { name = \"low\", from = 0.16, to = 0.3 }";
    check(
        &[(2018, of_2018), (2019, of_2018), (2021, of_2021)],
        &[
            (2018, 0.15, "elite or high or medium"),
            (2018, 0.3, ""),
            (2019, 0.46, "low"),
            (2021, 0.15, "elite"),
            (2021, 0.2, "high or medium or low"),
        ],
    );
}

#[test]
fn frequencies_and_restoration_of_dora() {
    // Deployments a day; "on demand" is more than one.
    let often = "{ name = \"elite\", above = 1 }, { name = \"high\", from = 0.14285714285714285, to = 1 }, \
                 { name = \"medium\", from = 0.03333333333333333, to = 0.14285714285714285 }, { name = \"low\", from = 0.005555555555555556, to = 0.03333333333333333 }";
    let back = "{ name = \"elite\", below = 3600 }, { name = \"high\", below = 86400 }, { name = \"medium\", below = 86400 }, \
                { name = \"low\", from = 604800, below = 2592000 }";
    check(
        &[(2019, often), (2018, back)],
        &[
            (2019, 4.0, "elite"),
            (2019, 0.5, "high"),
            (2019, 1.0 / 7.0, "high or medium"),
            (2019, 0.05, "medium"),
            (2019, 0.01, "low"),
            (2019, 0.001, ""),
            (2018, 0.5 * HOUR, "elite or high or medium"),
            (2018, 2.0 * HOUR, "high or medium"),
            (2018, 10.0 * DAY, "low"),
        ],
    );
}

#[test]
fn bands_of_tools() {
    // GitLab 2022: a fail rate above 45 % is low, up to 15 % high. DevLake 2023: up to 5, 10, 15 %. fourkeys: up to 15 %, below 46 %;
    // and hours of lead or restoration, in seconds.
    let gitlab = "{ name = \"high\", to = 0.15 }, { name = \"medium\", above = 0.15, to = 0.45 }, { name = \"low\", above = 0.45 }";
    let devlake = "{ name = \"elite\", to = 0.05 }, { name = \"high\", above = 0.05, to = 0.1 }, { name = \"medium\", above = 0.1, to = 0.15 }, { name = \"low\", above = 0.15 }";
    let fourkeys = "{ name = \"0-15%\", to = 0.15 }, { name = \"16-45%\", above = 0.15, below = 0.46 }, { name = \"46-60%\", from = 0.46 }";
    let hours = "{ name = \"day\", below = 86400 }, { name = \"week\", from = 86400, below = 604800 }, { name = \"month\", from = 604800, below = 2628000 }, \
                 { name = \"six months\", from = 2628000, below = 15768000 }, { name = \"more\", from = 15768000 }";
    check(
        &[(2022, gitlab), (2023, devlake), (2020, fourkeys), (2010, hours)],
        &[
            (2022, 0.15, "high"),
            (2022, 0.45, "medium"),
            (2022, 0.46, "low"),
            (2023, 0.05, "elite"),
            (2023, 0.10, "high"),
            (2023, 0.15, "medium"),
            (2023, 0.16, "low"),
            (2020, 0.15, "0-15%"),
            (2020, 0.459, "16-45%"),
            (2020, 0.46, "46-60%"),
            (2010, 24.0 * HOUR, "week"),
            (2010, 730.0 * HOUR, "six months"),
            (2010, 4_380.0 * HOUR, "more"),
        ],
    );
}
