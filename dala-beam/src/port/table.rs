//! The ports of a runtime.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use dala_ir::abi::Pid;
use dala_ir::term::OwnedTerm;
use hashbrown::{HashMap, HashSet};

use super::framing::Framing;

/// What is known of an open port outside of its actor.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) pid: Pid,
    /// The command, for people.
    pub(crate) name: String,
    /// Of the program, if there is one.
    pub(crate) os_pid: Option<u32>,
    pub(crate) framing: Framing,
    /// Bits of the process that gets what the program writes.
    pub(super) connected: AtomicU64,
    /// Set by who closes it, before its actor ends: from then on it does not exist for those who ask.
    pub(super) is_closed: AtomicBool,
    /// Bytes read and written.
    pub(crate) input: AtomicU64,
    pub(crate) output: AtomicU64,
    /// `port_set_data/2`.
    pub(crate) data: Mutex<Option<OwnedTerm>>,
    /// Whom it is linked with, as of its last activation.
    pub(crate) links: Mutex<Vec<Pid>>,
}

impl Entry {
    /// The connected process.
    pub(crate) fn connected(&self) -> Pid {
        Pid::from_bits(self.connected.load(Ordering::Acquire))
    }

    pub(crate) fn connect(&self, owner: Pid) {
        self.connected.store(owner.to_bits(), Ordering::Release);
    }

    /// The bytes of a message that is about to be written; none when it is too long for its packet.
    pub(crate) fn frame(&self, data: Vec<u8>) -> Option<Vec<u8>> {
        let mut bytes = self.framing.header(data.len())?;
        bytes.extend(data);
        self.output.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Some(bytes)
    }

    /// From now on nothing of the program is passed on. Says whether it was open.
    pub(crate) fn close(&self) -> bool {
        !self.is_closed.swap(true, Ordering::AcqRel)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }
}

/// All ports.
#[derive(Debug, Default)]
pub(crate) struct Ports {
    /// Those whose actor has not ended.
    open: Mutex<HashMap<u64, Arc<Entry>>>,
    /// Every port there ever was, so that the end of one is told as a port's: eight bytes each.
    known: RwLock<HashSet<u64>>,
}

impl Ports {
    pub(super) fn add(&self, entry: Arc<Entry>) {
        let bits = entry.pid.to_bits();
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(bits);
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(bits, entry);
    }

    /// Takes a port off the table.
    pub(super) fn remove(&self, pid: Pid) -> Option<Arc<Entry>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&pid.to_bits())
    }

    /// The port of this pid, though it may be closed.
    pub(super) fn entry(&self, pid: Pid) -> Option<Arc<Entry>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).get(&pid.to_bits()).cloned()
    }

    /// The open port of this pid.
    pub(crate) fn get(&self, pid: Pid) -> Option<Arc<Entry>> {
        self.entry(pid).filter(|entry| !entry.is_closed())
    }

    /// The open ports.
    pub(crate) fn all(&self) -> Vec<Pid> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.values().filter(|entry| !entry.is_closed()).map(|entry| entry.pid).collect()
    }

    /// Whether the pid is, or was, a port's.
    pub(crate) fn is_port(&self, pid: Pid) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).contains(&pid.to_bits())
    }
}
