//! Dala's side: the loops of `interop.erl` against a Rust actor and a function in Rust, and a Rust actor's calls of the
//! `gen_server` there.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dala::actor::process;
use dala::message::NodeBox;
use dala::native::Arguments;
use dala::{Bytes, Pid, Runtime};
use dala_beam::interop::Server;
use dala_beam::otp::boot;
use dala_beam::process::{System, SystemOptions};

use crate::conversion;

/// Answers as the `gen_server` in `interop.erl` does.
#[derive(Debug, Default)]
struct Answers {
    noted: u64,
}

/// `{pong, N}`.
#[dala::message]
struct Pong {
    n: i64,
}

/// `{add, A, B}`, for an Erlang server.
#[dala::message(name = "add")]
struct Sum {
    a: i64,
    b: i64,
}

#[dala::actor]
impl Answers {
    #[message]
    fn ping(&mut self, from: Pid, n: i64) {
        // Whoever asked may have ended.
        drop(process::send(from, NodeBox::for_shape(Pong { n })));
    }

    #[message]
    fn add(&mut self, a: i64, b: i64) -> i64 {
        a + b
    }

    #[message]
    fn note(&mut self, _n: i64) {
        self.noted += 1;
    }

    #[message]
    fn noted(&mut self) -> u64 {
        self.noted
    }

    #[message]
    fn measure(&mut self, blob: Bytes) -> u64 {
        blob.len() as u64
    }
}

#[dala::native(module = "interop_native", name = "add")]
fn native_add(a: i64, b: i64) -> i64 {
    a + b
}

/// Prints nanoseconds for one of each case.
pub(crate) fn measure(folder: &Path, times: u32) -> Result<(), String> {
    let runtime = Runtime::builder().workers(2).build().map_err(|error| error.to_string())?;
    let options = SystemOptions { paths: vec![folder.to_owned()], ..SystemOptions::from_environment() };
    let system = System::new(runtime.handle().clone(), options);
    system.add_natives(dala::natives![native_add]).map_err(|error| error.to_string())?;
    boot::start(&system, &[])?;
    let actor = runtime.spawn(Answers::default()).map_err(|error| error.to_string())?;
    let pid = actor.pid();
    let stage = Stage { runtime, system };
    stage.show("raw", times, || stage.run("raw", (pid, times)))?;
    stage.show("call", times, || stage.run("call", (pid, times)))?;
    stage.show("from_rust", times, || stage.calls_of_rust(times))?;
    stage.show("cast", times, || stage.run("cast", (pid, times)))?;
    stage.show("kilobyte", times, || stage.run("blob", (pid, 1024_u32, times)))?;
    stage.show("megabyte", times, || stage.run("blob", (pid, 1_048_576_u32, times)))?;
    stage.show("local", times * 10, || stage.run("local", (times * 10,)))?;
    stage.show("native", times * 10, || stage.run("native", (times * 10,)))?;
    conversion::measure(times * 10);
    boot::stop(&stage.system, Duration::from_secs(5));
    Ok(())
}

struct Stage {
    runtime: Runtime,
    system: Arc<System>,
}

impl Stage {
    /// Measures twice, and prints the second.
    fn show(
        &self,
        name: &str,
        times: u32,
        measure: impl Fn() -> Result<Duration, String>,
    ) -> Result<(), String> {
        measure()?;
        let time = measure()?;
        println!("{name} {:.1}", time.as_secs_f64() * 1e9 / f64::from(times));
        Ok(())
    }

    /// What `interop:FUNCTION` says that it took.
    fn run<A: Arguments>(&self, function: &str, arguments: A) -> Result<Duration, String> {
        let time = self.runtime.block_on(self.system.call::<A, u64>("interop", function, arguments));
        time.map(Duration::from_nanos).map_err(|error| format!("{function}: {error}"))
    }

    /// Calls of a Rust actor to an Erlang `gen_server`.
    fn calls_of_rust(&self, times: u32) -> Result<Duration, String> {
        let started = self.system.call::<(), Pid>("interop", "start", ());
        let started = self.runtime.block_on(started).map_err(|error| format!("start: {error}"))?;
        let server = Server::of_pid(&self.system, started);
        let (sender, receiver) = std::sync::mpsc::channel();
        let calls = async move {
            let begin = Instant::now();
            for n in 0..i64::from(times) {
                let sum: Result<i64, _> = server.call(Sum { a: n, b: 1 }).await;
                if !sum.is_ok_and(|sum| sum == n + 1) {
                    return;
                }
            }
            // Whoever waits for it may have given up.
            let _ = sender.send(begin.elapsed());
        };
        self.runtime.handle().spawn_task(calls).map_err(|error| error.to_string())?;
        let elapsed = receiver.recv().map_err(|_| "a call from Rust has no right answer".to_owned())?;
        process::kill(started);
        Ok(elapsed)
    }
}
