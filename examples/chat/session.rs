//! One client's connection: an actor with a socket, and a member of an Elixir room.

use std::sync::Arc;

use dala::actor::Context;
use dala::{ExitReason, Pid};
use dala_beam::interop::Server;
use dala_beam::process::System;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// `Chat.Room`, typed.
#[dala::beam(module = "Elixir.Chat.Room")]
trait Room {
    /// How many are in the room now.
    fn join(&self, member: Pid, nick: String) -> u32;

    /// Tells all members, this one too.
    #[cast]
    fn say(&self, member: Pid, text: String);
}

/// Talks to one client: `ROOM NICK` first, then what it says, a line each.
pub(crate) struct Session {
    room: RoomRef,
    output: OwnedWriteHalf,
}

#[dala::actor]
impl Session {
    #[init]
    async fn new(ctx: &mut Context<Self>, system: Arc<System>, socket: TcpStream) -> Result<Self, String> {
        let (input, mut output) = socket.into_split();
        let mut lines = BufReader::new(input).lines();
        let first = lines.next_line().await.map_err(|error| error.to_string())?.ok_or("nobody there")?;
        let (name, nick) = first.split_once(' ').ok_or("no room and nick")?;
        let room: Pid = system
            .call("Elixir.Chat", "room", (name.to_owned(),))
            .await
            .map_err(|error| error.to_string())?;
        let room = RoomRef::from(Server::of_pid(&system, room));
        let members = room.join(ctx.pid(), nick.to_owned()).await.map_err(|error| error.to_string())?;
        let hello = format!("{members} here\n");
        output.write_all(hello.as_bytes()).await.map_err(|error| error.to_string())?;
        tokio::spawn(read(lines, SessionRef::from(ctx.me())));
        Ok(Session { room, output })
    }

    /// `{line, Nick, Text}` from the room. While the client is slow to read, this actor waits, and nobody else.
    #[message]
    async fn line(&mut self, ctx: &mut Context<Self>, nick: String, text: String) {
        if self.output.write_all(format!("{nick}: {text}\n").as_bytes()).await.is_err() {
            ctx.stop(ExitReason::Normal);
        }
    }

    /// The client said something.
    #[message]
    fn said(&mut self, ctx: &mut Context<Self>, text: String) {
        if self.room.say(ctx.pid(), text).is_err() {
            ctx.stop(ExitReason::Normal);
        }
    }

    /// The client is gone; the room sees it by its monitor.
    #[message]
    fn gone(&mut self, ctx: &mut Context<Self>) {
        ctx.stop(ExitReason::Normal);
    }
}

async fn read(mut lines: Lines<BufReader<OwnedReadHalf>>, session: SessionRef) {
    while let Ok(Some(text)) = lines.next_line().await {
        if session.tell(Said { text }).is_err() {
            return;
        }
    }
    // It may have ended by itself.
    drop(session.tell(Gone {}));
}
