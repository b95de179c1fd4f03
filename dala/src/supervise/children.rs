//! The children of one supervisor, in start order, found by pid or id.

use super::child::{ChildSpec, Restart};
use super::supervisor::{ChildInfo, ChildStatus};
use crate::pid::Pid;
use std::collections::{BTreeMap, HashMap};

/// Names a child within its supervisor; grows in start order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Key(u64);

#[derive(Debug)]
pub(super) struct Child {
    pub(super) spec: ChildSpec,
    pid: Option<Pid>,
    /// Its next start is due.
    pub(super) is_restarting: bool,
    /// Which wait for a restart counts, if it has one of its own; 0 if it waits with another child of its group.
    pub(super) attempt: u64,
    /// Failures in a row, for the back-off.
    pub(super) failures: u32,
    /// Nanoseconds on the runtime's clock.
    pub(super) started: u64,
}

impl Child {
    pub(super) fn pid(&self) -> Option<Pid> {
        self.pid
    }

    pub(super) fn info(&self) -> ChildInfo {
        let status = match (self.pid, self.is_restarting) {
            (Some(_), _) => ChildStatus::Running,
            (None, true) => ChildStatus::Restarting,
            (None, false) => ChildStatus::Stopped,
        };
        ChildInfo { id: self.spec.id.clone(), pid: self.pid, status, restart: self.spec.restart }
    }
}

#[derive(Debug, Default)]
pub(super) struct Children {
    all: BTreeMap<Key, Child>,
    pids: HashMap<Pid, Key>,
    ids: HashMap<String, Key>,
    last: u64,
}

impl Children {
    /// Adds one at the end. Its id is looked up later only if no other has it.
    pub(super) fn add(&mut self, spec: ChildSpec) -> Key {
        self.last += 1;
        let key = Key(self.last);
        self.ids.entry(spec.id.clone()).or_insert(key);
        let child = Child { spec, pid: None, is_restarting: false, attempt: 0, failures: 0, started: 0 };
        self.all.insert(key, child);
        key
    }

    pub(super) fn remove(&mut self, key: Key) {
        let Some(child) = self.all.remove(&key) else { return };
        if let Some(pid) = child.pid {
            self.pids.remove(&pid);
        }
        if self.ids.get(&child.spec.id) == Some(&key) {
            self.ids.remove(&child.spec.id);
        }
    }

    pub(super) fn get(&self, key: Key) -> Option<&Child> {
        self.all.get(&key)
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut Child> {
        self.all.get_mut(&key)
    }

    pub(super) fn set_pid(&mut self, key: Key, pid: Option<Pid>) {
        let Some(child) = self.all.get_mut(&key) else { return };
        if let Some(former) = child.pid {
            self.pids.remove(&former);
        }
        child.pid = pid;
        if let Some(pid) = pid {
            child.is_restarting = false;
            self.pids.insert(pid, key);
        }
    }

    pub(super) fn by_pid(&self, pid: Pid) -> Option<Key> {
        self.pids.get(&pid).copied()
    }

    pub(super) fn by_id(&self, id: &str) -> Option<Key> {
        self.ids.get(id).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// In start order.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (Key, &Child)> {
        self.all.iter().map(|(&key, child)| (key, child))
    }

    /// That one and those after it.
    pub(super) fn from(&self, key: Key) -> Vec<Key> {
        self.all.range(key..).map(|(&key, _)| key).collect()
    }

    pub(super) fn keys(&self) -> Vec<Key> {
        self.all.keys().copied().collect()
    }

    /// The child ended or was stopped and is not started again: it goes if it is temporary (or all do).
    pub(super) fn settle(&mut self, key: Key, all_go: bool) {
        let Some(child) = self.all.get_mut(&key) else { return };
        child.is_restarting = false;
        if all_go || child.spec.restart == Restart::Temporary {
            self.remove(key);
        } else {
            self.set_pid(key, None);
        }
    }
}
