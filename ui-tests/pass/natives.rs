//! Forms of native functions.

mod inner {
    /// Visible outside, and named in Erlang as no function in Rust can be.
    #[dala::native(module = "fast_text", name = "upcase!", reductions = 20)]
    pub fn upcase(text: String) -> String {
        text.to_uppercase()
    }
}

#[dala::native(module = "Elixir.Fast")]
fn nothing() {}

#[dala::native(module = "Elixir.Fast")]
fn destructures((a, b): (u64, u64), mut rest: Vec<u64>) -> u64 {
    rest.push(a);
    rest.iter().sum::<u64>() + b
}

#[dala::native(module = "Elixir.Fast", tagged)]
fn parse(text: String) -> Result<i64, String> {
    text.parse().map_err(|error| format!("{error}"))
}

#[dala::native(module = "Elixir.Fast")]
async fn later(value: u64) -> Result<u64, std::io::Error> {
    std::future::ready(Ok(value)).await
}

#[dala::native(module = "Elixir.Fast", blocking)]
fn r#match(value: u64) -> std::io::Result<u64> {
    Ok(value)
}

#[cfg(any())]
#[dala::native(module = "Elixir.Fast")]
fn left_out(value: Unknown) {}

fn main() {
    nothing();
    assert_eq!(inner::upcase("a".to_owned()), "A");
    let functions = dala::natives![inner::upcase, nothing, destructures, parse, later, r#match];
    let names: Vec<String> = functions.iter().map(ToString::to_string).collect();
    assert_eq!(
        names,
        ["fast_text:upcase!/1", "Fast.nothing/0", "Fast.destructures/2", "Fast.parse/1", "Fast.later/1", "Fast.match/1"]
    );
    assert_eq!(functions[0].cost(), 20);
}
