//! The typed IR: SSA with block parameters.
//!
//! A [`Module`] holds functions; a [`Function`] holds blocks; a block has
//! parameters, instructions and one terminator. No op reads or writes a BEAM register: what a frontend's
//! registers held are values here, and joins are block parameters.
//!
//! Invariants (checked by `verify`):
//! - every control edge leaves at the end of a block; an instruction that can fail in a guard, or raise
//!   inside a handler's region, is the instruction of an `attempt` or `try` terminator;
//! - a use is dominated by its definition;
//! - operand and result types fit the op's row in [`ops`];
//! - machine values (f64, bool) do not live across a call.

// A new op or terminator has to be thought of in every match here.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod builder;
pub mod check;
pub mod entities;
pub mod function;
pub mod inst;
pub mod module;
pub mod ops;
pub mod typing;

pub use builder::FunctionBuilder;
pub use check::InstError;
pub use entities::{Block, FuncId, ImportId, LambdaId, LiteralId, MessageId, ProtocolId, Value};
pub use function::{BlockData, Function, Location};
pub use inst::{BlockCall, Constant, Immediate, InstData, SwitchKey, Terminator};
pub use module::{Import, Lambda, Module, Tables};
pub use ops::{Effects, Op, Rest, Type};
pub use typing::{Message, Protocol, Signature, Taken, Typing};
