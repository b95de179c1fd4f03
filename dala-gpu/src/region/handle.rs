//! Handles: names of tensors that actors own.
//!
//! A [`TensorHandle`] is a number that any process can keep and send, Erlang processes too; it grants
//! nothing by itself. The table says who owns it:
//!
//! | step | who | afterwards |
//! |---|---|---|
//! | [`grant`](HandleTable::grant) | whoever has the tensor | `owner` owns the handle |
//! | [`open`](HandleTable::open) | the owner | it has a view; the handle stays |
//! | [`transfer`](HandleTable::transfer) | the owner | the new owner has a new handle, the old one is stale |
//! | [`release`](HandleTable::release) | the owner | stale |
//! | the owner ends | [`HandleKeeper`] | all its handles are stale, their buffers free unless in use |
//!
//! A stale handle never names another tensor: a slot's generation grows with each grant, and a slot whose
//! generation would wrap is not used again.
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dala::{Context, Down, Pid, Ref};

use super::dynamic::TensorRef;

/// The name of a tensor that an actor owns: 64 bits, free to copy. An integer in Erlang.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TensorHandle(u64);

impl TensorHandle {
    fn new(slot: u32, generation: u32) -> Self {
        Self(u64::from(generation) << 32 | u64::from(slot))
    }

    /// The bits.
    pub fn to_bits(self) -> u64 {
        self.0
    }

    /// The handle with these bits; any bits will do, most name nothing.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    fn slot(self) -> usize {
        (self.0 & 0xffff_ffff) as usize
    }

    fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// Why a handle gives no tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandleError {
    /// It was released or transferred, its owner ended, or it never was one.
    #[error("a stale tensor handle")]
    Stale,
    /// It belongs to somebody else.
    #[error("the tensor handle belongs to {0}")]
    NotOwner(Pid),
    /// The new owner does not live.
    #[error("{0} does not live")]
    NoOwner(Pid),
}

#[derive(Debug)]
struct Slot {
    generation: u32,
    held: Option<(Pid, TensorRef)>,
}

#[derive(Debug, Default)]
struct Slots {
    slots: Vec<Slot>,
    free: Vec<u32>,
    by_owner: HashMap<Pid, HashSet<TensorHandle>>,
}

/// Which handles there are. Shared by cloning; each operation takes a lock for a few nanoseconds.
#[derive(Clone, Debug, Default)]
pub struct HandleTable {
    slots: Arc<Mutex<Slots>>,
}

impl HandleTable {
    fn lock(&self) -> MutexGuard<'_, Slots> {
        // Nothing in here panics half way.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A handle of `owner` for `tensor`. Released when the owner ends if a [`HandleKeeper`] watches it: use
    /// [`HandleKeeper`]'s `grant` for that.
    pub fn grant(&self, owner: impl Into<Pid>, tensor: TensorRef) -> TensorHandle {
        self.lock().grant(owner.into(), tensor)
    }

    /// The tensor; shares the buffer.
    ///
    /// # Errors
    /// [`HandleError::Stale`], [`HandleError::NotOwner`].
    pub fn open(&self, who: impl Into<Pid>, handle: TensorHandle) -> Result<TensorRef, HandleError> {
        self.lock().held(who.into(), handle).cloned()
    }

    /// Gives the handle up. Returns the tensor.
    ///
    /// # Errors
    /// [`HandleError::Stale`], [`HandleError::NotOwner`].
    pub fn release(&self, who: impl Into<Pid>, handle: TensorHandle) -> Result<TensorRef, HandleError> {
        let mut slots = self.lock();
        slots.held(who.into(), handle)?;
        slots.take(handle).ok_or(HandleError::Stale)
    }

