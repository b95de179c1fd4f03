//! Ending an app when the system says so: Ctrl-C, `SIGTERM`.

use crate::runtime::Runtime;
use std::time::Duration;

/// Who wants the app to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StopSignal {
    /// The user: Ctrl-C (`SIGINT`).
    Interrupt,
    /// The system or a service manager (`SIGTERM`; not on Windows).
    Terminate,
}

/// The signals that ask the app to end. While it lives, and after, they do not end the OS process by themselves.
#[derive(Debug)]
pub struct StopSignals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl StopSignals {
    /// Listens from now on. Call it in async code (a handler, [`Runtime::block_on`]): it needs tokio.
    ///
    /// # Errors
    /// When the system refuses.
    ///
    /// # Panics
    /// Outside of a tokio context that does I/O.
    pub fn listen() -> std::io::Result<StopSignals> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
            Ok(StopSignals { interrupt, terminate })
        }
        #[cfg(not(unix))]
        Ok(StopSignals {})
    }

    /// The next signal.
    pub async fn next(&mut self) -> StopSignal {
        #[cfg(unix)]
        {
            use std::future::poll_fn;
            use std::task::Poll;
            poll_fn(|task| {
                if self.interrupt.poll_recv(task).is_ready() {
                    return Poll::Ready(StopSignal::Interrupt);
                }
                self.terminate.poll_recv(task).map(|_| StopSignal::Terminate)
            })
            .await
        }
        #[cfg(not(unix))]
        {
            // An error says that the system has no such signal: then there is none to wait for.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            StopSignal::Interrupt
        }
    }
}

impl Runtime {
    /// Waits on this thread for Ctrl-C or `SIGTERM`, then ends all actors in order ([`Runtime::shutdown`]).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = dala::Runtime::new()?;
    /// // .. start a supervisor ..
    /// runtime.run_until_stopped(std::time::Duration::from_secs(10))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the system refuses to listen; the actors are killed then.
    pub fn run_until_stopped(self, limit: Duration) -> std::io::Result<StopSignal> {
        let signal = self.block_on(async { Ok::<_, std::io::Error>(StopSignals::listen()?.next().await) })?;
        self.shutdown(limit);
        Ok(signal)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_termination_signal_arrives_as_a_value() {
        let runtime = Runtime::builder().workers(1).build().unwrap();
        let signal = runtime.block_on(async {
            let mut signals = StopSignals::listen().unwrap();
            let me = std::process::id().to_string();
            let sent = std::process::Command::new("kill").args(["-TERM", &me]).status().unwrap();
            assert!(sent.success());
            signals.next().await
        });
        assert_eq!(signal, StopSignal::Terminate);
    }
}
