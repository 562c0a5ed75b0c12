//! What a ticket waits for, by the words of its states and substates: English, German and French ones.

/// What a ticket waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// The user.
    User,
    /// A supplier.
    Supplier,
    /// A change.
    Change,
    /// Something else, or it isn't said what.
    Other,
}

/// Beginnings of words that say that something waits.
const WAITS: [&str; 18] = [
    "wait",
    "await",
    "pending",
    "suspend",
    "suspens",
    "pause",
    "pausiert",
    "postponed",
    "deferred",
    "wartet",
    "warten",
    "wartend",
    "angehalten",
    "zurückgestellt",
    "ausgesetzt",
    "rückfrage",
    "attente",
    "différé",
];

/// Whole words that say so.
const WAITS_WHOLE: [&str; 3] = ["hold", "onhold", "halten"];

const USERS: [&str; 17] = [
    "user",
    "customer",
    "requester",
    "requestor",
    "caller",
    "client",
    "reporter",
    "kunde",
    "benutzer",
    "anwender",
    "nutzer",
    "melder",
    "anforderer",
    "utilisateur",
    "demandeur",
    "usager",
    "appelant",
];

const SUPPLIERS: [&str; 11] = [
    "supplier",
    "vendor",
    "third",
    "thirdparty",
    "provider",
    "lieferant",
    "hersteller",
    "dienstleister",
    "fournisseur",
    "tiers",
    "prestataire",
];

const CHANGES: [&str; 3] = ["change", "änderung", "changement"];

/// Beginnings of words that say that it waits for us, or is as good as done: no hold.
const OURS: [&str; 20] = [
    "support",
    "agent",
    "assign",
    "triage",
    "dispatch",
    "pickup",
    "queue",
    "technici",
    "techniker",
    "zuweis",
    "zuordnung",
    "bearbeit",
    "affectation",
    "attribution",
    "assigné",
    "clos",
    "resolved",
    "geschlossen",
    "schließ",
    "abschluss",
];

/// Beginnings of words that turn what follows into its opposite.
const NOT: [&str; 5] = ["not", "no", "nicht", "kein", "pas"];

impl Wait {
    /// Its word in facts.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Supplier => "supplier",
            Self::Change => "change",
            Self::Other => "other",
        }
    }

    /// By the words of a state or a substate; `None` for one that is no waiting. A ticket that waits for its own support is none.
    pub(super) fn of(state: &str) -> Option<Self> {
        let lower = state.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let begins = |with: &[&str]| words.iter().any(|word| with.iter().any(|start| word.starts_with(start)));
        let waits = begins(&WAITS) || words.iter().any(|word| WAITS_WHOLE.contains(word));
        if !waits || words.iter().any(|word| NOT.contains(word)) {
            return None;
        }
        if begins(&SUPPLIERS) {
            Some(Self::Supplier)
        } else if begins(&OURS) {
            None
        } else if begins(&USERS) {
            Some(Self::User)
        } else if begins(&CHANGES) {
            Some(Self::Change)
        } else {
            Some(Self::Other)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_tools_say_what_a_ticket_waits_for() {
        for (state, expected) in [
            ("waiting", Wait::Other),
            ("waiting_user", Wait::User),
            ("waiting_supplier", Wait::Supplier),
            ("waiting_third_party", Wait::Supplier),
            ("waiting_change", Wait::Change),
            ("waiting_problem", Wait::Other),
            ("Pending", Wait::Other),
            ("pending customer", Wait::User),
            ("On Hold", Wait::Other),
            ("on-hold", Wait::Other),
            ("hold", Wait::Other),
            ("Awaiting User Info", Wait::User),
            ("Awaiting Vendor", Wait::Supplier),
            ("Waiting for vendor support", Wait::Supplier),
            ("Awaiting Change", Wait::Change),
            ("Waiting for customer", Wait::User),
            ("Suspended", Wait::Other),
            ("Wartet auf Kunden", Wait::User),
            ("Wartend (Lieferant)", Wait::Supplier),
            ("Zurückgestellt", Wait::Other),
            ("En attente", Wait::Other),
            ("En attente du demandeur", Wait::User),
            ("En attente fournisseur", Wait::Supplier),
        ] {
            assert_eq!(Wait::of(state), Some(expected), "{state}");
        }
        let others =
            ["New", "In progress", "Resolved", "Work in Progress", "Threshold exceeded", "Not pending", "working"];
        let ours = ["Waiting for support", "Awaiting assignment", "Pending closure", "Wartet auf Bearbeitung", ""];
        for state in others.iter().chain(&ours) {
            assert_eq!(Wait::of(state), None, "{state}");
        }
    }
}
