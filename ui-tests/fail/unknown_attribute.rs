struct Counter {
    n: i64,
}

#[dala::actor]
impl Counter {
    #[massage]
    fn add(&mut self, by: i64) {
        self.n += by;
    }
    #[message]
    #[inline]
    fn get(&mut self) -> i64 {
        self.n
    }
    #[onexit]
    fn linked(&mut self, from: dala::Pid, reason: &dala::ExitReason) {}
}

fn main() {}
