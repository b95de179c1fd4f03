//! Tests of actors: in simulations and on a real runtime.

#[dala::test]
async fn plain() {}

#[dala::test(seeds = 3)]
#[should_panic]
async fn with_attributes() {
    panic!("on purpose");
}

#[dala::test(real, workers = 1)]
async fn with_result() -> Result<(), String> {
    Ok(())
}

fn main() {}
