//! Learn: a program in Rust whose Elixir modules were made machine code by its build script and linked into it. Where it runs it
//! needs neither Erlang nor Elixir, and makes no memory executable.
//! Run: `cargo run --release --manifest-path examples/ahead/Cargo.toml`

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use dala::Runtime;
use dala_beam::interop::{Server, ServerSpec};
use dala_beam::otp::boot;
use dala_beam::process::{System, SystemOptions};

/// `Till`, a `GenServer` in `elixir/lib/till.ex`.
#[dala::beam(module = "Elixir.Till")]
trait Till {
    fn sell(&self, item: String, price: u64) -> u64;
    fn receipt(&self) -> Vec<String>;
}

fn main() -> Result<(), Box<dyn Error>> {
    dala::shutdown::end_when_nobody_reads();
    let runtime = Runtime::new()?;
    let options =
        SystemOptions { bundle: Some(Arc::new(dala_beam::include_modules!()?)), ..SystemOptions::default() };
    let system = System::new(runtime.handle().clone(), options);
    boot::start(&system, &["elixir"])?;
    let _entered = runtime.enter();
    let till = ServerSpec::new(&system, "Elixir.Till", &BTreeMap::<String, u64>::new()).start()?;
    let till = TillRef::from(Server::of_pid(&system, till));
    runtime.block_on(async {
        for (item, price) in [("tea", 3), ("bread", 4), ("tea", 3)] {
            println!("{item}: {} so far", till.sell(item.to_owned(), price).await?);
        }
        till.receipt().await?.iter().for_each(|line| println!("{line}"));
        Ok(())
    })
}
