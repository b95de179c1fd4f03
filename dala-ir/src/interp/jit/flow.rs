//! The flow of a function's register code: blocks, heads, and the registers that are live at each instruction.

use std::collections::{BTreeMap, BTreeSet};

use super::decode::{FLOAT, Instruction, Register};
use super::inline::is_inline;
use crate::interp::code::{FRAME, FRAME_HEAD, X_EXCEPTION};

/// Fewest instructions of machine code that are worth entering it in the middle of a function.
///
/// Not measured beyond this: crossing there and back costs about as much as the interpreter needs for four instructions.
const WORTH: usize = 4;
/// Longest block that is copied into each segment that goes on there instead of becoming a head.
const COPIED: usize = 6;

/// So many instructions behind a comparison are soon.
const SOON: usize = 32;

/// What is known of a function's flow.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) instructions: Vec<Instruction>,
    index: BTreeMap<u32, usize>,
    /// Offsets where a jump or a head leads.
    leaders: BTreeSet<u32>,
    /// Heads, in order.
    pub(super) heads: BTreeMap<u32, HeadKind>,
    /// Live registers before each instruction, ascending.
    live: Vec<Vec<Register>>,
    /// Whether float registers are used.
    pub(super) has_floats: bool,
    /// Ways to each leader.
    ways: BTreeMap<u32, usize>,
    /// Operands of arithmetic on integers.
    integers: BTreeSet<u16>,
}

/// Why there is a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeadKind {
    /// The function's entry.
    Entry,
    /// What is called returns here.
    Return,
    /// Another place.
    Middle,
}

impl Flow {
    pub(super) fn new(instructions: Vec<Instruction>) -> Flow {
        let index = instructions.iter().enumerate().map(|(index, ins)| (ins.at, index)).collect();
        let has_floats = instructions
            .iter()
            .any(|ins| ins.reads.iter().chain(&ins.writes).any(|register| register & FLOAT != 0));
        let mut flow = Flow {
            instructions,
            index,
            leaders: BTreeSet::new(),
            heads: BTreeMap::new(),
            live: Vec::new(),
            has_floats,
            ways: BTreeMap::new(),
            integers: BTreeSet::new(),
        };
        flow.find_leaders();
        flow.find_live();
        flow.find_heads();
        flow.count_ways();
        flow.find_integers();
        flow
    }

    pub(super) fn entry(&self) -> u32 {
        self.instructions[0].at
    }

    pub(super) fn position(&self, at: u32) -> usize {
        self.index[&at]
    }

    pub(super) fn is_leader(&self, at: u32) -> bool {
        self.leaders.contains(&at)
    }

    /// Live registers before the instruction at `at`.
    pub(super) fn live(&self, at: u32) -> &[Register] {
        &self.live[self.position(at)]
    }

    /// Whether only one place leads there, so that what is known at that place holds.
    pub(super) fn has_one_way(&self, at: u32) -> bool {
        self.ways.get(&at) == Some(&1) && !self.heads.contains_key(&at)
    }

    /// Whether arithmetic is soon done on the operand of a comparison: then this may look whether it is a small integer, for
    /// both, and be left where it is none.
    pub(super) fn is_integer(&self, comparison: &Instruction, operand: u16) -> bool {
        if !self.integers.contains(&operand) {
            return false;
        }
        let mut work: Vec<u32> = self.successors(comparison).collect();
        let mut seen = BTreeSet::new();
        while let Some(at) = work.pop() {
            if seen.len() == SOON || !seen.insert(at) {
                continue;
            }
            let ins = &self.instructions[self.position(at)];
            if ins.is_integer_arithmetic() && (ins.b() == operand || ins.c() == operand) {
                return true;
            }
            if ins.opens() {
                let (slots, first) = ins.frame_slots();
                let mut kept = (0..slots).filter(|&slot| ins.packed(first, slot) == operand);
                if kept.any(|slot| self.integers.contains(&(FRAME | (FRAME_HEAD + slot) as u16))) {
                    return true;
                }
            }
            if !ins.calls() && !ins.writes.contains(&operand) {
                work.extend(self.successors(ins));
            }
        }
        false
    }

    fn count_ways(&mut self) {
        let mut ways = BTreeMap::new();
        for ins in &self.instructions {
            for at in self.successors(ins).chain(ins.handler) {
                *ways.entry(at).or_insert(0) += 1;
            }
        }
        self.ways = ways;
    }

    fn find_integers(&mut self) {
        let mut integers = BTreeSet::new();
        for ins in self.instructions.iter().rev() {
            if ins.is_integer_arithmetic() {
                integers.extend([ins.b(), ins.c()]);
            } else if ins.opens() {
                let (slots, first) = ins.frame_slots();
                for slot in 0..slots {
                    if integers.contains(&(FRAME | (FRAME_HEAD + slot) as u16)) {
                        integers.insert(ins.packed(first, slot));
                    }
                }
            }
        }
        self.integers = integers;
    }

