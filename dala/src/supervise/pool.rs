//! Pools: several supervised workers behind a router.

use super::child::ChildSpec;
use super::supervisor::{StartError, Supervisor, SupervisorRef};
use crate::actor::{Actor, ActorRef};
use crate::mailbox::bounded::COUNTED;
use crate::registry::Router;
use crate::sched::handle::Handle;
use crate::sched::spawning::Startable;

/// Workers of one kind, supervised one for one, and chosen among by a [`Router`], to which it derefs. A function makes the
/// state of a worker, or spawns one with an `#[init]` (`|place| Worker::spawn(..)`), which is waited for. A worker that is
/// started again takes its old place.
///
/// ```
/// use dala::supervise::Pool;
///
/// struct Worker;
/// #[dala::actor]
/// impl Worker {
///     #[message]
///     fn work(&mut self, n: u64) -> u64 { n * n }
/// }
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let pool = Pool::start_here(4, |_place| Worker).await?;
///     let worker = pool.least_loaded().ok_or("all are down")?;
///     assert_eq!(worker.call(Work { n: 5 }).await?, 25);
///     pool.stop().await;
///     Ok(())
/// }
/// ```
pub struct Pool<A: Actor> {
    supervisor: SupervisorRef,
    router: Router<A>,
}

impl<A: Actor> Clone for Pool<A> {
    fn clone(&self) -> Self {
        Pool { supervisor: self.supervisor, router: self.router.clone() }
    }
}

impl<A: Actor> std::fmt::Debug for Pool<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("supervisor", &self.supervisor).field("router", &self.router).finish()
    }
}

impl<A: Actor> std::ops::Deref for Pool<A> {
    type Target = Router<A>;
    fn deref(&self) -> &Router<A> {
        &self.router
    }
}

impl<A: Actor + Send> Pool<A> {
    /// The supervisor of a pool of `size` workers, and the router that will know them; to be started, alone or as a child.
    pub fn supervisor<S: Startable<Actor = A> + 'static>(
        size: usize,
        make: impl Fn(usize) -> S + Clone + Send + 'static,
        supervisor: Supervisor,
    ) -> (Supervisor, Router<A>) {
        let router = Router::new();
        let supervisor = (0..size).fold(supervisor, |supervisor, place| {
            let (make, router) = (make.clone(), router.clone());
            let spawn = move || make(place).into_spawning().mailbox_or(COUNTED);
            supervisor.child(ChildSpec::spawned(place.to_string(), spawn, move |&actor: &ActorRef<A>| {
                router.put(place, actor)
            }))
        });
        (supervisor, router)
    }

    /// Starts `size` workers on `runtime`.
    ///
    /// # Errors
    /// As [`Supervisor::start`].
    pub async fn start<S: Startable<Actor = A> + 'static>(
        runtime: &Handle,
        size: usize,
        make: impl Fn(usize) -> S + Clone + Send + 'static,
    ) -> Result<Pool<A>, StartError> {
        let (supervisor, router) = Pool::supervisor(size, make, Supervisor::new());
        Ok(Pool { supervisor: supervisor.start(runtime).await?, router })
    }

    /// As [`Pool::start`] on the runtime of this thread.
    ///
    /// # Errors
    /// As [`Supervisor::start_here`].
    pub async fn start_here<S: Startable<Actor = A> + 'static>(
        size: usize,
        make: impl Fn(usize) -> S + Clone + Send + 'static,
    ) -> Result<Pool<A>, StartError> {
        let (supervisor, router) = Pool::supervisor(size, make, Supervisor::new());
        Ok(Pool { supervisor: supervisor.start_here().await?, router })
    }

    /// Ends the workers, and waits for that.
    pub async fn stop(&self) {
        self.supervisor.stop().await;
    }
}
