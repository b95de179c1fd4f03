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
        let count = function.blocks.len();
        let mut predecessors = vec![SmallVec::new(); count];
        let mut order = Vec::with_capacity(count);
        let mut position = vec![UNREACHED; count];
        if count > 0 {
            // Depth-first with a stack of (block, successors still to visit); a block joins the postorder when
            // it has none left.
            let mut seen = vec![false; count];
            let mut stack: Vec<(Block, SmallVec<[Block; 4]>)> = Vec::new();
            let mut visit = |block: Block, stack: &mut Vec<(Block, SmallVec<[Block; 4]>)>| {
                if !std::mem::replace(&mut seen[block.index()], true) {
                    let mut successors = SmallVec::new();
                    for call in function.block(block).terminator.successors() {
                        if !successors.contains(&call.block) {
                            successors.push(call.block);
                        }
                        let list: &mut SmallVec<[Block; 4]> = &mut predecessors[call.block.index()];
                        if !list.contains(&block) {
                            list.push(block);
                        }
                    }
                    stack.push((block, successors));
                }
            };
            visit(Function::ENTRY, &mut stack);
            while let Some((block, successors)) = stack.last_mut() {
                match successors.pop() {
                    Some(next) => visit(next, &mut stack),
                    None => {
                        order.push(*block);
                        stack.pop();
                    }
                }
            }
            order.reverse();
            for (index, block) in order.iter().enumerate() {
                position[block.index()] = index as u32;
            }
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
