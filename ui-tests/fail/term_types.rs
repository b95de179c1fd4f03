use std::rc::Rc;

#[derive(dala::Term)]
struct Shared {
    shared: Rc<u64>,
}

#[derive(dala::Term)]
enum Event {
    Opened(Rc<u64>),
}

#[derive(dala::Term)]
struct NoOption {
    #[term(none = "undefined")]
    count: u64,
}

#[derive(dala::Term)]
#[term(module = "Elixir.Cart")]
struct Missing {
    #[term(default)]
    value: dala::Pid,
}

fn main() {}
