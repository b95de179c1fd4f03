#[dala::message]
pub enum Command {
    Open { id: u64 },
    Close,
    #[message(name = "open")]
    Start(String),
}

fn main() {}
