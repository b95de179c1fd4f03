//! The function under `#[dala::main]`.

/// `async fn main()`.
pub(crate) struct Main {
    /// Number of workers, if given.
    pub(crate) workers: Option<usize>,
    /// The function, no longer `async`; its body is that of the future.
    pub(crate) function: syn::ItemFn,
}
