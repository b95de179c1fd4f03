//! The bytes of models that were loaded lately, up to a number of bytes.
use std::sync::Arc;

use super::registry::Hash;

/// How a cache fares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// Bytes that it keeps.
    pub bytes: usize,
    /// Models that it keeps.
    pub models: usize,
    /// How often it had what was asked for.
    pub hits: u64,
    /// How often it had not.
    pub misses: u64,
    /// How many models it let go for others.
    pub evicted: u64,
}

/// Models by hash: two names of the same bytes share them. Few and large, so a list does.
#[derive(Debug)]
pub(super) struct Cache {
    budget: usize,
    /// The one used last is last.
    kept: Vec<(Hash, Arc<[u8]>)>,
    stats: CacheStats,
}

impl Cache {
    pub(super) fn new(budget: usize) -> Self {
        Self { budget, kept: Vec::new(), stats: CacheStats::default() }
    }

    pub(super) fn get(&mut self, hash: Hash) -> Option<Arc<[u8]>> {
        let Some(at) = self.kept.iter().position(|(kept, _)| *kept == hash) else {
            self.stats.misses += 1;
            return None;
        };
        self.stats.hits += 1;
        let entry = self.kept.remove(at);
        let bytes = entry.1.clone();
        self.kept.push(entry);
        Some(bytes)
    }

    /// Keeps a model, and lets go of those that were not used for longest. One that is larger than the budget is not
    /// kept.
    pub(super) fn put(&mut self, hash: Hash, bytes: Arc<[u8]>) {
        if bytes.len() > self.budget || self.kept.iter().any(|(kept, _)| *kept == hash) {
            return;
        }
        self.stats.bytes += bytes.len();
        self.kept.push((hash, bytes));
        while self.stats.bytes > self.budget {
            self.stats.bytes -= self.kept.remove(0).1.len();
            self.stats.evicted += 1;
        }
    }

    pub(super) fn stats(&self) -> CacheStats {
        CacheStats { models: self.kept.len(), ..self.stats }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_goes_first_and_the_budget_holds() {
        let mut cache = Cache::new(10);
        let hash = |name: &str| Hash::of(name.as_bytes());
        let put = |cache: &mut Cache, name: &str, bytes: usize| cache.put(hash(name), vec![0; bytes].into());
        put(&mut cache, "a", 4);
        put(&mut cache, "b", 4);
        assert!(cache.get(hash("a")).is_some());
        put(&mut cache, "c", 4);
        assert!(cache.get(hash("b")).is_none(), "a was used after it");
        put(&mut cache, "whale", 11);
        assert!(cache.get(hash("whale")).is_none() && cache.get(hash("a")).is_some());
        put(&mut cache, "d", 10);
        let stats = cache.stats();
        assert_eq!((stats.bytes, stats.models, stats.evicted), (10, 1, 3));
        assert_eq!((stats.hits, stats.misses), (2, 2));
    }
}
