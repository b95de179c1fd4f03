#[dala::message(nam = "deposit")]
pub struct Deposit {
    pub amount: u64,
}

#[dala::message(name = 5)]
#[repr(u8)]
pub enum Command {
    Open = 3,
}

#[dala::message]
pub enum Nothing {}

#[dala::message(name = "")]
pub struct Empty;

fn main() {}
