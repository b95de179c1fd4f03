//! Tests of what scripts fetch or install (scripts/setup-ai.sh, scripts/setup-voice.sh): where it is missing they are skipped,
//! which scripts/sum-tests.sh counts. With `DALA_AI_REQUIRED=1`, which scripts/test.sh sets where all is there, they fail.
use std::fmt::Display;
use std::io::Write;

/// Says that the test that runs on this thread is skipped, past what captures the output of tests.
///
/// # Panics
/// With `DALA_AI_REQUIRED=1`.
pub(crate) fn skip(why: impl Display) {
    let is_required = std::env::var_os("DALA_AI_REQUIRED").is_some_and(|value| value == "1");
    assert!(!is_required, "DALA_AI_REQUIRED=1, and {why}");
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    // One write, so that lines stay whole; if there is nowhere to say it, nobody reads it.
    let _ = std::io::stderr().write_all(format!("\nskipped test: {test}: {why}\n").as_bytes());
}
