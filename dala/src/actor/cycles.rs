//! Call cycles, found in debug builds: A waits for B, which waits for A, and neither takes a message meanwhile.
//!
//! Each wait of an actor's handler for the reply of a call is an edge from the actor to its callee, until the call is
//! over: a callee that has replied may call its caller, though that has not gone on yet. The wait that would close a circle fails with [`CallError::Cycle`] at once; in release
//! builds, which do not look, such calls fail at their deadlines. Waits of tasks and of concurrent handlers are no edges: they
//! hold nobody up. What the callee waits for by other means than calls is not seen.

use super::current;
use super::process;
use crate::message::CallError;
use crate::message::call::{Waited, Waits};
use crate::pid::{NOBODY, Pid};
use crate::sync::{Mutex, lock};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Who waits for whom.
static EDGES: LazyLock<Mutex<Edges>> = LazyLock::new(Mutex::default);

type Edges = HashMap<Pid, Vec<(Pid, Waited)>>;

/// What calls do when they begin and end to wait.
pub(super) static WAITS: Waits = Waits { begin, end };

/// Notes that the handler that runs waits for `callee`. Returns who that is, for [`end`].
fn begin(callee: Pid, waited: Waited) -> Result<Pid, CallError> {
    let caller = current::suspending();
    if caller == NOBODY {
        return Ok(NOBODY);
    }
    let mut edges = lock(&EDGES);
    if let Some(circle) = path(&edges, callee, caller) {
        drop(edges);
        let names = std::iter::once(caller)
            .chain(circle)
            .map(|pid| format!("{}{pid}", process::name_of_type(pid).unwrap_or("actor")));
        let names: Vec<String> = names.collect();
        return Err(CallError::Cycle(names.join(" -> ").into()));
    }
    edges.entry(caller).or_default().push((callee, waited));
    Ok(caller)
}

fn end(caller: Pid, waited: Waited) {
    let mut edges = lock(&EDGES);
    if let Some(callees) = edges.get_mut(&caller) {
        if let Some(index) = callees.iter().position(|(_, found)| *found == waited) {
            callees.swap_remove(index);
        }
        if callees.is_empty() {
            edges.remove(&caller);
        }
    }
}

/// The way along waits, if there is one.
fn path(edges: &Edges, from: Pid, to: Pid) -> Option<Vec<Pid>> {
    let mut before: HashMap<Pid, Pid> = HashMap::new();
    let mut open = vec![from];
    while let Some(pid) = open.pop() {
        if pid == to {
            let mut way = vec![pid];
            while let Some(&former) = way.last().and_then(|last| before.get(last)) {
                way.push(former);
            }
            way.reverse();
            return Some(way);
        }
        for (next, waited) in edges.get(&pid).into_iter().flatten() {
            let next = *next;
            if waited.is_over() {
                continue;
            }
            if next != from && !before.contains_key(&next) {
                before.insert(next, pid);
                open.push(next);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Call, CallLimit};

    #[test]
    fn the_way_names_all_on_it_and_circles_elsewhere_do_not_matter() {
        let pid = Pid::from_bits;
        let (call, _reply) = Call::<()>::new(CallLimit::None);
        let (over, reply) = Call::<()>::new(CallLimit::None);
        let open = |to| (pid(to), call.waited().unwrap());
        let edges = HashMap::from([
            (pid(1), vec![open(2), open(3)]),
            (pid(2), vec![open(1)]),
            (pid(3), vec![open(4), open(5)]),
            (pid(5), vec![(pid(6), over.waited().unwrap())]),
        ]);
        assert_eq!(path(&edges, pid(1), pid(5)), Some(vec![pid(1), pid(3), pid(5)]));
        assert_eq!(path(&edges, pid(5), pid(1)), None);
        assert_eq!(path(&edges, pid(7), pid(7)), Some(vec![pid(7)]));
        assert!(path(&edges, pid(1), pid(6)).is_some());
        reply.answer_native(());
        assert_eq!(path(&edges, pid(1), pid(6)), None);
    }
}
