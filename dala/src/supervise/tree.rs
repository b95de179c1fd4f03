//! The supervision tree as a value.

use super::strategy::Strategy;
use super::supervisor::{ChildInfo, ChildStatus, StartError, SupervisorRef};
use crate::actor::process;
use crate::pid::Pid;
use std::future::Future;
use std::pin::Pin;

/// A supervisor with what is below it, as it was when it was asked. Prints as
/// ```text
/// supervisor <0.5.0> rest for one
/// ├─ stores <0.6.0> supervisor one for one, permanent
/// │  └─ store <0.7.0> Store, permanent
/// └─ front <0.8.0> Store, transient
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Tree {
    /// The supervisor.
    pub pid: Pid,
    /// Its strategy; none if its children come and go ([`DynamicSupervisor`](super::DynamicSupervisor)).
    pub strategy: Option<Strategy>,
    /// Its children in start order.
    pub children: Vec<Branch>,
}

/// A child in a [`Tree`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Branch {
    /// What its supervisor says.
    pub child: ChildInfo,
    /// What it is: the name of its actor type.
    pub kind: Option<&'static str>,
    /// Its own children, if it is a supervisor of Rust's.
    pub below: Option<Tree>,
}

/// Asks the supervisor and those below it, one after the other.
pub(super) fn of(
    supervisor: SupervisorRef,
) -> Pin<Box<dyn Future<Output = Result<Tree, StartError>> + Send>> {
    Box::pin(async move {
        let strategy = supervisor.kind().await?;
        let mut children = Vec::new();
        for child in supervisor.children().await? {
            let kind = child.pid.and_then(process::name_of_type);
            let below = match child.pid.and_then(SupervisorRef::of_pid) {
                Some(below) => of(below).await.ok(),
                None => None,
            };
            children.push(Branch { child, kind, below });
        }
        Ok(Tree { pid: supervisor.pid(), strategy, children })
    })
}

fn strategy(strategy: Option<Strategy>) -> String {
    strategy.map_or_else(|| "dynamic".to_owned(), |strategy| strategy.to_string())
}

impl Tree {
    fn print(&self, f: &mut std::fmt::Formatter<'_>, indent: &str) -> std::fmt::Result {
        for (position, branch) in self.children.iter().enumerate() {
            let is_last = position + 1 == self.children.len();
            let (corner, below) = if is_last { ("└─", "   ") } else { ("├─", "│  ") };
            write!(f, "\n{indent}{corner} {}", branch.child.id)?;
            match (branch.child.pid, branch.child.status) {
                (Some(pid), _) => write!(f, " {pid}")?,
                (None, ChildStatus::Restarting) => f.write_str(" restarting")?,
                (None, _) => f.write_str(" stopped")?,
            }
            if let Some(kind) = branch.kind {
                write!(f, " {kind}")?;
            }
            if let Some(tree) = &branch.below {
                write!(f, " {}", strategy(tree.strategy))?;
            }
            write!(f, ", {}", branch.child.restart)?;
            if let Some(tree) = &branch.below {
                tree.print(f, &format!("{indent}{below}"))?;
            }
        }
        Ok(())
    }
}

impl std::fmt::Display for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "supervisor {} {}", self.pid, strategy(self.strategy))?;
        self.print(f, "")
    }
}
