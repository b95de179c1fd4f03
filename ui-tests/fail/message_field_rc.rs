use std::rc::Rc;

#[dala::message]
pub struct Deposit {
    pub amount: u64,
    pub memo: Rc<String>,
}

fn main() {}
