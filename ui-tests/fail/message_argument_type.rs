use std::sync::Arc;

struct Counter {
    n: i64,
}

#[dala::actor]
impl Counter {
    #[message]
    fn add(&mut self, by: Arc<i64>) {
        self.n += *by;
    }
}

fn main() {}
