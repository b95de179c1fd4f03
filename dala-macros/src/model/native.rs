//! A native function.

use proc_macro2::Ident;

/// The function under `#[dala::native]`.
pub(crate) struct Native {
    /// Its name in Rust.
    pub(crate) ident: Ident,
    /// Its visibility.
    pub(crate) vis: syn::Visibility,
    /// `cfg`s, which generated items carry too.
    pub(crate) attrs: Vec<syn::Attribute>,
    /// The module in Erlang.
    pub(crate) module: String,
    /// The name in Erlang.
    pub(crate) name: String,
    /// What a call is charged with, if not one.
    pub(crate) reductions: Option<u32>,
    /// Where it runs.
    pub(crate) runs: Runs,
    /// Types of its arguments, in order.
    pub(crate) arguments: Vec<syn::Type>,
    /// What it returns; `()` when nothing is written.
    pub(crate) output: syn::Type,
    /// Whether it returns a `Result` whose error is raised.
    pub(crate) raises: bool,
}

/// Where a native function runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runs {
    /// On the worker.
    Plain,
    /// As a future of tokio's.
    Async,
    /// On a thread of the blocking pool.
    Blocking,
}
