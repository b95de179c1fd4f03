// Made by `dala gen rust` from Shop: what is written here is lost.

/// A shop with a basket.
#[dala::beam(module = "Elixir.Shop")]
pub trait Shop {
    /// Puts an item into the basket; how many there are.
    fn add(&self, item: Item) -> Result<u64, Refusal>;

    /// What is in it, at a discount.
    #[call(name = "total", timeout = "60000ms")]
    fn price(&self, discount: Option<Discount>) -> u64;

    /// Takes the money.
    fn pay(&self) -> (u64, Vec<Item>);

    #[call(name = "empty?")]
    fn is_empty(&self) -> bool;

    /// Closes the shop; what is in the basket stays.
    #[cast]
    fn close(&self);

    #[info]
    fn remark(&self, r#type: i64, text: String);
}

/// `%Shop.Item{}`
#[derive(Clone, Debug, dala::Term)]
#[term(module = "Elixir.Shop.Item")]
pub struct Item {
    /// Key `name`.
    pub name: String,
    /// Key `price`.
    pub price: u64,
    /// Key `size`.
    pub size: Option<u8>,
    /// Key `tags`.
    pub tags: Vec<dala::Atom>,
}

/// One of several.
#[derive(Clone, Debug, dala::Term)]
pub enum Refusal {
    /// `closed`
    Closed,
    /// `too_many`
    TooMany(u8),
}

/// A map.
#[derive(Clone, Debug, dala::Term)]
#[term(map)]
pub struct Discount {
    /// Key `percent`.
    pub percent: u8,
    /// Key `code`.
    pub code: Option<String>,
}

/// `Shop.add_all/2`.
///
/// # Errors
/// See [`FunctionError`](dala_beam::interop::FunctionError).
pub async fn add_all(
    system: &std::sync::Arc<dala_beam::process::System>,
    server: dala::Pid,
    items: Vec<Item>,
) -> Result<(), dala_beam::interop::FunctionError> {
    system.call("Elixir.Shop", "add_all", (server, items)).await
}
