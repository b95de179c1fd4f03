use std::rc::Rc;

#[dala::beam(module = "Elixir.Cart")]
trait Cart {
    fn add(&self, item: Rc<u64>) -> u64;
    fn get(&self) -> Rc<u64>;
}

fn main() {}
