//! Capabilities in actors: transfer, loss, the holder's end, and resources that are opened again.

use dala::cap::{Cap, CapError, Command, File, Limits, ReadOnly, TcpListener, TcpStream, UdpSocket};
use dala::supervise::{ChildSpec, Source, Supervisor};
use dala::{CallError, ExitReason, Local, Runtime, SendError, SpawnOptions};
use std::future::{IntoFuture, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::task::Poll;

/// Tells when it is closed.
#[derive(Debug)]
struct Valve(Sender<&'static str>);

impl Drop for Valve {
    fn drop(&mut self) {
        let _ = self.0.send("closed");
    }
}

#[dala::message]
struct Put {
    valve: Cap<Valve>,
}

/// Holds what it is given.
#[derive(Default)]
struct Holder {
    held: Vec<Cap<Valve>>,
}

#[dala::actor]
impl Holder {
    #[message]
    fn take(&mut self, valve: Cap<Valve>) -> u32 {
        self.held.push(valve);
        self.held.len() as u32
    }
    #[message]
    fn works(&mut self) -> bool {
        self.held.iter().all(|valve| valve.get().is_ok())
    }
    #[message]
    async fn give(&mut self, to: HolderRef) {
        for valve in self.held.drain(..) {
            to.take(valve).await.expect("the new holder lives");
        }
    }
    #[handler]
    fn put(&mut self, put: Put) {
        self.held.push(put.valve);
    }
    #[message]
    async fn wait(
        &mut self,
        began: Local<Sender<&'static str>>,
        gate: Local<tokio::sync::oneshot::Receiver<()>>,
    ) {
        began.send("waits").expect("somebody listens");
        let _ = gate.into_inner().await;
    }
    #[message]
    fn fall(&mut self) {
        panic!("with {} valves", self.held.len());
    }
}

fn on_runtime<O>(test: impl Future<Output = O>) -> O {
    Runtime::builder().workers(2).build().expect("a runtime").block_on(test)
}

#[test]
fn a_capability_moves_with_its_message_and_is_released_when_its_holder_ends() {
    on_runtime(async {
        let (sender, closed) = channel();
        let first = Holder::default().spawn().unwrap();
        let second = Holder::default().spawn().unwrap();
        let valve = Cap::new(Valve(sender));
        let (lent, _) = valve.lend(Limits::new());
        first.take(valve).await.unwrap();
        first.give(second).await.unwrap();
        assert!(second.works().await.unwrap());
        // Nothing that the first does closes it now.
        first.fall().await.unwrap_err();
        assert!(second.works().await.unwrap() && lent.get().is_ok());
        assert!(closed.try_recv().is_err());
        // A panic is an end like any other.
        second.fall().await.unwrap_err();
        assert_eq!(closed.recv(), Ok("closed"));
        assert!(matches!(lent.get(), Err(CapError::Revoked)));
    });
}

#[test]
fn a_send_that_fails_gives_the_capability_back() {
    on_runtime(async {
        let (sender, closed) = channel();
        let holder = Holder::default().spawn().unwrap();
        holder.fall().await.unwrap_err();
        let Err(error) = holder.tell(Put { valve: Cap::new(Valve(sender)) }) else {
            panic!("sent to a dead actor");
        };
        let valve = error.into_message().valve;
        assert!(valve.get().is_ok());
        assert!(closed.try_recv().is_err());
        drop(valve);
        assert_eq!(closed.recv(), Ok("closed"));
    });
}

#[test]
fn a_call_that_is_not_sent_gives_the_capability_back_and_one_that_fails_closes_it() {
    on_runtime(async {
        let (sender, closed) = channel();
        let dead = Holder::default().spawn().unwrap();
        dead.fall().await.unwrap_err();
        let valve = Cap::new(Valve(sender.clone()));
        let Err(SendError::Dead(Take { valve })) = dead.try_call(Take { valve }) else {
            panic!("sent to a dead actor");
        };

        let full = dala::spawn_with(Holder::default(), &SpawnOptions::default().mailbox(1)).unwrap();
        let (full, (open, gate)) = (HolderRef::from(full), tokio::sync::oneshot::channel());
        let held = full.wait(Local(sender.clone()), Local(gate));
        assert_eq!(closed.recv(), Ok("waits"));
        // The credit of the message in hand is given back when its handler waits, or soon after.
        while full.tell(Put { valve: Cap::new(Valve(channel().0)) }).is_err() {}
        let Err(SendError::Full(Take { valve })) = full.try_call(Take { valve }) else {
            panic!("sent to a full actor");
        };
        assert!(valve.get().is_ok() && closed.try_recv().is_err());
        open.send(()).unwrap();
        held.await.unwrap();
        while !full.works().await.is_ok_and(|works| works) {}
        assert_eq!(full.try_call(Take { valve }).unwrap().await, Ok(2));

        // The other ways a call fails: the message is gone, and what is in it with it.
        let lost = dead.take(Cap::new(Valve(sender.clone()))).await;
        assert_eq!((lost, closed.recv()), (Err(CallError::NoProc), Ok("closed")));
        let (open, gate) = tokio::sync::oneshot::channel();
        let held = full.wait(Local(sender.clone()), Local(gate));
        assert_eq!(closed.recv(), Ok("waits"));
        let given_up = loop {
            match full.try_call(Take { valve: Cap::new(Valve(sender.clone())) }) {
                Ok(call) => break call,
                Err(SendError::Full(take)) => std::mem::forget(take),
                Err(dead) => panic!("{dead:?}"),
            }
        };
        drop(given_up);
        open.send(()).unwrap();
        held.await.unwrap();
        assert_eq!(closed.recv(), Ok("closed"), "when the callee gets to a call that was given up");
    });
}

#[test]
fn a_capability_in_a_message_that_nobody_handles_is_closed() {
    on_runtime(async {
        struct Busy;
        #[dala::actor]
        impl Busy {
            #[message]
            fn stop(&mut self, context: &mut dala::Context<Self>) {
                context.stop(ExitReason::Normal);
            }
            #[message]
            fn keep(&mut self, _valve: Cap<Valve>) {
                unreachable!("it stopped before");
            }
        }
        let (sender, closed) = channel();
        let busy = Busy.spawn().unwrap();
        let stopped = busy.stop().into_future();
        let kept = busy.keep(Cap::new(Valve(sender)));
        let _ = stopped.await;
        assert!(kept.await.is_err());
        assert_eq!(closed.recv(), Ok("closed"));
    });
}

#[test]
fn a_broken_resource_ends_its_child_with_the_reason_and_is_opened_again() {
    on_runtime(async {
        let opened = Arc::new(AtomicU32::new(0));
        let (sender, closed) = channel();
        let source = Source::new();
        let count = opened.clone();
        let child = source.child("valve", move || {
            count.fetch_add(1, Ordering::SeqCst);
            let sender = sender.clone();
            async move { Ok::<_, std::convert::Infallible>(Valve(sender)) }
        });
        assert!(matches!(source.lend(Limits::new()), Err(CapError::NotOpen)));
        let supervisor = Supervisor::new().child(child).start_here().await.unwrap();
        let before = supervisor.children().await.unwrap()[0].pid.unwrap();
        let ended = dala::actor::process::ended(before);
        let (lent, _) = source.lend(Limits::new()).unwrap();
        assert!(lent.fail("stuck"));
        assert_eq!(closed.recv(), Ok("closed"));
        assert!(matches!(lent.get(), Err(CapError::Revoked)));
        // The supervisor answers after it has handled the end that it was told of.
        let mut tries = 0;
        while !source.is_open() {
            supervisor.children().await.unwrap();
            tries += 1;
            assert!(tries < 100_000, "it was not opened again");
        }
        assert!(source.lend(Limits::new()).unwrap().0.get().is_ok());
        assert_eq!(opened.load(Ordering::SeqCst), 2);
        assert_eq!(ended.await, Ok(ExitReason::custom("stuck")));
        assert_ne!(supervisor.children().await.unwrap()[0].pid, Some(before));
        supervisor.stop().await;
        assert_eq!(closed.recv(), Ok("closed"));
        assert!(!source.is_open());
    });
}

#[test]
fn a_resource_that_does_not_open_is_a_failed_start_with_its_error() {
    on_runtime(async {
        let source = Source::<File>::new();
        let child = source.child("file", || async { File::open("/nowhere/at all") });
        let error = Supervisor::new().child(child).start_here().await.unwrap_err();
        assert!(error.to_string().contains("No such file"), "{error}");
        assert!(!source.is_open());
    });
}

#[test]
fn nobody_supervises_a_capability_that_was_just_made() {
    let (sender, _closed) = channel();
    assert!(!Cap::new(Valve(sender)).fail("stuck"));
}

#[test]
fn files_are_read_and_written_within_limits() {
    on_runtime(async {
        let folder = tempfile::tempdir().unwrap();
        let file = Cap::new(File::open_or_create(folder.path().join("data")).unwrap());
        file.write_at(0, b"hello world".to_vec()).await.unwrap();
        file.set_len(9).await.unwrap();
        file.sync().await.unwrap();
        assert_eq!(file.len().await.unwrap(), 9);
        let (lent, _) = file.lend(Limits::new().bytes(7));
        assert_eq!(lent.read_at(6, 100).await.unwrap(), b"wor");
        let refused = lent.write_at(0, b"jumbo".to_vec()).await;
        assert!(matches!(refused, Err(CapError::UsedUp("bytes"))));
        lent.write_at(0, b"jell".to_vec()).await.unwrap();
        assert!(matches!(lent.read_at(0, 1).await, Err(CapError::UsedUp("bytes"))));
        let reader: Cap<File, ReadOnly> = file.read_only();
        assert_eq!(reader.read_at(0, 100).await.unwrap(), b"jello wor");
        // An end of the file past any offset is an empty read, not an error.
        assert_eq!(reader.read_at(1 << 62, 1).await.unwrap(), b"");
    });
}

#[test]
fn a_reader_that_waits_for_a_socket_is_woken_when_its_capability_is_revoked() {
    on_runtime(async {
        let listener = Cap::new(TcpListener::bind("127.0.0.1:0").await.unwrap());
        let here = Cap::new(TcpStream::connect(listener.local_addr().unwrap()).await.unwrap());
        let (there, peer) = listener.accept().await.unwrap();
        assert_eq!(peer, here.local_addr().unwrap());
        let (lent, revoker) = there.lend(Limits::new().bytes(5));
        here.write_all(b"four").await.unwrap();
        let mut buffer = [0; 64];
        assert_eq!(lent.read(&mut buffer).await.unwrap(), 4);
        {
            let mut read = pin!(lent.read(&mut buffer));
            assert!(poll_once(read.as_mut()).await.is_none(), "nothing came");
            revoker.revoke();
            assert!(matches!(read.await, Err(CapError::Revoked)));
        }
        // The lender goes on.
        here.write_all(b"more").await.unwrap();
        assert_eq!(there.read(&mut buffer).await.unwrap(), 4);
        drop(there);
        assert_eq!(here.read(&mut buffer).await.unwrap(), 0);
        assert!(here.read(&mut []).await.is_ok());
    });
}

/// The result, if there is one at once.
async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[test]
fn datagrams_count_in_both_directions() {
    on_runtime(async {
        let one = Cap::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        let other = Cap::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        let (lent, _) = one.lend(Limits::new().bytes(6));
        lent.send_to(b"ping", other.local_addr().unwrap()).await.unwrap();
        let mut buffer = [0; 16];
        let (len, from) = other.recv_from(&mut buffer).await.unwrap();
        assert_eq!((&buffer[..len], from), (&b"ping"[..], one.local_addr().unwrap()));
        other.send_to(b"pong", from).await.unwrap();
        // Two bytes are left.
        assert_eq!(lent.recv_from(&mut buffer).await.unwrap().0, 2);
        let refused = lent.send_to(b"!", other.local_addr().unwrap()).await;
        assert!(matches!(refused, Err(CapError::UsedUp("bytes"))));
    });
}

#[test]
fn a_program_is_killed_when_its_capability_is_revoked() {
    on_runtime(async {
        let cat = Cap::new(Command::new("sleep").arg("1000"));
        let revoker = cat.revoker();
        let run = tokio::spawn(async move { cat.run([""; 0]).await });
        revoker.revoke();
        assert!(matches!(run.await.unwrap(), Err(CapError::Revoked)));
        let once = Cap::new(Command::new("sh").arg("-c")).limited(Limits::new().uses(1));
        let output = once.run(["exit 3"]).await.unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert!(matches!(once.run(["exit 0"]).await, Err(CapError::UsedUp("uses"))));
        let none = Cap::new(Command::new("no such program"));
        assert!(matches!(none.run([""; 0]).await, Err(CapError::Io(_))));
    });
}

#[test]
fn a_child_that_borrows_starts_after_the_child_that_it_borrows_from() {
    on_runtime(async {
        let (sender, _closed) = channel();
        let source = Source::new();
        let valve = source.child("valve", move || {
            let sender = sender.clone();
            async move { Ok::<_, std::convert::Infallible>(Valve(sender)) }
        });
        let borrow = source.clone();
        let holder = ChildSpec::actor("holder", move || Holder {
            held: borrow.lend(Limits::new()).map(|(valve, _)| valve).into_iter().collect(),
        });
        let supervisor = Supervisor::new().child(valve).child(holder).start_here().await.unwrap();
        assert_eq!(supervisor.children().await.unwrap().len(), 2);
        supervisor.stop().await;
    });
}
