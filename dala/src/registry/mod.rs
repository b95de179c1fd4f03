//! Finding actors other than by pid.

pub(crate) mod name;

pub use name::NameError;
