mod old {
    #[dala::message]
    pub struct Add {
        pub by: i64,
    }
}

mod new {
    #[dala::message(name = "add")]
    pub struct Increase {
        pub to: u8,
    }
}

struct Counter {
    n: i64,
}

#[dala::actor]
impl Counter {
    #[handler]
    fn add(&mut self, add: old::Add) {
        self.n += add.by;
    }
    #[handler]
    fn increase(&mut self, increase: new::Increase) {
        self.n = increase.to.into();
    }
}

fn main() {}
