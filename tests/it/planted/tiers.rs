//! Tiers, teams and tickets: what is planted there.
