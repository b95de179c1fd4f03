//! Every kind of actor follows the same rules of signals and lifecycle (`dala_tests::semantic`).

use dala_tests::semantic::native::Native;
use dala_tests::semantic::run_all;
use dala_tests::semantic::scripted::Scripted;

#[test]
fn native_actors_follow_the_rules() {
    run_all(&Native);
}

#[test]
fn scripted_behaviours_follow_the_rules() {
    run_all(&Scripted);
}
