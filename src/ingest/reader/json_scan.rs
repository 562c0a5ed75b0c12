//! The ends of JSON values in a text, found without building them: so that an array of any length is read element by element, and
//! one broken element costs itself only.

/// The end of something in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It ends before this offset.
    At(usize),
    /// The text ends before it does.
    Beyond,
}

/// The offset of the first byte at or after `from` that is no white space and none of `also`.
pub fn skip(text: &[u8], from: usize, also: &[u8]) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let count = rest.iter().take_while(|byte| byte.is_ascii_whitespace() || also.contains(byte)).count();
    from + count
}

/// The end of the value that starts at `from`: an object, array or string by its closing mark, anything else by what cannot be
/// part of it.
pub fn value_end(text: &[u8], from: usize) -> End {
    match text.get(from) {
        Some(b'{' | b'[') => nested_end(text, from),
        Some(b'"') => string_end(text, from),
        Some(_) => {
            let rest = &text[from..];
            match rest.iter().position(|byte| matches!(byte, b',' | b']' | b'}' | b'\n')) {
                // A byte that belongs to nothing is passed over, so that reading always moves on.
                Some(0) => End::At(from + 1),
                Some(length) => End::At(from + length),
                None => End::Beyond,
            }
        }
        None => End::Beyond,
    }
}

fn nested_end(text: &[u8], from: usize) -> End {
    let mut depth = 0_usize;
    let mut at = from;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => match string_end(text, at) {
                End::At(end) => {
                    at = end;
                    continue;
                }
                End::Beyond => return End::Beyond,
            },
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return End::At(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    End::Beyond
}

fn string_end(text: &[u8], from: usize) -> End {
    let mut at = from + 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return End::At(at + 1),
            _ => at += 1,
        }
    }
    End::Beyond
}

/// Where the elements of an array start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// After its `[`, at this offset.
    At(usize),
    /// There is no such array.
    Absent,
    /// The text ends before it is found.
    Beyond,
}

/// Where the elements of the array at a path of keys start, in a text that is one object.
pub fn array_at(text: &[u8], path: &[&str]) -> Start {
    let mut at = skip(text, 0, b"");
    let mut path = path;
    loop {
        match text.get(at) {
            Some(b'[') if path.is_empty() => return Start::At(at + 1),
            Some(b'{') if !path.is_empty() => at += 1,
            Some(_) => return Start::Absent,
            None => return Start::Beyond,
        }
        loop {
            at = skip(text, at, b",");
            let (key, value) = match key_at(text, at) {
                Key::Found(key, value) => (key, value),
                Key::None => return Start::Absent,
                Key::Beyond => return Start::Beyond,
            };
            if path.first() == Some(&key) {
                path = &path[1..];
                at = value;
                break;
            }
            match value_end(text, value) {
                End::At(end) => at = end,
                End::Beyond => return Start::Beyond,
            }
        }
    }
}

/// The keys of a text that is one object, as far as the text goes.
pub fn keys(text: &[u8]) -> Vec<&str> {
    let mut at = skip(text, 0, b"");
    let mut found = Vec::new();
    if text.get(at) != Some(&b'{') {
        return found;
    }
    at += 1;
    while let Key::Found(key, value) = key_at(text, skip(text, at, b",")) {
        found.push(key);
        let End::At(end) = value_end(text, value) else { break };
        at = end;
    }
    found
}

/// The path of keys to the first array that starts with an object, in a text that is one object.
pub fn first_array_of_objects(text: &[u8]) -> Option<Vec<String>> {
    let at = skip(text, 0, b"");
    (text.get(at) == Some(&b'{')).then(|| find_array(text, at + 1, 0))?
}

fn find_array(text: &[u8], mut at: usize, depth: usize) -> Option<Vec<String>> {
    loop {
        at = skip(text, at, b",");
        let Key::Found(key, value) = key_at(text, at) else {
            return None;
        };
        let inside = skip(text, value + 1, b"");
        let found = match (text.get(value), text.get(inside)) {
            (Some(b'['), Some(b'{')) => Some(Vec::new()),
            (Some(b'{'), _) if depth < 4 => find_array(text, value + 1, depth + 1),
            _ => None,
        };
        if let Some(mut path) = found {
            path.insert(0, key.to_string());
            return Some(path);
        }
        let End::At(end) = value_end(text, value) else {
            return None;
        };
        at = end;
    }
}

enum Key<'a> {
    Found(&'a str, usize),
    None,
    Beyond,
}

fn key_at(text: &[u8], at: usize) -> Key<'_> {
    match text.get(at) {
        Some(b'"') => {}
        Some(_) => return Key::None,
        None => return Key::Beyond,
    }
    let End::At(end) = string_end(text, at) else {
        return Key::Beyond;
    };
    let Ok(key) = std::str::from_utf8(&text[at + 1..end - 1]) else {
        return Key::None;
    };
    let colon = skip(text, end, b"");
    match text.get(colon) {
        Some(b':') => Key::Found(key, skip(text, colon + 1, b"")),
        Some(_) => Key::None,
        None => Key::Beyond,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_they_end() {
        for value in [r#"{"a":[1,"]}\""]}"#, "[]", r#""x\\""#, "12.5", "null"] {
            let text = format!("{value},1");
            assert_eq!(value_end(text.as_bytes(), 0), End::At(value.len()), "{value}");
        }
        assert_eq!(value_end(b"{\"a\":1", 0), End::Beyond);
    }

    #[test]
    fn arrays_are_found_by_path_or_as_the_first_of_objects() {
        let text = br#"{"n": [1,2], "result": {"page": {"a": 1}, "rows": [ {"x":1} ]}}"#;
        assert_eq!(first_array_of_objects(text), Some(vec!["result".to_string(), "rows".to_string()]));
        let start = text.iter().rposition(|byte| *byte == b'[').unwrap() + 1;
        assert_eq!(array_at(text, &["result", "rows"]), Start::At(start));
        assert_eq!(array_at(text, &["n"]), Start::At(7));
        assert_eq!(array_at(text, &["other"]), Start::Absent);
        assert_eq!(array_at(&text[..20], &["result", "rows"]), Start::Beyond);
    }
}
