//! Dominators, after Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001).

use super::cfg::ControlFlow;
use crate::ir::{Block, Function};

/// Immediate dominators of the reachable blocks.
#[derive(Clone, Debug)]
pub struct DominatorTree {
    /// Immediate dominator by block; the entry's is itself, an unreachable block has none.
    parent: Vec<Option<Block>>,
    /// Interval of each block in a walk of the tree: `a` dominates `b` when `a`'s encloses `b`'s.
    enter: Vec<u32>,
    leave: Vec<u32>,
}

impl DominatorTree {
    /// Dominators of `function` with control flow `cfg`.
    pub fn compute(function: &Function, cfg: &ControlFlow) -> DominatorTree {
        let count = function.blocks.len();
        let order = cfg.reverse_postorder();
        // By place in the reverse postorder.
        let mut dominator: Vec<Option<u32>> = vec![None; order.len()];
        if !order.is_empty() {
            dominator[0] = Some(0);
        }
        let mut changed = true;
        while changed {
            changed = false;
            for (index, &block) in order.iter().enumerate().skip(1) {
                let mut new: Option<u32> = None;
                for &predecessor in cfg.predecessors(block) {
                    let Some(place) = cfg.position(predecessor) else { continue };
                    if dominator[place].is_none() {
                        continue;
                    }
                    new = Some(match new {
                        None => place as u32,
                        Some(other) => intersect(&dominator, other, place as u32),
                    });
                }
                if new != dominator[index] {
                    dominator[index] = new;
                    changed = true;
                }
            }
        }
        let mut parent = vec![None; count];
        for (index, &block) in order.iter().enumerate() {
            parent[block.index()] = dominator[index].map(|place| order[place as usize]);
        }
        let (enter, leave) = intervals(count, order, &parent);
        DominatorTree { parent, enter, leave }
    }

    /// The reachable blocks, each after its dominator; a block's subtree stands together, and among the children of one
    /// block, those come first that come first in the reverse postorder.
    pub fn preorder(&self) -> Vec<Block> {
        let mut order: Vec<Block> = (0..self.parent.len())
            .map(Block::new)
            .filter(|block| self.parent[block.index()].is_some())
            .collect();
        order.sort_unstable_by_key(|block| self.enter[block.index()]);
        order
    }

    /// The closest other block that every path to `block` passes; `None` for the entry and unreachable blocks.
    pub fn immediate_dominator(&self, block: Block) -> Option<Block> {
        self.parent[block.index()].filter(|&parent| parent != block)
    }

    /// Whether every path from the entry to `b` passes `a`; true of `a` itself. An unreachable `b` is dominated
    /// by everything.
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        let (a, b) = (a.index(), b.index());
        if self.parent[b].is_none() {
            return true;
        }
        self.parent[a].is_some() && self.enter[a] <= self.enter[b] && self.leave[b] <= self.leave[a]
    }
}

fn intersect(dominator: &[Option<u32>], mut a: u32, mut b: u32) -> u32 {
    while a != b {
        while a > b {
            a = dominator[a as usize].unwrap_or(0);
        }
        while b > a {
            b = dominator[b as usize].unwrap_or(0);
        }
    }
    a
}

fn intervals(count: usize, order: &[Block], parent: &[Option<Block>]) -> (Vec<u32>, Vec<u32>) {
    let mut first_child = vec![u32::MAX; count];
    let mut sibling = vec![u32::MAX; count];
    for &block in order.iter().skip(1).rev() {
        if let Some(up) = parent[block.index()] {
            sibling[block.index()] = first_child[up.index()];
            first_child[up.index()] = block.index() as u32;
        }
    }
    let (mut enter, mut leave) = (vec![0; count], vec![0; count]);
    let mut clock = 0;
    let mut stack: Vec<u32> = Vec::new();
    if let Some(entry) = order.first() {
        stack.push(entry.index() as u32);
        enter[entry.index()] = clock;
    }
    while let Some(&block) = stack.last() {
        let child = first_child[block as usize];
        clock += 1;
        if child == u32::MAX {
            leave[block as usize] = clock;
            stack.pop();
        } else {
            first_child[block as usize] = sibling[child as usize];
            enter[child as usize] = clock;
            stack.push(child);
        }
    }
    (enter, leave)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::Atom;
    use crate::ir::{BlockCall, FunctionBuilder, Op, Terminator};

    #[test]
    fn join_is_dominated_by_the_fork_but_not_by_its_arms() {
        let mut build = FunctionBuilder::new(Atom::new("f"), 1);
        let argument = build.params(build.entry())[0];
        let [then, otherwise, join, dead] = [(); 4].map(|()| build.create_block());
        let condition = build.value(Op::IsNil, &[argument]);
        build.terminate(Terminator::Branch {
            condition,
            then: BlockCall::new(then, &[]),
            otherwise: BlockCall::new(otherwise, &[]),
        });
        for arm in [then, otherwise, dead] {
            build.switch_to(arm);
            build.jump(join, &[]);
        }
        build.switch_to(join);
        build.terminate(Terminator::Return(argument));
        let function = build.finish();
        let cfg = ControlFlow::compute(&function);
        let tree = DominatorTree::compute(&function, &cfg);
        assert!(tree.dominates(Function::ENTRY, join));
        assert!(!tree.dominates(then, join) && !tree.dominates(join, then));
        assert_eq!(tree.immediate_dominator(join), Some(Function::ENTRY));
        assert!(!cfg.is_reachable(dead) && tree.dominates(join, dead));
        assert_eq!(cfg.predecessors(join).len(), 2);
    }
}
