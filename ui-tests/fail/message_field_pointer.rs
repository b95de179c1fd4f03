#[dala::message]
pub enum Memory {
    Free(*mut u8),
    Keep,
}

fn main() {}
