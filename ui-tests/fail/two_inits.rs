struct Counter {
    n: i64,
}

#[dala::actor]
impl Counter {
    #[init]
    fn zero() -> Self {
        Counter { n: 0 }
    }
    #[init]
    fn from(n: i64) -> Self {
        Counter { n }
    }
    #[message]
    fn add(&mut self, by: i64) {
        self.n += by;
    }
}

fn main() {
    let _ = Counter::spawn();
}
