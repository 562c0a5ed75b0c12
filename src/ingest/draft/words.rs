//! What the words of exports stand for: ranks from the worst on, and the words of closed lists, in several languages.

use super::names::words;

/// Words for ranks by language, 1 the worst; the longest that a text holds counts.
const RANKS: [&[(&str, u8)]; 5] = [
    &[
        ("critical", 1),
        ("urgent", 1),
        ("blocker", 1),
        ("highest", 1),
        ("very high", 1),
        ("emergency", 1),
        ("high", 2),
        ("major", 2),
        ("important", 2),
        ("medium", 3),
        ("normal", 3),
        ("moderate", 3),
        ("standard", 3),
        ("low", 4),
        ("minor", 4),
        ("lowest", 5),
        ("very low", 5),
        ("trivial", 5),
        ("planning", 5),
    ],
    &[
        ("critique", 1),
        ("urgente", 1),
        ("majeure", 1),
        ("tres haute", 1),
        ("haute", 2),
        ("elevee", 2),
        ("moyenne", 3),
        ("normale", 3),
        ("basse", 4),
        ("faible", 4),
        ("tres basse", 5),
    ],
    &[
        ("kritisch", 1),
        ("dringend", 1),
        ("sehr hoch", 1),
        ("hoch", 2),
        ("mittel", 3),
        ("normal", 3),
        ("niedrig", 4),
        ("gering", 4),
        ("sehr niedrig", 5),
    ],
    &[("kritiek", 1), ("zeer hoog", 1), ("hoog", 2), ("gemiddeld", 3), ("normaal", 3), ("laag", 4), ("zeer laag", 5)],
    &[
        ("critica", 1),
        ("critico", 1),
        ("muy alta", 1),
        ("alta", 2),
        ("alto", 2),
        ("media", 3),
        ("medio", 3),
        ("baja", 4),
        ("bajo", 4),
        ("muy baja", 5),
    ],
];

/// Words for those of closed lists.
const SYNONYMS: [(&str, &[&str]); 27] = [
    ("incident", &["störung", "storing", "panne", "incidente", "incidencia", "fault", "problem report", "break fix"]),
    ("request", &["service request", "demande", "anfrage", "aanvraag", "solicitud", "peticion", "sr", "task"]),
    ("question", &["how to", "inquiry", "enquiry", "frage", "vraag", "pregunta"]),
    ("complaint", &["plainte", "beschwerde", "klacht", "queja", "reclamation"]),
    ("event", &["alert", "alarm", "evenement"]),
    ("bug", &["defect", "fehler", "anomalie", "software error"]),
    ("defect", &["bug", "fehler", "anomalie"]),
    ("known_error", &["erreur connue", "bekannter fehler"]),
    ("story", &["user story", "feature", "epic", "requirement"]),
    ("enhancement", &["improvement", "amelioration", "verbesserung", "change"]),
    (
        "successful",
        &[
            "success",
            "succeeded",
            "successfull",
            "ok",
            "done",
            "passed",
            "completed",
            "reussi",
            "erfolgreich",
            "geslaagd",
        ],
    ),
    ("failed", &["failure", "fail", "error", "unsuccessful", "nok", "echec", "fehlgeschlagen", "mislukt"]),
    ("rolled_back", &["rollback", "reverted"]),
    ("backed_out", &["backout", "rollback", "rolled back", "reverted"]),
    ("cancelled", &["canceled", "withdrawn", "rejected", "annule", "abgebrochen", "geannuleerd"]),
    ("successful_with_issues", &["success with issues", "partial", "partially successful"]),
    ("emergency", &["urgent", "expedited", "urgence", "notfall"]),
    ("standard", &["pre approved", "routine"]),
    ("outage", &["down", "major outage", "unavailable", "panne", "ausfall"]),
    ("degradation", &["degraded", "partial outage", "partial", "slow", "minor"]),
    ("maintenance", &["planned", "wartung", "onderhoud", "mantenimiento"]),
    ("monitoring", &["monitor", "system", "automatic", "alert"]),
    ("customer", &["user", "caller", "client", "kunde", "klant"]),
    ("cost", &["actual", "expense", "spend", "coût", "kosten"]),
    ("budget", &["plan", "planned"]),
    ("hotfix", &["fix", "patch"]),
    ("contract", &["supplier", "vendor", "underpinning contract", "uc"]),
];

