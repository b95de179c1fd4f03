//! A few seconds of the soak that `make soak` runs for ten minutes. Alone in its program, since it counts the memory of all
//! threads.

use dala_tests::allocations::Counting;
use dala_tests::soak::{Soak, Totals};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn nothing_is_lost_doubled_or_left_behind() {
    let mut soak = Soak::new(1, 2);
    let mut totals = None;
    for epoch in 0..6 {
        let report = soak.epoch(1500).unwrap_or_else(|faults| panic!("epoch {epoch}: {}", faults.join("\n")));
        totals = Some(report.totals);
    }
    let totals = totals.expect("there were epochs");
    // An idle soak shows here.
    let Totals { handled, lost, refused, answered, unanswered, .. } = totals;
    assert!(handled > 10_000 && lost > 20 && refused > 100, "{totals:?}");
    assert!(answered > 100 && unanswered > 0, "{totals:?}");
    let Totals { fired, cancelled, downs, exits, ended, starts, .. } = totals;
    assert!(fired > 100 && cancelled > 5 && downs > 20 && exits > 20, "{totals:?}");
    assert!(ended > 500 && starts > 80, "{totals:?}");
}
