//! The capability itself, and what it holds.

use super::error::CapError;
use super::limits::{Allowance, Limits, Reserved};
use super::resource::Resource;
use super::rights::{ReadOnly, ReadView, ReadWrite, Rights};
use std::fmt::{self, Debug, Display};
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use tokio_util::sync::CancellationToken;

/// Learns that the resource is broken.
type OnFailure = Box<dyn Fn(String) + Send + Sync>;

/// The resource and who is told when it breaks; shared by all capabilities for it.
struct Held<T> {
    resource: Resource<T>,
    on_failure: OnceLock<OnFailure>,
}

/// Something that holds a resource of some type.
trait Close: Send + Sync {
    fn close(&self);
}

impl<T: Send + Sync> Close for Held<T> {
    fn close(&self) {
        self.resource.close();
    }
}

/// The right to use a resource of type `T`.
///
/// It is not `Clone`: it moves from holder to holder, also in messages. Dropping it revokes what was lent from it and, if
/// it was not lent itself, closes the resource.
///
/// Making one allocates twice, [lending](Cap::lend) once or twice; a use takes a lock and a reference for some ten
/// nanoseconds.
///
/// ```compile_fail,E0382
/// # use dala::cap::{Cap, File};
/// # async fn both(file: Cap<File>, give: impl FnOnce(Cap<File>)) {
/// give(file);
/// file.read_at(0, 1).await; // borrow of moved value
/// # }
/// ```
#[must_use = "dropping it closes the resource"]
pub struct Cap<T: Send + Sync + 'static, R: Rights = ReadWrite> {
    // Parted in `take_apart`, else always there.
    right: Option<Right<T>>,
    rights: PhantomData<fn() -> R>,
}

struct Right<T> {
    held: Arc<Held<T>>,
    live: CancellationToken,
    allowance: Allowance,
    /// Whether it was lent: then the resource outlives it.
    is_lent: bool,
}

impl<T: Send + Sync + 'static> Cap<T> {
    /// The first capability for `resource`.
    pub fn new(resource: T) -> Cap<T> {
        let held = Held { resource: Resource::new(resource), on_failure: OnceLock::new() };
        Cap::of(Right {
            held: Arc::new(held),
            live: CancellationToken::new(),
            allowance: Allowance::default(),
            is_lent: false,
        })
    }

    /// The resource, to use. Counts as one use.
    ///
    /// # Errors
    /// [`CapError::Revoked`], [`CapError::Expired`], [`CapError::UsedUp`].
    pub fn get(&self) -> Result<InUse<T>, CapError> {
        self.begin()
    }
}

