#[dala::protocol]
trait Store {
    #[message]
    fn put(&mut self, value: u64) -> u64;
}

struct Other;

#[dala::actor]
impl Other {
    #[message]
    fn get(&mut self) -> u64 {
        1
    }
}

fn use_it(other: OtherRef, store: StoreRef) {
    let _ = StoreRef::from(*other);
    let _ = store.call(Get {});
}

fn main() {}
