#[dala::beam(module = "Elixir.Cart")]
struct NotATrait;

#[dala::beam]
trait Nowhere {
    fn get(&self) -> u64;
}

#[dala::beam(module = Cart)]
trait Unquoted {
    fn get(&self) -> u64;
}

#[dala::beam(module = "Elixir.Cart")]
trait Generic<T> {
    fn get(&self) -> u64;
}

#[dala::beam(module = "Elixir.Cart")]
trait Cart {
    const SIZE: usize;
    fn body(&self) -> u64 {
        1
    }
    fn nobody() -> u64;
    fn changes(&mut self) -> u64;
    async fn waits(&self) -> u64;
    fn generic<T>(&self, value: T) -> u64;
    fn borrows(&self, text: &str) -> u64;
    fn takes_apart(&self, (a, b): (u64, u64)) -> u64;
    #[cast]
    fn cast(&self) -> u64;
    #[info(timeout = "1s")]
    fn info(&self);
    #[call(timeout = "soon")]
    fn late(&self) -> u64;
    #[call(name = "")]
    fn nameless(&self) -> u64;
}

fn main() {}
