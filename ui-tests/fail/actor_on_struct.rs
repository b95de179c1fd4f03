#[dala::actor]
struct Counter {
    n: i64,
}

trait Count {
    fn count(&self) -> i64;
}

#[dala::actor]
impl Count for Counter {
    fn count(&self) -> i64 {
        self.n
    }
}

fn main() {}
