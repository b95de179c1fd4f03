//! Finding actors other than by pid: names, keys, groups, topics, routers.

pub(crate) mod group;
pub(crate) mod name;
mod router;
pub(crate) mod strangers;
#[cfg(test)]
mod tests;
pub(crate) mod topic;
pub(crate) mod via;

pub use group::GroupChange;
pub use name::NameError;
pub use router::Router;
pub use topic::Topic;
pub use via::{Keys, Named, Registry};
