#[dala::message]
pub struct Deposit<T> {
    pub amount: T,
}

#[dala::message]
pub struct Note<'a> {
    pub text: &'a str,
}

fn main() {}
