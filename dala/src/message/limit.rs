//! How much memory an actor may hold.

/// How much memory an actor may hold; it ends with [`ExitReason::OverLimit`](crate::ExitReason::OverLimit) when that is more.
///
/// ```
/// use dala::{ExitReason, MemoryLimit, SpawnOptions};
///
/// struct Inbox;
/// #[dala::actor]
/// impl Inbox {
///     #[message]
///     async fn stall(&mut self) { std::future::pending::<()>().await }
///     #[message]
///     fn put(&mut self, text: String) {}
/// }
///
/// # #[dala::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let options = SpawnOptions::default().memory(MemoryLimit::bytes(1 << 20));
/// let inbox = dala::spawn_with(Inbox, &options)?;
/// let ended = inbox.ended();
/// inbox.tell(Stall {})?;
/// while inbox.tell(Put { text: "x".repeat(1000) }).is_ok() {}
/// let ExitReason::OverLimit(over) = ended.await? else { panic!() };
/// assert_eq!(over.to_string(), "over the limit of 1048576 bytes");
/// # Ok(())
/// # }
/// ```
///
/// *Bytes* are those of messages that wait (a message's node, and what its strings, vectors, binaries and boxes hold; a
/// binary that several share counts for each), of an Erlang process's heap, and what a native actor says it holds
/// ([`Context::set_held`](crate::Context::set_held)). *Messages* are those that wait. Signals count as neither: they are taken in
/// before any message. What the limit costs: two counters a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemoryLimit {
    /// Most bytes; any number if none.
    pub bytes: Option<u64>,
    /// Most messages that wait; any number if none.
    pub messages: Option<u64>,
}

impl MemoryLimit {
    /// No limit.
    pub const NONE: MemoryLimit = MemoryLimit { bytes: None, messages: None };

    /// At most so many bytes.
    pub const fn bytes(bytes: u64) -> MemoryLimit {
        MemoryLimit { bytes: Some(bytes), messages: None }
    }

    /// And at most so many messages that wait.
    #[must_use]
    pub const fn messages(mut self, messages: u64) -> MemoryLimit {
        self.messages = Some(messages);
        self
    }

    /// Whether there is one.
    pub const fn is_set(&self) -> bool {
        self.bytes.is_some() || self.messages.is_some()
    }

    /// The one that so much is over.
    pub(crate) fn exceeded_by(&self, bytes: u64, messages: u64) -> Option<OverLimit> {
        let of_bytes = self.bytes.filter(|&limit| bytes > limit).map(OverLimit::Bytes);
        of_bytes.or_else(|| self.messages.filter(|&limit| messages > limit).map(OverLimit::Messages))
    }
}

/// Which limit of [`MemoryLimit`] an actor was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OverLimit {
    /// So many bytes.
    #[error("over the limit of {0} bytes")]
    Bytes(u64),
    /// So many messages.
    #[error("over the limit of {0} messages")]
    Messages(u64),
}
