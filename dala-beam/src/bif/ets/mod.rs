//! Module `ets`.
pub mod match_spec;
