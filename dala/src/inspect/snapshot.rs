//! All actors of a runtime, as a value.

use crate::actor::Qos;
use crate::message::MemoryLimit;
use crate::pid::{NOBODY, Pid};
use crate::sched::handle::Handle;
use crate::sync::Ordering;
use crate::timer::Moment;
use dala_ir::abi::Atom;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

/// Bytes of indentation from which on the tree goes no further to the right.
const DEEPEST: usize = 200;

/// What one can tell of an actor from outside.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ActorInfo {
    /// Its pid.
    pub pid: Pid,
    /// The name of its type.
    pub kind: &'static str,
    /// Its registered name.
    pub name: Option<Atom>,
    /// Who spawned it, alive or not; none if that was no actor.
    pub parent: Option<Pid>,
    /// When it was spawned.
    pub started: Moment,
    /// Its share of the workers.
    pub qos: Qos,
    /// Whether it runs, is about to, or is in the middle of a handler.
    pub is_busy: bool,
    /// Messages that wait: all of them if the actor has a [`MemoryLimit`], those of Rust senders if its mailbox is bounded;
    /// else nobody counts them.
    pub waiting: Option<usize>,
    /// Bytes of the actor itself: its cell, with a native actor's fields.
    pub own_bytes: usize,
    /// Bytes that it holds beside: an Erlang process's heap, or what a native actor says
    /// ([`Context::set_held`](crate::Context::set_held)).
    pub held_bytes: u64,
    /// Bytes of messages that wait, if the actor has a [`MemoryLimit`].
    pub waiting_bytes: Option<u64>,
    /// The most that it may hold.
    pub memory: MemoryLimit,
}

/// All actors of a runtime at about one moment: each as it was when it was looked at, while others went on. From
/// [`Handle::snapshot`].
///
/// Prints as the tree of who spawned whom:
/// ```text
/// 4 actors at 1.5s, 1 busy
/// Shop <0.5.0> shop
/// ├─ Prices <0.6.0>, 3 waiting
/// │  └─ task <0.8.0>
/// └─ Log <0.7.0>, busy
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// When it was taken.
    pub at: Moment,
    /// By the time when they were spawned.
    pub actors: Vec<ActorInfo>,
}

impl Handle {
    /// Looks at all actors. Stops nobody; linear in the pid table.
    ///
    /// ```
    /// struct Idle;
    /// #[dala::actor]
    /// impl Idle {
    ///     #[message]
    ///     fn nothing(&mut self) {}
    /// }
    ///
    /// # #[dala::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let idle = Idle.spawn()?;
    /// let snapshot = dala::Handle::current().expect("in a runtime").snapshot();
    /// assert_eq!(snapshot.by_kind()["Idle"], 1);
    /// println!("{snapshot}");
    /// # let _ = idle;
    /// # Ok(())
    /// # }
    /// ```
    pub fn snapshot(&self) -> Snapshot {
        let mut actors = Vec::new();
        self.for_each(|cell| {
            actors.push(ActorInfo {
                pid: cell.pid(),
                kind: (cell.vtable.name)(),
                name: cell.named.load(Ordering::Relaxed).then(|| self.name_of(cell.pid())).flatten(),
                parent: (cell.parent != NOBODY).then_some(cell.parent),
                started: Moment(cell.started),
                qos: cell.class(),
                is_busy: !cell.head.is_at_rest(),
                waiting: cell.bound.as_ref().map(|bound| bound.load()),
                own_bytes: cell.vtable.layout.size(),
                held_bytes: cell.held() + cell.meter().map_or(0, |meter| meter.scratch()),
                waiting_bytes: cell.meter().map(|meter| meter.load().0),
                memory: cell.meter().map_or(MemoryLimit::NONE, |meter| meter.limit()),
            });
        });
        actors.sort_by_key(|actor| (actor.started, actor.pid.to_bits()));
        Snapshot { at: self.now(), actors }
    }
}

impl ActorInfo {
    /// All bytes that are known of: its own, those that it holds, and those that wait.
    pub fn bytes(&self) -> u64 {
        self.own_bytes as u64 + self.held_bytes + self.waiting_bytes.unwrap_or(0)
    }
}

impl Snapshot {
    /// The bytes of all actors, as far as they are known.
    pub fn bytes(&self) -> u64 {
        self.actors.iter().map(ActorInfo::bytes).sum()
    }

    /// The actor `pid`, if it lived.
    pub fn actor(&self, pid: impl Into<Pid>) -> Option<&ActorInfo> {
        let pid = pid.into();
        self.actors.iter().find(|actor| actor.pid == pid)
    }

    /// How many there are of each type.
    pub fn by_kind(&self) -> BTreeMap<&'static str, usize> {
        let mut kinds = BTreeMap::new();
        for actor in &self.actors {
            *kinds.entry(actor.kind).or_default() += 1;
        }
        kinds
    }
}

impl fmt::Display for ActorInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.pid)?;
        if let Some(name) = self.name {
            write!(f, " {name}")?;
        }
        if self.is_busy {
            f.write_str(", busy")?;
        }
        if let Some(waiting @ 1..) = self.waiting {
            write!(f, ", {waiting} waiting")?;
        }
        match self.bytes() - self.own_bytes as u64 {
            0 => Ok(()),
            beside => write!(f, ", {beside} bytes"),
        }
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let busy = self.actors.iter().filter(|actor| actor.is_busy).count();
        let (count, at) = (self.actors.len(), Duration::from_nanos(self.at.0));
        write!(f, "{count} actors at {at:?}, {busy} busy")?;
        let known: HashMap<Pid, usize> =
            self.actors.iter().enumerate().map(|(index, actor)| (actor.pid, index)).collect();
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut roots = Vec::new();
        for (index, actor) in self.actors.iter().enumerate() {
            match actor.parent.and_then(|parent| known.get(&parent)) {
                Some(&parent) => below[parent].push(index),
                None => roots.push(index),
            }
        }
        // By hand instead of by calls: who spawns in a chain makes a tree as deep as it likes.
        let mut rest: Vec<(usize, String, bool)> =
            roots.iter().rev().map(|&index| (index, String::new(), true)).collect();
        let mut is_root = vec![false; count];
        roots.iter().for_each(|&index| is_root[index] = true);
        while let Some((index, indent, is_last)) = rest.pop() {
            let (corner, further) = match (is_root[index], is_last) {
                (true, _) => ("", ""),
                (false, true) => ("└─ ", "   "),
                (false, false) => ("├─ ", "│  "),
            };
            write!(f, "\n{indent}{corner}{}", self.actors[index])?;
            let children = &below[index];
            for (position, &child) in children.iter().enumerate().rev() {
                let deeper =
                    if indent.len() < DEEPEST { format!("{indent}{further}") } else { indent.clone() };
                rest.push((child, deeper, position + 1 == children.len()));
            }
        }
        Ok(())
    }
}
