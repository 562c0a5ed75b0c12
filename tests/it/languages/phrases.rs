//! Every phrase that reports may say: the literals in the program, the texts of declarations, and what is put together of few words.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use nines::declaration::catalogue::Catalogue;
use nines::declaration::definitions::Definitions;
use nines::report::compose::{LAYOUT, PERCENTILES, TIMES};
use nines::report::dates::{MONTHS, WEEKDAYS};
use nines::report::figure::NUMBERS;
use nines::report::index::WORDS;
use nines::report::rate::RATES;
use nines::report::words::FAULTS;

/// The bands of age, of which only the last has a word.
const AGES: [&str; 7] = ["0-1 d", "1-3 d", "3-7 d", "7-14 d", "14-30 d", "30-90 d", "over 90 d"];

/// What is built in.
pub fn definitions() -> Definitions {
    Definitions::load(&Catalogue::embedded())
}

/// Every source file but that of the mechanism, without its unit tests.
fn sources() -> Vec<String> {
    let mut open: Vec<PathBuf> = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut texts = Vec::new();
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if !path.ends_with("language.rs") {
                let text = fs::read_to_string(&path).unwrap_or_default();
                texts.push(text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned());
            }
        }
    }
    texts
}

/// A literal at the start of a text, and what follows it.
fn literal(text: &str) -> Option<(String, &str)> {
    let mut letters = text.strip_prefix('"')?.char_indices();
    let mut found = String::new();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((found, &text[at + 2..])),
            '\\' => match letters.next()?.1 {
                '\n' => {
                    while letters.as_str().starts_with(' ') {
                        letters.next();
                    }
                }
                other => found.push(other),
            },
            _ => found.push(letter),
        }
    }
    None
}

/// The literals that the program says, where it says them.
fn literals() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in sources().iter().filter(|text| text.contains("language")) {
        for call in [".word(", ".say(", ".stressed("] {
            found.extend(text.split(call).skip(1).filter_map(|rest| Some(literal(rest.trim_start())?.0)));
        }
        for rest in text.split("language.count(").skip(1) {
            let Some((_, rest)) = rest.split_once(',') else { continue };
            let Some((one, rest)) = literal(rest.trim_start()) else { continue };
            let Some((many, _)) = literal(rest.trim_start_matches([',', ' ', '\n'])) else { continue };
            found.extend([one, many]);
        }
    }
    found
}

/// What is put together of the name of a period or of a unit of time.
fn of_times() -> Vec<String> {
    let periods = [
        "day",
        "week",
        "month",
        "quarter",
        "year",
        "half-year",
        "fiscal quarter",
        "fiscal half-year",
        "fiscal year",
        "period",
    ];
    let forms = |name: &&str| {
        let name = *name;
        [
            format!("{name}s"),
            format!("this {name}"),
            format!("for this {name}"),
            format!("since the {name} before"),
            format!("from one {name} to the next"),
        ]
    };
    let windows = ["minute", "hour", "day", "week", "month", "quarter", "year"].into_iter().flat_map(|unit| {
        [
            format!("1 {unit} rolling"),
            format!("{{n}} {unit}s rolling"),
            format!("calendar {unit}"),
            format!("{{n}} calendar {unit}s"),
        ]
    });
    periods.iter().flat_map(forms).chain(windows).collect()
}

/// All that the program says of itself.
pub fn of_the_program() -> Vec<String> {
    let tables = LAYOUT.into_iter().chain(NUMBERS).chain(RATES.map(|(name, _)| name)).chain(WEEKDAYS);
    let months = MONTHS.into_iter().flat_map(|(full, short)| [full, short]);
    let charts = TIMES.into_iter().map(|(_, name)| name);
    let charts = charts.chain(PERCENTILES.into_iter().flat_map(|(_, _, within, up_to)| [within, up_to]));
    let tables = tables.chain(months).chain(charts).chain(WORDS).chain(FAULTS).map(str::to_owned);
    let all: BTreeSet<String> = literals().into_iter().chain(tables).chain(of_times()).collect();
    all.into_iter().collect()
}

