//! Capabilities: the right to use a resource, as a value.
//!
//! A [`Cap`] is the only way to its resource, a file, a socket, a device, or any type of yours, and it cannot be copied. So
//! who holds it may use it, and who gave it away may not: that is checked by the compiler. What the compiler cannot see
//! is an error value, [`CapError`]: a capability that was lent and is called back, has expired or is used up.
//!
//! | step | who | afterwards |
//! |---|---|---|
//! | [`Cap::new`] | whoever opened the resource | it is held by this capability alone |
//! | move, also as a field of a message | the holder | the new holder has it; using it here does not compile. A send that fails gives it back, and so does [`try_call`](crate::ActorRef::try_call); a call that fails otherwise has moved it: it is released with its message, when the callee lets go of that |
//! | [`Cap::read_only`], [`Cap::limited`] | the holder | it has less of a right, for good |
//! | [`Cap::lend`] | the holder | the borrower has a capability with limits; the lender keeps its own |
//! | [`Revoker::revoke`] | who kept it | the capability and all that were lent from it are dead |
//! | drop | the holder | likewise; a resource is closed when its first capability is dropped or revoked and nobody is in the middle of using it |
//! | the holder's end | the runtime | its state is dropped, hence its capabilities |
//!
//! Revoking waits for nobody. Who is in the middle of a use ends it; who waits for a socket is woken with
//! [`CapError::Revoked`].
//!
//! A resource that breaks is opened again by its supervisor: see [`supervise::Source`](crate::supervise::Source).
//!
//! ```
//! use dala::cap::{Cap, CapError, File, Limits, ReadOnly};
//!
//! struct Reader;
//!
//! #[dala::actor]
//! impl Reader {
//!     #[message]
//!     async fn first(&mut self, file: Cap<File, ReadOnly>, bytes: u32) -> Result<String, String> {
//!         let bytes = file.read_at(0, bytes as usize).await.map_err(|error| error.to_string())?;
//!         String::from_utf8(bytes).map_err(|error| error.to_string())
//!     }
//! }
//!
//! #[dala::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let folder = std::env::temp_dir().join(format!("dala-cap-{}", std::process::id()));
//!     std::fs::write(&folder, "0123456789")?;
//!     let file = Cap::new(File::open(&folder)?);
//!     let reader = Reader.spawn()?;
//!
//!     // Lent for one use of at most four bytes: the reader cannot write, and asking for more gives it four.
//!     let (lent, revoker) = file.lend(Limits::new().uses(1).bytes(4));
//!     assert_eq!(reader.first(lent.read_only(), 8).await?, Ok("0123".to_owned()));
//!
//!     let (lent, again) = file.lend(Limits::new());
//!     again.revoke();
//!     assert_eq!(reader.first(lent.read_only(), 8).await?, Err(CapError::Revoked.to_string()));
//!     # drop(revoker);
//!     # std::fs::remove_file(&folder)?;
//!     Ok(())
//! }
//! ```

mod command;
mod error;
mod file;
mod held;
mod limits;
mod net;
mod resource;
mod rights;

pub use {
    command::Command,
    error::CapError,
    file::File,
    held::{Cap, InUse, Revoker},
    limits::Limits,
    net::{TcpListener, TcpStream, UdpSocket},
    rights::{ReadOnly, ReadView, ReadWrite, Rights},
};

#[cfg(test)]
mod tests;