    fn find_leaders(&mut self) {
        self.leaders.insert(self.entry());
        for ins in &self.instructions {
            self.leaders.extend(&ins.targets);
            self.leaders.extend(ins.handler);
            if ins.calls() || !is_inline(ins) || !ins.targets.is_empty() {
                self.leaders.insert(ins.next());
            }
        }
        self.leaders.retain(|at| self.index.contains_key(at));
    }

    /// Where control goes from an instruction, calls seen as going on behind themselves; exceptions apart.
    fn successors(&self, ins: &Instruction) -> impl Iterator<Item = u32> {
        let next = (ins.falls || ins.calls()).then_some(ins.next());
        ins.targets.iter().copied().chain(next).filter(|at| self.index.contains_key(at))
    }

    fn find_live(&mut self) {
        let count = self.instructions.len();
        let mut live: Vec<BTreeSet<Register>> = vec![BTreeSet::new(); count];
        let mut is_changed = true;
        while is_changed {
            is_changed = false;
            for index in (0..count).rev() {
                let ins = &self.instructions[index];
                let mut now: BTreeSet<Register> = BTreeSet::new();
                for next in self.successors(ins) {
                    now.extend(&live[self.index[&next]]);
                }
                for register in &ins.writes {
                    now.remove(register);
                }
                if let Some(handler) = ins.handler.and_then(|at| self.index.get(&at)) {
                    // What a handler finds in the exception's registers was put there by the exception.
                    let is_own = |register: &&Register| **register & FLOAT != 0 || **register < X_EXCEPTION;
                    now.extend(live[*handler].iter().filter(is_own));
                }
                now.extend(&ins.reads);
                if now != live[index] {
                    live[index] = now;
                    is_changed = true;
                }
            }
        }
        self.live = live.into_iter().map(|set| set.into_iter().collect()).collect();
    }

    fn is_inline_at(&self, at: u32) -> bool {
        self.index.get(&at).is_some_and(|&index| is_inline(&self.instructions[index]))
    }

    /// Instructions from `at` on that machine code does before it ends or is left, along the way with the most.
    fn worth(&self, at: u32, limit: usize) -> usize {
        let Some(&index) = self.index.get(&at) else { return 0 };
        let ins = &self.instructions[index];
        if limit == 0 || !is_inline(ins) {
            return 0;
        }
        if ins.calls() {
            return 1;
        }
        let mut after = 0;
        for next in self.successors(ins) {
            after = after.max(self.worth(next, limit - 1));
            if after == limit - 1 {
                break;
            }
        }
        1 + after
    }

    fn find_heads(&mut self) {
        let mut heads = BTreeMap::new();
        let entry = self.entry();
        if self.is_inline_at(entry) {
            heads.insert(entry, HeadKind::Entry);
        }
        let mut middle = BTreeSet::new();
        for ins in &self.instructions {
            middle.extend(ins.handler);
            if ins.calls() {
                if self.is_inline_at(ins.next()) {
                    heads.insert(ins.next(), HeadKind::Return);
                }
            } else if !is_inline(ins) {
                middle.extend(self.successors(ins));
            }
        }
        for at in middle {
            if !heads.contains_key(&at) && self.worth(at, WORTH) >= WORTH {
                heads.insert(at, HeadKind::Middle);
            }
        }
        // A block that two heads reach becomes one, unless it is short.
        let mut is_changed = true;
        while is_changed {
            is_changed = false;
            let mut owners: BTreeMap<u32, u32> = BTreeMap::new();
            for head in heads.keys().copied().collect::<Vec<_>>() {
                let mut work = vec![head];
                while let Some(at) = work.pop() {
                    if at != head {
                        if heads.contains_key(&at) {
                            continue;
                        }
                        match owners.get(&at) {
                            Some(&owner) if owner == head => continue,
                            Some(_) if !self.is_short(at) => {
                                heads.insert(at, HeadKind::Middle);
                                is_changed = true;
                                continue;
                            }
                            _ => {
                                owners.insert(at, head);
                            }
                        }
                    }
                    self.block_ends(at, &mut work);
                }
            }
        }
        self.heads = heads;
    }

    /// Adds the leaders that the block at `at` goes on to in machine code.
    fn block_ends(&self, at: u32, into: &mut Vec<u32>) {
        let mut index = self.position(at);
        loop {
            let ins = &self.instructions[index];
            if !is_inline(ins) || ins.calls() {
                return;
            }
            into.extend(ins.targets.iter().filter(|at| self.index.contains_key(at)));
            if !ins.falls {
                return;
            }
            index += 1;
            match self.instructions.get(index) {
                Some(next) if self.is_leader(next.at) => {
                    into.push(next.at);
                    return;
                }
                Some(_) => {}
                None => return,
            }
        }
    }

    /// Whether the block ends soon, and goes nowhere else.
    fn is_short(&self, at: u32) -> bool {
        let block = self.instructions[self.position(at)..].iter().take(COPIED);
        for (index, ins) in block.enumerate() {
            if index > 0 && self.is_leader(ins.at) {
                return false;
            }
            if !ins.targets.is_empty() {
                return false;
            }
            if ins.calls() || !is_inline(ins) || !ins.falls {
                return true;
            }
        }
        false
    }
}
