//! The contract's form of figures that differ from what an earlier run reported.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Period;
use crate::arithmetic::local_time::rfc3339;
use crate::scorecard::restated;

/// A figure as an earlier run reported it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Published {
    /// The figure; null where there was none.
    pub value: Option<f64>,
    /// When it was published.
    pub at: String,
    /// It was computed by another definition, so the two are not comparable.
    pub redefined: bool,
}

impl Published {
    /// A publication in the contract's form.
    pub fn of(published: &restated::Published) -> Self {
        Published { value: published.value, at: rfc3339(published.at), redefined: published.redefined }
    }
}

/// A figure that differs from what an earlier run reported.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Restatement {
    /// Id of the metric.
    pub metric: String,
    /// The slice.
    pub dims: BTreeMap<String, String>,
    /// The period.
    pub period: Period,
    /// The figure now; null where there is none.
    pub value: Option<f64>,
    /// The figure then.
    pub published: Published,
    /// Records that came or changed since and can bear on it.
    pub records: Vec<ChangedRecords>,
}

/// Changed records of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangedRecords {
    /// The table.
    pub table: String,
    /// How many.
    pub count: u64,
    /// Ids of the first ten.
    pub ids: Vec<String>,
}

impl Restatement {
    pub(super) fn of(one: &restated::Restatement) -> Self {
        let records = one.records.iter().map(|records| ChangedRecords {
            table: records.table.clone(),
            count: records.count,
            ids: records.ids.clone(),
        });
        Restatement {
            metric: one.metric.id.clone(),
            dims: one.dims.clone(),
            period: Period::of(&one.period),
            value: one.now.value,
            published: Published::of(&one.published),
            records: records.collect(),
        }
    }
}
