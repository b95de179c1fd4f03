//! Protocols: public and private, with messages of both kinds, had by actors that do more.
#![forbid(unsafe_code)]
#![deny(warnings)]

#[dala::message]
pub struct Forget {
    pub key: u64,
}

/// Keeps values.
#[dala::protocol]
pub trait Store {
    /// Keeps one.
    #[message]
    fn keep(&mut self, key: u64, value: String) -> Option<String>;
    fn forget(&mut self, forget: Forget);
}

#[derive(Default)]
struct InMemory {
    values: std::collections::HashMap<u64, String>,
}

#[dala::actor]
impl InMemory {
    #[handler]
    fn keep(&mut self, keep: Keep) -> Option<String> {
        self.values.insert(keep.key, keep.value)
    }
    #[handler(priority = "high")]
    async fn forget(&mut self, forget: Forget) {
        self.values.remove(&forget.key);
    }
    #[message]
    fn count(&mut self) -> u64 {
        self.values.len() as u64
    }
}

struct Nowhere;

#[dala::actor]
impl Nowhere {
    #[handler]
    fn keep(&mut self, _keep: Keep) -> Option<String> {
        None
    }
    #[handler]
    fn forget(&mut self, _: Forget) {}
}

async fn fill(store: impl Into<StoreRef>) -> Result<bool, dala::CallError> {
    let store = store.into();
    store.keep(1, "one".to_owned()).await?;
    let before = store.keep(1, "two".to_owned()).await?;
    Ok(before.as_deref() == Some("one"))
}

#[dala::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let memory = InMemory::default().spawn()?;
    assert!(fill(*memory).await?);
    assert!(!fill(*Nowhere.spawn()?).await?);
    let store = StoreRef::from(*memory);
    store.tell(Forget { key: 1 })?;
    store.call(Forget { key: 2 }).await?;
    assert_eq!(memory.count().await?, 0);
    assert_eq!((dala::Pid::from(store), store.is_alive()), (memory.pid(), true));
    Ok(())
}