impl<T: Send + Sync + 'static, R: Rights> Cap<T, R> {
    fn of(right: Right<T>) -> Cap<T, R> {
        Cap { right: Some(right), rights: PhantomData }
    }

    fn right(&self) -> &Right<T> {
        self.right.as_ref().expect("only `into_right` takes it, and that consumes the capability")
    }

    fn into_right(mut self) -> Right<T> {
        self.right.take().expect("as in `right`")
    }

    /// The same capability, for reading alone.
    pub fn read_only(self) -> Cap<T, ReadOnly> {
        Cap::of(self.into_right())
    }

    /// The same capability with more limits; those it has stay.
    pub fn limited(self, limits: Limits) -> Cap<T, R> {
        let mut right = self.into_right();
        right.allowance = right.allowance.with(limits);
        Cap::of(right)
    }

    /// Another capability for the resource, within these limits and those of this one. It is dead when this one is
    /// dropped or revoked, or by the revoker.
    pub fn lend(&self, limits: Limits) -> (Cap<T, R>, Revoker) {
        let right = self.right();
        let lent = Right {
            held: right.held.clone(),
            live: right.live.child_token(),
            allowance: right.allowance.with(limits),
            is_lent: true,
        };
        let revoker = Revoker { live: lent.live.clone(), closes: None };
        (Cap::of(lent), revoker)
    }

    /// What revokes this capability, wherever it has gone.
    pub fn revoker(&self) -> Revoker {
        let right = self.right();
        let closes = (!right.is_lent).then(|| right.held.clone() as Arc<dyn Close>);
        Revoker { live: right.live.clone(), closes }
    }

    /// Whether it was revoked, or what it was lent from is gone.
    pub fn is_revoked(&self) -> bool {
        self.right().live.is_cancelled()
    }

    /// Says that the resource is broken. Whoever [supervises](crate::supervise::Source) it opens it again, and this
    /// capability goes stale; returns false when nobody does.
    pub fn fail(&self, reason: impl Display) -> bool {
        match self.right().held.on_failure.get() {
            Some(on_failure) => {
                on_failure(reason.to_string());
                true
            }
            None => false,
        }
    }

    /// Sets who learns of [`Cap::fail`]; once.
    pub(crate) fn on_failure(&self, tell: impl Fn(String) + Send + Sync + 'static) {
        // A second one would change nothing: there is one supervisor.
        let _ = self.right().held.on_failure.set(Box::new(tell));
    }

    /// Begins a use, whatever the rights; who calls it sees to them.
    pub(super) fn begin(&self) -> Result<InUse<T>, CapError> {
        let right = self.right();
        self.check()?;
        let resource = right.held.resource.get().ok_or(CapError::Revoked)?;
        right.allowance.take_use()?;
        Ok(InUse(resource))
    }

    /// Whether it is neither revoked nor expired.
    pub(super) fn check(&self) -> Result<(), CapError> {
        let right = self.right();
        if right.live.is_cancelled() {
            return Err(CapError::Revoked);
        }
        right.allowance.check_time()
    }

    /// As the same method of [`Allowance`].
    pub(super) fn take_bytes(&self, wanted: usize) -> Result<Reserved<'_>, CapError> {
        self.right().allowance.take_bytes(wanted)
    }

    /// As the same method of [`Allowance`].
    pub(super) fn take_all_bytes(&self, wanted: usize) -> Result<Reserved<'_>, CapError> {
        self.right().allowance.take_all_bytes(wanted)
    }

    /// Waits for something, unless the capability is revoked or has expired by then.
    pub(super) async fn unless_revoked<O>(&self, wait: impl Future<Output = O>) -> Result<O, CapError> {
        let done = self.right().live.run_until_cancelled(wait).await.ok_or(CapError::Revoked)?;
        self.check()?;
        Ok(done)
    }
}

impl<T: ReadView + Send + Sync + 'static, R: Rights> Cap<T, R> {
    /// Calls `look` with what a reader may see. Counts as one use.
    ///
    /// # Errors
    /// As [`Cap::get`].
    pub fn view<O>(&self, look: impl FnOnce(T::View<'_>) -> O) -> Result<O, CapError> {
        let resource = self.begin()?;
        Ok(look(resource.read_view()))
    }
}

impl<T: Send + Sync + 'static, R: Rights> Drop for Cap<T, R> {
    fn drop(&mut self) {
        if let Some(right) = &self.right {
            right.live.cancel();
            if !right.is_lent {
                right.held.resource.close();
            }
        }
    }
}

impl<T: Send + Sync + 'static, R: Rights> Debug for Cap<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.is_revoked() { "revoked" } else { "live" };
        write!(f, "Cap<{}>({state})", std::any::type_name::<T>())
    }
}

/// A resource in use. It stays open while this lives, also when the capability is revoked meanwhile.
pub struct InUse<T>(Arc<T>);

impl<T> Deref for InUse<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Debug> Debug for InUse<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Revokes one capability and all that were lent from it.
#[derive(Clone)]
pub struct Revoker {
    live: CancellationToken,
    /// What to close, for a capability that was not lent.
    closes: Option<Arc<dyn Close>>,
}

impl Revoker {
    /// Revokes it. Does nothing the second time.
    pub fn revoke(&self) {
        self.live.cancel();
        if let Some(held) = &self.closes {
            held.close();
        }
    }

    /// Whether it is revoked.
    pub fn is_revoked(&self) -> bool {
        self.live.is_cancelled()
    }
}

impl Debug for Revoker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revoker").field("is_revoked", &self.is_revoked()).finish_non_exhaustive()
    }
}
