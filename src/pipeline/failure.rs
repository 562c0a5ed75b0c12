//! Why a command could not do its job.

use crate::declaration::issue::Issue;
use crate::lake::LakeError;
use crate::metrics::MeasureError;

/// Names that a hint has room for.
const FEW: usize = 12;

/// Why a command stopped; each kind has its own exit code.
#[derive(Debug)]
pub enum Failure {
    /// Definitions are wrong (exit 2): all issues.
    Definitions(Vec<Issue>),
    /// The command was asked for something that is not there (exit 2).
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// It failed (exit 1).
    Failed(String),
}

impl Failure {
    /// A usage failure without advice.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: None }
    }

    /// A usage failure about a name that is not known, with the nearest one that is; where none is near, all of them if they are
    /// few, else the command that lists them.
    pub fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let hint = match (crate::declaration::issue::nearest(name, known.iter().copied()), known.len(), what) {
            (Some(near), ..) => Some(format!("did you mean `{near}`?")),
            (None, 0, _) => Some(format!("the project has no {what}")),
            (None, 1..=FEW, _) => Some(format!("expected one of {}", known.join(", "))),
            (None, _, "metric") => Some("`nines metrics` lists them".to_string()),
            (None, _, "table") => Some("`nines tables` lists them".to_string()),
            (None, _, "objective") => Some("`nines slo` lists them".to_string()),
            (None, ..) => None,
        };
        Self::Usage { message: format!("unknown {what} `{name}`"), hint }
    }
}

impl From<LakeError> for Failure {
    fn from(error: LakeError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<MeasureError> for Failure {
    fn from(error: MeasureError) -> Self {
        match &error {
            MeasureError::UnknownMetric(_) => Self::usage(error.to_string()),
            MeasureError::UnknownSlice { slice, known, .. } => Self::Usage {
                hint: crate::declaration::issue::nearest(slice, known.iter().map(String::as_str))
                    .map(|near| format!("did you mean `{near}`?")),
                message: error.to_string(),
            },
            MeasureError::Fact(..) | MeasureError::Expression(..) => Self::Failed(error.to_string()),
        }
    }
}

impl From<polars::prelude::PolarsError> for Failure {
    fn from(error: polars::prelude::PolarsError) -> Self {
        Self::Failed(error.to_string())
    }
}
