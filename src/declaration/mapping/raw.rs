//! A mapping as its TOML is written, before anything in it is checked.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

pub(super) type RawColumns = BTreeMap<Spanned<String>, Spanned<Notation>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMapping {
    pub(super) title: String,
    pub(super) table: Spanned<String>,
    #[serde(default, rename = "match")]
    pub(super) matches: Vec<OneOrMore>,
    #[serde(default)]
    pub(super) null: Vec<String>,
    #[serde(default)]
    pub(super) latest: Vec<String>,
    pub(super) zone: Option<Spanned<String>>,
    pub(super) format: Option<Spanned<String>>,
    pub(super) separator: Option<Spanned<String>>,
    pub(super) header: Option<Vec<String>>,
    pub(super) records: Option<String>,
    pub(super) sheet: Option<String>,
    pub(super) decimal: Option<Spanned<String>>,
    pub(super) explode: Option<OneOrMore>,
    pub(super) explode_separator: Option<String>,
    #[serde(rename = "where")]
    pub(super) condition: Option<String>,
    pub(super) formats: Option<Spanned<Vec<String>>>,
    pub(super) pattern: Option<RawPattern>,
    #[serde(default)]
    pub(super) ignore: BTreeMap<Spanned<String>, String>,
    pub(super) columns: Spanned<RawColumns>,
    #[serde(default)]
    pub(super) also: BTreeMap<Spanned<String>, RawAlso>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPattern {
    pub(super) column: String,
    pub(super) expression: Spanned<String>,
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAlso {
    pub(super) table: Option<Spanned<String>>,
    pub(super) explode: Option<OneOrMore>,
    pub(super) explode_separator: Option<String>,
    #[serde(rename = "where")]
    pub(super) condition: Option<String>,
    pub(super) columns: Spanned<RawColumns>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    pub(super) fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name],
            Self::More(names) => names,
        }
    }
}

/// A constant in a mapping: TOML's scalars, as the text that an export would hold.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Scalar {
    Text(String),
    Boolean(bool),
    Integer(i64),
    Number(f64),
}

impl Scalar {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Boolean(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text()
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawField {
    pub(super) from: Option<OneOrMore>,
    pub(super) first: Option<Vec<String>>,
    pub(super) repeated: Option<String>,
    pub(super) plus: Option<OneOrMore>,
    pub(super) value: Option<Scalar>,
    pub(super) sql: Option<String>,
    pub(super) join: Option<Vec<String>>,
    pub(super) separator: Option<String>,
    #[serde(default)]
    pub(super) formats: Vec<String>,
    #[serde(default)]
    pub(super) values: BTreeMap<String, Scalar>,
    pub(super) otherwise: Option<Scalar>,
    pub(super) default: Option<Scalar>,
    pub(super) unit: Option<String>,
}

/// A column is written as the name of a raw column, or as a table of keys.
pub(super) struct Notation(pub(super) RawField);

impl<'de> Deserialize<'de> for Notation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Both;
        impl<'de> Visitor<'de> for Both {
            type Value = RawField;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a column's name or a table with `from`, `first`, `value`, `sql` or `join`")
            }
            fn visit_str<E>(self, name: &str) -> Result<RawField, E> {
                let from = Some(OneOrMore::One(name.to_string()));
                Ok(RawField { from, ..RawField::default() })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawField, A::Error> {
                RawField::deserialize(MapAccessDeserializer::new(map))
            }
        }
        deserializer.deserialize_any(Both).map(Notation)
    }
}
