//! Facts about a function that passes, the verifier and the encoder share: who precedes whom, who dominates
//! whom, what is live where, what a receive can match. Each is computed once from a finished function and knows nothing of later changes.
//! All are iterative and linear or nearly so in the size of the function.

pub mod cfg;
pub mod domtree;
pub mod liveness;
pub mod receive;

pub use cfg::ControlFlow;
pub use domtree::DominatorTree;
pub use liveness::Liveness;
