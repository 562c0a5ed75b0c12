//! What a service needs of others, from the text of `services.depends_on`.
//!
//! A list, separated by commas or semicolons, of what is all needed; of alternatives separated by `|` one is needed; of
//! `2 of (A | B | C)` two are.

/// Services of which so many are needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The services, in the order of the text.
    pub members: Vec<String>,
    /// How many of them must be up; from 1 to their number.
    pub needed: usize,
}

impl Group {
    /// How many members must be down for the group to fail.
    pub fn fatal(&self) -> usize {
        self.members.len() + 1 - self.needed
    }
}

/// The groups of a text; all of them are needed.
pub fn parse(text: &str) -> Vec<Group> {
    text.split([',', ';']).filter_map(group).collect()
}

fn group(text: &str) -> Option<Group> {
    let (needed, list) = counted(text.trim()).unwrap_or((1, text));
    let members: Vec<String> =
        list.split('|').map(str::trim).filter(|name| !name.is_empty()).map(str::to_string).collect();
    let needed = needed.clamp(1, members.len().max(1));
    (!members.is_empty()).then_some(Group { members, needed })
}

/// `2 of (A | B | C)` as its number and list. A service may be named "2 of hearts": only with parentheses it is a count.
fn counted(text: &str) -> Option<(usize, &str)> {
    let (number, rest) = text.split_once(char::is_whitespace)?;
    let list = rest.trim_start().strip_prefix("of")?.trim_start().strip_prefix('(')?.strip_suffix(')')?;
    Some((number.parse().ok()?, list))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let groups = parse(text);
        let texts = groups.iter().map(|group| format!("{}/{}", group.needed, group.members.join("+")));
        texts.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn all_one_of_and_some_of() {
        assert_eq!(shown("DB, Cache A | Cache B;2 of (X | Y|Z)"), "1/DB 1/Cache A+Cache B 2/X+Y+Z");
        assert_eq!(shown(" ; , | "), "");
        assert_eq!(shown("2 of hearts; ERP (EU)"), "1/2 of hearts 1/ERP (EU)");
        assert_eq!(shown("9 of (A | B); 0 of (A | B)"), "2/A+B 1/A+B");
        assert_eq!(parse("2 of (A|B|C)")[0].fatal(), 2);
        assert_eq!(parse("A|B")[0].fatal(), 2);
        assert_eq!(parse("A")[0].fatal(), 1);
    }
}
