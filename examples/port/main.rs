//! Learn: an OTP application, as it is installed, under a supervisor in Rust: started, used, and started again after a failure.
//! Run: `cargo run --release --example port`
//!
//! The application is Mnesia, OTP's database. Customers are actors in Rust; what they order is taken in transactions. `stock.rs` was
//! written by `dala gen rust Stock`.

#[expect(unreachable_pub, reason = "written for any crate")]
mod stock;

use std::process::ExitCode;
use std::sync::Arc;

use dala::actor::process;
use dala::supervise::{Supervisor, SupervisorRef};
use dala::{Atom, Pid};
use dala_beam::interop::ApplicationSpec;
use dala_beam::process::System;
use dala_examples::{Stage, ended};

use stock::{Refusal, create, left, take};

/// What there is in the morning.
const DELIVERY: [(&str, u64); 3] = [("cup", 40), ("pot", 10), ("tea", 100)];

/// Orders tea until something is short, and counts what came.
#[derive(Debug)]
struct Customer {
    system: Arc<System>,
}

#[dala::actor]
impl Customer {
    #[message]
    async fn order_all(&mut self) -> Result<u64, String> {
        for served in 0.. {
            let order = [("tea", 3), ("cup", 2)].map(|(item, count)| (item.to_owned(), count)).to_vec();
            if let Err(Refusal::Short(_)) = take(&self.system, order).await.map_err(text)? {
                return Ok(served);
            }
        }
        Err("nothing is ever short".to_owned())
    }
}

fn main() -> ExitCode {
    dala::shutdown::end_when_nobody_reads();
    ended(run())
}

fn run() -> Result<(), String> {
    let stage = Stage::new("port")?;
    stage.runtime.block_on(show(&stage))?;
    stage.stop();
    Ok(())
}

async fn show(stage: &Stage) -> Result<(), String> {
    let database = ApplicationSpec::new(&stage.system, "mnesia").map_err(text)?;
    let supervisor = Supervisor::new().child(database.child("database"));
    let supervisor = supervisor.start(stage.runtime.handle()).await.map_err(text)?;
    println!("mnesia is running: {}", is_running(stage).await?);
    sell(stage, 8).await?;

    let failed = child(&supervisor).await?.ok_or("the database is gone")?;
    let top: Pid = stage.system.call("erlang", "whereis", (Atom::new("mnesia_sup"),)).await.map_err(text)?;
    let end = process::ended(failed);
    process::kill(top);
    println!("mnesia's supervisor is killed: {}", end.await.map_err(text)?);
    while child(&supervisor).await?.is_none_or(|pid| pid == failed) {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    println!("mnesia is running: {}", is_running(stage).await?);
    // What was in memory is gone.
    sell(stage, 3).await?;

    supervisor.stop().await;
    println!("mnesia is running: {}", is_running(stage).await?);
    Ok(())
}

/// So many customers at once.
async fn sell(stage: &Stage, customers: usize) -> Result<(), String> {
    let delivery = DELIVERY.map(|(item, count)| (item.to_owned(), count)).to_vec();
    create(&stage.system, delivery).await.map_err(text)?;
    let mut orders = Vec::new();
    for _ in 0..customers {
        let customer = stage.runtime.spawn(Customer { system: stage.system.clone() }).map_err(text)?;
        orders.push(CustomerRef::from(customer).order_all());
    }
    let mut served = 0;
    for order in orders {
        served += order.await.map_err(text)??;
    }
    println!("{served} orders came, left: {:?}", left(&stage.system).await.map_err(text)?);
    Ok(())
}

async fn is_running(stage: &Stage) -> Result<bool, String> {
    type Running = Vec<(Atom, Vec<char>, Vec<char>)>;
    let running: Running = stage.system.call("application", "which_applications", ()).await.map_err(text)?;
    Ok(running.iter().any(|(name, ..)| name.text() == "mnesia"))
}

/// The process that stands for the application, while there is one.
async fn child(supervisor: &SupervisorRef) -> Result<Option<Pid>, String> {
    Ok(supervisor.find_child("database").await.map_err(text)?.pid)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
