//! Control flow: predecessors and an order in which to visit blocks.

use smallvec::SmallVec;

use crate::ir::{Block, Function};

/// Predecessors of each block and a reverse postorder of those that control can reach.
#[derive(Clone, Debug)]
pub struct ControlFlow {
    predecessors: Vec<SmallVec<[Block; 4]>>,
    order: Vec<Block>,
    position: Vec<u32>,
}

const UNREACHED: u32 = u32::MAX;

impl ControlFlow {
    /// Control flow of `function`, whose edges all name blocks that exist.
    pub fn compute(function: &Function) -> ControlFlow {
        let order = reverse_postorder(function);
        let mut predecessors = vec![SmallVec::new(); function.blocks.len()];
        let mut position = vec![UNREACHED; function.blocks.len()];
        for (index, &block) in order.iter().enumerate() {
            position[block.index()] = index as u32;
            function.block(block).terminator.for_each_successor(|call| {
                // A block's edges are all seen here, so one that led here before stands last.
                let list: &mut SmallVec<[Block; 4]> = &mut predecessors[call.block.index()];
                if list.last() != Some(&block) {
                    list.push(block);
                }
            });
        }
        ControlFlow { predecessors, order, position }
    }

    /// Blocks with an edge to `block` that control can reach, each once.
    pub fn predecessors(&self, block: Block) -> &[Block] {
        &self.predecessors[block.index()]
    }

    /// Reachable blocks; every block stands after its dominator.
    pub fn reverse_postorder(&self) -> &[Block] {
        &self.order
    }

    /// Whether control can reach the block.
    pub fn is_reachable(&self, block: Block) -> bool {
        self.position[block.index()] != UNREACHED
    }

    /// Place of a reachable block in the reverse postorder.
    pub fn position(&self, block: Block) -> Option<usize> {
        let position = self.position[block.index()];
        (position != UNREACHED).then_some(position as usize)
    }
}

/// The blocks that control can reach, each after its dominator, and after all that lead to it but for edges back.
pub fn reverse_postorder(function: &Function) -> Vec<Block> {
    let count = function.blocks.len();
    let mut order = Vec::with_capacity(count);
    if count == 0 {
        return order;
    }
    // Depth-first with a stack of blocks to enter and to leave; a block joins the postorder when it is left.
    let mut is_seen = vec![false; count];
    let mut stack: Vec<(Block, bool)> = vec![(Function::ENTRY, false)];
    while let Some((block, is_left)) = stack.pop() {
        if is_left {
            order.push(block);
        } else if !std::mem::replace(&mut is_seen[block.index()], true) {
            stack.push((block, true));
            function.block(block).terminator.for_each_successor(|call| {
                if !is_seen[call.block.index()] {
                    stack.push((call.block, false));
                }
            });
        }
    }
    order.reverse();
    order
}
