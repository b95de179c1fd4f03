//! Learn: an actor, its messages, `tell` and `call`, what happens when it fails, and a supervisor.
//! Run: `cargo run --release --example hello`

use dala::supervise::{ChildSpec, Supervisor, SupervisorRef};

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
    /// Runs first, in the actor; it may fail, wait, and take a context.
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

#[dala::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `hello | head -1` ends as other commands do.
    dala::shutdown::end_when_nobody_reads();

    let greeter = Greeter::spawn(0).await?;

    // `tell` sends and goes on; `call`, or the method named as the handler, waits for the reply.
    greeter.tell(Greet { name: "nobody".to_owned() })?;
    println!("{}", greeter.greet(Greet { name: "world".to_owned() }).await?);
    greeter.rest(5).await?;
    println!("greeted {} times", greeter.count().await?);

    // Failure is a signal, and the caller's error.
    let failure = greeter.insult().await.unwrap_err();
    println!("the call failed: {failure}");

    // A supervisor starts its children, and starts them again when they fail.
    let runtime = dala::Handle::current().ok_or("no runtime")?;
    let spec = ChildSpec::actor("greeter", || Greeter::new(0));
    let supervisor = Supervisor::new().child(spec).start(&runtime).await?;
    let first = supervised(&supervisor).await?;
    println!("the supervised greeter failed: {}", first.insult().await.unwrap_err());
    let mut second = supervised(&supervisor).await;
    while second.as_ref().map_or(true, |second| *second == first) {
        tokio::task::yield_now().await;
        second = supervised(&supervisor).await;
    }
    println!("{}", second?.greet(Greet { name: "again".to_owned() }).await?);
    Ok(())
}

/// The greeter that runs now.
async fn supervised(supervisor: &SupervisorRef) -> Result<GreeterRef, Box<dyn std::error::Error>> {
    let children = supervisor.children().await?;
    let pid = children.first().and_then(|child| child.pid).ok_or("no child")?;
    GreeterRef::of_pid(pid).ok_or_else(|| "the greeter has ended".into())
}
