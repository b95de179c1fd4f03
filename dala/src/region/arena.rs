//! Scratch memory of one activation.
//!
//! An arena hands out memory by moving a pointer, and frees all of it at once. The memory stays with the thread for the next
//! arena: a worker that has seen its largest handler takes nothing from the system any more.

use bumpalo::Bump;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// An arena with more memory than this is not kept: a guess, for the handler that needs a lot once.
const KEPT_BYTES: usize = 1 << 20;

/// Arenas that a thread keeps: as many as handlers use at a time. A handler rarely needs two.
const KEPT_ARENAS: usize = 2;

/// Bytes that are kept by all threads.
static KEPT: AtomicUsize = AtomicUsize::new(0);

/// What a thread keeps.
#[derive(Default)]
struct Kept(RefCell<Vec<Bump>>);

impl Kept {
    fn take(&self) -> Option<Bump> {
        let bump = self.0.borrow_mut().pop()?;
        KEPT.fetch_sub(bump.allocated_bytes(), Ordering::Relaxed);
        Some(bump)
    }

    fn put(&self, bump: Bump) {
        let mut kept = self.0.borrow_mut();
        if kept.len() < KEPT_ARENAS && bump.allocated_bytes() <= KEPT_BYTES {
            KEPT.fetch_add(bump.allocated_bytes(), Ordering::Relaxed);
            kept.push(bump);
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        while self.take().is_some() {}
    }
}

thread_local! {
    static ARENAS: Kept = Kept::default();
}

/// Bytes that threads keep for their next arenas.
pub(super) fn kept_bytes() -> usize {
    KEPT.load(Ordering::Relaxed)
}

/// Gives back what this thread keeps.
pub(super) fn forget() {
    ARENAS.with(|arenas| while arenas.take().is_some() {});
}

/// What a handler unwinds with that takes more than its actor may hold.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ArenaFull {
    /// Bytes that the actor may hold.
    pub(crate) limit: u64,
}

/// Who counts what arenas take.
pub(crate) trait Account: fmt::Debug {
    /// Counts so many bytes more, of an actor that holds `held` beside. Returns false, and counts nothing, if that is too much.
    fn reserve(&self, bytes: u64, held: u64) -> bool;
    /// Counts them no more.
    fn give_back(&self, bytes: u64);
}

/// Bytes that are counted at a time, where so many are left: a guess, so that most handlers count once.
const AHEAD: usize = 4096;

/// Memory for what a handler needs until it returns: from [`Context::arena`](crate::Context::arena). What is put into it is freed
/// all at once when the arena is dropped, without a look at each; so only values without a `Drop` of their own go in, and
/// references to them go no further than the arena.
///
/// Taking memory moves a pointer, about a nanosecond. It counts for the actor's [`MemoryLimit`](crate::MemoryLimit): whoever takes more
/// than is left of that ends with [`ExitReason::OverLimit`](crate::ExitReason::OverLimit), and nobody else is touched.
///
/// ```
/// use dala::Context;
///
/// struct Words;
///
/// #[dala::actor]
/// impl Words {
///     /// The words of a text by length, the longest first.
///     #[message]
///     fn longest(&mut self, text: String, ctx: &mut Context<Self>) -> String {
///         let arena = ctx.arena();
///         let mut words = arena.vec();
///         words.extend(text.split_whitespace());
///         words.sort_by_key(|word| std::cmp::Reverse(word.len()));
///         words.first().copied().unwrap_or_default().to_owned()
///     }
/// }
///
/// # #[dala::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let words = Words.spawn()?;
/// assert_eq!(words.longest("all actors equal".to_owned()).await?, "actors");
/// # Ok(())
/// # }
/// ```
///
/// An `async` handler may have one between two waits; held across a wait it makes the handler's future stay on its thread, which
/// the compiler refuses.
#[derive(Debug)]
pub struct Arena {
    /// There until it is dropped.
    bump: Option<Bump>,
    /// Bytes that were taken.
    used: Cell<usize>,
    /// Bytes that were counted: no fewer.
    reserved: Cell<usize>,
    actor: Option<Actor>,
}

/// Whose arena it is.
#[derive(Debug)]
struct Actor {
    account: Arc<dyn Account>,
    /// What it held beside when it got the arena.
    held: u64,
    /// What it is over if it takes too much.
    limit: u64,
}