    /// Gives the tensor to `to`, under a new handle.
    ///
    /// # Errors
    /// [`HandleError::Stale`], [`HandleError::NotOwner`].
    pub fn transfer(
        &self,
        from: impl Into<Pid>,
        handle: TensorHandle,
        to: impl Into<Pid>,
    ) -> Result<TensorHandle, HandleError> {
        let mut slots = self.lock();
        slots.held(from.into(), handle)?;
        let tensor = slots.take(handle).ok_or(HandleError::Stale)?;
        Ok(slots.grant(to.into(), tensor))
    }

    /// Makes all handles of `owner` stale. Returns how many there were.
    pub fn release_all(&self, owner: impl Into<Pid>) -> usize {
        let owner = owner.into();
        let mut slots = self.lock();
        let handles: Vec<_> = slots.by_owner.get(&owner).into_iter().flatten().copied().collect();
        let tensors: Vec<_> = handles.iter().map(|&handle| slots.close(handle)).collect();
        // Buffers are freed outside the lock, for that can take a while, and before the handles are seen to be gone.
        drop(slots);
        drop(tensors);
        let mut slots = self.lock();
        handles.iter().for_each(|&handle| slots.forget(owner, handle));
        handles.len()
    }

    /// How many handles there are, those whose buffers are just being freed among them.
    pub fn len(&self) -> usize {
        self.lock().by_owner.values().map(HashSet::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Slots {
    fn grant(&mut self, owner: Pid, tensor: TensorRef) -> TensorHandle {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot { generation: 0, held: None });
            u32::try_from(self.slots.len() - 1).expect("fewer than 2^32 handles fit in memory")
        });
        let entry = &mut self.slots[slot as usize];
        // Starts at 1: no bits that are small numbers name anything.
        entry.generation += 1;
        entry.held = Some((owner, tensor));
        let handle = TensorHandle::new(slot, entry.generation);
        self.by_owner.entry(owner).or_default().insert(handle);
        handle
    }

    fn held(&self, who: Pid, handle: TensorHandle) -> Result<&TensorRef, HandleError> {
        let slot = self.slots.get(handle.slot()).filter(|slot| slot.generation == handle.generation());
        match slot.and_then(|slot| slot.held.as_ref()) {
            None => Err(HandleError::Stale),
            Some((owner, _)) if *owner != who => Err(HandleError::NotOwner(*owner)),
            Some((_, tensor)) => Ok(tensor),
        }
    }

    fn take(&mut self, handle: TensorHandle) -> Option<TensorRef> {
        let (owner, tensor) = self.close(handle)?;
        self.forget(owner, handle);
        Some(tensor)
    }

    /// Makes a handle stale, and its slot free.
    fn close(&mut self, handle: TensorHandle) -> Option<(Pid, TensorRef)> {
        let slot = self.slots.get_mut(handle.slot()).filter(|slot| slot.generation == handle.generation())?;
        let held = slot.held.take()?;
        if slot.generation < u32::MAX {
            self.free.push(handle.slot() as u32);
        }
        Some(held)
    }

    /// Takes a stale handle off its owner's list.
    fn forget(&mut self, owner: Pid, handle: TensorHandle) {
        if let Some(handles) = self.by_owner.get_mut(&owner) {
            handles.remove(&handle);
            if handles.is_empty() {
                self.by_owner.remove(&owner);
            }
        }
    }
}

/// The actor that watches the owners of handles and releases what they leave.
///
/// ```
/// use dala_gpu::{HandleKeeper, HandleTable};
///
/// let runtime = dala::Runtime::new()?;
/// let table = HandleTable::default();
/// let keeper = runtime.spawn(HandleKeeper::new(table.clone()))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct HandleKeeper {
    table: HandleTable,
    watched: HashMap<Pid, Ref>,
}

impl HandleKeeper {
    /// A keeper of this table.
    pub fn new(table: HandleTable) -> Self {
        Self { table, watched: HashMap::new() }
    }

    fn watch(&mut self, owner: Pid, context: &mut Context<Self>) {
        self.watched.entry(owner).or_insert_with(|| context.monitor(owner));
    }
}

