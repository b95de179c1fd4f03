//! A reply of every kind that a handler can give, and state with generics inside.

use std::collections::HashMap;

#[dala::message]
#[derive(Debug, PartialEq)]
struct Entry {
    key: String,
    hits: u64,
}

struct Index<S = std::collections::hash_map::RandomState> {
    entries: HashMap<String, u64, S>,
}

#[dala::actor]
impl Index {
    #[message]
    fn put(&mut self, key: String) -> Option<u64> {
        self.entries.insert(key, 0)
    }

    #[message]
    fn find(&mut self, key: String) -> Result<Entry, String> {
        match self.entries.get_mut(&key) {
            Some(hits) => {
                *hits += 1;
                Ok(Entry { hits: *hits, key })
            }
            None => Err(format!("no {key}")),
        }
    }

    #[message]
    fn all(&mut self) -> HashMap<String, u64> {
        self.entries.clone()
    }
}

#[dala::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let index = Index { entries: HashMap::new() }.spawn()?;
    assert_eq!(index.put("a".to_owned()).await?, None);
    assert_eq!(index.find("a".to_owned()).await?, Ok(Entry { key: "a".to_owned(), hits: 1 }));
    assert_eq!(index.find("b".to_owned()).await?, Err("no b".to_owned()));
    assert_eq!(index.all().await?, HashMap::from([("a".to_owned(), 1)]));
    Ok(())
}
