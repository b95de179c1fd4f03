//! Learn: Elixir scripts as plugins of a Rust program: loaded as text, replaced while they run, ended when they misbehave.
//! Run: `cargo run --release --example plugins`
//!
//! Each plugin is a process in a sandbox: it may compile its script, and nothing else that reaches out of the program. One that
//! loops is killed by its caller's limit of time and never has more than its share of reductions, one that grows is ended by its
//! limit of memory; other plugins and the program notice nothing.

use std::process::ExitCode;

use dala::MemoryLimit;
use dala::server::ServerError;
use dala_beam::interop::{Server, ServerSpec};
use dala_beam::process::{Grant, Sandbox};
use dala_examples::{Stage, ended, folder};

/// What a plugin may do and use.
const SANDBOX: Sandbox = Sandbox::new()
    .grant(Grant::Code)
    .memory(MemoryLimit::bytes(32 << 20))
    .processes(20)
    .atoms(500)
    .reductions_per_second(20_000_000);

/// `Plugins.Runner`, typed.
#[dala::beam(module = "Elixir.Plugins.Runner")]
trait Plugin {
    /// Compiles a script and goes on with it; its version, or what the compiler says.
    #[call(timeout = "60s")]
    fn load(&self, file: String, source: String) -> Result<String, String>;

    /// What the plugin makes of an event.
    fn handle(&self, event: String) -> String;

    /// The same, of a plugin that is not trusted to answer.
    #[call(name = "handle", timeout = "100ms")]
    fn handle_soon(&self, event: String) -> String;
}

fn main() -> ExitCode {
    dala::shutdown::end_when_nobody_reads();
    ended(run())
}

fn run() -> Result<(), String> {
    let stage = Stage::new("plugins")?;
    stage.runtime.block_on(show(&stage))?;
    stage.stop();
    Ok(())
}

async fn show(stage: &Stage) -> Result<(), String> {
    let said = |error: ServerError| error.to_string();
    let words = plugin(stage)?;
    load(&words, "words_1.exs").await?;
    println!("words: {}", words.handle("a plugin is a process".to_owned()).await.map_err(said)?);
    load(&words, "words_2.exs").await?;
    println!("words: {}", words.handle("its state is kept".to_owned()).await.map_err(said)?);
    load(&words, "words_3.exs").await?;
    println!("words: {}", words.handle("still there".to_owned()).await.map_err(said)?);

    let curious = plugin(stage)?;
    load(&curious, "curious.exs").await?;
    for wish in ["compute", "read a file", "ask the file server", "run a program", "stop the program"] {
        println!("curious, {wish}: {}", curious.handle(wish.to_owned()).await.map_err(said)?);
    }
    load(&curious, "burglar.exs").await?;
    load(&curious, "impostor.exs").await?;

    let endless = plugin(stage)?;
    load(&endless, "endless.exs").await?;
    match endless.handle_soon("hello".to_owned()).await {
        Err(ServerError::Timeout(limit)) => println!("endless: no answer in {limit:?}"),
        other => return Err(format!("endless: {other:?}")),
    }
    let pid = endless.pid().ok_or("endless is gone")?;
    let end = dala::actor::process::ended(pid);
    dala::actor::process::kill(pid);
    let reason = end.await.map_err(|error| error.to_string())?;
    println!("endless: {reason}");

    let greedy = plugin(stage)?;
    load(&greedy, "greedy.exs").await?;
    match greedy.handle("hello".to_owned()).await {
        Err(ServerError::Exited(reason)) => println!("greedy: {reason}"),
        other => return Err(format!("greedy: {other:?}")),
    }
    println!("words: {}", words.handle("and still".to_owned()).await.map_err(said)?);
    Ok(())
}

/// A process for a plugin. In a larger program a supervisor starts it ([`ServerSpec::child`]).
fn plugin(stage: &Stage) -> Result<PluginRef, String> {
    let _entered = stage.runtime.enter();
    let started = ServerSpec::new(&stage.system, PluginRef::MODULE, &()).sandbox(SANDBOX).start();
    Ok(PluginRef::from(Server::of_pid(&stage.system, started.map_err(|error| error.to_string())?)))
}

async fn load(plugin: &PluginRef, file: &str) -> Result<(), String> {
    let path = folder("plugins").join("scripts").join(file);
    let source = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    match plugin.load(file.to_owned(), source).await.map_err(|error| error.to_string())? {
        Ok(version) => println!("loaded {version}"),
        Err(message) => println!("not loaded: {}", message.lines().next().unwrap_or_default()),
    }
    Ok(())
}
