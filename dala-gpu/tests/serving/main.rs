//! Models served by actors, seen from outside: requests and batches, versions, heat, and what goes wrong.
mod backend;
mod cancel;
mod deadlines;
mod faults;
#[cfg(feature = "onnx")]
#[path = "../fetched/mod.rs"]
mod fetched;
mod heat;
mod lifecycle;
mod pool;
mod requests;
mod shapes;

/// What a test gives.
type Outcome = Result<(), Box<dyn std::error::Error>>;

fn wait(until: impl Fn() -> bool) {
    while !until() {
        std::thread::yield_now();
    }
}

/// Fails if something stays in the region. A run on another thread outlives its killed actor, and the runtime.
fn expect_empty(region: &dala_gpu::Region) {
    let begun = std::time::Instant::now();
    while region.live_bytes() > 0 && begun.elapsed() < std::time::Duration::from_secs(10) {
        std::thread::yield_now();
    }
    assert_eq!((region.live_bytes(), region.usage().buffers), (0, 0));
}
