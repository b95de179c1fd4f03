use std::rc::Rc;

struct Counter {
    n: i64,
}

async fn pause() {}

#[dala::actor]
impl Counter {
    #[message]
    async fn add(&mut self, by: i64) {
        let by = Rc::new(by);
        pause().await;
        self.n += *by;
    }
}

fn main() {}
