#[dala::message]
pub union Bits {
    int: u32,
    float: f32,
}

#[dala::message]
pub trait Deposit {
    fn amount(&self) -> u64;
}

fn main() {}
