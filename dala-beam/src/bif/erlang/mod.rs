//! Module `erlang`, one file a topic.

pub mod atoms;
pub mod binaries;
pub mod compare;
pub mod lists;
pub mod md5;
pub mod tuples;
