//! A typed client of a server in Erlang or Elixir.

use proc_macro2::Ident;

/// The trait under `#[dala::beam]`.
pub(crate) struct Client {
    /// Its name.
    pub(crate) ident: Ident,
    /// Its visibility, which the client has too.
    pub(crate) vis: syn::Visibility,
    /// Doc comments and `cfg`s.
    pub(crate) attrs: Vec<syn::Attribute>,
    /// The module in Erlang.
    pub(crate) module: String,
    /// Its methods.
    pub(crate) methods: Vec<Method>,
}

/// A method of it.
pub(crate) struct Method {
    /// Its name.
    pub(crate) ident: Ident,
    /// Doc comments and `cfg`s.
    pub(crate) attrs: Vec<syn::Attribute>,
    /// The atom that its message starts with, or is.
    pub(crate) name: String,
    /// Names and types of the arguments.
    pub(crate) arguments: Vec<(Ident, syn::Type)>,
    /// How the message travels.
    pub(crate) way: Way,
}

/// How a message travels to a server.
pub(crate) enum Way {
    /// To `handle_call/3`, for a reply of this type, which is waited for so many nanoseconds.
    Call {
        /// Type of the reply.
        reply: Box<syn::Type>,
        /// How long it is waited for, unless as long as the client says.
        nanoseconds: Option<u64>,
    },
    /// To `handle_cast/2`.
    Cast,
    /// To `handle_info/2`.
    Info,
}