/// The rank that a text stands for: its only digit (`P1`, `2 - High`), else a word.
pub fn rank(text: &str) -> Option<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
    if let [digit] = digits.as_slice() {
        return Some(digit - b'0');
    }
    if !digits.is_empty() {
        return None;
    }
    let found = format!(" {} ", words(text).join(" "));
    let known = RANKS.iter().copied().flatten().filter(|(word, _)| found.contains(&format!(" {word} ")));
    known.max_by_key(|(word, _)| word.len()).map(|(_, rank)| *rank)
}

/// The whole scale that some texts are part of, for those that a first file does not show: `P1` to `P5` for `P2`, all words of a
/// language for one of them.
pub fn scale(texts: &[String]) -> Vec<(String, u8)> {
    let mut found: Vec<(String, u8)> = Vec::new();
    let mut add = |text: String, rank: u8| {
        if !found.iter().any(|(known, _)| known.to_lowercase() == text.to_lowercase()) {
            found.push((text, rank));
        }
    };
    for text in texts {
        let Some(own) = rank(text).filter(|own| *own <= 6) else { continue };
        add(text.clone(), own);
        let prefix = text.trim_end_matches(|c: char| c.is_ascii_digit());
        if text.len() == prefix.len() + 1 && !prefix.is_empty() {
            (1..=5).for_each(|rank| add(format!("{prefix}{rank}"), rank));
        }
        for language in RANKS {
            if language.iter().any(|(word, _)| *word == words(text).join(" ")) {
                language.iter().for_each(|(word, rank)| add((*word).to_string(), *rank));
            }
        }
    }
    found
}

/// The word of a closed list that a text stands for.
pub fn closed<'a>(text: &str, allowed: &'a [String]) -> Option<&'a String> {
    let found = words(text).join(" ");
    if found.is_empty() {
        return None;
    }
    let normal = |word: &str| words(word).join(" ");
    let synonyms = |word: &&String| {
        let known = SYNONYMS.iter().find(|(known, _)| known == word);
        known.is_some_and(|(_, synonyms)| synonyms.iter().any(|synonym| normal(synonym) == found))
    };
    let holds = |word: &&String| format!(" {found} ").contains(&format!(" {} ", normal(word)));
    let same = allowed.iter().find(|word| normal(word) == found);
    same.or_else(|| allowed.iter().find(synonyms)).or_else(|| allowed.iter().find(holds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_come_from_digits_and_words() {
        let cases = [("P1", 1), ("2 - High", 2), ("Très haute", 1), ("Sehr niedrig", 5), ("Lowest", 5), ("normal", 3)];
        for (text, wanted) in cases {
            assert_eq!(rank(text), Some(wanted), "{text}");
        }
        assert_eq!((rank("blue"), rank("P12")), (None, None));
        let texts = |texts: &[&str]| scale(&texts.iter().map(|text| (*text).to_string()).collect::<Vec<_>>());
        assert_eq!(texts(&["P2"]).len(), 5);
        assert!(texts(&["hoch"]).contains(&("niedrig".to_string(), 4)));
        assert_eq!(texts(&["P9", "blue"]), []);
    }

    #[test]
    fn words_of_closed_lists_are_known_by_their_synonyms() {
        let allowed = ["incident", "request"].map(str::to_string);
        assert_eq!(closed("Störung", &allowed).map(String::as_str), Some("incident"));
        assert_eq!(closed("Service Request", &allowed).map(String::as_str), Some("request"));
        assert_eq!(closed("Major incident", &allowed).map(String::as_str), Some("incident"));
        assert_eq!(closed("Holiday", &allowed), None);
    }
}
