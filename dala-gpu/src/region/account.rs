//! A region: the account that buffers are charged to.
use std::fmt;
use std::sync::{Mutex, PoisonError};

use dala_ir::abi::Pid;

use super::buffer::Buffer;
use super::dtype::{DType, Element};
use super::dynamic::TensorRef;
use super::shape::Shape;
use super::tensor::Tensor;
use crate::TensorError;
use crate::sync::{Arc, AtomicUsize, Ordering, Weak};

/// Where tensors are made: counts the bytes of its living buffers and refuses to pass a limit.
///
/// Cheap to clone (a shared counter). Making a tensor is one allocation for the buffer and one for its
/// count of references. A region may lie [within](Region::within) another: then a buffer counts against
/// both limits. One [per actor](Region::for_actor) tells who holds how much.
///
/// ```
/// use dala_gpu::{Region, Shape, TensorError};
///
/// let machine = Region::with_limit(1 << 20);
/// let camera = machine.within(1000);
/// let frame = camera.zeros::<u8>(Shape::new(&[30, 30])?)?;
/// assert_eq!((camera.live_bytes(), machine.live_bytes()), (900, 900));
/// assert!(matches!(camera.zeros::<u8>(Shape::new(&[101])?), Err(TensorError::OverLimit { .. })));
/// drop(frame);
/// assert_eq!(machine.live_bytes(), 0);
/// # Ok::<(), TensorError>(())
/// ```
#[derive(Clone)]
pub struct Region {
    account: Arc<Account>,
}

/// What a region counted; all in bytes but `buffers` and `copies`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// The actor that it is for.
    pub owner: Option<Pid>,
    /// Bytes of the buffers that live now.
    pub live: usize,
    /// The most that lived at a time.
    pub peak: usize,
    /// How many buffers live now.
    pub buffers: usize,
    /// Bytes copied between buffers since the region was made.
    pub copied: usize,
    /// How many copies those were.
    pub copies: usize,
    /// The limit.
    pub limit: usize,
}

pub(crate) struct Account {
    live: AtomicUsize,
    peak: AtomicUsize,
    buffers: AtomicUsize,
    copied: AtomicUsize,
    copies: AtomicUsize,
    limit: usize,
    owner: Option<Pid>,
    parent: Option<Arc<Account>>,
    /// The accounts within this one, dead ones among them until the next look.
    within: Mutex<Vec<Weak<Account>>>,
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Region").field(&self.usage()).finish()
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("limit", &self.limit)
            .field("owner", &self.owner)
            .finish_non_exhaustive()
    }
}

impl Region {
    /// A region of at most `limit` bytes.
    pub fn with_limit(limit: usize) -> Self {
        Self { account: Account::new(limit, None, None) }
    }

    /// A region of at most `limit` bytes whose bytes count against this one's limit too.
    pub fn within(&self, limit: usize) -> Self {
        self.inner(limit, self.account.owner)
    }

    /// As [`Region::within`], for what one actor holds: [`Region::by_actor`] lists it under its pid.
    pub fn for_actor(&self, owner: impl Into<Pid>, limit: usize) -> Self {
        self.inner(limit, Some(owner.into()))
    }

    #[cfg(not(loom))]
    fn inner(&self, limit: usize, owner: Option<Pid>) -> Self {
        let account = Account::new(limit, owner, Some(self.account.clone()));
        let mut within = self.account.within.lock().unwrap_or_else(PoisonError::into_inner);
        within.retain(|one| one.strong_count() > 0);
        within.push(Arc::downgrade(&account));
        Self { account }
    }

    /// loom has no weak counts: its models list nothing.
    #[cfg(loom)]
    fn inner(&self, limit: usize, owner: Option<Pid>) -> Self {
        Self { account: Account::new(limit, owner, Some(self.account.clone())) }
    }

