//! From registers to values: which definition each register holds at the start of each piece, and where a
//! block parameter must join several.
//!
//! Optimistic data flow over "the one value that reaches here": a register that all predecessors agree on needs
//! no parameter, copies are looked through, and only live registers are joined. For reducible code that gives
//! minimal, pruned SSA (compare Braun et al. 2013, "Simple and efficient construction of SSA form").

use dala_ir::ir::Type;

use super::blocks::{Graph, Written};
use super::context::Slot;
use super::flow::EdgeKind;

/// What a register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// Not known yet.
    Unvisited,
    /// Nothing that may be read.
    Nothing,
    /// The result of a definition, counted over the whole function in the order of pieces and steps.
    Site(u32),
    /// The parameter of a piece for a register.
    Parameter(u32, u32),
}

/// What registers hold at the start of pieces.
#[derive(Debug)]
pub(super) struct Values {
    held: Vec<Held>,
    width: usize,
    /// Registers that each piece has a parameter for, by number, with its type.
    pub(super) parameters: Vec<Vec<(u32, Type)>>,
    /// Number of definitions before those of a piece; the arguments of the function come first.
    pub(super) first_site: Vec<u32>,
    /// Number of definitions.
    pub(super) site_count: usize,
}

/// What a piece does to a register, as far as it is known without its surroundings.
#[derive(Clone, Copy, Debug)]
enum Transfer {
    Site(u32),
    Incoming(u32),
    Nothing,
}

/// Effect of a piece before and after its last step.
#[derive(Debug, Default)]
struct Summary {
    /// Registers changed before the last step, if that is a terminal; sorted.
    before: Vec<(u32, Transfer)>,
    /// Registers changed at the end; sorted.
    after: Vec<(u32, Transfer)>,
}

impl Values {
    /// What a register holds at the start of a piece.
    pub(super) fn at(&self, piece: usize, register: usize) -> Held {
        self.held[piece * self.width + register]
    }
}

/// Computes [`Values`].
pub(super) fn values(graph: &Graph, arity: u8) -> Values {
    let width = graph.registers.slots().len();
    let live = Liveness::compute(graph, width);
    let mut site_types = vec![Type::Term; arity.into()];
    let mut first_site = Vec::with_capacity(graph.pieces.len());
    let summaries: Vec<Summary> = (0..graph.pieces.len())
        .map(|piece| {
            first_site.push(site_types.len() as u32);
            summarize(graph, piece, &mut site_types)
        })
        .collect();
    let mut flow =
        DataFlow { graph, width, summaries, held: vec![Held::Unvisited; graph.pieces.len() * width], arity };
    flow.solve(&live);
    let parameters = flow.parameters(&live, &site_types);
    Values { held: flow.held, width, parameters, first_site, site_count: site_types.len() }
}

fn summarize(graph: &Graph, piece: usize, site_types: &mut Vec<Type>) -> Summary {
    use std::collections::BTreeMap;
    let mut state: BTreeMap<u32, Transfer> = BTreeMap::new();
    let piece = &graph.pieces[piece];
    let mut before = Vec::new();
    for (index, step) in piece.steps.iter().enumerate() {
        if piece.has_terminal && index + 1 == piece.steps.len() {
            before = state.iter().map(|(&register, &transfer)| (register, transfer)).collect();
        }
        let written: Vec<(u32, Transfer)> = step
            .writes
            .iter()
            .map(|&(register, from)| {
                let transfer = match from {
                    Written::New(ty) => {
                        site_types.push(ty);
                        Transfer::Site(site_types.len() as u32 - 1)
                    }
                    Written::Copy(from) => state.get(&from).copied().unwrap_or(Transfer::Incoming(from)),
                    Written::Nothing => Transfer::Nothing,
                };
                (register, transfer)
            })
            .collect();
        if step.kills_x {
            for (register, slot) in graph.registers.slots().iter().enumerate() {
                if matches!(slot, Slot::X(_) | Slot::F(_)) {
                    state.insert(register as u32, Transfer::Nothing);
                }
            }
        }
        state.extend(written);
    }
    Summary { before, after: state.into_iter().collect() }
}

struct DataFlow<'a> {
    graph: &'a Graph,
    width: usize,
    summaries: Vec<Summary>,
    held: Vec<Held>,
    arity: u8,
}

