//! The text form of modules: what tests are written in, and what `dala ir` prints.
//!
//! ```text
//! module 'm'
//! file "m.erl"
//! import import0 = 'lists':'reverse'/1
//! literal lit0 = {1, "ab", #{'k' => 2.5}, <<01ff:12>>}
//! lambda lambda0 = fn1 free 1 index 0 uniq 77
//! export 'f'/1 = fn0
//!
//! function fn0 'f'/1 {
//! block0(v0: term):
//!     v1 = const 1
//!     try add v0, v1 -> block1(), unwind block2() @0:12
//! block1(v2: term):
//!     return v2
//! block2(v3: term, v4: term, v5: trace):
//!     return v4
//! }
//! ```
//!
//! An instruction is `RESULT = OP IMMEDIATE OPERAND, ..`; what the immediate looks like depends on the op. A
//! terminator's instruction stands behind its keyword. `;` begins a comment. Values, blocks and functions may have
//! any distinct numbers; printing numbers functions and blocks by their order.
//!
//! What is known of native functions and actors stands behind the lambdas: [`typing`].
//!
//! For every module, parsing what was printed gives the module back.

pub mod lexer;
pub mod literal;
pub mod parser;
pub mod printer;
pub mod typing;

pub use parser::{ParseError, parse_module, parse_type};
pub use printer::{print_function, print_module};
pub use typing::print_typing;

#[cfg(test)]
mod tests;
