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
    fn add(&mut self, add: Add) {
        self.n += add.by;
    }
    #[handler]
    fn get(&mut self, _: Get) -> i64 {
        self.n
    }
}

async fn use_it(counter: &CounterRef) {
    let _ = counter.tell(Add { by: "five" });
    let _: Result<String, _> = counter.call(Get).await;
}

fn main() {}