impl DataFlow<'_> {
    /// What `register` holds at the end of edge `index` of `piece`.
    fn leaving(&self, piece: usize, index: usize, register: u32) -> Held {
        let kind = self.graph.pieces[piece].edges[index].kind;
        let changed = match kind {
            EdgeKind::Normal => &self.summaries[piece].after,
            EdgeKind::Fail => &self.summaries[piece].before,
            EdgeKind::Unwind => {
                // An exception leaves only the stack.
                if !matches!(self.graph.registers.slots()[register as usize], Slot::Y(_)) {
                    return Held::Nothing;
                }
                &self.summaries[piece].before
            }
        };
        let incoming = |register: u32| self.held[piece * self.width + register as usize];
        match changed.binary_search_by_key(&register, |&(register, _)| register) {
            Ok(found) => match changed[found].1 {
                Transfer::Site(site) => Held::Site(site),
                Transfer::Incoming(from) => incoming(from),
                Transfer::Nothing => Held::Nothing,
            },
            Err(_) => incoming(register),
        }
    }

    fn at_entry(&self, register: u32) -> Held {
        match self.graph.registers.slots()[register as usize] {
            Slot::X(number) if number < self.arity.into() => Held::Site(number.into()),
            Slot::X(_) | Slot::Y(_) | Slot::F(_) | Slot::Class | Slot::Reason | Slot::Trace => Held::Nothing,
        }
    }

    fn join(&self, piece: usize, register: u32) -> Held {
        let slot = self.graph.registers.slots()[register as usize];
        if self.graph.pieces[piece].is_landing && matches!(slot, Slot::Class | Slot::Reason | Slot::Trace) {
            return Held::Parameter(piece as u32, register);
        }
        let mut joined = if piece == 0 { self.at_entry(register) } else { Held::Unvisited };
        for &(from, index) in &self.graph.pieces[piece].incoming {
            joined = match (joined, self.leaving(from, index, register)) {
                (one, Held::Unvisited) => one,
                (Held::Unvisited, other) => other,
                (Held::Nothing, _) | (_, Held::Nothing) => Held::Nothing,
                (one, other) if one == other => one,
                _ => Held::Parameter(piece as u32, register),
            };
        }
        let old = self.held[piece * self.width + register as usize];
        // Once joined, always joined: that is what makes the iteration end.
        if joined != Held::Nothing && old == Held::Parameter(piece as u32, register) { old } else { joined }
    }

    fn solve(&mut self, live: &Liveness) {
        let mut position = vec![0; self.graph.pieces.len()];
        for (index, &piece) in self.graph.order.iter().enumerate() {
            position[piece] = index;
        }
        let mut work: std::collections::BTreeSet<usize> = (0..self.graph.order.len()).collect();
        while let Some(next) = work.pop_first() {
            let piece = self.graph.order[next];
            let mut is_changed = false;
            for register in live.at(piece) {
                let joined = self.join(piece, register);
                let cell = &mut self.held[piece * self.width + register as usize];
                is_changed |= *cell != joined;
                *cell = joined;
            }
            if is_changed {
                work.extend(self.graph.pieces[piece].edges.iter().map(|edge| position[edge.to]));
            }
        }
    }

    /// The parameters of each piece with their types: a type that all agree on, otherwise a term.
    fn parameters(&self, live: &Liveness, site_types: &[Type]) -> Vec<Vec<(u32, Type)>> {
        let slots = self.graph.registers.slots();
        let mut types: Vec<Vec<(u32, Option<Type>)>> = (0..self.graph.pieces.len())
            .map(|piece| {
                let is_landing = self.graph.pieces[piece].is_landing;
                let caught = (0..3).filter(|_| is_landing).map(|register| match slots[register] {
                    Slot::Trace => (register as u32, Some(Type::Trace)),
                    Slot::X(_) | Slot::Y(_) | Slot::F(_) | Slot::Class | Slot::Reason => {
                        (register as u32, Some(Type::Term))
                    }
                });
                let joined = live.at(piece).filter(|&register| {
                    let is_caught = is_landing && register < 3;
                    let held = self.held[piece * self.width + register as usize];
                    !is_caught && held == Held::Parameter(piece as u32, register)
                });
                caught.chain(joined.map(|register| (register, None))).collect()
            })
            .collect();
        loop {
            let mut is_changed = false;
            for &piece in &self.graph.order {
                for index in 0..types[piece].len() {
                    let (register, old) = types[piece][index];
                    if self.graph.pieces[piece].is_landing && register < 3 {
                        continue;
                    }
                    let mut ty = if piece == 0 { Some(Type::Term) } else { None };
                    for &(from, edge) in &self.graph.pieces[piece].incoming {
                        let other = match self.leaving(from, edge, register) {
                            Held::Site(site) => Some(site_types[site as usize]),
                            Held::Parameter(piece, register) => types[piece as usize]
                                .iter()
                                .find(|(other, _)| *other == register)
                                .and_then(|(_, ty)| *ty),
                            Held::Nothing | Held::Unvisited => None,
                        };
                        ty = match (ty, other) {
                            (one, None) => one,
                            (None, other) => other,
                            (Some(one), Some(other)) => Some(if one == other { one } else { Type::Term }),
                        };
                    }
                    if ty != old {
                        types[piece][index].1 = ty;
                        is_changed = true;
                    }
                }
            }
            if !is_changed {
                break;
            }
        }
        types
            .into_iter()
            .map(|piece| {
                piece.into_iter().map(|(register, ty)| (register, ty.unwrap_or(Type::Term))).collect()
            })
            .collect()
    }
}

