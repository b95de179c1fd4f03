//! Functions in Rust for OTP, by rustler: `interop_rustler` of `benches/interop/beam`. `add/2` is a plain one. A NIF cannot wait, so
//! what an actor in Rust would be is a thread: `ping/1` hands it the caller, and it sends the reply from there.

use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};

use rustler::{Atom, Env, LocalPid, OwnedEnv, Term};

rustler::atoms! { ok, pong }

#[rustler::nif]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

static ASKED: OnceLock<Sender<(LocalPid, u64)>> = OnceLock::new();

/// Has the thread send `{pong, number}` to the caller.
#[rustler::nif]
fn ping(env: Env<'_>, number: u64) -> Atom {
    let asked = ASKED.get().expect("`load` ran");
    asked.send((env.pid(), number)).expect("the thread lives");
    ok()
}

fn load(_env: Env<'_>, _info: Term<'_>) -> bool {
    let (sender, asked) = channel::<(LocalPid, u64)>();
    std::thread::spawn(move || {
        // One for all replies, as rustler's documentation advises.
        let mut env = OwnedEnv::new();
        for (pid, number) in asked {
            // A process that ended wants no reply.
            let _ = env.send_and_clear(&pid, |_| (pong(), number));
        }
    });
    ASKED.set(sender).is_ok()
}

rustler::init!("interop_rustler", load = load);
