//! `[mail]`: from whom and to whom reports travel. What stands here ends up in the head of a message, so an address that could
//! add to it is refused.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::PROJECT_FILE;
use crate::declaration::issue::Issue;

/// An address with the name of who reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Whose it is; may be empty.
    pub name: String,
    /// "reports@acme.example".
    pub address: String,
}

/// From whom and to whom one report travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The sender.
    pub from: Option<Mailbox>,
    /// The readers.
    pub to: Vec<Mailbox>,
}

/// `[mail]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    /// What holds for reports that have nothing of their own; none where the project has no such section.
    pub all: Option<Addresses>,
    /// Reports with senders or readers of their own, with the line that declares them.
    pub reports: BTreeMap<String, (usize, Addresses)>,
}

impl Mail {
    /// The addresses of a report; none where the project gives it none.
    pub fn of(&self, report: &str) -> Option<&Addresses> {
        self.reports.get(report).map(|(_, addresses)| addresses).or(self.all.as_ref())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMail {
    from: Option<Spanned<String>>,
    #[serde(default)]
    to: Vec<Spanned<String>>,
    #[serde(default)]
    reports: BTreeMap<Spanned<String>, RawOwn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOwn {
    from: Option<Spanned<String>>,
    to: Option<Vec<Spanned<String>>>,
}

/// The section as it was declared and checked.
pub(super) fn mail_of(text: &str, raw: Option<&RawMail>, report: &mut dyn FnMut(Issue)) -> Mail {
    let Some(raw) = raw else { return Mail::default() };
    let mut one = |what: &str, value: &Spanned<String>| match mailbox(value.get_ref()) {
        Ok(mailbox) => Some(mailbox),
        Err(wrong) => {
            let issue = Issue::error(PROJECT_FILE, format!("{what}: {wrong}")).at_offset(text, value.span().start);
            report(issue.hint("write \"reports@acme.example\" or \"Acme reports <reports@acme.example>\""));
            None
        }
    };
    let from = raw.from.as_ref().and_then(|value| one("mail.from", value));
    let to: Vec<Mailbox> = raw.to.iter().filter_map(|value| one("mail.to", value)).collect();
    let mut reports = BTreeMap::new();
    for (name, own) in &raw.reports {
        let place = format!("mail.reports.{}", name.get_ref());
        let own_from = own.from.as_ref().and_then(|value| one(&format!("{place}.from"), value));
        let own_to =
            own.to.as_ref().map(|to| to.iter().filter_map(|value| one(&format!("{place}.to"), value)).collect());
        let addresses = Addresses { from: own_from.or_else(|| from.clone()), to: own_to.unwrap_or_else(|| to.clone()) };
        let line = crate::declaration::issue::line_of(text, name.span().start);
        reports.insert(name.get_ref().clone(), (line, addresses));
    }
    Mail { all: (from.is_some() || !to.is_empty()).then_some(Addresses { from, to }), reports }
}

/// An address, alone or after a name in angle brackets.
fn mailbox(text: &str) -> Result<Mailbox, String> {
    let shown = text.escape_debug();
    if text.chars().any(char::is_control) {
        return Err(format!("expected one line without control characters, found \"{shown}\""));
    }
    let (name, address) = match text.trim().strip_suffix('>').and_then(|text| text.split_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"'), address),
        None => ("", text.trim()),
    };
    let local = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(letter);
    let label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let sound = address.split_once('@').is_some_and(|(user, domain)| {
        let dots = !user.starts_with('.') && !user.ends_with('.') && !user.contains("..");
        !user.is_empty() && user.chars().all(local) && dots && domain.split('.').all(label) && address.len() <= 254
    });
    if !sound || name.contains(['<', '>', '"']) {
        return Err(format!("expected a mail address, found \"{shown}\""));
    }
    Ok(Mailbox { name: name.to_owned(), address: address.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::declaration::project::Project;

    #[test]
    fn a_report_has_its_own_readers_or_those_of_all() {
        let text = "name = \"A\"\n[mail]\nfrom = \"Acme, IT <it@acme.example>\"\nto = [\"all@acme.example\"]\n\
                    [mail.reports.suppliers]\nto = [\"buying@acme.example\", \"Ann <ann@acme.example>\"]\n";
        let mail = Project::parse(Path::new("."), text).unwrap().mail;
        let of = |report: &str| {
            let addresses = mail.of(report).unwrap();
            let to: Vec<&str> = addresses.to.iter().map(|mailbox| mailbox.address.as_str()).collect();
            (addresses.from.clone().unwrap().name, to.join(" "))
        };
        assert_eq!(of("weekly"), ("Acme, IT".to_owned(), "all@acme.example".to_owned()));
        assert_eq!(of("suppliers"), ("Acme, IT".to_owned(), "buying@acme.example ann@acme.example".to_owned()));
        assert_eq!(Project::parse(Path::new("."), "name = \"A\"\n").unwrap().mail.of("weekly"), None);
    }

    #[test]
    fn an_address_that_could_add_a_header_is_refused_with_its_line() {
        let bad = [
            "it@acme.example\\r\\nBcc: x@evil.example",
            "Acme\\nBcc: x@evil.example <it@acme.example>",
            "it@acme.example, x@evil.example",
            "it@acme.example>\\u0000<x@evil.example",
            "it",
            "it@",
            "@acme.example",
            "a@b@c",
            "<>",
            "it@acme..example",
        ];
        for address in bad {
            let text = format!("name = \"A\"\n[mail]\nfrom = \"{address}\"\n");
            let issues = Project::parse(Path::new("."), &text).unwrap_err();
            assert_eq!((issues.len(), issues[0].line), (1, Some(3)), "{address}: {issues:?}");
            assert!(issues[0].message.starts_with("mail.from: expected"), "{}", issues[0].message);
        }
    }

    #[test]
    fn a_misspelt_key_names_the_right_one() {
        let issues = Project::parse(Path::new("."), "name = \"A\"\n[mail]\nform = \"a@b.example\"\n").unwrap_err();
        assert_eq!((issues[0].line, issues[0].hint.as_deref()), (Some(3), Some("did you mean `from`?")));
    }
}
