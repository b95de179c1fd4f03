#[dala::protocol]
struct NotATrait;

#[dala::protocol]
trait Store {
    const SIZE: usize;
    fn put(&self);
    #[message]
    fn get(&mut self, key: u64) -> u64 {
        key
    }
}

#[dala::protocol]
trait Nothing {}

fn main() {}
