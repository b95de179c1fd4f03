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
    fn get(&mut self, _: Get) -> std::time::Instant {
        std::time::Instant::now()
    }
}

fn main() {}
