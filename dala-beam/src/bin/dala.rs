//! The `dala` command.
fn main() {}
