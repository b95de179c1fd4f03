//! Programs of the operating system.

use super::error::CapError;
use super::held::Cap;
use super::rights::ReadWrite;
use std::ffi::{OsStr, OsString};
use std::process::{Output, Stdio};

/// The right to run one program, with whatever arguments the holder gives after the first ones.
#[derive(Debug)]
pub struct Command {
    program: OsString,
    first: Vec<OsString>,
}

impl Command {
    /// To run `program`: a path, or a name to look up in `PATH`.
    pub fn new(program: impl Into<OsString>) -> Command {
        Command { program: program.into(), first: Vec::new() }
    }

    /// An argument that comes before the holder's.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Command {
        self.first.push(argument.into());
        self
    }
}

impl Cap<Command, ReadWrite> {
    /// Runs the program with nothing to read, and waits for its end. It is killed when the capability is revoked or the
    /// future dropped.
    ///
    /// ```
    /// # use dala::cap::{Cap, Command};
    /// # #[dala::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let echo = Cap::new(Command::new("echo").arg("hello"));
    /// assert_eq!(echo.run(["world"]).await?.stdout, b"hello world\n");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`CapError`]. That the program failed is no error: see [`Output::status`].
    pub async fn run<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Output, CapError> {
        let command = self.begin()?;
        let child = tokio::process::Command::new(&command.program)
            .args(&command.first)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        Ok(self.unless_revoked(child.wait_with_output()).await??)
    }
}