/// Asks a [`HandleKeeper`] for a handle; the reply is a [`TensorHandle`]. `{grant, Owner, Tensor}` in Erlang.
#[dala::message]
#[derive(Debug)]
pub struct Grant {
    /// Who shall own it.
    pub owner: Pid,
    /// What it names.
    pub tensor: TensorRef,
}

/// Asks a [`HandleKeeper`] to give `handle` of `from` to `to`; the reply is the new handle, or a text that
/// says why not.
#[dala::message]
#[derive(Debug)]
pub struct Transfer {
    /// Who owns it.
    pub from: Pid,
    /// The handle.
    pub handle: TensorHandle,
    /// Who shall own it.
    pub to: Pid,
}

#[dala::actor]
impl HandleKeeper {
    #[handler]
    fn grant(&mut self, grant: Grant, ctx: &mut Context<Self>) -> TensorHandle {
        let handle = self.table.grant(grant.owner, grant.tensor);
        // Of an owner that is dead the DOWN comes at once.
        self.watch(grant.owner, ctx);
        handle
    }

    #[handler]
    fn transfer(&mut self, transfer: Transfer, ctx: &mut Context<Self>) -> Result<TensorHandle, String> {
        let moved = self.table.transfer(transfer.from, transfer.handle, transfer.to);
        let moved = moved.map_err(|error| error.to_string())?;
        self.watch(transfer.to, ctx);
        Ok(moved)
    }

    #[on_down]
    fn owner_ended(&mut self, down: &Down) {
        self.watched.remove(&down.pid);
        self.table.release_all(down.pid);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DType, Region, Shape, TensorError};
    use dala::Runtime;
    use proptest::prelude::*;

    fn pid(slot: u32) -> Pid {
        Pid::from_parts(slot, 1)
    }

    fn bytes(region: &Region, size: usize) -> TensorRef {
        region.zeros_of(DType::U8, Shape::new(&[size]).expect("small")).expect("within the limit")
    }

    #[test]
    fn only_the_owner_opens_a_handle_and_a_stale_one_names_nothing() -> Result<(), TensorError> {
        let region = Region::with_limit(1000);
        let table = HandleTable::default();
        let handle = table.grant(pid(1), bytes(&region, 10));
        assert_eq!(table.open(pid(1), handle).expect("its own").byte_length(), 10);
        assert_eq!(table.open(pid(2), handle).expect_err("not its own"), HandleError::NotOwner(pid(1)));
        let moved = table.transfer(pid(1), handle, pid(2)).expect("its own");
        assert_eq!(table.open(pid(1), handle).expect_err("moved"), HandleError::Stale);
        assert_eq!(table.transfer(pid(1), moved, pid(1)).expect_err("moved"), HandleError::NotOwner(pid(2)));
        table.release(pid(2), moved).expect("its own");
        assert_eq!(table.release(pid(2), moved).expect_err("gone"), HandleError::Stale);
        let again = table.grant(pid(2), bytes(&region, 5));
        assert_ne!(again, moved, "the slot is used again, under another generation");
        for bits in [0, 1, u64::MAX, again.to_bits() ^ 1 << 40] {
            assert_eq!(
                table.open(pid(2), TensorHandle::from_bits(bits)).expect_err("made up"),
                HandleError::Stale
            );
        }
        assert_eq!(table.release_all(pid(2)), 1);
        assert!(table.is_empty());
        assert_eq!(region.live_bytes(), 0);
        Ok(())
    }

    /// Lets others run.
    async fn give_way() {
        let mut yielded = false;
        std::future::poll_fn(|context| {
            if std::mem::replace(&mut yielded, true) {
                return std::task::Poll::Ready(());
            }
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        })
        .await;
    }

    struct Owner;

    #[dala::actor]
    impl Owner {
        #[message]
        fn finish(&mut self, ctx: &mut Context<Self>) {
            ctx.stop(dala::ExitReason::Normal);
        }
    }

