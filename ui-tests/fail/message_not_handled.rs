struct Counter {
    n: i64,
}

#[dala::message]
pub struct Add {
    pub by: i64,
}

#[dala::message]
pub struct Get;

#[dala::message]
pub struct Reset;

#[dala::actor]
impl Counter {
    #[init]
    fn new(n: i64) -> Self {
        Counter { n }
    }
    #[handler]
    fn add(&mut self, add: Add) {
        self.n += add.by;
    }
    #[handler]
    fn get(&mut self, _: Get) -> i64 {
        self.n
    }
}

fn use_it(counter: &CounterRef) {
    let _ = counter.tell(Reset);
}

fn main() {}
