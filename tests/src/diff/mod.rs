//! The differential harness: one compiled program, run on real OTP and on Dala, transcripts compared.
//!
//! A program is `tests/diff/NAME.erl` or `NAME.ex` with a `main/0` that prints. Its first comment line
//! is `stage: LETTER. WHY THE FILE EXISTS`: the stage says what the runtime must already have
//! (`b` plain data, `c` exceptions and processes, `d` OTP behaviours, `e` Elixir). Those in `tests/diff/together` share
//! a runtime ([`together`]): they may leave no name, table or setting behind.
//!
//! Invariants:
//! - Both sides run the same `.beam` file, made by the installed `erlc` or `elixirc`.
//! - Only process identifiers, references, ports, fun identifiers and addresses are masked ([`mask`]), and by order
//!   of first appearance, so that two different pids stay different.
//! - A program whose transcript differs between two runs of OTP itself is an error of the program.
//! - A transcript of OTP is cached under `target/diff/otp` by the content of the program and the
//!   versions of OTP and Elixir.
pub mod compare;
pub mod compile;
pub mod engine;
pub mod mask;
pub mod pending;
pub mod program;
pub mod suite;
pub mod together;
