//! The generic instruction set of .beam files: one table, its operands, a decoder and a disassembler.
//!
//! Everything here works on untrusted bytes: a decoded [`Instruction`] has operands of the right kinds, and
//! its atom, label, import, literal and fun indices are in range. What a register holds, and whether control
//! flow makes sense, is for `lower` to find out.

pub mod cursor;
pub mod decode;
pub mod disasm;
pub mod error;
pub mod kinds;
pub mod operand;
pub mod table;
pub mod visit;

pub use cursor::Cursor;
pub use decode::{Located, Tables, decode};
pub use error::{DecodeError, DecodeErrorKind};
pub use table::{Instruction, Opcode};
pub use visit::OperandVisitor;