    /// The region of this OS process, without a limit of its own: where tensors go that arrive as Erlang
    /// terms.
    #[cfg(not(loom))]
    pub fn process_wide() -> &'static Region {
        static REGION: std::sync::LazyLock<Region> =
            std::sync::LazyLock::new(|| Region::with_limit(usize::MAX));
        &REGION
    }

    /// Bytes of the buffers that live now.
    pub fn live_bytes(&self) -> usize {
        self.account.live.load(Ordering::Relaxed)
    }

    /// Bytes copied between buffers since the region was made, in regions within it too. A steady pipeline
    /// keeps it constant.
    pub fn copied_bytes(&self) -> usize {
        self.account.copied.load(Ordering::Relaxed)
    }

    /// All that is counted.
    pub fn usage(&self) -> Usage {
        let account = &self.account;
        Usage {
            owner: account.owner,
            live: account.live.load(Ordering::Relaxed),
            peak: account.peak.load(Ordering::Relaxed),
            buffers: account.buffers.load(Ordering::Relaxed),
            copied: account.copied.load(Ordering::Relaxed),
            copies: account.copies.load(Ordering::Relaxed),
            limit: account.limit,
        }
    }

    /// What the actors' regions within this one counted, in the order in which they were made.
    #[cfg(not(loom))]
    pub fn by_actor(&self) -> Vec<Usage> {
        let within = self.account.within.lock().unwrap_or_else(PoisonError::into_inner);
        let living = within.iter().filter_map(Weak::upgrade);
        living.map(|account| Region { account }.usage()).filter(|usage| usage.owner.is_some()).collect()
    }

    /// A tensor of zeros.
    ///
    /// # Errors
    /// [`TensorError::OverLimit`] or [`TensorError::OutOfMemory`].
    pub fn zeros<T: Element>(&self, shape: Shape) -> Result<Tensor<T>, TensorError> {
        Tensor::zeros(self.account.clone(), shape)
    }

    /// A tensor of zeros whose type is known at run time.
    ///
    /// # Errors
    /// As [`Region::zeros`].
    pub fn zeros_of(&self, dtype: DType, shape: Shape) -> Result<TensorRef, TensorError> {
        let buffer = Buffer::zeros(self.account.clone(), dtype, shape.elements())?;
        Ok(TensorRef::dense(Arc::new(buffer), dtype, shape))
    }

    /// A tensor with these elements, the last axis running fastest. This is where data enters the region:
    /// it is not counted as a copy.
    ///
    /// # Errors
    /// [`TensorError::WrongLength`] when they do not fill the shape, else as [`Region::zeros`].
    pub fn tensor<T: Element>(&self, shape: Shape, elements: &[T]) -> Result<Tensor<T>, TensorError> {
        if elements.len() != shape.elements() {
            return Err(TensorError::WrongLength { given: elements.len(), shape });
        }
        let mut tensor = self.zeros(shape)?;
        tensor.as_mut_slice()?.copy_from_slice(elements);
        Ok(tensor)
    }

    /// A tensor with the bytes of its elements, in this machine's byte order, as [`Region::tensor`].
    ///
    /// # Errors
    /// [`TensorError::WrongLength`] (in elements, rounded down) when they do not fill the shape, else as
    /// [`Region::zeros`].
    pub fn tensor_of_bytes(
        &self,
        dtype: DType,
        shape: Shape,
        bytes: &[u8],
    ) -> Result<TensorRef, TensorError> {
        if shape.elements().checked_mul(dtype.bytes()) != Some(bytes.len()) {
            return Err(TensorError::WrongLength { given: bytes.len() / dtype.bytes(), shape });
        }
        let mut tensor = self.zeros_of(dtype, shape)?;
        tensor.write_bytes(bytes)?;
        Ok(tensor)
    }

    pub(crate) fn account(&self) -> &Arc<Account> {
        &self.account
    }
}

impl Account {
    fn new(limit: usize, owner: Option<Pid>, parent: Option<Arc<Account>>) -> Arc<Account> {
        Arc::new(Account {
            live: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
            buffers: AtomicUsize::new(0),
            copied: AtomicUsize::new(0),
            copies: AtomicUsize::new(0),
            limit,
            owner,
            parent,
            within: Mutex::default(),
        })
    }

