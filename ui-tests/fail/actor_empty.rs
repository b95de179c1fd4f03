struct Counter {
    n: i64,
}

#[dala::actor(mailbox = 0)]
impl Counter {
    fn add(&mut self, by: i64) {
        self.n += by;
    }
}

struct Log;

#[dala::actor]
impl Log {
    fn line(&mut self) {}
}

fn main() {}
