//! Suppliers and agreements: what is planted there.