/// Which registers are read later, at the start of each piece.
struct Liveness {
    bits: Vec<u64>,
    words: usize,
}

impl Liveness {
    fn at(&self, piece: usize) -> impl Iterator<Item = u32> + '_ {
        let words = &self.bits[piece * self.words..][..self.words];
        words.iter().enumerate().flat_map(|(index, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros();
                (bit < 64).then(|| {
                    rest &= rest - 1;
                    index as u32 * 64 + bit
                })
            })
        })
    }

    fn compute(graph: &Graph, width: usize) -> Liveness {
        let words = width.div_ceil(64);
        let mut live = Liveness { bits: vec![0; graph.pieces.len() * words], words };
        let mut is_volatile = vec![0_u64; words];
        let mut is_stack = vec![0_u64; words];
        for (register, slot) in graph.registers.slots().iter().enumerate() {
            let set = match slot {
                Slot::X(_) | Slot::F(_) => &mut is_volatile,
                Slot::Y(_) => &mut is_stack,
                Slot::Class | Slot::Reason | Slot::Trace => continue,
            };
            set[register / 64] |= 1 << (register % 64);
        }
        let mut work: std::collections::BTreeSet<usize> = (0..graph.order.len()).collect();
        let mut position = vec![0; graph.pieces.len()];
        for (index, &piece) in graph.order.iter().enumerate() {
            position[piece] = index;
        }
        while let Some(next) = work.pop_last() {
            let piece = graph.order[next];
            let mut now = vec![0_u64; words];
            let mut failing = vec![0_u64; words];
            for edge in &graph.pieces[piece].edges {
                let target = &live.bits[edge.to * words..][..words];
                for word in 0..words {
                    match edge.kind {
                        EdgeKind::Normal => now[word] |= target[word],
                        EdgeKind::Fail => failing[word] |= target[word],
                        EdgeKind::Unwind => failing[word] |= target[word] & is_stack[word],
                    }
                }
            }
            let steps = &graph.pieces[piece].steps;
            for (index, step) in steps.iter().enumerate().rev() {
                let copied: smallvec::SmallVec<[u32; 3]> = step
                    .writes
                    .iter()
                    .filter_map(|&(to, from)| match from {
                        Written::Copy(from) if now[to as usize / 64] >> (to % 64) & 1 != 0 => Some(from),
                        Written::Copy(_) | Written::New(_) | Written::Nothing => None,
                    })
                    .collect();
                if step.kills_x {
                    now.iter_mut().zip(&is_volatile).for_each(|(word, volatile)| *word &= !volatile);
                }
                for &(to, _) in &step.writes {
                    now[to as usize / 64] &= !(1 << (to % 64));
                }
                for &register in copied.iter().chain(&step.reads) {
                    now[register as usize / 64] |= 1 << (register % 64);
                }
                if graph.pieces[piece].has_terminal && index + 1 == steps.len() {
                    now.iter_mut().zip(&failing).for_each(|(word, failing)| *word |= failing);
                }
            }
            let old = &mut live.bits[piece * words..][..words];
            if *old != now[..] {
                old.copy_from_slice(&now);
                work.extend(graph.pieces[piece].incoming.iter().map(|&(from, _)| position[from]));
            }
        }
        live
    }
}
