//! What OTP's start-up would have running before a program.

pub mod boot;
pub mod io_server;
#[cfg(feature = "tracing")]
pub mod logger;
pub mod read_term;
