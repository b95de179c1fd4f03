//! The function under `#[dala::test]`.

/// A test of actors.
pub(crate) struct Test {
    /// Where it runs.
    pub(crate) world: World,
    /// The function, as it was written.
    pub(crate) function: syn::ItemFn,
}

/// Where a test runs.
pub(crate) enum World {
    /// In a simulation, once for each of so many seeds; as many as is usual if none.
    Simulated(Option<usize>),
    /// On a runtime with so many workers; as many as is usual if none.
    Real(Option<usize>),
}
