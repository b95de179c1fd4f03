//! What every reader of a fun needs to know about the code behind it: the start of each entry a fun points to.
//!
//! The code server's own entry types are `#[repr(C)]` and begin with one of these heads, so that printing,
//! comparing, hashing and encoding a fun need no code server. Entries are never freed while a fun names them.

use super::Atom;

/// Start of the entry that an [`ExportFun`](super::Kind::ExportFun) points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C, align(8))]
pub struct ExportHead {
    /// Module.
    pub module: Atom,
    /// Function.
    pub function: Atom,
    /// Number of arguments.
    pub arity: u32,
}

/// Start of the entry that a local [`Fun`](super::Kind::Fun) points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C, align(8))]
pub struct FunHead {
    /// Module that made the fun.
    pub module: Atom,
    /// The lambda-lifted function, such as `'-run/1-fun-0-'`.
    pub function: Atom,
    /// Arguments a caller gives, free variables not counted.
    pub arity: u32,
    /// Row in the module's `FunT` chunk.
    pub index: u32,
    /// Number of free variables.
    pub free: u32,
    /// `OldUniq` of the `FunT` row.
    pub old_uniq: u32,
    /// MD5 of the module's significant chunks.
    pub uniq: [u8; 16],
}
