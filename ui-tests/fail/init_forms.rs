struct Counter {
    n: i64,
}

#[dala::actor]
impl Counter {
    #[init]
    async fn new(&self, start: i64) -> i64 {
        start
    }
    #[init]
    fn zero() -> Self {
        Counter { n: 0 }
    }
    #[message]
    fn add(&mut self, by: i64) {
        self.n += by;
    }
}

fn main() {}
