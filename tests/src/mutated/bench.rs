//! Where changed modules run.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use dala::actor::process;
use dala::{ExitReason, Pid, Runtime};
use dala_beam::code::{LoadFailure, Outdated};
use dala_beam::heap::HeapOptions;
use dala_beam::load::BeamFile;
use dala_beam::otp::read_term::read_term;
use dala_beam::process::{Ended, Entry, System, SystemOptions};
use dala_ir::abi::{Atom, Word};
use dala_ir::term::{Fragment, TermWriter as _};

use super::Random;
use crate::beam;

/// Calls of one module.
const CALLS: usize = 6;
/// How long its calls may take together; then they are killed.
const LIMIT: Duration = Duration::from_millis(40);
/// How long killed processes may take to be gone. Longer is a hang.
const PATIENCE: Duration = Duration::from_secs(30);
/// Words of a process's heap.
const HEAP: usize = 1 << 20;

/// What arguments are made of.
const ARGUMENTS: &[&str] = &[
    "0",
    "1",
    "-1",
    "7",
    "255",
    "1073741824",
    "-576460752303423489",
    "1267650600228229401496703205376",
    "1.5",
    "[]",
    "[1,2,3]",
    "[3,1,2,2,1]",
    "[{a,1},{b,2},{c,3}]",
    "[[1,2],[3],[]]",
    "\"some text\"",
    "a",
    "true",
    "undefined",
    "{1,2}",
    "{a,b,c}",
    "{}",
    "#{}",
    "#{a => 1, \"k\" => [x], 3 => {4}}",
    "<<>>",
    "<<1,2,3,4>>",
    "<<\"TWFuIGlzIGRpc3Rpbmd1aXNoZWQsIG5vdCBvbmx5IGJ5IGhpcyByZWFzb24sIGJ1dCBieSB0aGlz\">>",
    "<<255,254,0,128>>",
    "{[],[]}",
    "{0,nil}",
    "{2,{k,v,{j,w,nil,nil},nil}}",
];

/// What became of changed modules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Refused by the loader.
    pub refused: usize,
    /// Loaded, and so verified.
    pub loaded: usize,
    /// Calls that returned.
    pub returned: usize,
    /// Calls that raised or exited.
    pub raised: usize,
    /// Calls that were killed at the limit.
    pub killed: usize,
}

/// What the names of workers begin with.
const WORKER: &str = "mutated";

/// Panics of workers since the hook was set: faults of the runtime that some process ended by.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn panics() -> Vec<String> {
    std::mem::take(&mut PANICS.lock().unwrap_or_else(PoisonError::into_inner))
}

fn note_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let former = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            // Those of tests are no fault of the runtime.
            if std::thread::current().name().is_some_and(|name| name.starts_with(WORKER)) {
                PANICS.lock().unwrap_or_else(PoisonError::into_inner).push(info.to_string());
            }
            former(info);
        }));
    });
}

/// A runtime with a sink for output, on which one module after another is loaded, called and dropped.
#[derive(Debug)]
pub struct Bench {
    runtime: Runtime,
    system: Arc<System>,
    sink: Pid,
}

fn start_sink(system: &Arc<System>) -> Pid {
    let entry = Entry::Function(Atom::new("sink"), Atom::new("start"), Word::NIL);
    system.start_process(entry, None, None).expect("pids are left")
}

impl Bench {
    /// A bench; with `stress` its processes collect at every safepoint.
    ///
    /// # Panics
    /// When the runtime does not start.
    pub fn new(stress: bool) -> Bench {
        note_panics();
        let runtime = Runtime::builder().workers(1).thread_name(WORKER).build().expect("the runtime starts");
        let heap = HeapOptions { max_words: Some(HEAP), stress, ..HeapOptions::default() };
        let paths = vec![beam::modules().to_owned()];
        let system =
            System::new(runtime.handle().clone(), SystemOptions { paths, heap, ..Default::default() });
        let sink = start_sink(&system);
        Bench { runtime, system, sink }
    }

    /// Loads `file` and calls some of its functions. What is called, and with what, follows from `random`.
    ///
    /// # Panics
    /// When something breaks that a module must not break.
    pub fn run(&mut self, file: &[u8], random: &mut Random, tally: &mut Tally) {
        // Refused before the code server sees it: it would say so on standard error.
        let Ok(parsed) = BeamFile::parse(file) else {
            tally.refused += 1;
            return;
        };
        let name = parsed.name;
        match self.system.code.load_binary(name, None, file) {
            Ok(module) => {
                tally.loaded += 1;
                self.call(name, &module.exports, random, tally);
            }
            Err(LoadFailure::OnLoad(_)) => {
                self.system.code.finish_on_load(name, false);
                tally.refused += 1;
            }
            Err(_) => tally.refused += 1,
        }
        // Gone before the next, as is what other modules had loaded of this name.
        self.forget_old(name);
        self.system.code.delete(name).expect("there is no older version");
        self.forget_old(name);
        let panics = panics();
        assert!(panics.is_empty(), "{name} broke the runtime: {panics:?}");
        // A module may end whatever it knows the pid of, and the whole program.
        if !process::is_alive(self.sink) {
            self.sink = start_sink(&self.system);
        }
    }

    /// Purges a module without asking who is in its old code: that stays in memory.
    fn forget_old(&self, name: Atom) {
        if self.system.code.begin_purge(name, Outdated::Old) {
            self.system.code.end_purge(name, true);
        }
    }

    fn call(&self, name: Atom, exports: &[(Atom, u32)], random: &mut Random, tally: &mut Tally) {
        if exports.is_empty() {
            return;
        }
        let calls: Vec<Receiver<Ended>> = (0..CALLS)
            .map(|_| {
                let &(function, arity) = random.pick(exports);
                let mut scratch = Fragment::new();
                let arguments: Vec<Word> = (0..arity)
                    .map(|_| read_term(random.pick::<&str>(ARGUMENTS), &mut scratch).expect("our own text"))
                    .collect();
                let arguments = scratch.list(&arguments, Word::NIL);
                let (sender, ended) = channel();
                let entry = Entry::Function(name, function, arguments);
                self.system.start_process(entry, Some(self.sink), Some(sender)).expect("pids are left");
                ended
            })
            .collect();
        let end = Instant::now() + LIMIT;
        for call in calls {
            match call.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(Ended::Value(_)) => tally.returned += 1,
                Ok(Ended::Exit(ExitReason::Panic(panic))) => panic!("{name} broke the runtime: {panic}"),
                Ok(_) => tally.raised += 1,
                Err(RecvTimeoutError::Disconnected) => tally.raised += 1,
                Err(RecvTimeoutError::Timeout) => tally.killed += 1,
            }
        }
        self.clear(name);
    }

    /// Kills all that the module started, and what that starts meanwhile.
    fn clear(&self, name: Atom) {
        let end = Instant::now() + PATIENCE;
        loop {
            let left: Vec<Pid> = self.runtime.actors().into_iter().filter(|&pid| pid != self.sink).collect();
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < end, "{} processes of {name} do not end", left.len());
            left.into_iter().for_each(process::kill);
            std::thread::yield_now();
        }
    }
}
