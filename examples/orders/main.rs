//! Learn: functions in Rust with types, called by a state machine in Elixir as if they were Elixir's.
//! Run: `cargo run --release --example orders`

mod pricing;

use std::process::ExitCode;

use dala_examples::{Stage, ended};

fn main() -> ExitCode {
    dala::shutdown::end_when_nobody_reads();
    ended(run())
}

fn run() -> Result<(), String> {
    let stage = Stage::new("orders")?;
    stage.system.add_natives(dala::natives![pricing::price]).map_err(|error| error.to_string())?;
    let steps: Result<Vec<String>, _> = stage.runtime.block_on(stage.system.call("Elixir.Orders", "run", ()));
    stage.stop();
    steps.map_err(|error| error.to_string())?.iter().for_each(|step| println!("{step}"));
    Ok(())
}
