//! The suite on a behaviour of its own: what a frontend's process is to the core. It receives in arrival order through the
//! cursor, and yields after every step, so that signals meet it between any two.

#![expect(unsafe_code, reason = "writes and reads the payload of a node of its own kind")]

use super::{Command, Event, Report, SuiteBackend};
use dala::actor::{Activation, Behaviour, Incoming, Outcome, SpawnOptions, process};
use dala::mailbox::receive::Receive;
use dala::message::{NodeBox, NodeVtable, PayloadKind};
use dala::runtime::Handle;
use dala::{ExitReason, Pid, Ref};

/// Scripted behaviours.
#[derive(Debug, Clone, Copy)]
pub struct Scripted;

/// An obedient behaviour.
#[derive(Debug)]
pub struct Obedient {
    report: Report,
    monitor: Option<Ref>,
    place: Receive,
}

static VTABLE: NodeVtable = NodeVtable::of::<Command>(PayloadKind::Foreign).named("command");

fn node(command: Command) -> NodeBox {
    // SAFETY: the payload is written next; a command may be read and dropped anywhere.
    let node = unsafe { NodeBox::allocate(&VTABLE, size_of::<Command>()) };
    // SAFETY: the node has room for a command.
    unsafe { node.payload().cast::<Command>().write(command) };
    node
}

impl Obedient {
    fn new(report: Report) -> Obedient {
        Obedient { report, monitor: None, place: Receive::default() }
    }

    fn spawn(&self, options: SpawnOptions) -> Pid {
        let runtime = Handle::current().expect("runs on a worker");
        runtime.spawn_behaviour(Obedient::new(self.report.clone()), &options).expect("pids are left").pid
    }

    fn obey(&mut self, command: &Command, activation: &mut Activation<'_>) -> Option<ExitReason> {
        let me = activation.pid();
        match *command {
            Command::Link { peer } => activation.link(peer),
            Command::Unlink { peer } => activation.unlink(peer),
            Command::Monitor { peer } => self.monitor = Some(activation.monitor(peer, None)),
            Command::Demonitor => {
                if let Some(monitor) = self.monitor.take() {
                    activation.demonitor(monitor);
                    activation.receive(&mut self.place).flush_down(monitor);
                }
            }
            Command::TrapExits { on } => {
                activation.set_traps_exits(on);
            }
            Command::Exit { to, reason } => process::exit(me, to, ExitReason::from(reason)),
            Command::Stop { reason } => return Some(ExitReason::from(reason)),
            Command::Crash => return Some(ExitReason::custom("told to")),
            Command::Say { number } => self.report.note(me, Event::Said(number)),
            Command::Relay { to, number } => Scripted.command(to, Command::Say { number }),
            Command::SpawnLinked => {
                let child = self.spawn(SpawnOptions::default().linked());
                self.report.note(me, Event::Spawned(child));
            }
            Command::SpawnMonitored => {
                let child = self.spawn(SpawnOptions::default().monitored());
                self.report.note(me, Event::Spawned(child));
            }
        }
        None
    }
}

impl Behaviour for Obedient {
    const ARRIVAL_ORDER: bool = true;

    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        let mut cursor = activation.receive(&mut self.place);
        if cursor.peek().is_none() {
            return Outcome::Waiting;
        }
        match cursor.take() {
            None => Outcome::Waiting,
            Some(Incoming::Message(node)) => {
                // A node of another kind is none of its messages.
                if !std::ptr::eq(node.vtable(), &VTABLE) {
                    return Outcome::Yielded;
                }
                // SAFETY: only `node` makes nodes with this vtable, and puts a command into each.
                let command = unsafe { &*node.payload().cast::<Command>() };
                self.obey(command, activation).map_or(Outcome::Yielded, Outcome::Exited)
            }
            Some(Incoming::Exit { from, reason }) => {
                self.report.note(activation.pid(), Event::Exit(from, reason));
                Outcome::Yielded
            }
            Some(Incoming::Down(down)) => {
                self.report.note(activation.pid(), Event::Down(down.pid, down.reason));
                Outcome::Yielded
            }
        }
    }
}

impl SuiteBackend for Scripted {
    fn name(&self) -> &'static str {
        "scripted behaviours"
    }

    fn spawn(&self, runtime: &Handle, report: Report) -> Pid {
        let obedient = Obedient::new(report);
        runtime.spawn_behaviour(obedient, &SpawnOptions::default()).expect("pids are left").pid
    }

    fn command(&self, to: Pid, command: Command) {
        // Told to the dead: lost, as every message is.
        let _ = process::send(to, node(command));
    }
}
