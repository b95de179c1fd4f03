//! What tests of actors are made of: a [`Probe`] that receives, a [`Mock`] that answers. Tests themselves are written with
//! [`#[dala::test]`](macro@crate::test), best in a [simulation](crate::sim).
//!
//! ```
//! use dala::Recipient;
//! use dala::testing::{Mock, Probe};
//!
//! #[dala::message]
//! #[derive(Debug, PartialEq)]
//! struct Sold { item: String, price: u64 }
//!
//! struct Prices;
//! #[dala::actor]
//! impl Prices {
//!     #[message]
//!     fn price(&mut self, item: String) -> u64 { item.len() as u64 }
//! }
//!
//! struct Shop { prices: PricesRef, log: Recipient<Sold> }
//! #[dala::actor]
//! impl Shop {
//!     #[message]
//!     async fn sell(&mut self, item: String) {
//!         let price = self.prices.price(item.clone()).await.unwrap_or_default();
//!         let _ = self.log.tell(Sold { item, price });
//!     }
//! }
//!
//! // What a test `#[dala::test] async fn a_sale_is_logged_with_its_price()` runs:
//! async fn a_sale_is_logged_with_its_price() {
//!     let log = Probe::new();
//!     let prices = Mock::<Prices>::new().on(|question: Price| {
//!         assert_eq!(question.item, "tea");
//!         5
//!     });
//!     let shop = Shop { prices: prices.spawn().unwrap(), log: log.recipient() }.spawn().unwrap();
//!     shop.sell("tea".to_owned()).await.unwrap();
//!     assert_eq!(log.expect().await, Sold { item: "tea".to_owned(), price: 5 });
//!     log.expect_nothing().await;
//! }
//! dala::sim::Simulation::new().seeds(10).run(a_sale_is_logged_with_its_price);
//! ```

mod mock;
mod probe;

pub use mock::Mock;
pub use probe::Probe;

#[cfg(test)]
mod tests;
