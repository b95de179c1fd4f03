//! Memory regions. So far: the blocks that message nodes and actor cells are made of.

pub(crate) mod freelist;
