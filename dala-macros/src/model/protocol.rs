//! A protocol.

use proc_macro2::Ident;

use super::handler::Handler;

/// A trait under `#[dala::protocol]`.
pub(crate) struct Protocol {
    /// Name of the trait.
    pub(crate) ident: Ident,
    /// Its visibility, which the reference has too.
    pub(crate) vis: syn::Visibility,
    /// Doc comments and whatever else stands on the trait.
    pub(crate) attrs: Vec<syn::Attribute>,
    /// Its methods.
    pub(crate) methods: Vec<Handler>,
}