    #[test]
    fn what_an_actor_owned_is_freed_when_it_ends() -> Result<(), Box<dyn std::error::Error>> {
        let runtime = Runtime::builder().workers(2).build()?;
        let region = Region::with_limit(1 << 20);
        let table = HandleTable::default();
        let keeper = runtime.spawn(HandleKeeper::new(table.clone()))?;
        runtime.block_on(async {
            let mut owners = Vec::new();
            for _ in 0..50 {
                let owner = runtime.spawn(Owner)?;
                let grant = || Grant { owner: owner.pid(), tensor: bytes(&region, 100) };
                let first = keeper.call(grant()).await?;
                keeper.call(grant()).await?;
                owners.push((owner, first));
            }
            assert_eq!((table.len(), region.live_bytes()), (100, 10_000));
            let (kept, handle) = owners.pop().expect("50 of them");
            let in_use = table.open(kept.pid(), handle)?;
            let passed = Transfer { from: kept.pid(), handle, to: owners[0].0.pid() };
            keeper.call(passed).await??;
            for (owner, _) in owners.drain(..) {
                owner.call(Finish {}).await?;
            }
            while table.len() > 1 {
                give_way().await;
            }
            assert_eq!(region.live_bytes(), 200, "one that lives, one that is in use");
            drop(in_use);
            assert_eq!(region.live_bytes(), 100);
            // An owner that is dead already: released as soon as the keeper hears of it.
            let dead = runtime.spawn(Owner)?;
            dead.call(Finish {}).await?;
            while dead.is_alive() {
                give_way().await;
            }
            keeper.call(Grant { owner: dead.pid(), tensor: bytes(&region, 7) }).await?;
            while table.len() > 1 {
                give_way().await;
            }
            assert_eq!(region.live_bytes(), 100);
            Ok::<_, Box<dyn std::error::Error>>(())
        })?;
        Ok(())
    }

    proptest! {
        /// Grants, transfers and releases in any order agree with a plain list of (handle, owner, size).
        #[test]
        fn the_table_agrees_with_a_plain_model(steps in proptest::collection::vec((0u8..4, 0usize..8, 0u32..3), 0..60)) {
            let region = Region::with_limit(1 << 20);
            let table = HandleTable::default();
            let mut model: Vec<(TensorHandle, Pid, usize)> = Vec::new();
            let mut stale: Vec<TensorHandle> = Vec::new();
            for (index, (what, which, who)) in steps.into_iter().enumerate() {
                let who = pid(who);
                let chosen = (!model.is_empty()).then(|| which % model.len());
                match (what, chosen) {
                    (0, _) | (_, None) => {
                        let handle = table.grant(who, bytes(&region, index + 1));
                        prop_assert!(!stale.contains(&handle));
                        model.push((handle, who, index + 1));
                    }
                    (1, Some(at)) => {
                        let (handle, owner, size) = model[at];
                        let moved = table.transfer(owner, handle, who).expect("its own");
                        model[at] = (moved, who, size);
                        stale.push(handle);
                    }
                    (2, Some(at)) => {
                        let (handle, owner, size) = model.remove(at);
                        prop_assert_eq!(table.release(owner, handle).expect("its own").byte_length(), size);
                        stale.push(handle);
                    }
                    (_, Some(_)) => {
                        let gone: Vec<_> = model.iter().filter(|entry| entry.1 == who).map(|e| e.0).collect();
                        prop_assert_eq!(table.release_all(who), gone.len());
                        model.retain(|entry| entry.1 != who);
                        stale.extend(gone);
                    }
                }
                prop_assert_eq!(table.len(), model.len());
                prop_assert_eq!(region.live_bytes(), model.iter().map(|entry| entry.2).sum::<usize>());
                for &(handle, owner, size) in &model {
                    prop_assert_eq!(table.open(owner, handle).expect("its own").byte_length(), size);
                }
                for &handle in &stale {
                    prop_assert_eq!(table.open(who, handle).err(), Some(HandleError::Stale));
                }
            }
        }
    }
}
