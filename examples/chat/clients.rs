//! Clients: each joins a room, says one line when all are there, and hears a line of every member.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// How many lines all of them heard together.
pub(crate) async fn talk(address: SocketAddr, clients: usize, rooms: usize) -> Result<usize, String> {
    let all = Arc::new(Barrier::new(clients));
    let mut tasks = JoinSet::new();
    for number in 0..clients {
        let room = number % rooms;
        // As many as have this number modulo `rooms`.
        let members = (clients - room).div_ceil(rooms);
        tasks.spawn(client(address, number, (room, rooms), members, all.clone()));
    }
    let mut heard = 0;
    while let Some(done) = tasks.join_next().await {
        heard += done.map_err(|error| error.to_string())?.map_err(|error| format!("a client: {error}"))?;
    }
    Ok(heard)
}

async fn client(
    address: SocketAddr,
    number: usize,
    (room, rooms): (usize, usize),
    members: usize,
    all: Arc<Barrier>,
) -> std::io::Result<usize> {
    let (input, mut output) = TcpStream::connect(address).await?.into_split();
    let mut lines = BufReader::new(input).lines();
    output.write_all(format!("room{room} user{number}\n").as_bytes()).await?;
    let hello = lines.next_line().await?.unwrap_or_default();
    assert!(hello.ends_with(" here"), "{hello}");
    all.wait().await;
    output.write_all(format!("hello from {number}\n").as_bytes()).await?;
    for _ in 0..members {
        let line = lines.next_line().await?.unwrap_or_default();
        let (nick, text) = line.split_once(": ").unwrap_or_default();
        // Of this room, and what its speaker said.
        let speaker: usize = nick.trim_start_matches("user").parse().expect("a member's number");
        assert!(speaker % rooms == room && text == format!("hello from {speaker}"), "{line}");
    }
    // Nobody leaves before all have heard all.
    all.wait().await;
    Ok(members)
}
