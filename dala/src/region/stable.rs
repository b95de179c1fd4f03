//! Values that any number of actors read, and none changes.

use crate::sync::{AtomicUsize, Ordering};
use dala_ir::term::resource::Resource;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

static VALUES: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);
static MOST_BYTES: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Values and bytes that somebody has.
pub(super) fn in_use() -> (usize, usize) {
    (VALUES.load(Ordering::Relaxed), BYTES.load(Ordering::Relaxed))
}

/// Sets how many bytes all [`Stable`] values of this OS process may have together; any number at first. Those that are there stay.
pub fn limit_stable(bytes: usize) {
    MOST_BYTES.store(bytes, Ordering::Relaxed);
}

/// An immutable value in the stable region: a configuration, a schema, a table of routes, a UI tree. Every actor that has it reads it
/// where it lies; cloning, and sending it in a message, counts one more who has it, and copies nothing. It is freed with the last.
///
/// Who changes a configuration makes a new value and sends that; those who still work with the old one are not disturbed.
///
/// ```
/// use dala::Stable;
///
/// #[derive(Debug)]
/// struct Routes { hosts: Vec<String> }
///
/// struct Gate { routes: Stable<Routes> }
///
/// #[dala::actor]
/// impl Gate {
///     #[message]
///     fn route(&mut self, key: u64) -> String {
///         self.routes.hosts[key as usize % self.routes.hosts.len()].clone()
///     }
///     #[message]
///     fn change(&mut self, routes: Stable<Routes>) {
///         self.routes = routes;
///     }
/// }
///
/// # #[dala::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let routes = Stable::new(Routes { hosts: vec!["one".into(), "two".into()] });
/// let gates = [0, 1].map(|_| Gate { routes: routes.clone() }.spawn());
/// for gate in gates {
///     let gate = gate?;
///     assert_eq!(gate.route(3).await?, "two");
///     gate.change(Stable::new(Routes { hosts: vec!["three".into()] })).await?;
///     assert_eq!(gate.route(3).await?, "three");
/// }
/// # Ok(())
/// # }
/// ```
///
/// Erlang and Elixir have it as a reference, as of [`Opaque`](crate::message::Opaque): processes keep it, send it, and pass it to
/// functions in Rust that read it where it lies (`#[dala::native] fn host(routes: Stable<Routes>, key: u64) -> ..`). A process that
/// ends, or forgets it and collects its garbage, gives it back.
///
/// One allocation; a clone costs one counter. Two are equal when their values are.
pub struct Stable<T>(Resource<Counted<T>>);

/// A value whose bytes are counted.
struct Counted<T> {
    value: T,
    bytes: usize,
}

impl<T> Drop for Counted<T> {
    fn drop(&mut self) {
        VALUES.fetch_sub(1, Ordering::Relaxed);
        BYTES.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// The stable region has no room for a value, which is given back.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{bytes} bytes more are over the limit of {limit} of the stable region")]
pub struct StableFull<T> {
    /// The value.
    pub value: T,
    /// The bytes that it would take.
    pub bytes: usize,
    /// The limit.
    pub limit: usize,
}

impl<T> fmt::Debug for StableFull<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StableFull")
            .field("bytes", &self.bytes)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

impl<T: Send + Sync + 'static> Stable<T> {
    /// Puts a value there that holds no memory beside itself.
    ///
    /// # Panics
    /// When that is over the limit of the region ([`limit_stable`]); see [`Stable::try_new`].
    #[track_caller]
    pub fn new(value: T) -> Stable<T> {
        Stable::holding(value, 0)
    }

    /// As [`Stable::new`], of a value that holds so many bytes beside itself: in its strings, vectors and boxes.
    ///
    /// # Panics
    /// As [`Stable::new`].
    #[track_caller]
    pub fn holding(value: T, bytes: usize) -> Stable<T> {
        match Stable::try_new(value, bytes) {
            Ok(stable) => stable,
            Err(full) => panic!("{full}"),
        }
    }

    /// As [`Stable::holding`].
    ///
    /// # Errors
    /// The value, when it is over the limit of the region.
    pub fn try_new(value: T, held_bytes: usize) -> Result<Stable<T>, StableFull<T>> {
        let bytes = size_of::<T>().saturating_add(held_bytes);
        let limit = MOST_BYTES.load(Ordering::Relaxed);
        // Relaxed: counts guard no memory.
        let add = |all: usize| all.checked_add(bytes).filter(|&all| all <= limit);
        if BYTES.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).is_err() {
            return Err(StableFull { value, bytes, limit });
        }
        VALUES.fetch_add(1, Ordering::Relaxed);
        Ok(Stable(Resource::keeping(Counted { value, bytes }, held_bytes)))
    }

    /// The value that a reference in Erlang stands for, if it is one of this type.
    pub(crate) fn of_term(term: dala_ir::abi::Word) -> Option<Stable<T>> {
        Resource::of_term(term).map(Stable)
    }

    /// The reference.
    pub(crate) fn write(&self, writer: &mut dyn dala_ir::term::TermWriter) -> dala_ir::abi::Word {
        self.0.clone().write(writer)
    }
}

impl<T> Stable<T> {
    /// Whether both are the same value, and not only equal ones.
    pub fn is_same(&self, other: &Stable<T>) -> bool {
        std::ptr::eq(&raw const *self.0, &raw const *other.0)
    }
}

impl<T> Clone for Stable<T> {
    fn clone(&self) -> Stable<T> {
        Stable(self.0.clone())
    }
}

impl<T> Deref for Stable<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T> AsRef<T> for Stable<T> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: Send + Sync + 'static> From<T> for Stable<T> {
    fn from(value: T) -> Stable<T> {
        Stable::new(value)
    }
}

impl<T: fmt::Debug> fmt::Debug for Stable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stable").field(&**self).finish()
    }
}

impl<T: PartialEq> PartialEq for Stable<T> {
    fn eq(&self, other: &Stable<T>) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Stable<T> {}

impl<T: Hash> Hash for Stable<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}
