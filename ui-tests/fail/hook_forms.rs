struct Counter {
    n: i64,
}

#[dala::actor]
impl Counter {
    #[message]
    fn add(&mut self, by: i64) {
        self.n += by;
    }
    #[on_exit]
    fn linked(&mut self, reason: &dala::ExitReason) {}
    #[on_down]
    async fn down(&mut self, down: &dala::Down) {}
    #[terminate]
    fn bye(&mut self, reason: &dala::ExitReason) -> bool {
        true
    }
    #[idle(after = "soon")]
    fn quiet(&mut self, reason: &dala::ExitReason) {}
    #[terminate]
    fn again(&mut self, reason: &dala::ExitReason) {}
}

fn main() {}
