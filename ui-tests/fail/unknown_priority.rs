struct Counter {
    n: i64,
}

#[dala::actor]
impl Counter {
    #[message(priority = "urgent")]
    fn add(&mut self, by: i64) {
        self.n += by;
    }
    #[message(priority = high)]
    fn get(&mut self) -> i64 {
        self.n
    }
    #[message(prio = "low")]
    fn set(&mut self, to: i64) {
        self.n = to;
    }
}

fn main() {}
