#[dala::message]
pub struct Deposit {
    pub amount: u64,
    pub memo: Option<String>,
}

fn main() {
    let _ = Deposit { amount: "ten", memo: None };
}