    /// This account and those around it.
    fn chain(&self) -> impl Iterator<Item = &Account> {
        std::iter::successors(Some(self), |account| account.parent.as_deref())
    }

    /// Charges a buffer of `bytes` here and to the accounts around, unless that would pass a limit.
    pub(crate) fn charge(&self, bytes: usize) -> Result<(), TensorError> {
        self.charge_below(None, bytes)
    }

    /// Charges `to` instead of this account. The accounts around both have the buffer already: it is no more to them, and no
    /// limit of theirs can be passed.
    pub(crate) fn hand_over(&self, to: &Account, bytes: usize) -> Result<(), TensorError> {
        let shared = self.chain().find(|mine| to.chain().any(|other| std::ptr::eq(*mine, other)));
        to.charge_below(shared, bytes)?;
        self.chain_below(shared).for_each(|account| account.release_one(bytes));
        Ok(())
    }

    fn charge_below(&self, end: Option<&Account>, bytes: usize) -> Result<(), TensorError> {
        for account in self.chain_below(end) {
            if let Err(error) = account.charge_one(bytes) {
                self.chain_below(Some(account)).for_each(|charged| charged.release_one(bytes));
                return Err(error);
            }
        }
        // Not before: what was refused was never there.
        self.chain_below(end).for_each(Account::note_peak);
        Ok(())
    }

    /// This account and those around it, up to that one.
    fn chain_below(&self, end: Option<&Account>) -> impl Iterator<Item = &Account> {
        self.chain().take_while(move |account| end.is_none_or(|end| !std::ptr::eq(*account, end)))
    }

