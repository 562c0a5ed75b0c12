//! Backlog, flow, customers and their answers: what is planted there.
