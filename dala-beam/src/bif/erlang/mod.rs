//! Module `erlang`, one file a topic.

pub mod arith;
pub mod atoms;
pub mod binaries;
pub mod compare;
pub mod dictionary;
pub mod exceptions;
pub mod lists;
pub mod md5;
pub mod numbers;
pub mod time;
pub mod tuples;