/// The titles, leads and remarks of the reports.
pub fn of_reports() -> Vec<String> {
    let definitions = definitions();
    let mut found = BTreeSet::new();
    for report in definitions.reports.values() {
        found.extend([report.title.clone(), report.audience.clone()]);
        found.extend(report.pages.iter().map(|pages| pages.title.clone()));
        let of_pages = report.pages.iter().flat_map(|pages| &pages.sections);
        for section in report.sections.iter().chain(of_pages) {
            found.extend([section.title.clone(), section.lead.clone(), section.empty.clone()]);
            found.extend(section.tiles.iter().filter_map(|tile| tile.title.clone()));
            found.extend(section.columns.iter().filter_map(|column| column.title.clone()));
        }
    }
    found.into_iter().filter(|text| !text.is_empty()).collect()
}

/// The dimensions that the reports cut by: over a column, inside a sentence, and several of their values.
pub fn dimensions_in_reports() -> Vec<String> {
    let definitions = definitions();
    let mut found = BTreeSet::new();
    for report in definitions.reports.values() {
        let of_pages = report.pages.iter().flat_map(|pages| &pages.sections);
        let cut = report.sections.iter().chain(of_pages).flat_map(|section| &section.by);
        found.extend(cut.flat_map(|name| dimension(name)));
    }
    found.into_iter().collect()
}

/// The forms of a dimension's name.
fn dimension(name: &str) -> Vec<String> {
    let words = name.replace('_', " ");
    let own = words.trim_start_matches("cause ");
    let several = match own.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{own}s"),
    };
    vec![name.to_owned(), several, own.to_owned(), upper(own)]
}

/// The titles of the metrics that the reports name, and the meanings of those of the weekly one.
pub fn titles_in_reports() -> Vec<String> {
    let definitions = definitions();
    let mut found = BTreeSet::new();
    for report in definitions.reports.values() {
        for request in report.all_requests() {
            let metric = &definitions.metrics[&request.metric];
            found.insert(metric.title.clone());
            if report.name == "weekly" {
                found.insert(metric.meaning.clone());
            }
        }
    }
    found.into_iter().collect()
}

/// Every phrase that a language may have words for.
pub fn all() -> BTreeSet<String> {
    let definitions = definitions();
    let mut all: BTreeSet<String> = of_the_program().into_iter().chain(of_reports()).collect();
    all.extend(AGES.into_iter().chain(["page", "ticket"]).map(str::to_owned));
    for metric in definitions.metrics.values() {
        all.extend([metric.title.clone(), metric.meaning.clone(), metric.source.clone()]);
        all.insert(metric.unit.as_str().replace('_', " "));
        all.extend(metric.levels.iter().flat_map(|levels| &levels.bands).map(|band| band.name.clone()));
        if let nines::declaration::metric::Definition::Aggregate { exclude, .. } = &metric.definition {
            all.extend(exclude.iter().map(|(name, _)| name.clone()));
        }
        for slice in &metric.slices {
            let words = slice.replace('_', " ");
            let last = slice.rsplit('_').next().unwrap_or(slice);
            let own = words.trim_start_matches("cause ");
            all.extend([slice.clone(), format!("{slice}s"), words.clone(), own.to_owned()]);
            all.extend([upper(&words), upper(own), upper(last)]);
            all.extend(dimension(slice));
        }
    }
    all.extend(dimensions_in_reports());
    all.extend(definitions.tables.keys().map(|table| table.replace('_', " ")));
    all
}

fn upper(text: &str) -> String {
    text[..1].to_uppercase() + &text[1..]
}

/// The names in braces of a phrase.
pub fn names(phrase: &str) -> BTreeSet<&str> {
    phrase.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

/// A phrase whose words stand between « and »; what is filled in stands outside.
pub fn marked(phrase: &str) -> String {
    let mut marked = String::new();
    let mut words = String::new();
    let mut inside = false;
    for letter in phrase.chars() {
        let border = matches!(letter, '{' | '}' | '[' | ']') || (letter == ',' && !inside);
        if border || inside {
            flush(&mut marked, &mut words);
            marked.push(letter);
            inside = letter == '{' || (inside && letter != '}');
        } else {
            words.push(letter);
        }
    }
    flush(&mut marked, &mut words);
    marked
}

/// Words between marks, from their first letter to their last.
fn flush(marked: &mut String, words: &mut String) {
    let kept = |letter: char| !letter.is_alphanumeric();
    let inner = words.trim_matches(kept);
    match inner.is_empty() {
        true => marked.push_str(words),
        false => marked.push_str(&words.replacen(inner, &format!("«{inner}»"), 1)),
    }
    words.clear();
}
