struct Counter {
    n: i64,
}

#[dala::actor(pinned = true, priority = "high")]
impl Counter {
    #[init]
    fn new() -> Self {
        Counter { n: 0 }
    }
    #[message(name = "")]
    fn add(&mut self, by: i64) {
        self.n += by;
    }
    #[message(name = "add")]
    fn sum(&mut self, of: Vec<i64>) {
        self.n += of.iter().sum::<i64>();
    }
    #[message(name = "add")]
    fn more(&mut self, of: Option<i64>) {
        self.n += of.unwrap_or(0);
    }
}

fn main() {}
