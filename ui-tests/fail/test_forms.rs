#[dala::test(seeds = 5, real)]
async fn both_kinds() {}

#[dala::test(workers = 2)]
async fn no_workers() {}

#[dala::test]
fn not_async(input: u32) {
    let _ = input;
}

#[dala::test(seed = 5)]
async fn one_letter_less() {}

#[dala::test]
struct NoFunction;

fn main() {}
