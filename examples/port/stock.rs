// Made by `dala gen rust` from Stock: what is written here is lost.

/// One of several.
#[derive(Clone, Debug, dala::Term)]
pub enum Refusal {
    /// `short`
    Short(String),
}

/// Makes the table, in memory.
///
/// # Errors
/// See [`FunctionError`](dala_beam::interop::FunctionError).
pub async fn create(
    system: &std::sync::Arc<dala_beam::process::System>,
    items: Vec<(String, u64)>,
) -> Result<(), dala_beam::interop::FunctionError> {
    system.call("Elixir.Stock", "create", (items,)).await
}

/// Takes all of these items, or none.
///
/// # Errors
/// See [`FunctionError`](dala_beam::interop::FunctionError).
pub async fn take(
    system: &std::sync::Arc<dala_beam::process::System>,
    order: Vec<(String, u64)>,
) -> Result<Result<(), Refusal>, dala_beam::interop::FunctionError> {
    system.call("Elixir.Stock", "take", (order,)).await
}

/// What is left, by item.
///
/// # Errors
/// See [`FunctionError`](dala_beam::interop::FunctionError).
pub async fn left(
    system: &std::sync::Arc<dala_beam::process::System>,
) -> Result<Vec<(String, u64)>, dala_beam::interop::FunctionError> {
    system.call("Elixir.Stock", "left", ()).await
}
