//! Learn: an actor, its messages, `tell` and `call`, and what happens when it fails.
//! Run: `cargo run --release --example hello`

use dala::{Context, Down, ExitReason};

/// A message type. In Erlang it is the tuple `{greet, Name}`.
#[dala::message]
struct Greet {
    name: String,
}

/// An actor is state ...
struct Greeter {
    greeted: u64,
}

/// ... with handlers.
#[dala::actor]
impl Greeter {
    /// Runs when it is spawned.
    #[init]
    fn new(greeted: u64) -> Self {
        Greeter { greeted }
    }

    /// Handles a message type that exists, and replies.
    #[handler]
    fn greet(&mut self, greet: Greet) -> String {
        self.greeted += 1;
        format!("Hello, {}!", greet.name)
    }

    /// Has its message type, `Count`, made from the method.
    #[message]
    fn count(&mut self) -> u64 {
        self.greeted
    }

    /// An `async` handler may wait; its state stays borrowed, its worker does something else.
    #[message]
    async fn rest(&mut self, milliseconds: u64) {
        tokio::time::sleep(std::time::Duration::from_millis(milliseconds)).await;
    }

    /// A panic ends this actor, and nothing else.
    #[message]
    fn insult(&mut self) {
        panic!("I am not paid for this");
    }
}

/// Watches the greeter, and starts another when it ends.
struct Watcher {
    greeter: GreeterRef,
    restarts: u64,
}

#[dala::actor]
impl Watcher {
    #[message]
    fn watch(&mut self, ctx: &mut Context<Self>) {
        ctx.monitor(self.greeter);
    }

    #[on_down]
    fn down(&mut self, down: &Down, ctx: &mut Context<Self>) {
        if let ExitReason::Panic(panic) = &down.reason {
            println!("the greeter ended: {}", panic.message);
        }
        if let Ok(greeter) = Greeter::spawn(0) {
            self.greeter = greeter;
            self.restarts += 1;
            ctx.monitor(greeter);
        }
    }

    #[message]
    fn restarts(&mut self) -> u64 {
        self.restarts
    }

    /// A reference is a value like others: in a message, as a reply, and in Erlang, where it is a pid.
    #[message]
    fn current(&mut self) -> GreeterRef {
        self.greeter
    }
}

#[dala::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let greeter = Greeter::spawn(0)?;

    // `tell` sends and goes on; `call`, or the method named as the handler, waits for the reply.
    greeter.tell(Greet { name: "nobody".to_owned() })?;
    println!("{}", greeter.greet(Greet { name: "world".to_owned() }).await?);
    greeter.rest(5).await?;
    println!("greeted {} times", greeter.count().await?);

    // Failure is a signal: the watcher learns of it and starts a new greeter.
    let watcher = Watcher { greeter, restarts: 0 }.spawn()?;
    watcher.watch().await?;
    let failure = greeter.insult().await.unwrap_err();
    println!("the call failed: {failure}");
    while watcher.restarts().await? == 0 {
        tokio::task::yield_now().await;
    }
    let greeter = watcher.current().await?;
    println!("{}", greeter.greet(Greet { name: "again".to_owned() }).await?);
    Ok(())
}
