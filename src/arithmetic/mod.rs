//! The ground floor: arithmetic that knows nothing of IT service. Periods, calendars, intervals, statistics.
//!
//! Everything here is pure: instants are `i64` microseconds since the Unix epoch in UTC and are passed in, never asked for;
//! what cannot be computed is `None`, never 0, NaN or infinity.

pub mod alerting;
pub mod budget;
pub mod burn;
pub mod calendar;
pub mod change_point;
pub mod control;
pub mod forecast;
pub mod growth;
pub mod interval;
pub mod local_time;
pub mod offsets;
pub mod parts;
pub mod period;
pub mod ranking;
pub mod reliability;
pub mod statistics;
pub mod survival;
pub mod timeline;
pub mod trend;
