pub struct Add {
    pub by: i64,
}

struct Counter {
    n: i64,
}

#[dala::actor]
impl Counter {
    #[handler]
    fn add(&mut self, add: Add) {
        self.n += add.by;
    }
}

fn main() {}
