#[dala::main(workers = "two")]
fn main(arguments: Vec<String>) {}
