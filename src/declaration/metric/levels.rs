//! Published levels of performance: `[[levels]]` of a metric, each with its source, its year and its bands. A level says where
//! a figure would stand among others; it is no target, and the levels of several metrics need not agree.

use super::fields::{Fields, Found, Sheet};

/// The levels of one publication.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    /// Where they were published.
    pub source: String,
    /// The year that they speak of.
    pub year: u64,
    /// The bands, in the order of the file.
    pub bands: Vec<Band>,
}

/// One level.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Its name.
    pub name: String,
    /// What belongs to it.
    pub level: Level,
}

/// What belongs to a level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Level {
    /// Values between two ends; bands may overlap, and leave gaps.
    Between {
        /// The lower end, and whether it belongs to the band.
        lower: Option<(f64, bool)>,
        /// The upper end, and whether it belongs to the band.
        upper: Option<(f64, bool)>,
    },
    /// Values that are nearer to this published figure than to that of any other level.
    Near(f64),
}

impl Levels {
    /// The names of the levels that a value belongs to, in the order of the file: none where nothing was published for it,
    /// several where what was published doesn't tell them apart.
    pub fn of(&self, value: f64) -> Vec<&str> {
        let near = self.bands.iter().filter_map(|band| match band.level {
            Level::Near(figure) => Some((value - figure).abs()),
            Level::Between { .. } => None,
        });
        let nearest = near.fold(f64::INFINITY, f64::min);
        let belongs = |level: &Level| match level {
            // Of two figures that are equally far, neither is nearer; 1e-12 is what the subtraction may have lost.
            Level::Near(figure) => (value - figure).abs() <= nearest + 1e-12,
            Level::Between { lower, upper } => {
                lower.is_none_or(|(end, within)| value > end || (within && value == end))
                    && upper.is_none_or(|(end, within)| value < end || (within && value == end))
            }
        };
        self.bands.iter().filter(|band| belongs(&band.level)).map(|band| band.name.as_str()).collect()
    }
}

/// Reads `[[levels]]`.
pub(super) fn levels(sheet: &mut Sheet<'_>, fields: &mut Fields<'_>) -> Vec<Levels> {
    let Some(value) = fields.take("levels") else { return Vec::new() };
    let Some(items) = value.get_ref().as_array() else {
        sheet.issue(value.span().start, "levels: expected [[levels]] with source, year and bands", None);
        return Vec::new();
    };
    let mut found: Vec<Levels> = Vec::new();
    for item in items.iter() {
        let offset = item.span().start;
        let Some(table) = item.get_ref().as_table() else {
            sheet.issue(offset, "levels: expected [[levels]] with source, year and bands", None);
            continue;
        };
        let mut inner = Fields::new(sheet, "levels.", table, offset);
        let source = inner.required_text(sheet, "source");
        let year = inner.whole(sheet, "year");
        let bands = bands(sheet, &mut inner, offset);
        inner.finish(sheet);
        if year.is_none() {
            sheet.issue(offset, "levels: missing key `levels.year`", None);
        }
        if let Some(year) = year.filter(|year| found.iter().any(|other| other.year == *year)) {
            sheet.issue(offset, format!("levels: the year {year} stands in it twice"), None);
        }
        if let (Some(source), Some(year)) = (source, year) {
            found.push(Levels { source: source.value, year, bands });
        }
    }
    // The newest first: it is what is shown where the project doesn't choose.
    found.sort_by_key(|levels| std::cmp::Reverse(levels.year));
    found
}

fn bands(sheet: &mut Sheet<'_>, fields: &mut Fields<'_>, offset: usize) -> Vec<Band> {
    let items = fields.take("bands").and_then(|value| value.get_ref().as_array());
    let Some(items) = items.filter(|items| !items.is_empty()) else {
        let hint =
            "write bands = [{ name = \"elite\", below = 3600 }, { name = \"high\", from = 3600, below = 86400 }]";
        sheet.issue(offset, "levels: expected bands", Some(hint.to_string()));
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in items.iter() {
        let offset = item.span().start;
        let Some(table) = item.get_ref().as_table() else {
            sheet.issue(offset, "levels.bands: expected a table with a name and its ends", None);
            continue;
        };
        let mut inner = Fields::new(sheet, "levels.bands.", table, offset);
        let name = inner.required_text(sheet, "name");
        let mut end = |key: &'static str| inner.number(sheet, key);
        let (from, above, below, to, near) = (end("from"), end("above"), end("below"), end("to"), end("near"));
        inner.finish(sheet);
        let one = |a: Option<Found<f64>>, b: Option<Found<f64>>| match (a, b) {
            (Some(a), None) => Some((a.value, true)),
            (None, Some(b)) => Some((b.value, false)),
            _ => None,
        };
        let twice = (from.is_some() && above.is_some()) || (to.is_some() && below.is_some());
        let mixed = near.is_some() && (from.is_some() || above.is_some() || to.is_some() || below.is_some());
        let (lower, upper) = (one(from, above), one(to, below));
        let nothing = near.is_none() && lower.is_none() && upper.is_none();
        if twice || mixed || nothing {
            let hint = "from or above, below or to, or near alone";
            sheet.issue(offset, "levels.bands: expected the ends of a band", Some(hint.to_string()));
            continue;
        }
        let level = near.map_or(Level::Between { lower, upper }, |near| Level::Near(near.value));
        found.extend(name.map(|name| Band { name: name.value, level }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn band(name: &str, level: Level) -> Band {
        Band { name: name.to_string(), level }
    }

    #[test]
    fn a_value_can_belong_to_several_levels_or_none() {
        let levels = Levels {
            source: "s".into(),
            year: 2024,
            bands: vec![
                band("a", Level::Between { lower: None, upper: Some((1.0, false)) }),
                band("b", Level::Between { lower: Some((1.0, true)), upper: Some((3.0, true)) }),
                band("c", Level::Between { lower: Some((2.0, false)), upper: Some((3.0, false)) }),
            ],
        };
        assert_eq!(levels.of(0.5), ["a"]);
        assert_eq!(levels.of(1.0), ["b"]);
        assert_eq!(levels.of(2.0), ["b"]);
        assert_eq!(levels.of(2.5), ["b", "c"]);
        assert_eq!(levels.of(3.0), ["b"]);
        assert!(levels.of(4.0).is_empty());
    }

    #[test]
    fn the_nearest_published_figure_wins_and_a_tie_names_both() {
        let near = |name, figure| band(name, Level::Near(figure));
        let bands = vec![near("elite", 0.05), near("high", 0.2), near("medium", 0.1), near("low", 0.4)];
        let levels = Levels { source: "s".into(), year: 2024, bands };
        assert_eq!(levels.of(0.0), ["elite"]);
        assert_eq!(levels.of(0.08), ["medium"]);
        assert_eq!(levels.of(0.15), ["high", "medium"]);
        assert_eq!(levels.of(0.9), ["low"]);
    }
}
