//! What a full mailbox takes all the same: signals, replies, messages by alias, timers, and system messages.

use crate::actor::process;
use crate::message::SystemRequest;
use crate::{Alias, Call, Context, Down, ExitReason, Local, Overflow, Pid, Runtime, SendError, SpawnOptions};
use std::sync::mpsc;
use std::time::Duration;
use tokio::sync::oneshot;

#[dala::message]
struct Note {
    from: String,
}

/// Tells what reaches it.
struct Crammed {
    notes: mpsc::Sender<String>,
}

#[dala::actor]
impl Crammed {
    /// Arranges for one message of each kind.
    #[message]
    fn prepare(&mut self, peer: Pid, ctx: &mut Context<Self>) -> Local<Alias<Note>> {
        ctx.trap_exits(true);
        ctx.monitor(peer);
        ctx.link(peer);
        ctx.tell_after(Duration::from_millis(1), Note { from: "timer".to_owned() });
        Local(ctx.alias())
    }

    /// Handles nothing else until the gate opens and another answers.
    #[message]
    async fn hold(&mut self, other: CrammedRef, gate: Local<oneshot::Receiver<()>>) {
        let _ = gate.into_inner().await;
        let reply = other.reply().await.unwrap();
        let _ = self.notes.send(reply);
    }

    #[message]
    fn reply(&mut self) -> String {
        "reply".to_owned()
    }

    #[handler]
    fn note(&mut self, note: Note) {
        let _ = self.notes.send(note.from);
    }

    #[on_down]
    fn down(&mut self, _: &Down) {
        let _ = self.notes.send("down".to_owned());
    }

    #[on_exit]
    fn exit(&mut self, _: Pid, _: &ExitReason) {
        let _ = self.notes.send("exit".to_owned());
    }
}

#[test]
fn a_full_mailbox_takes_signals_replies_aliases_timers_and_system_messages() {
    let runtime = Runtime::builder().workers(2).build().unwrap();
    for overflow in [Overflow::Wait, Overflow::Refuse, Overflow::DropNewest, Overflow::DropOldest] {
        let ((notes, noted), (open, gate)) = (mpsc::channel(), oneshot::channel());
        let spawn = |options: &SpawnOptions| {
            CrammedRef::from(runtime.spawn_with(Crammed { notes: notes.clone() }, options).unwrap())
        };
        let [peer, other] = [(); 2].map(|()| spawn(&SpawnOptions::default()));
        let crammed = spawn(&SpawnOptions::default().mailbox(1).overflow(overflow));
        let alias = runtime.block_on(crammed.prepare(peer.pid())).unwrap().0;
        assert_eq!(noted.recv_timeout(Duration::from_secs(20)).unwrap(), "timer");
        // One more, for when it is full.
        let _ = runtime.block_on(crammed.prepare(other.pid())).unwrap();
        let held: Call<()> = crammed.hold(other, Local(gate));
        while process::load(crammed.pid()) != Some(1) {
            std::thread::yield_now();
        }
        crammed.tell(Note { from: "told".to_owned() }).unwrap();
        let more = crammed.tell(Note { from: "more".to_owned() });
        match overflow {
            Overflow::Wait | Overflow::Refuse => assert!(matches!(more, Err(SendError::Full(_)))),
            Overflow::DropNewest | Overflow::DropOldest => assert!(more.is_ok()),
        }
        alias.tell(Note { from: "alias".to_owned() }).unwrap();
        let state = process::request(crammed.pid(), SystemRequest::Suspend);
        let resumed = process::request(crammed.pid(), SystemRequest::Resume);
        peer.kill();
        runtime.block_on(peer.ended()).unwrap();
        open.send(()).unwrap();
        runtime.block_on(held).unwrap();
        runtime.block_on(state).unwrap();
        runtime.block_on(resumed).unwrap();
        let told = if overflow == Overflow::DropOldest { "more" } else { "told" };
        let mut seen: Vec<_> = (0..6).map(|_| noted.recv_timeout(Duration::from_secs(20)).unwrap()).collect();
        seen.sort_unstable();
        let mut wanted = ["reply", "timer", told, "alias", "down", "exit"];
        wanted.sort_unstable();
        assert_eq!(seen, wanted, "{overflow:?}");
    }
}
