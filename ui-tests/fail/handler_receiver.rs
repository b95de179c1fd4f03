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
    fn add(add: Add) {}
    #[handler]
    fn get(self, _: Get) -> i64 {
        self.n
    }
    #[message]
    async fn wait(&self) {}
    #[message]
    fn boxed(self: Box<Self>) {}
}

fn main() {}
