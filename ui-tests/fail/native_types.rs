use std::rc::Rc;

#[dala::native(module = "Elixir.Fast")]
fn takes(shared: Rc<u64>) -> u64 {
    *shared
}

#[dala::native(module = "Elixir.Fast")]
fn gives() -> Rc<u64> {
    Rc::new(1)
}

#[dala::native(module = "Elixir.Fast")]
fn fails() -> Result<u64, Vec<u8>> {
    Ok(1)
}

#[dala::native(module = "Elixir.Fast")]
async fn waits() -> u64 {
    let held = Rc::new(1);
    std::future::ready(()).await;
    *held
}

fn not_native() {}

fn main() {
    let _ = dala::natives![takes, not_native];
}
