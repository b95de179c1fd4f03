//! Why a capability does not let its holder do something.

/// Why a use of a capability failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CapError {
    /// It was revoked, or what it was lent from was revoked or dropped.
    #[error("the capability was revoked")]
    Revoked,
    /// Its time is over.
    #[error("the capability has expired")]
    Expired,
    /// All uses or bytes that it was limited to are used up.
    #[error("the capability is used up: no {0} left")]
    UsedUp(&'static str),
    /// The resource of a [`Source`](crate::supervise::Source) is not open just now.
    #[error("the resource is not open")]
    NotOpen,
    /// The operation itself failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}
