//! The operands of an op: what its fields and further words mean to a reader of register code other than its handler.

#![cfg_attr(
    not(dala_codegen),
    expect(dead_code, reason = "only the code generator reads register code so far")
)]

/// What a field, or a further operand, of an instruction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// No operand: unused, or a number that only the op itself reads.
    Plain,
    /// An operand that is written.
    Def,
    /// An operand that is read.
    Use,
    /// A float register that is written.
    FloatDef,
    /// A float register that is read.
    FloatUse,
}

/// Where the offset of the place stands that an instruction may jump to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// It has none, or several: see [`More`].
    Nowhere,
    /// In the high half of the first word.
    First,
    /// In the low half of this word; 0 means that the op raises instead.
    Word(u8),
}

/// What the fields do not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum More {
    /// Nothing.
    Nothing,
    /// An operand of this role in the low 16 bits of the second word.
    Second(Role),
    /// `c` times as many operands that are read, four a word from a word on.
    Packed {
        /// The first word.
        from: u8,
        /// Operands for each of `c`.
        each: u8,
    },
    /// Something of its own; see the op's docs.
    Own,
}

/// How an instruction goes on when it does not jump to its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// At the next one.
    No,
    /// Not at the next one.
    Yes,
}

/// The operands of an op.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// The fields `a`, `b` and `c`.
    pub(super) fields: [Role; 3],
    pub(super) label: Label,
    pub(super) more: More,
    pub(super) ends: Ends,
}

/// Roles under names that fit the table.
pub(super) mod roles {
    use super::Role;

    pub(in crate::interp) const P: Role = Role::Plain;
    pub(in crate::interp) const D: Role = Role::Def;
    pub(in crate::interp) const R: Role = Role::Use;
    pub(in crate::interp) const FD: Role = Role::FloatDef;
    pub(in crate::interp) const FR: Role = Role::FloatUse;
}

/// The shape of an op with these fields, that goes on at the next instruction.
pub(super) const fn op(a: Role, b: Role, c: Role) -> Shape {
    Shape { fields: [a, b, c], label: Label::Nowhere, more: More::Nothing, ends: Ends::No }
}

impl Shape {
    /// With its label in the first word.
    pub(super) const fn jumps(self) -> Shape {
        Shape { label: Label::First, ..self }
    }

    /// With its label in word `index`.
    pub(super) const fn fails(self, index: u8) -> Shape {
        Shape { label: Label::Word(index), ..self }
    }

    /// With more operands.
    pub(super) const fn and(self, more: More) -> Shape {
        Shape { more, ..self }
    }

    /// With operands that are read packed from word `from`, `each` for each of `c`.
    pub(super) const fn packed(self, from: u8, each: u8) -> Shape {
        self.and(More::Packed { from, each })
    }

    /// Never at the next instruction.
    pub(super) const fn ends(self) -> Shape {
        Shape { ends: Ends::Yes, ..self }
    }
}
