//! BEAM frontend of Dala: loader, lowering, term heap, built-in functions, the `dala` command.

pub mod bif;
pub mod cli;
pub mod code;
pub mod etf;
pub mod heap;
pub mod interop;
pub mod load;
pub mod lower;
pub mod opcode;
pub mod otp;
mod port;
pub mod process;
pub mod testing;
pub(crate) mod trace;
