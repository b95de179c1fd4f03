//! The suite on native actors.

use super::{Command, Event, Report, SuiteBackend};
use dala::actor::{Actor, Context, Entry, Handled, Handles, Protocol};
use dala::runtime::Handle;
use dala::{ActorRef, Down, ExitReason, Pid, Ref, SpawnOptions};

/// Native actors.
#[derive(Debug, Clone, Copy)]
pub struct Native;

/// An obedient native actor.
#[derive(Debug)]
pub struct Obedient {
    report: Report,
    monitor: Option<Ref>,
}

impl Actor for Obedient {
    const NAME: &'static str = "obedient";

    /// So that processes can tell it commands too.
    fn protocol() -> Option<&'static (dyn std::any::Any + Send + Sync)> {
        static PROTOCOL: Protocol = Protocol::new(const { &[Entry::of::<Obedient, Command>()] });
        Some(&PROTOCOL)
    }

    fn on_exit(&mut self, from: Pid, reason: &ExitReason, context: &mut Context<Self>) {
        self.report.note(context.pid(), Event::Exit(from, reason.clone()));
    }

    fn on_down(&mut self, down: &Down, context: &mut Context<Self>) {
        self.report.note(context.pid(), Event::Down(down.pid, down.reason.clone()));
    }
}

impl Handles<Command> for Obedient {
    type Reply = ();

    fn handle<'a>(&'a mut self, command: Command, context: &'a mut Context<Self>) -> Handled<'a, ()> {
        let spawn = |report: &Report, options: SpawnOptions| {
            let child = Obedient { report: report.clone(), monitor: None };
            dala::spawn_with(child, &options).expect("pids are left").pid()
        };
        match command {
            Command::Link { peer } => context.link(peer),
            Command::Unlink { peer } => context.unlink(peer),
            Command::Monitor { peer } => self.monitor = Some(context.monitor(peer)),
            Command::Demonitor => {
                if let Some(monitor) = self.monitor.take() {
                    context.demonitor(monitor);
                }
            }
            Command::TrapExits { on } => {
                context.trap_exits(on);
            }
            Command::Exit { to, reason } => context.exit(to, ExitReason::from(reason)),
            Command::Stop { reason } => context.stop(ExitReason::from(reason)),
            Command::Crash => panic!("told to"),
            Command::Say { number } => self.report.note(context.pid(), Event::Said(number)),
            Command::Relay { to, number } => super::mixed::tell(to, Command::Say { number }),
            Command::SpawnLinked => {
                let child = spawn(&self.report, SpawnOptions::default().linked());
                self.report.note(context.pid(), Event::Spawned(child));
            }
            Command::SpawnMonitored => {
                let child = spawn(&self.report, SpawnOptions::default().monitored());
                self.report.note(context.pid(), Event::Spawned(child));
            }
        }
        Handled::now(())
    }
}

impl SuiteBackend for Native {
    fn name(&self) -> &'static str {
        "native actors"
    }

    fn spawn(&self, runtime: &Handle, report: Report) -> Pid {
        runtime.spawn(Obedient { report, monitor: None }).expect("pids are left").pid()
    }

    fn command(&self, to: Pid, command: Command) {
        // Told to the dead: lost, as every message is.
        if let Some(actor) = ActorRef::<Obedient>::of_pid(to) {
            let _ = actor.tell(command);
        }
    }
}
