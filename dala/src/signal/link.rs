//! One side of an actor's links.

use super::relations::IdMap;
use crate::pid::Pid;

/// How this side knows a link: by the id it made, the id the peer made, or both (0 for none).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LinkIds {
    pub(crate) made: u64,
    pub(crate) told: u64,
}

/// The links of one actor.
#[derive(Debug, Default)]
pub(crate) struct Links {
    peers: IdMap<Pid, LinkIds>,
    last_id: u64,
}

impl Links {
    /// A link that this side asks for. Returns the id to tell the peer, or nothing when the two are linked already.
    pub(crate) fn ask(&mut self, peer: Pid) -> Option<u64> {
        if self.peers.contains_key(&peer) {
            return None;
        }
        self.last_id += 1;
        self.peers.insert(peer, LinkIds { made: self.last_id, told: 0 });
        Some(self.last_id)
    }

    /// The id for a link with an actor that is being made.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The link `id` with an actor that was made with it.
    pub(crate) fn made(&mut self, peer: Pid, id: u64) {
        self.peers.entry(peer).or_default().made = id;
    }

    /// The peer asked for a link.
    pub(crate) fn told(&mut self, peer: Pid, id: u64) {
        self.peers.entry(peer).or_default().told = id;
    }

    /// This side ends the link. Returns the ids to name to the peer.
    pub(crate) fn forget(&mut self, peer: Pid) -> Option<LinkIds> {
        self.peers.remove(&peer)
    }

    /// The peer ended the link that it knows by these ids, which are named from its side.
    pub(crate) fn told_unlink(&mut self, peer: Pid, made: u64, told: u64) {
        let Some(ids) = self.peers.get_mut(&peer) else { return };
        if ids.told == made {
            ids.told = 0;
        }
        if ids.made == told {
            ids.made = 0;
        }
        if *ids == LinkIds::default() {
            self.peers.remove(&peer);
        }
    }

    pub(crate) fn contains(&self, peer: Pid) -> bool {
        self.peers.contains_key(&peer)
    }

    pub(crate) fn peers(&self) -> impl Iterator<Item = Pid> + '_ {
        self.peers.keys().copied()
    }

    pub(crate) fn take_all(&mut self) -> Vec<Pid> {
        self.peers.drain().map(|(peer, _)| peer).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Pid = Pid::from_bits(1);
    const B: Pid = Pid::from_bits(2);

    #[test]
    fn an_unlink_takes_away_no_link_made_later() {
        let (mut a, mut b) = (Links::default(), Links::default());
        b.told(A, a.ask(B).unwrap());
        let unlink = b.forget(A).unwrap();
        // Before A hears of it, A unlinks too and links again.
        a.forget(B).unwrap();
        let again = a.ask(B).unwrap();
        a.told_unlink(B, unlink.made, unlink.told);
        b.told(A, again);
        assert!(a.contains(B) && b.contains(A));
    }

    #[test]
    fn links_asked_for_by_both_sides_end_together() {
        let (mut a, mut b) = (Links::default(), Links::default());
        let (from_a, from_b) = (a.ask(B).unwrap(), b.ask(A).unwrap());
        a.told(B, from_b);
        b.told(A, from_a);
        let unlink = a.forget(B).unwrap();
        b.told_unlink(A, unlink.made, unlink.told);
        assert!(!a.contains(B) && !b.contains(A));
    }
}
