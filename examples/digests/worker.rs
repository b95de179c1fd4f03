//! Reads files.

use crate::named;
use crate::queue::{Digested, Queue, Take};
use dala::registry::Named;
use dala::{Blocking, Context};
use sha2::{Digest, Sha256};
use std::io::Read;

/// Asks the queue for a file, computes its digest, and asks again.
pub(crate) struct Worker {
    queue: Named<Queue>,
    panic_on: Option<String>,
}

#[dala::actor]
impl Worker {
    #[init]
    fn new(panic_on: Option<String>, ctx: &mut Context<Self>) -> Self {
        ctx.continue_with(Next {});
        Worker { queue: named("queue"), panic_on }
    }

    /// One file. When the queue has ended there is nothing to do any more: whoever ends it, or starts it again, does the same
    /// with its workers.
    #[message]
    async fn next(&mut self, ctx: &mut Context<Self>) {
        let worker = ctx.pid();
        let Ok(path) = self.queue.call_forever(Take { worker }).await else { return };
        if self.panic_on.as_ref().is_some_and(|text| path.contains(text)) {
            panic!("told to panic on {path}");
        }
        let digest = Blocking::new(move || digest(&path)).await;
        if self.queue.call_forever(Digested { worker, digest }).await.is_ok() {
            ctx.continue_with(Next {});
        }
    }
}

/// The SHA-256 of a file, in hexadecimal digits.
fn digest(path: &str) -> Result<String, String> {
    let mut file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => hash.update(&buffer[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
