//! The ports of a runtime.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

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
    pub(super) is_closed: AtomicBool,
    /// Bytes read and written.
    pub(crate) input: AtomicU64,
    pub(crate) output: AtomicU64,
    /// To the thread that writes; none when the program's input is closed or was never open.
    pub(super) writer: Mutex<Option<Sender<Vec<u8>>>>,
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

    /// Writes a message to the program, later. Says whether it could be framed.
    pub(crate) fn write(&self, data: Vec<u8>) -> bool {
        let Some(mut bytes) = self.framing.header(data.len()) else { return false };
        bytes.extend(data);
        self.output.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        if let Some(writer) = &*self.writer.lock().unwrap_or_else(PoisonError::into_inner) {
            // A program that closed its input reads nothing; its port ends by that.
            drop(writer.send(bytes));
        }
        true
    }

    /// From now on nothing of the program is passed on; its input ends when all that was sent is written.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        drop(self.writer.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// All ports.
#[derive(Debug, Default)]
pub(crate) struct Ports {
    open: Mutex<HashMap<u64, Arc<Entry>>>,
    /// Every port there ever was, so that the end of one is told as a port's: eight bytes each.
    known: Mutex<HashSet<u64>>,
    /// Whether there ever was one.
    any: AtomicBool,
}

impl Ports {
    pub(super) fn add(&self, entry: Arc<Entry>) {
        let bits = entry.pid.to_bits();
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(bits);
        self.any.store(true, Ordering::Release);
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(bits, entry);
    }

    /// Takes a port off the table; from then on it does not exist for those who ask.
    pub(crate) fn remove(&self, pid: Pid) -> Option<Arc<Entry>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&pid.to_bits())
    }

    /// The open port of this pid.
    pub(crate) fn get(&self, pid: Pid) -> Option<Arc<Entry>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).get(&pid.to_bits()).cloned()
    }

    /// The open ports.
    pub(crate) fn all(&self) -> Vec<Pid> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).values().map(|entry| entry.pid).collect()
    }

    /// Whether the pid is, or was, a port's.
    pub(crate) fn is_port(&self, pid: Pid) -> bool {
        self.any.load(Ordering::Acquire)
            && self.known.lock().unwrap_or_else(PoisonError::into_inner).contains(&pid.to_bits())
    }
}
