#[dala::native(module = "Elixir.Fast")]
struct NotAFunction;

#[dala::native]
fn nowhere() {}

#[dala::native(module = Fast)]
fn unquoted() {}

#[dala::native(module = "Elixir.Fast", name = "")]
fn nameless() {}

#[dala::native(modul = "Elixir.Fast")]
fn misspelt() {}

#[dala::native(module = "Elixir.Fast", blocking)]
async fn both() {}

#[dala::native(module = "Elixir.Fast", tagged)]
fn plain() -> u64 {
    1
}

#[dala::native(module = "Elixir.Fast")]
fn borrows(text: &str, bytes: &[u8]) -> u64 {
    (text.len() + bytes.len()) as u64
}

#[dala::native(module = "Elixir.Fast")]
fn generic<T>(value: T) -> T {
    value
}

#[dala::native(module = "Elixir.Fast")]
fn many(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8) -> u8 {
    a + b + c + d + e + f + g + h + i
}

struct Counter;

impl Counter {
    #[dala::native(module = "Elixir.Fast")]
    fn count(&self) -> u64 {
        1
    }
}

fn main() {}
