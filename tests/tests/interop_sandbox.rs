//! Processes in a sandbox: what they were not granted is an ordinary error, whichever way they try; limits end or stop them alone.

use std::time::{Duration, Instant};

use dala::{Atom, MemoryLimit, Pid};
use dala_beam::interop::{FunctionError, Server, ServerSpec};
use dala_beam::process::{Grant, Sandbox};
use dala_tests::border::Stage;

#[dala::native(module = "Elixir.Confined.Native")]
fn double(number: i64) -> i64 {
    number * 2
}

#[dala::beam(module = "Elixir.Confined.Server")]
trait Confined {
    fn attempt(&self, what: String) -> String;
}

/// A stage on which OTP and Elixir run: their servers are what a confined process would use.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.system.add_natives(dala::natives![double]).expect("there is room");
    stage
}

fn attempt(stage: &Stage, sandbox: Sandbox, what: &str) -> String {
    let call = stage.system.call_confined(&sandbox, "Elixir.Confined", "attempt", (what.to_owned(),));
    stage.runtime.block_on(call).unwrap_or_else(|error| error.to_string())
}

/// What is tried, the grant that it needs, and what comes of it with that grant.
const ATTEMPTS: &[(&str, Option<Grant>, &str)] = &[
    ("compute", None, "55"),
    ("talk", None, "2"),
    ("print", None, ":ok"),
    ("end itself", None, ":mine"),
    ("end a child", None, "true"),
    ("supervise", None, ":ok"),
    ("read", Some(Grant::Files), "true"),
    ("read raw", Some(Grant::Files), ":ok"),
    ("apply", Some(Grant::Files), ":ok"),
    ("capture", Some(Grant::Files), ":ok"),
    ("server", Some(Grant::Files), ":x"),
    ("server by pid", Some(Grant::Files), ":x"),
    ("server by node", Some(Grant::Files), ":x"),
    ("server later", Some(Grant::Files), "true"),
    ("environment", Some(Grant::Environment), "true"),
    ("program", Some(Grant::Programs), "true"),
    ("application", Some(Grant::Emulator), "{:error, {:not_started, :no_such_application}}"),
    ("persistent term", Some(Grant::Emulator), ":ok"),
    ("code path", Some(Grant::Emulator), "true"),
    ("trace", Some(Grant::Emulator), "0"),
    ("list", Some(Grant::Processes), "true"),
    ("make a pid", Some(Grant::Processes), "true"),
    ("link with another", Some(Grant::Processes), "true"),
    ("end another", Some(Grant::Processes), "true"),
    ("native", Some(Grant::Natives), "8"),
    // There is none of that kind, but one may ask.
    (
        "actor",
        Some(Grant::Natives),
        r#"{:no_actor, :nobody, "Rust added no such kind (System::add_actors)"}"#,
    ),
    ("load new", Some(Grant::Code), ":module"),
    ("load again", Some(Grant::Code), "{:module, false, :module}"),
    ("compile", Some(Grant::Code), "{ConfinedScript, 1, 1}"),
];

#[test]
fn what_was_not_granted_is_an_error_and_what_was_works() {
    let stage = stage();
    let () = stage.runtime.block_on(stage.system.call("Elixir.Confined", "victim", ())).unwrap();
    for &(what, grant, value) in ATTEMPTS {
        let Some(grant) = grant else {
            assert_eq!(attempt(&stage, Sandbox::new(), what), value, "{what}");
            continue;
        };
        let refused = format!("{{:not_granted, :{}}}", grant.name());
        assert_eq!(attempt(&stage, Sandbox::new(), what), refused, "{what}");
        let others = Grant::ALL.iter().copied().filter(|other| *other != grant);
        assert_eq!(attempt(&stage, Sandbox::new().grants(others), what), refused, "{what}");
        assert_eq!(attempt(&stage, Sandbox::new().grant(grant), what), value, "{what}");
    }
    assert_eq!(attempt(&stage, Sandbox::new(), "halt"), "{:not_granted, :emulator}");
}

#[test]
fn what_a_confined_process_spawns_is_confined() {
    let stage = stage();
    let refused = "\"{:not_granted, :files}\"";
    assert_eq!(attempt(&stage, Sandbox::new(), "child"), refused);
    assert_eq!(attempt(&stage, Sandbox::new(), "grandchild"), refused);
    assert_eq!(attempt(&stage, Sandbox::new().grant(Grant::Files), "grandchild"), "\":ok\"");
}

#[test]
fn modules_of_others_are_not_replaced() {
    let stage = stage();
    let sandbox = Sandbox::new().grant(Grant::Code);
    for what in ["load a library's", "load the program's", "delete the program's", "compile the program's"] {
        assert_eq!(attempt(&stage, sandbox, what), "{:not_granted, :code}", "{what}");
    }
}

