//! Families of samples, each once and in order, with their escapes.

use std::collections::BTreeMap;

/// Labels by name.
pub(super) type Labels = BTreeMap<String, String>;

/// Families by their names.
#[derive(Default)]
pub(super) struct Families {
    by_name: BTreeMap<String, Family>,
}

#[derive(Default)]
struct Family {
    unit: String,
    help: String,
    samples: BTreeMap<Labels, f64>,
}

impl Families {
    /// Adds a sample; a series that is there keeps the sample that it has, and what is no number is none.
    pub(super) fn add(&mut self, name: &str, unit: &str, help: &str, labels: Labels, value: f64) {
        if value.is_finite() {
            self.family(name, unit, help).samples.entry(labels).or_insert(value);
        }
    }

    /// Adds to the sample of a series.
    pub(super) fn sum(&mut self, name: &str, unit: &str, help: &str, labels: Labels, value: f64) {
        *self.family(name, unit, help).samples.entry(labels).or_insert(0.0) += value;
    }

    fn family(&mut self, name: &str, unit: &str, help: &str) -> &mut Family {
        let family = || Family { unit: unit.to_owned(), help: help.to_owned(), samples: BTreeMap::new() };
        self.by_name.entry(name.to_owned()).or_insert_with(family)
    }

    /// All of them as text.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (name, family) in &self.by_name {
            text.push_str(&format!("# TYPE {name} gauge\n"));
            if !family.unit.is_empty() {
                text.push_str(&format!("# UNIT {name} {}\n", family.unit));
            }
            text.push_str(&format!("# HELP {name} {}\n", escaped(&family.help)));
            for (labels, value) in &family.samples {
                let labels: Vec<String> =
                    labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
                text.push_str(&format!("{name}{{{}}} {value}\n", labels.join(",")));
            }
        }
        text.push_str("# EOF\n");
        text
    }
}

/// Text with the three escapes of the format.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_and_a_series_stands_once() {
        let mut families = Families::default();
        let labels = || BTreeMap::from([("service".to_owned(), "a\"b\\c\nd".to_owned())]);
        families.add("x", "", "Says \"x\".", labels(), 0.25);
        families.add("x", "", "", labels(), 1.0);
        families.add("y", "", "", labels(), f64::NAN);
        families.sum("z", "seconds", "z", labels(), 1.0);
        families.sum("z", "seconds", "z", labels(), 2.0);
        let line = "{service=\"a\\\"b\\\\c\\nd\"}";
        let text = format!(
            "# TYPE x gauge\n# HELP x Says \\\"x\\\".\nx{line} 0.25\n\
             # TYPE z gauge\n# UNIT z seconds\n# HELP z z\nz{line} 3\n# EOF\n"
        );
        assert_eq!(families.text(), text);
    }
}
