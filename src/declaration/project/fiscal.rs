//! The month that the organisation's fiscal year begins in.

use toml::Spanned;

use crate::declaration::issue::Issue;
use crate::declaration::project::PROJECT_FILE;

/// The declared month, 1 to 12; January where none is declared, or a wrong one.
pub(super) fn fiscal_year_start(text: &str, raw: Option<&Spanned<i64>>, report: &mut dyn FnMut(Issue)) -> u32 {
    let Some(declared) = raw else { return 1 };
    match u32::try_from(*declared.get_ref()) {
        Ok(month @ 1..=12) => month,
        _ => {
            let message = format!("`fiscal_year_start`: expected a month from 1 to 12, found {}", declared.get_ref());
            let issue = Issue::error(PROJECT_FILE, message).at_offset(text, declared.span().start);
            report(issue.hint("write 4 for a fiscal year that begins on the first of April"));
            1
        }
    }
}
