//! Every kind of actor follows the same rules of signals and lifecycle (`dala_tests::semantic`).

use dala_tests::semantic::interpreter::Interpreter;
use dala_tests::semantic::mixed::Mixed;
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

#[test]
fn interpreted_processes_follow_the_rules() {
    run_all(Box::leak(Box::new(Interpreter::default())));
}

#[test]
fn the_rules_hold_between_native_actors_and_processes() {
    run_all(Box::leak(Box::new(Mixed::native_first())));
    run_all(Box::leak(Box::new(Mixed::processes_first())));
}
