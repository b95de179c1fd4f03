//! Module `erlang`, one file a topic.

pub mod arith;
pub mod atoms;
pub mod binaries;
pub mod code;
pub mod compare;
pub mod debug;
pub mod dictionary;
pub mod exceptions;
pub mod funs;
pub mod info;
pub mod links;
pub mod lists;
pub mod md5;
pub mod messages;
pub mod monitors;
pub mod names;
pub mod numbers;
pub mod phash;
pub mod process;
pub mod refs;
pub mod spawn;
pub mod system;
pub mod term_to_binary;
pub mod time;
pub mod timers;
pub mod tuples;
