//! Labels that fit: how wide words are, what is left of a long name, and where labels go that would cover each other.

/// About how many pixels words take in a sans-serif font, rather more than less.
pub(super) fn width(words: &str, size: u32) -> i32 {
    let ems: f64 = words
        .chars()
        .map(|letter| match letter {
            'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')' | ' '
            | '-' => 0.34,
            '\u{a0}' | '\u{202f}' => 0.3,
            'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' => 0.95,
            letter if letter.is_ascii_uppercase() => 0.72,
            letter if letter.is_ascii() => 0.6,
            letter if letter < '\u{1100}' => 0.68,
            _ => 1.05,
        })
        .sum();
    (ems * f64::from(size)).ceil() as i32
}

/// The words, or as many of them as fit, with a … for the rest.
pub(super) fn shorten(words: &str, size: u32, room: i32) -> String {
    if width(words, size) <= room {
        return words.to_owned();
    }
    let mut kept = String::new();
    for letter in words.chars() {
        kept.push(letter);
        if width(&format!("{kept}…"), size) > room {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

/// Moves places apart so that each is at least `apart` from the next, all within the ends as far as there is room, as near to
/// where they were as that allows.
pub(super) fn spread(places: &mut [i32], apart: i32, low: i32, high: i32) {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|index| places[*index]);
    let mut free = low;
    for index in &order {
        places[*index] = places[*index].max(free);
        free = places[*index] + apart;
    }
    let mut end = high;
    for index in order.iter().rev() {
        places[*index] = places[*index].min(end);
        end = places[*index] - apart;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_names_lose_their_end() {
        assert_eq!(shorten("Mail", 12, 100), "Mail");
        let short = shorten("Enterprise Resource Planning Central Europe", 12, 100);
        assert!(short.ends_with('…') && width(&short, 12) <= 100 && short.starts_with("Enter"), "{short}");
        assert_eq!(shorten("WWWW", 12, 1), "…");
        assert!(width(&shorten(&"長い名前".repeat(30), 12, 90), 12) <= 90);
    }

    proptest! {
        #[test]
        fn no_label_covers_another(mut places in prop::collection::vec(-50..300_i32, 1..9)) {
            spread(&mut places, 14, 0, 200);
            places.sort_unstable();
            prop_assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 14));
            prop_assert!(places.iter().all(|place| (0..=200).contains(place)));
        }
    }
}
