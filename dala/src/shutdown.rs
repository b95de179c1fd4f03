//! Ending an app when the system says so: Ctrl-C, `SIGTERM`, or nobody reads what it prints.

use crate::message::exit;
use crate::runtime::Runtime;
use std::io::{ErrorKind, Write};
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

/// From now on, printing to a pipe that nobody reads any more ends the OS process, without a word and with status 0:
/// `app | head -1` ends as other commands do.
///
/// Otherwise `print!` and `println!` panic there, which in an actor is a crash like any other: it is reported, and a
/// supervisor starts the actor again. Call it first in `main`. What is printed to the standard error, or written to other
/// pipes, ends nothing.
///
/// ```
/// dala::shutdown::end_when_nobody_reads();
/// println!("hello");
/// ```
pub fn end_when_nobody_reads() {
    // The runtime's own hook takes panics of actors: ours is around it, whichever comes first.
    exit::install_hook();
    let former = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // What `std` says; it gives no other sign.
        let is_of_printing =
            panic.payload_as_str().is_some_and(|text| text.starts_with("failed printing to stdout"));
        if is_of_printing && nobody_reads() {
            std::process::exit(0);
        }
        former(panic);
    }));
}

/// Whether standard output fails because of that, and not because a disk is full.
fn nobody_reads() -> bool {
    let mut output = std::io::stdout().lock();
    let written = output.write_all(b"\n").and_then(|()| output.flush());
    written.is_err_and(|error| error.kind() == ErrorKind::BrokenPipe)
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
