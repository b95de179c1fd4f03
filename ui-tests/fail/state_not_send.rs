use std::rc::Rc;

struct Counter {
    n: Rc<i64>,
}

#[dala::actor]
impl Counter {
    #[message]
    fn add(&mut self, by: i64) {
        self.n = Rc::new(*self.n + by);
    }
}

fn main() {}
