//! Compiles `elixir/lib`, and makes it and what it reaches of Elixir and OTP machine code that is linked into the program.

fn main() {
    dala_build::compile_ahead("elixir", &[]);
}
