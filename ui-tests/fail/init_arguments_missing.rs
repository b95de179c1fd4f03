struct Counter {
    n: i64,
}

#[dala::actor]
impl Counter {
    #[init]
    fn new(start: i64) -> Self {
        Counter { n: start }
    }
    #[message]
    fn add(&mut self, by: i64) {
        self.n += by;
    }
}

fn use_it() {
    let _ = Counter::spawn();
}

fn main() {}
