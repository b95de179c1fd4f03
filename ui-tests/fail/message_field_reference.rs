#[dala::message]
pub struct Deposit {
    pub memo: &'static str,
    pub list: Vec<&'static str>,
}

fn main() {}
