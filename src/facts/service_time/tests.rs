//! Accounts against colouring each second.
