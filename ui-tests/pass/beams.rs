//! Forms of typed clients.

mod inner {
    /// Documented.
    #[dala::beam(module = "cart")]
    pub trait Cart {
        /// Documented too.
        fn add(&self, words: u64, message: u8) -> Result<u64, String>;
        #[call(name = "get!", timeout = "250ms")]
        fn get(&self) -> Option<u64>;
        #[cast]
        fn r#move(&self, writer: u64);
        #[info]
        fn tick(&self);
        fn done(&self);
    }
}

/// Its calls can be sent elsewhere: they borrow nothing.
fn use_it(cart: inner::CartRef) -> impl Future<Output = Result<Option<u64>, dala::server::ServerError>> + Send + 'static {
    assert_eq!(inner::CartRef::MODULE, "cart");
    let _ = cart.with_timeout(std::time::Duration::from_secs(1)).r#move(1);
    let _ = cart.tick();
    let _ = cart.stop();
    cart.get()
}

fn main() {
    let _ = use_it;
}
