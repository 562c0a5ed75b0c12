//! Bugs, changes, releases and deployments: what is planted there.