#[test]
fn a_module_and_an_application_can_be_confined() {
    let stage = stage();
    stage.system.confine_module(ConfinedRef::MODULE, Sandbox::new()).unwrap();
    let pid: Pid = stage.runtime.block_on(stage.system.call(ConfinedRef::MODULE, "start", ())).unwrap();
    let server = Server::of_pid(&stage.system, pid);
    let asked = ConfinedRef::from(server).attempt("read raw".to_owned());
    assert_eq!(stage.runtime.block_on(asked).unwrap(), "{:not_granted, :files}");
    stage.system.confine_application("mnesia", Sandbox::new()).unwrap();
    let error = stage.system.confine_application("no_such_application", Sandbox::new()).unwrap_err();
    assert!(error.contains("no_such_application.app"), "{error}");
}

#[test]
fn an_application_is_confined_from_its_start() {
    let stage = stage();
    let folder = tempfile::tempdir().unwrap();
    let specification = |name: &str| {
        format!(
            "{{application, {name}, [{{modules, ['Elixir.Confined.App']}}, {{registered, []}},
              {{applications, [kernel, stdlib, elixir]}},
              {{mod, {{'Elixir.Confined.App', [compute, 'read raw', environment, child, supervise]}}}}]}}."
        )
    };
    let started = |name: &str| -> (Vec<String>, Atom, Option<Pid>) {
        let call = stage.system.call("Elixir.Confined", "application", (Atom::new(name),));
        stage.runtime.block_on(call).unwrap()
    };
    for name in ["confined_app", "confined_free"] {
        std::fs::write(folder.path().join(format!("{name}.app")), specification(name)).unwrap();
    }
    let path: Vec<char> = folder.path().to_str().unwrap().chars().collect();
    let added: bool = stage.runtime.block_on(stage.system.call("code", "add_patha", (path,))).unwrap();
    assert!(added);
    let all = ["55", ":ok", "true", "\":ok\"", ":ok"].map(str::to_owned).to_vec();
    assert_eq!(
        started("confined_free"),
        (all, Atom::new("ok"), None),
        "what is not confined may do all of it"
    );
    let sandbox = Sandbox::new().grant(Grant::Environment).processes(10);
    stage.system.confine_application("confined_app", sandbox).unwrap();
    let refused = ["55", "{:not_granted, :files}", "true", "\"{:not_granted, :files}\"", ":ok"];
    let refused = refused.map(str::to_owned).to_vec();
    assert_eq!(
        started("confined_app"),
        (refused, Atom::new("ok"), None),
        "and its supervisor is ended by it"
    );
}

#[test]
fn a_server_is_started_in_a_sandbox() {
    let stage = stage();
    let _entered = stage.runtime.enter();
    let spec = ServerSpec::new(&stage.system, ConfinedRef::MODULE, &()).sandbox(Sandbox::new());
    for _ in 0..2 {
        let server = ConfinedRef::from(Server::of_pid(&stage.system, spec.start().unwrap()));
        let asked = server.attempt("environment".to_owned());
        assert_eq!(stage.runtime.block_on(asked).unwrap(), "{:not_granted, :environment}");
    }
}

#[test]
fn a_sandbox_has_so_many_processes_and_atoms() {
    let stage = stage();
    assert_eq!(attempt(&stage, Sandbox::new().processes(5), "many processes"), "SystemLimitError");
    assert_eq!(attempt(&stage, Sandbox::new().processes(11), "many processes"), "10");
    assert_eq!(attempt(&stage, Sandbox::new().atoms(7), "many atoms"), "{7, true, \"SystemLimitError\"}");
    // Each use of a sandbox has its limits anew.
    assert_eq!(attempt(&stage, Sandbox::new().atoms(7), "many atoms"), "{7, true, \"SystemLimitError\"}");
}

#[test]
fn who_grows_over_the_limit_ends_and_nobody_else() {
    let stage = stage();
    let sandbox = Sandbox::new().memory(MemoryLimit::bytes(8 << 20));
    assert_eq!(attempt(&stage, sandbox, "grow"), "the process exited: over the limit of 8388608 bytes");
    assert_eq!(attempt(&stage, sandbox, "compute"), "55");
}

#[test]
fn who_uses_more_than_its_rate_waits() {
    let stage = stage();
    let use_up = |sandbox: &Sandbox, reductions: u64| -> Result<Duration, FunctionError> {
        let begun = Instant::now();
        let call = stage.system.call_confined::<_, ()>(sandbox, "Elixir.Confined", "use_up", (reductions,));
        stage.runtime.block_on(call)?;
        Ok(begun.elapsed())
    };
    // 100,000 reductions at 200,000 a second, of which 20 ms are for free.
    let slow = use_up(&Sandbox::new().reductions_per_second(200_000), 100_000).unwrap();
    assert!(slow >= Duration::from_millis(450), "{slow:?}");
    let free = use_up(&Sandbox::new(), 100_000).unwrap();
    assert!(free < slow, "{free:?} {slow:?}");
}
