struct Counter {
    n: i64,
}

#[dala::actor]
impl Counter {
    #[handler]
    #[message]
    fn add(&mut self, by: i64) {
        self.n += by;
    }
    #[message]
    #[message]
    fn get(&mut self) -> i64 {
        self.n
    }
}

fn main() {}
