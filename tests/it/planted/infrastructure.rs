//! Jobs, backups, capacity, registers, costs and effort: what is planted there.