    fn note_peak(&self) {
        self.peak.fetch_max(self.live.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    fn charge_one(&self, bytes: usize) -> Result<(), TensorError> {
        let mut live = self.live.load(Ordering::Relaxed);
        loop {
            let over = TensorError::OverLimit { asked: bytes, live, limit: self.limit };
            let after = live.checked_add(bytes).filter(|&sum| sum <= self.limit).ok_or(over)?;
            // Relaxed: counts that guard no memory.
            match self.live.compare_exchange_weak(live, after, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => {
                    self.buffers.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
                Err(now) => live = now,
            }
        }
    }

    /// Gives a buffer of `bytes` back.
    pub(crate) fn release(&self, bytes: usize) {
        self.chain().for_each(|account| account.release_one(bytes));
    }

    fn release_one(&self, bytes: usize) {
        self.live.fetch_sub(bytes, Ordering::Relaxed);
        self.buffers.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn note_copy(&self, bytes: usize) {
        for account in self.chain() {
            account.copied.fetch_add(bytes, Ordering::Relaxed);
            account.copies.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_region_counts_living_bytes_and_forgets_dropped_ones() -> Result<(), TensorError> {
        let region = Region::with_limit(1000);
        let a = region.zeros::<f32>(Shape::new(&[10])?)?;
        let b = region.zeros::<u8>(Shape::new(&[3, 5])?)?;
        assert_eq!((region.live_bytes(), region.usage().buffers), (55, 2));
        let view = a.slice(0, 2..4)?;
        drop(a);
        assert_eq!(region.live_bytes(), 55, "the view keeps the buffer");
        drop(view);
        drop(b);
        let usage = region.usage();
        assert_eq!((usage.live, usage.buffers, usage.peak), (0, 0, 55));
        Ok(())
    }

    #[test]
    fn a_tensor_over_the_limit_is_refused_and_charges_nothing() -> Result<(), TensorError> {
        let region = Region::with_limit(100);
        let kept = region.zeros::<i64>(Shape::new(&[10])?)?;
        let error = region.zeros::<i64>(Shape::new(&[3])?).expect_err("24 more bytes");
        assert_eq!(error, TensorError::OverLimit { asked: 24, live: 80, limit: 100 });
        assert_eq!(region.live_bytes(), 80);
        drop(kept);
        region.zeros::<i64>(Shape::new(&[3])?)?;
        Ok(())
    }

    #[test]
    fn each_actor_has_its_account_within_the_machines() -> Result<(), TensorError> {
        let machine = Region::with_limit(100);
        let first = machine.for_actor(Pid::from_parts(1, 1), 80);
        let second = machine.for_actor(Pid::from_parts(2, 1), 80);
        let plain = machine.within(80);
        let kept = first.zeros::<u8>(Shape::new(&[60])?)?;
        let error = second.zeros::<u8>(Shape::new(&[50])?).expect_err("the machine has 40 left");
        assert_eq!(error, TensorError::OverLimit { asked: 50, live: 60, limit: 100 });
        assert_eq!((second.live_bytes(), machine.live_bytes()), (0, 60), "nothing stays charged");
        let other = second.zeros::<u8>(Shape::new(&[40])?)?;
        let by: Vec<_> = machine.by_actor().iter().map(|u| (u.owner.map(Pid::slot), u.live)).collect();
        assert_eq!(by, [(Some(1), 60), (Some(2), 40)]);
        drop((kept, other, plain));
        drop(first);
        assert_eq!((machine.live_bytes(), machine.by_actor().len()), (0, 1));
        Ok(())
    }

    #[test]
    fn what_one_actor_hands_to_another_is_no_more_to_the_machine() -> Result<(), TensorError> {
        let machine = Region::with_limit(100);
        let [first, second, third] = [1, 2, 3].map(|slot| machine.for_actor(Pid::from_parts(slot, 1), 80));
        let mut tensor = first.zeros::<u8>(Shape::new(&[60])?)?;
        tensor.move_to(&second)?;
        assert_eq!((first.live_bytes(), second.live_bytes(), machine.live_bytes()), (0, 60, 60));
        assert_eq!((machine.usage().peak, machine.usage().buffers), (60, 1));
        let kept = third.zeros::<u8>(Shape::new(&[30])?)?;
        assert!(tensor.move_to(&third).is_err(), "that one would have 90");
        assert_eq!((second.live_bytes(), third.live_bytes(), third.usage().peak), (60, 30, 30));
        // Outwards, into a region of its own, and to where it is already.
        tensor.move_to(&machine)?;
        tensor.move_to(&machine)?;
        assert_eq!((second.live_bytes(), machine.live_bytes(), machine.usage().buffers), (0, 90, 2));
        let apart = Region::with_limit(60);
        tensor.move_to(&apart)?;
        assert_eq!((machine.live_bytes(), apart.live_bytes()), (30, 60));
        drop((tensor, kept));
        assert_eq!((machine.live_bytes(), machine.usage().buffers, apart.live_bytes()), (0, 0, 0));
        Ok(())
    }

    #[test]
    fn copies_count_in_the_region_around() -> Result<(), TensorError> {
        let machine = Region::with_limit(1000);
        let inner = machine.within(1000);
        let mut a = inner.tensor(Shape::new(&[3])?, &[1i32, 2, 3])?;
        let reader = a.clone();
        a.make_unique()?;
        drop(reader);
        assert_eq!((machine.copied_bytes(), machine.usage().copies, inner.copied_bytes()), (12, 1, 12));
        Ok(())
    }

    #[test]
    fn bytes_become_a_tensor_of_any_type_if_they_fill_it() -> Result<(), TensorError> {
        let region = Region::with_limit(1000);
        for &dtype in DType::ALL {
            let shape = Shape::new(&[3])?;
            let bytes = vec![1u8; 3 * dtype.bytes()];
            let tensor = region.tensor_of_bytes(dtype, shape, &bytes)?;
            assert_eq!((tensor.dtype(), tensor.as_bytes()?), (dtype, &bytes[..]));
            assert!(region.tensor_of_bytes(dtype, shape, &bytes[1..]).is_err());
        }
        Ok(())
    }
}
