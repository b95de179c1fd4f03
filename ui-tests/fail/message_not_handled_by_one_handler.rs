struct Till {
    cents: u64,
}

#[dala::message]
struct Pay {
    cents: u64,
}

#[dala::message]
struct Refund {
    cents: u64,
}

#[dala::actor]
impl Till {
    #[handler]
    fn pay(&mut self, pay: Pay) -> u64 {
        self.cents += pay.cents;
        self.cents
    }
}

async fn refund(till: TillRef) {
    let _ = till.tell(Refund { cents: 5 });
    let _ = till.call(Refund { cents: 5 }).await;
}

fn main() {}
