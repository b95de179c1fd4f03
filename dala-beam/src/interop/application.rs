//! OTP applications as children of supervisors in Rust.

use std::sync::Arc;
use std::time::Duration;

use dala::ExitReason;
use dala::supervise::{ChildSpec, Shutdown};
use dala_ir::abi::Atom;
use dala_ir::abi::atom::AtomError;

use super::{Server, ServerError, ServerSpec};
use crate::process::System;

/// An application takes the time that it takes to start, as in OTP: a year.
const START_LIMIT: Duration = Duration::from_secs(365 * 24 * 3600);

/// Asks the process that stands for the application (`otp/erlang/dala_application.erl`), which answers when that has started.
#[dala::message]
struct Started;

/// An OTP application (a folder with a `NAME.app` in the code path) that a supervisor in Rust starts, again when it fails, and stops.
///
/// The application is not changed and does not know: it is started by OTP's application controller, with the applications that it
/// needs, as `application:ensure_all_started/1` does. Its child in Rust is a process that ends when the application ends, with the
/// reason `{application_ended, Name, Reason}`.
///
/// ```no_run
/// # async fn start(system: std::sync::Arc<dala_beam::process::System>) -> Result<(), Box<dyn std::error::Error>> {
/// use dala::supervise::Supervisor;
/// use dala_beam::interop::ApplicationSpec;
///
/// let mnesia = ApplicationSpec::new(&system, "mnesia")?;
/// let supervisor = Supervisor::new().child(mnesia.child("database")).start_here().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ApplicationSpec {
    system: Arc<System>,
    server: ServerSpec,
}

impl ApplicationSpec {
    /// The application `name`, of a system that was started ([`boot::start`](crate::otp::boot::start)).
    ///
    /// # Errors
    /// When the name is no atom.
    pub fn new(system: &Arc<System>, name: &str) -> Result<ApplicationSpec, AtomError> {
        let server = ServerSpec::new(system, "dala_application", &Atom::try_new(name)?);
        Ok(ApplicationSpec { system: system.clone(), server })
    }

    /// A child of a supervisor that starts it, waits until it has started, and gives it all the time it wants to stop.
    pub fn child(self, id: impl Into<String>) -> ChildSpec {
        let start = move || {
            let (started, system) = (self.server.start(), self.system.clone());
            async move {
                let pid = started.map_err(|error| ExitReason::custom(error.to_string()))?;
                let started = Server::of_pid(&system, pid).call_timeout(Started, START_LIMIT).await;
                started.map(|()| pid).map_err(|error| match error {
                    ServerError::Exited(reason) => reason,
                    other => ExitReason::custom(other.to_string()),
                })
            }
        };
        ChildSpec::starting(id, start).shutdown(Shutdown::Forever)
    }
}
