#[dala::message]
pub struct Add {
    pub by: i64,
}

struct Counter {
    n: i64,
}

#[dala::actor]
impl Counter {
    #[handler]
    fn none(&mut self) {}
    #[handler]
    fn two(&mut self, first: Add, second: Add) {}
    #[handler]
    fn borrowed(&mut self, add: &Add) {}
    #[message]
    fn text(&mut self, text: &str, list: &[u8]) {}
    #[message]
    fn pattern(&mut self, (a, b): (i64, i64)) {}
    #[message]
    fn given(&mut self, ctx: dala::Context<Self>) {}
    #[message]
    fn peer(&mut self, peer: dala::ActorRef<Self>) {}
}

fn main() {}
