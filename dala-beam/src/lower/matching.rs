//! Taking lists and tuples apart, and jumping by value.

use std::collections::HashSet;

use dala_ir::ir::{Immediate, ImportId, Op, Terminator};

use super::Lowering;
use super::emit::Emitter;
use crate::opcode::kinds::Pairs;
use crate::opcode::operand::{Label, Register, Source};

impl Emitter<'_> {
    pub(super) fn test_arity(&mut self, tuple: &Source, arity: u32) -> Lowering<()> {
        let tuple = self.source(tuple)?;
        let condition = self.build.value_with(Op::HasArity, &[tuple], Immediate::Index(small_size(arity)?));
        self.branch(condition)
    }

    pub(super) fn is_tagged_tuple(&mut self, value: &Source, arity: u32, tag: &Source) -> Lowering<()> {
        let Source::Atom(tag) = tag else { return Err("the tag of a tuple must be an atom".into()) };
        if arity == 0 {
            return Err("a tagged tuple has an element".into());
        }
        let value = self.source(value)?;
        let immediate = Immediate::ArityAndTag(small_size(arity)?, *tag);
        let condition = self.build.value_with(Op::IsTagged, &[value], immediate);
        self.branch(condition)
    }

    pub(super) fn select_val(&mut self, value: &Source, targets: &Pairs<Source, Label>) -> Lowering<()> {
        let value = self.source(value)?;
        let mut edges = self.all_edges()?;
        let default = edges.pop().ok_or("a select without a default")?;
        let mut seen = HashSet::new();
        let mut cases = Vec::with_capacity(edges.len());
        for ((key, _), target) in targets.0.iter().zip(edges) {
            let key = self.literals.constant(key).ok_or("a key of a select must be a constant")?;
            // The first of two equal keys counts.
            if seen.insert(key) {
                cases.push((key, target));
            }
        }
        self.build.terminate(Terminator::Switch { value, cases, default });
        Ok(())
    }

    pub(super) fn select_tuple_arity(&mut self, tuple: &Source, targets: &Pairs<u32, Label>) -> Lowering<()> {
        let value = self.source(tuple)?;
        let mut edges = self.all_edges()?;
        let default = edges.pop().ok_or("a select without a default")?;
        let mut seen = HashSet::new();
        let arities = targets.0.iter().map(|(arity, _)| *arity);
        let cases = arities.zip(edges).filter(|(arity, _)| seen.insert(*arity)).collect();
        self.build.terminate(Terminator::SwitchArity { value, cases, default });
        Ok(())
    }

    pub(super) fn get_list(
        &mut self,
        list: &Source,
        head: Option<Register>,
        tail: Option<Register>,
    ) -> Lowering<()> {
        let list = self.source(list)?;
        if let Some(head) = head {
            self.total(Op::Head, &[list], Immediate::None, head)?;
        }
        match tail {
            Some(tail) => self.total(Op::Tail, &[list], Immediate::None, tail),
            None => Ok(()),
        }
    }

    pub(super) fn get_tuple_element(&mut self, tuple: &Source, index: u32, to: Register) -> Lowering<()> {
        let tuple = self.source(tuple)?;
        self.total(Op::TupleGet, &[tuple], Immediate::Index(small_size(index)?), to)
    }

    /// `set_tuple_element` overwrites a tuple. Compilers use it only right behind the `setelement/3` that made
    /// the tuple, where nobody else has it and no collection can have come between; there it is done. Anywhere
    /// else, overwriting could reach a literal or an old object, so a changed copy takes the tuple's place.
    pub(super) fn set_tuple_element(&mut self, value: &Source, tuple: &Source, index: u32) -> Lowering<()> {
        let Source::Register(register, _) = tuple else { return Err("a constant is overwritten".into()) };
        let (value, tuple) = (self.source(value)?, self.read(*register)?);
        if self.fresh == Some(tuple) {
            self.build.inst(Op::TupleSet, &[value, tuple], Immediate::Index(small_size(index)?));
            return Ok(());
        }
        let setelement = self.file.imports.iter().position(|import| {
            import.module.text() == "erlang" && import.function.text() == "setelement" && import.arity == 3
        });
        let setelement = setelement.ok_or("a tuple is overwritten that may be shared")?;
        let number = self.integer(u64::from(small_size(index)?) + 1)?;
        let immediate = Immediate::Import(ImportId::new(setelement));
        self.total(Op::Bif, &[number, tuple, value], immediate, *register)
    }

    pub(super) fn update_record(
        &mut self,
        size: u32,
        tuple: &Source,
        to: Register,
        updates: &Pairs<u32, Source>,
    ) -> Lowering<()> {
        let size = small_size(size)?;
        let mut indices = vec![size];
        for &(index, _) in &updates.0 {
            if index == 0 || index > size {
                return Err(format!("element {index} of a tuple of {size} is replaced").into());
            }
            indices.push(index - 1);
        }
        let values = self.sources(std::iter::once(tuple).chain(updates.0.iter().map(|(_, value)| value)))?;
        self.total(Op::TupleUpdate, &values, Immediate::Indices(indices.into()), to)
    }
}

/// A size or index of a tuple.
fn small_size(size: u32) -> Lowering<u32> {
    if size < 1 << 24 { Ok(size) } else { Err(format!("no tuple has {size} elements").into()) }
}