impl Arena {
    /// An arena of an actor that may hold `limit` bytes and holds `held` beside what the account counts.
    pub(crate) fn counted(account: Arc<dyn Account>, held: u64, limit: u64) -> Arena {
        let mut arena = Arena::unlimited();
        arena.reserved.set(0);
        arena.actor = Some(Actor { account, held, limit });
        arena
    }

    /// An arena that is no actor's, and has no limit.
    pub fn unlimited() -> Arena {
        // While the thread's locals are being destroyed there are none.
        let bump = ARENAS.try_with(Kept::take).ok().flatten().unwrap_or_default();
        Arena { bump: Some(bump), used: Cell::new(0), reserved: Cell::new(usize::MAX), actor: None }
    }

    /// Bytes that were taken so far.
    pub fn used(&self) -> usize {
        self.used.get()
    }

    /// The memory, after `bytes` were counted.
    #[inline]
    fn take(&self, bytes: usize) -> &Bump {
        let used = self.used.get().saturating_add(bytes);
        if used > self.reserved.get() {
            self.reserve(used);
        }
        self.used.set(used);
        self.bump.as_ref().expect("there until the arena is dropped")
    }

    /// Sees to it that `used` bytes are counted; if that is too much, it ends whoever runs.
    #[cold]
    fn reserve(&self, used: usize) {
        let Some(Actor { account, held, limit }) = &self.actor else { return };
        let missing = used - self.reserved.get();
        let counts = |bytes: usize| account.reserve(bytes as u64, *held).then_some(bytes);
        match counts(missing.max(AHEAD)).or_else(|| counts(missing)) {
            Some(bytes) => self.reserved.set(self.reserved.get() + bytes),
            None => std::panic::panic_any(ArenaFull { limit: *limit }),
        }
    }

    /// Puts a value in.
    #[inline]
    pub fn value<T>(&self, value: T) -> &mut T {
        const { assert!(!std::mem::needs_drop::<T>(), "an arena drops nothing") };
        self.take(size_of::<T>()).alloc(value)
    }

    /// Puts a copy of a text in.
    #[inline]
    pub fn text(&self, text: &str) -> &mut str {
        self.take(text.len()).alloc_str(text)
    }

    /// Puts copies of values in.
    #[inline]
    pub fn copied<T: Copy>(&self, values: &[T]) -> &mut [T] {
        self.take(size_of_val(values)).alloc_slice_copy(values)
    }

    /// `length` times the same value.
    #[inline]
    pub fn filled<T: Copy>(&self, length: usize, value: T) -> &mut [T] {
        self.take(length.saturating_mul(size_of::<T>())).alloc_slice_fill_copy(length, value)
    }

    /// A vector that grows in the arena, empty yet.
    #[inline]
    pub fn vec<T: Copy>(&self) -> ArenaVec<'_, T> {
        ArenaVec { arena: self, room: &mut [], length: 0 }
    }

    /// Formatted text.
    ///
    /// ```
    /// let arena = dala::region::Arena::unlimited();
    /// assert_eq!(arena.format(format_args!("{} of {}", 1, 2)), "1 of 2");
    /// ```
    pub fn format(&self, text: fmt::Arguments<'_>) -> &str {
        let mut bytes = self.vec();
        // Fails only when a `Display` says so; what there is of the text is given then.
        let _ = fmt::write(&mut bytes, text);
        std::str::from_utf8(bytes.into_slice()).expect("made of whole strings")
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        if let Some(mut bump) = self.bump.take() {
            bump.reset();
            // As in `new`.
            let _ = ARENAS.try_with(|arenas| arenas.put(bump));
        }
        if let Some(actor) = &self.actor {
            actor.account.give_back(self.reserved.get() as u64);
        }
    }
}

/// A vector in an [`Arena`]. One that grows leaves its former room behind until the arena goes.
#[derive(Debug)]
pub struct ArenaVec<'a, T: Copy> {
    arena: &'a Arena,
    room: &'a mut [T],
    length: usize,
}

impl<'a, T: Copy> ArenaVec<'a, T> {
    /// Adds a value at the end.
    #[inline]
    pub fn push(&mut self, value: T) {
        if self.length == self.room.len() {
            self.grow(1, value);
        }
        self.room[self.length] = value;
        self.length += 1;
    }

