struct Counter {
    n: i64,
}

#[dala::message]
pub struct Add {
    pub by: i64,
}

#[dala::message]
pub struct Get;

#[dala::actor]
impl Counter {
    #[handler]
    fn get(&mut self, _: Get) -> impl Iterator<Item = i64> {
        [self.n].into_iter()
    }
    #[message]
    fn text(&mut self) -> &str {
        "borrowed"
    }
}

fn main() {}
