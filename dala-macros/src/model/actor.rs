//! An actor.

use proc_macro2::Ident;

use super::handler::{Handler, Hook, Init};

/// An impl block under `#[dala::actor]`.
pub(crate) struct Actor {
    /// Name of the actor's type.
    pub(crate) ident: Ident,
    /// The type, as the impl block writes it.
    pub(crate) ty: syn::Type,
    /// Parameters of the impl block.
    pub(crate) generics: syn::Generics,
    /// Name for people and traces, if given.
    pub(crate) name: Option<String>,
    /// Capacity of the mailbox, if bounded.
    pub(crate) mailbox: Option<usize>,
    /// Most bytes that it may hold, if given.
    pub(crate) memory: Option<u64>,
    /// Most messages that may wait, if given.
    pub(crate) messages: Option<usize>,
    /// Variant of `dala::Overflow`, if given.
    pub(crate) overflow: Option<&'static str>,
    /// Variant of `dala::Qos`, if given.
    pub(crate) qos: Option<&'static str>,
    /// Nanoseconds that it has each time that it is due, if given.
    pub(crate) deadline: Option<u64>,
    /// Whether it stays on one thread, so that its state need not be `Send`.
    pub(crate) is_pinned: bool,
    /// Constructor.
    pub(crate) init: Option<Init>,
    /// Handlers in the order in which they are written.
    pub(crate) handlers: Vec<Handler>,
    /// `#[on_exit]`.
    pub(crate) on_exit: Option<Hook>,
    /// `#[on_down]`.
    pub(crate) on_down: Option<Hook>,
    /// `#[unhandled]`.
    pub(crate) unhandled: Option<Hook>,
    /// `#[idle]`, and the time of emptiness after which it is called, nanoseconds.
    pub(crate) idle: Option<Hook>,
    /// See `idle`.
    pub(crate) idle_after: u64,
    /// `#[terminate]`.
    pub(crate) terminate: Option<Hook>,
}