    /// Adds copies of values.
    pub fn extend_from_slice(&mut self, values: &[T]) {
        let Some(&first) = values.first() else { return };
        if self.room.len() - self.length < values.len() {
            self.grow(values.len(), first);
        }
        self.room[self.length..][..values.len()].copy_from_slice(values);
        self.length += values.len();
    }

    /// Makes room for so many more. What is not used yet is filled with `value`.
    #[cold]
    fn grow(&mut self, more: usize, value: T) {
        let length = self.length.saturating_add(more).max(2 * self.room.len()).max(8);
        let room = self.arena.filled(length, value);
        room[..self.length].copy_from_slice(&self.room[..self.length]);
        self.room = room;
    }

    /// The values, for as long as the arena is there.
    pub fn into_slice(self) -> &'a mut [T] {
        &mut self.room[..self.length]
    }
}

impl<T: Copy> Deref for ArenaVec<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.room[..self.length]
    }
}

impl<T: Copy> DerefMut for ArenaVec<'_, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.room[..self.length]
    }
}

impl<T: Copy> Extend<T> for ArenaVec<'_, T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl fmt::Write for ArenaVec<'_, u8> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_thread_uses_the_memory_of_its_last_arena_again_and_gives_it_back_when_asked() {
        forget();
        let first = {
            let arena = Arena::unlimited();
            arena.filled(5000, 1u8).as_ptr().addr()
        };
        let (again, used) = {
            let arena = Arena::unlimited();
            (arena.filled(5000, 2u8).as_ptr().addr(), arena.used())
        };
        assert_eq!((first, used), (again, 5000));
        let kept = ARENAS.with(|arenas| arenas.0.borrow().len());
        assert_eq!(kept, 1);
        // Two at a time are two; one that is too large is not kept.
        let (one, other) = (Arena::unlimited(), Arena::unlimited());
        one.filled(2 * KEPT_BYTES, 0u8);
        assert_ne!(one.value(1u64) as *const u64, other.value(1u64));
        drop(one);
        drop(other);
        assert_eq!(ARENAS.with(|arenas| arenas.0.borrow().len()), 1);
        forget();
        assert_eq!(ARENAS.with(|arenas| arenas.0.borrow().len()), 0);
    }

    #[test]
    fn an_arena_gives_what_its_limit_allows_and_not_a_byte_more() {
        #[derive(Debug, Default)]
        struct Left(AtomicUsize);
        impl Account for Left {
            fn reserve(&self, bytes: u64, held: u64) -> bool {
                let all = self.0.load(Ordering::Relaxed) as u64 + bytes + held;
                let fits = all <= 400;
                self.0.fetch_add(if fits { bytes as usize } else { 0 }, Ordering::Relaxed);
                fits
            }
            fn give_back(&self, bytes: u64) {
                self.0.fetch_sub(bytes as usize, Ordering::Relaxed);
            }
        }
        let account = Arc::new(Left::default());
        let (arena, other) = [300; 2].map(|held| Arena::counted(account.clone(), held, 400)).into();
        arena.filled(49, 0u8);
        other.filled(50, 0u8);
        arena.value(1u8);
        let over = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| arena.value(2u8) as *mut u8));
        let over = over.expect_err("it is over the limit").downcast::<ArenaFull>().expect("of that kind");
        assert_eq!((over.limit, arena.used()), (400, 50));
        drop(arena);
        assert_eq!(account.0.load(Ordering::Relaxed), 50, "what the other took");
        drop(other);
        assert_eq!(account.0.load(Ordering::Relaxed), 0);
    }

    proptest! {
        #[test]
        fn a_vector_in_an_arena_holds_what_was_put_in(parts in prop::collection::vec(prop::collection::vec(any::<u16>(), 0..40), 0..20)) {
            let arena = Arena::unlimited();
            let (mut vector, mut model) = (arena.vec(), Vec::new());
            for (index, part) in parts.iter().enumerate() {
                if index % 2 == 0 {
                    vector.extend_from_slice(part);
                } else {
                    vector.extend(part.iter().copied());
                }
                model.extend_from_slice(part);
                // What others put in between does not touch it.
                arena.filled(3, u16::MAX);
                prop_assert_eq!(&*vector, &*model);
            }
            vector.reverse();
            model.reverse();
            prop_assert_eq!(&*vector.into_slice(), &*model);
        }
    }
}
