//! Compiles each case; compares what the compiler says of the wrong ones with the `.stderr` beside them.
//!
//! The texts are those of the toolchain in `rust-toolchain.toml`. `TRYBUILD=overwrite cargo test -p dala-ui-tests`
//! rewrites them; read what changed, as a user would, before committing it.

#[test]
fn mistakes_are_explained_and_right_code_compiles() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.compile_fail("fail/*.rs");
}
