//! Learn: sockets by tokio, a Rust actor a connection, and Elixir GenServers that these actors are members of.
//! Run: `cargo run --release --example chat -- --clients 1000 --rooms 20`
//!
//! ```text
//!  client --tcp--> Session (Rust actor) --{say, Pid, Text}--> Chat.Room (GenServer under a DynamicSupervisor)
//!         <--------                     <--{line, Nick, Text}--   monitors its members, closes with the last
//! ```

mod clients;
mod session;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Parser;
use dala::{Handle, Pid};
use dala_beam::process::System;
use dala_examples::{Stage, ended};
use session::Session;
use tokio::net::TcpListener;

/// A chat server, and clients that talk to each other through it.
#[derive(Parser)]
struct Arguments {
    /// Clients, each a TCP connection
    #[arg(long, default_value_t = 1000)]
    clients: usize,
    /// Rooms that they are spread over
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    rooms: u16,
}

fn main() -> ExitCode {
    dala::shutdown::end_when_nobody_reads();
    ended(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let stage = Stage::new("chat")?;
    let (system, runtime) = (stage.system.clone(), stage.runtime.handle().clone());
    let talk = async {
        let _: Pid = system.call("Elixir.Chat", "start", ()).await.map_err(|error| error.to_string())?;
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let acceptor = tokio::spawn(accept(listener, system.clone(), runtime));
        let started = Instant::now();
        let heard = clients::talk(address, arguments.clients, usize::from(arguments.rooms)).await?;
        eprintln!("{:.2} s", started.elapsed().as_secs_f64());
        let left: usize =
            system.call("Elixir.Chat", "closed", ()).await.map_err(|error| error.to_string())?;
        acceptor.abort();
        Ok::<_, String>((heard, left))
    };
    let (heard, left) = stage.runtime.block_on(talk)?;
    println!("{} clients in {} rooms", arguments.clients, arguments.rooms);
    println!("{} lines said, {heard} heard", arguments.clients);
    println!("{left} rooms left");
    stage.stop();
    Ok(())
}

/// Makes an actor of each connection. One that fails to introduce itself is closed by the end of its actor.
async fn accept(listener: TcpListener, system: Arc<System>, runtime: Handle) {
    while let Ok((socket, _)) = listener.accept().await {
        if let Err(error) = Session::spawn(system.clone(), socket).on(&runtime).now() {
            eprintln!("no session: {error}");
        }
    }
}
