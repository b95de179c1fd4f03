//! Actors with type parameters, bounds in both places, and without `#[init]`.
#![forbid(unsafe_code)]
#![deny(warnings)]

use dala::StableLayout;

struct Cache<T, const SIZE: usize> {
    items: Vec<T>,
}

#[dala::actor(mailbox = 8, overflow = "drop_oldest")]
impl<T: Send + Clone + 'static, const SIZE: usize> Cache<T, SIZE>
where
    T: StableLayout,
{
    #[init]
    fn new(items: Vec<T>) -> Self {
        Cache { items }
    }

    #[message]
    fn first(&mut self) -> Option<T> {
        self.items.first().cloned()
    }

    #[message]
    fn is_full(&mut self) -> bool {
        self.items.len() >= SIZE
    }
}

struct Twice<F: Fn(u64) -> u64 + Send + 'static>(F);

#[dala::actor]
impl<F: Fn(u64) -> u64 + Send + 'static> Twice<F> {
    #[message]
    fn apply(&mut self, to: u64) -> u64 {
        (self.0)((self.0)(to))
    }
}

#[dala::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: CacheRef<Cache<String, 1>> = Cache::spawn(vec!["a".to_owned()]).await?;
    assert_eq!(words.first().await?.as_deref(), Some("a"));
    let numbers = Cache::<u64, 2>::spawn(vec![1]).await?;
    assert_eq!((numbers.first().await?, numbers.is_full().await?), (Some(1), false));
    assert!(CacheRef::<Cache<u64, 1>>::of_pid(numbers.pid()).is_none(), "another type");
    let twice = Twice(|n| n + 3).spawn()?;
    assert_eq!(twice.apply(1).await?, 7);
    Ok(())
}
