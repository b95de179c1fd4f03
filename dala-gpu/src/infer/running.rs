//! The runs that go on, and who waits for them: one that nobody waits for any more is ended.
//!
//! All of it happens under the desk's lock. A run's requests are noted when it takes them, and forgotten before its next ones
//! are: so whoever ends a run ends that one, or, if it is over, none (`model::onnx::cancel`).
use crate::model::Canceller;

/// The sessions of a desk whose runs can be ended.
#[derive(Debug, Default)]
pub(super) struct Running(Vec<Run>);

#[derive(Debug)]
struct Run {
    incarnation: u64,
    canceller: Canceller,
    /// The numbers of its requests whose clients are there; none between runs.
    waited_for: Vec<u64>,
}

impl Running {
    /// A session begins to work.
    pub(super) fn join(&mut self, incarnation: u64, canceller: Option<Canceller>) {
        let run = |canceller| Run { incarnation, canceller, waited_for: Vec::new() };
        self.0.extend(canceller.map(run));
    }

    /// It ended. What it runs goes on.
    pub(super) fn leave(&mut self, incarnation: u64) {
        self.0.retain(|run| run.incarnation != incarnation);
    }

    /// It takes these requests.
    pub(super) fn begin(&mut self, incarnation: u64, requests: impl Iterator<Item = u64>) {
        if let Some(run) = self.of(incarnation) {
            run.waited_for.clear();
            run.waited_for.extend(requests);
        }
    }

    /// It has done.
    pub(super) fn end(&mut self, incarnation: u64) {
        if let Some(run) = self.of(incarnation) {
            run.waited_for.clear();
        }
    }

    /// The client of a request went away, wherever the request is. Ends its run, if it was the last.
    pub(super) fn abandon(&mut self, request: u64) {
        for run in &mut self.0 {
            let Some(at) = run.waited_for.iter().position(|&number| number == request) else { continue };
            run.waited_for.swap_remove(at);
            if run.waited_for.is_empty() {
                run.canceller.cancel();
            }
            return;
        }
    }

    fn of(&mut self, incarnation: u64) -> Option<&mut Run> {
        self.0.iter_mut().find(|run| run.incarnation == incarnation)
    }
}
