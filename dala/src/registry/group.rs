//! Process groups: any number of actors under a name, as OTP's `pg`.
//!
//! OTP manual, `pg`: an actor may join a group several times, and has to leave as often; it leaves all groups when it ends.
//! A group exists while it has members. Only this runtime's own: there is one scope, and it is local.

use super::name::note_registered;
use crate::actor::recipient::Recipient;
use crate::pid::{Pid, Ref};
use crate::registry::NameError;
use crate::sync::{Mutex, lock};
use dala_ir::abi::Atom;
use std::collections::{HashMap, VecDeque};

/// A change of a group, for those who monitor it.
#[crate::message]
#[derive(Clone, Debug, PartialEq)]
pub struct GroupChange {
    /// The group.
    pub group: Atom,
    /// Who joined, once for each time.
    pub joined: Vec<Pid>,
    /// Who left or ended, once for each time that it had joined.
    pub left: Vec<Pid>,
}

/// The groups of one runtime.
#[derive(Debug, Default)]
pub(crate) struct Groups(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    members: HashMap<Atom, Vec<Pid>>,
    /// Groups of each member.
    of: HashMap<Pid, Vec<Atom>>,
    /// Who is told of changes, of one group or of all.
    watchers: Vec<(Ref, Option<Atom>, Recipient<GroupChange>)>,
    /// Changes that are to be told, in their order, and to whom.
    untold: VecDeque<(GroupChange, Vec<Recipient<GroupChange>>)>,
    /// Somebody is telling them.
    is_telling: bool,
}

impl State {
    fn add(&mut self, group: Atom, pid: Pid) {
        self.members.entry(group).or_default().push(pid);
        let groups = self.of.entry(pid).or_default();
        if !groups.contains(&group) {
            groups.push(group);
        }
    }

    /// Takes one membership away. Returns whether there was one.
    fn remove(&mut self, group: Atom, pid: Pid) -> bool {
        let Some(members) = self.members.get_mut(&group) else { return false };
        let Some(index) = members.iter().position(|&member| member == pid) else { return false };
        members.remove(index);
        let is_member_still = members.contains(&pid);
        if members.is_empty() {
            self.members.remove(&group);
        }
        if !is_member_still && let Some(groups) = self.of.get_mut(&pid) {
            groups.retain(|&found| found != group);
            if groups.is_empty() {
                self.of.remove(&pid);
            }
        }
        true
    }

    fn watchers_of(&self, group: Atom) -> Vec<Recipient<GroupChange>> {
        let watch = self.watchers.iter().filter(|(_, of, _)| of.is_none_or(|of| of == group));
        watch.map(|&(_, _, watcher)| watcher).collect()
    }
}

/// Who tells the watchers. If it ends by a panic (of a hook), the next change goes on with what is left.
struct Teller<'g> {
    groups: &'g Groups,
    is_done: bool,
}

impl Teller<'_> {
    fn next(&mut self) -> Option<(GroupChange, Vec<Recipient<GroupChange>>)> {
        let mut state = lock(&self.groups.0);
        let next = state.untold.pop_front();
        // With the same look: a change that comes behind it finds that nobody tells.
        state.is_telling = next.is_some();
        self.is_done = next.is_none();
        next
    }
}

impl Drop for Teller<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            lock(&self.groups.0).is_telling = false;
        }
    }
}

impl Groups {
    /// Changes what `change` changes, and tells the watchers outside of the lock: a hook for dead letters may ask for groups. In
    /// the order of the changes, whoever makes them: one tells at a time, and what others change meanwhile it tells too.
    fn change(&self, group: Atom, change: impl FnOnce(&mut State) -> Option<GroupChange>) -> bool {
        {
            let mut state = lock(&self.0);
            let Some(change) = change(&mut state) else { return false };
            let watchers = state.watchers_of(group);
            if watchers.is_empty() {
                return true;
            }
            state.untold.push_back((change, watchers));
            if std::mem::replace(&mut state.is_telling, true) {
                return true;
            }
        }
        let mut teller = Teller { groups: self, is_done: false };
        while let Some((change, watchers)) = teller.next() {
            for watcher in watchers {
                // Whatever the bound of its mailbox: OTP's `pg` sends by `!`, and who misses a change has a wrong list for good.
                if watcher.inform(change.clone()).is_err() {
                    lock(&self.0).watchers.retain(|(_, _, known)| *known != watcher);
                }
            }
        }
        true
    }

    pub(crate) fn join(&self, group: Atom, pid: Pid) -> Result<(), NameError> {
        let mut joined = Err(NameError::NoProc);
        self.change(group, |state| {
            // Under the lock: an actor that ends takes the lock to leave.
            joined = note_registered(pid);
            joined.ok()?;
            state.add(group, pid);
            Some(GroupChange { group, joined: vec![pid], left: Vec::new() })
        });
        joined
    }

    pub(crate) fn leave(&self, group: Atom, pid: Pid) -> bool {
        self.change(group, |state| {
            state.remove(group, pid).then(|| GroupChange { group, joined: Vec::new(), left: vec![pid] })
        })
    }

    /// The actor ended.
    pub(crate) fn forget(&self, pid: Pid) {
        let groups = lock(&self.0).of.get(&pid).cloned().unwrap_or_default();
        for group in groups {
            self.change(group, |state| {
                let mut left = Vec::new();
                while state.remove(group, pid) {
                    left.push(pid);
                }
                (!left.is_empty()).then(|| GroupChange { group, joined: Vec::new(), left })
            });
        }
    }

    pub(crate) fn members(&self, group: Atom) -> Vec<Pid> {
        lock(&self.0).members.get(&group).cloned().unwrap_or_default()
    }

    pub(crate) fn all(&self) -> Vec<Atom> {
        lock(&self.0).members.keys().copied().collect()
    }

    pub(crate) fn monitor(&self, group: Option<Atom>, watcher: Recipient<GroupChange>) -> (Ref, Vec<Pid>) {
        let reference = Ref::fresh();
        let mut state = lock(&self.0);
        state.watchers.push((reference, group, watcher));
        let members = match group {
            Some(group) => state.members.get(&group).cloned().unwrap_or_default(),
            None => state.members.values().flatten().copied().collect(),
        };
        (reference, members)
    }

    pub(crate) fn demonitor(&self, monitor: Ref) -> bool {
        let mut state = lock(&self.0);
        let before = state.watchers.len();
        state.watchers.retain(|(reference, _, _)| *reference != monitor);
        state.watchers.len() < before
    }
}
