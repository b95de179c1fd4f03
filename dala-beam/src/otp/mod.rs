//! What OTP's start-up would have running before a program, as far as programs need it.

pub mod io_server;
