// Made by `dala gen rust` from Shop.Shapes: what is written here is lost.

/// One of several.
#[derive(Clone, Debug, dala::Term)]
pub enum Tree {
    /// `leaf`
    Leaf,
    /// `node`
    Node(Box<Tree>, i64, Box<Tree>),
}

/// One of several.
#[derive(Clone, Debug, dala::Term)]
pub enum ClassifyReply {
    /// `low`
    Low,
    /// `high`
    High,
    /// `exactly`
    Exactly(u8),
}

/// One of several.
#[derive(Clone, Debug, dala::Term)]
pub enum Shape {
    /// `circle`
    Circle(f64),
    /// `rect`
    Rect(f64, f64),
    /// `nothing`
    Nothing,
}

/// Left for right.
///
/// # Errors
/// See [`FunctionError`](dala_beam::interop::FunctionError).
pub async fn flip(
    system: &std::sync::Arc<dala_beam::process::System>,
    argument_1: Tree,
) -> Result<Tree, dala_beam::interop::FunctionError> {
    system.call("Elixir.Shop.Shapes", "flip", (argument_1,)).await
}

/// How often each is there.
///
/// # Errors
/// See [`FunctionError`](dala_beam::interop::FunctionError).
pub async fn count(
    system: &std::sync::Arc<dala_beam::process::System>,
    words: Vec<String>,
) -> Result<std::collections::BTreeMap<String, u64>, dala_beam::interop::FunctionError> {
    system.call("Elixir.Shop.Shapes", "count", (words,)).await
}

/// `Shop.Shapes.swap/1`.
///
/// # Errors
/// See [`FunctionError`](dala_beam::interop::FunctionError).
pub async fn swap(
    system: &std::sync::Arc<dala_beam::process::System>,
    argument_1: (i64, i64),
) -> Result<(i64, i64), dala_beam::interop::FunctionError> {
    system.call("Elixir.Shop.Shapes", "swap", (argument_1,)).await
}

/// `Shop.Shapes.classify/1`.
///
/// # Errors
/// See [`FunctionError`](dala_beam::interop::FunctionError).
pub async fn classify(
    system: &std::sync::Arc<dala_beam::process::System>,
    n: i16,
) -> Result<ClassifyReply, dala_beam::interop::FunctionError> {
    system.call("Elixir.Shop.Shapes", "classify", (n,)).await
}

/// `Shop.Shapes.anything/2`.
///
/// # Errors
/// See [`FunctionError`](dala_beam::interop::FunctionError).
pub async fn anything(
    system: &std::sync::Arc<dala_beam::process::System>,
    argument_1: Vec<(dala::Atom, dala::OwnedTerm)>,
    argument_2: dala::OwnedTerm,
) -> Result<dala::OwnedTerm, dala_beam::interop::FunctionError> {
    system.call("Elixir.Shop.Shapes", "anything", (argument_1, argument_2)).await
}

/// `Shop.Shapes.area/1`.
///
/// # Errors
/// See [`FunctionError`](dala_beam::interop::FunctionError).
pub async fn area(
    system: &std::sync::Arc<dala_beam::process::System>,
    argument_1: Shape,
) -> Result<Result<f64, String>, dala_beam::interop::FunctionError> {
    system.call("Elixir.Shop.Shapes", "area", (argument_1,)).await
}

/// Of the module that has it.
///
/// # Errors
/// See [`FunctionError`](dala_beam::interop::FunctionError).
pub async fn area_of(
    system: &std::sync::Arc<dala_beam::process::System>,
    module: &str,
    argument_1: Shape,
) -> Result<Result<f64, String>, dala_beam::interop::FunctionError> {
    system.call(module, "area", (argument_1,)).await
}
