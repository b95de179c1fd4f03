//! Several sessions of one model: work goes to whichever is free, and all else is as with one.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dala::energy::{Energy, Power, Simulated, Thermal};
use dala::supervise::SupervisorRef;
use dala::{Runtime, Supervisor};
use dala_gpu::Region;
use dala_gpu::infer::{Ask, Deployment, InferError, Limits, Model, Priority, ServeOptions, Server, Throttle};

use crate::backend::{Held, Scripted, first, held, row, send_off};
use crate::{Outcome, expect_empty, wait};

/// Some sessions of a model whose runs the test holds up.
struct Pool {
    runtime: Runtime,
    region: Region,
    held: Held,
    model: Model,
    supervisor: SupervisorRef,
}

fn pool(
    source: &[u8],
    sessions: usize,
    options: impl FnOnce(ServeOptions) -> ServeOptions,
) -> Result<Pool, Box<dyn std::error::Error>> {
    let (runtime, region, held) =
        (Runtime::builder().workers(2).build()?, Region::with_limit(16 << 20), held());
    // Each run on a thread of its own: its actor can be killed meanwhile.
    let (inline, lend) = (Duration::ZERO, Duration::ZERO);
    let defaults = ServeOptions::in_region(&region).inline_below(inline).lend_below(lend).max_batch(1);
    let server = Server::new(held.backend.clone(), source, options(defaults.sessions(sessions)))?;
    let model = server.model();
    let supervisor = runtime.block_on(Supervisor::new().child(server.child("model")).start(&runtime))?;
    Ok(Pool { runtime, region, held, model, supervisor })
}

/// How many times `x` was run.
fn runs_of(held: &Held, x: f32) -> usize {
    held.runs.lock().expect("no panic").iter().flatten().filter(|&&ran| ran == x).count()
}

#[test]
fn as_many_runs_go_on_at_a_time_as_there_are_sessions_and_the_rest_waits() -> Outcome {
    let Pool { runtime, region, held, model, .. } = pool(b"2", 3, |options| options)?;
    runtime.block_on(async {
        let mut asks: Vec<_> = (0..4).map(|_| Box::pin(model.infer(row(&region, 100.0)))).collect();
        for ask in &mut asks {
            send_off(ask).await;
        }
        for _ in 0..3 {
            held.begun.recv()?;
        }
        let stats = model.stats();
        assert_eq!((stats.sessions, stats.running, stats.queued), (3, 3, 1));
        for _ in 0..4 {
            held.let_go.send(())?;
        }
        for ask in asks {
            assert_eq!(first(&ask.await?), 100.0);
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let stats = model.stats();
    assert_eq!((stats.answered, stats.runs, stats.queued), (4, 4, 0));
    assert_eq!(stats.batches.iter().collect::<Vec<_>>(), [(1, 4)]);
    assert_eq!(stats.waits.total(), 4);
    Ok(())
}

#[test]
fn the_session_that_is_free_serves_batches_by_priority_while_another_is_held_up() -> Outcome {
    let Pool { runtime, region, held, model, .. } = pool(b"2", 2, |options| options.max_batch(4).queue(8))?;
    runtime.block_on(async {
        let mut asks: Vec<_> = (0..2).map(|_| Box::pin(model.infer(row(&region, 100.0)))).collect();
        for ask in &mut asks {
            send_off(ask).await;
            held.begun.recv()?;
        }
        let ask =
            |x: u8, priority| Box::pin(model.ask(row(&region, x.into()), Ask::default().priority(priority)));
        let mut others: Vec<_> =
            (1..=7).map(|x| ask(x, if x > 4 { Priority::High } else { Priority::Low })).collect();
        for other in &mut others {
            send_off(other).await;
        }
        let hopeless = model.ask(row(&region, 20.0), Ask::within(Duration::ZERO)).await;
        assert!(matches!(hopeless, Err(InferError::TooLate { .. })), "{hopeless:?}");
        let (asked, within) = (Instant::now(), Duration::from_millis(20));
        let mut late = Box::pin(model.ask(row(&region, 21.0), Ask::within(within)));
        send_off(&mut late).await;
        let refused = model.infer(row(&region, 22.0)).await;
        assert_eq!(refused.map(|_| ()), Err(InferError::Overloaded(8)), "one queue, of all sessions");
        wait(|| asked.elapsed() > within);
        // One of the two goes on, and serves all; the other stays where it is.
        held.let_go.send(())?;
        for (x, other) in (1..=7).zip(others) {
            assert_eq!(first(&other.await?), x as f32);
        }
        assert_eq!(late.await.map(|_| ()), Err(InferError::Expired));
        wait(|| model.stats().running == 1);
        held.let_go.send(())?;
        for ask in asks {
            ask.await?;
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let runs = held.runs.lock().expect("no panic");
    let order: Vec<f32> = runs.iter().flatten().copied().filter(|x| *x < 100.0).collect();
    assert!(order.iter().all(|x| *x < 20.0), "{order:?}");
    assert!(order[..3].iter().all(|x| *x > 4.0), "the urgent ones first: {order:?}");
    assert!(runs.iter().any(|rows| rows.len() > 1), "{runs:?}");
    let stats = model.stats();
    assert_eq!((stats.refused, stats.expired, stats.answered), (2, 1, 9));
    Ok(())
}

#[test]
fn streams_keep_their_own_state_whichever_session_runs_them() -> Outcome {
    let Pool { runtime, region, held, model, .. } =
        pool(b"2s", 3, |options| options.state("s", "t", 1).max_batch(4))?;
    runtime.block_on(async {
        let mut streams: Vec<_> = (1..=6).map(|x| (x, model.stream())).collect();
        // One session is held up meanwhile: no stream is bound to it.
        let mut busy_stream = model.stream();
        let mut busy = Box::pin(busy_stream.infer(row(&region, 100.0)));
        send_off(&mut busy).await;
        held.begun.recv()?;
        for round in 1..=20 {
            let steps = streams.iter_mut().map(|(x, stream)| stream.infer(row(&region, *x as f32)));
            for (at, answer) in futures_of(steps).await.into_iter().enumerate() {
                assert_eq!(first(&answer?), ((at + 1) * round) as f32);
            }
        }
        held.let_go.send(())?;
        assert_eq!(first(&busy.await?), 100.0);
        assert_eq!(first(&busy_stream.infer(row(&region, 5.0)).await?), 105.0);
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    drop((model, runtime));
    expect_empty(&region);
    Ok(())
}

/// All of them at the same time.
async fn futures_of<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut all: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, output) in &mut all {
            if output.is_none()
                && let std::task::Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *output = Some(ready);
            }
        }
        let is_done = all.iter().all(|(_, output)| output.is_some());
        if is_done { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    all.into_iter().filter_map(|(_, output)| output).collect()
}

#[test]
fn a_session_that_is_killed_in_a_batch_takes_no_other_request_with_it_and_comes_back() -> Outcome {
    let Pool { runtime, region, held, model, supervisor } = pool(b"2", 2, |options| options.max_batch(4))?;
    runtime.block_on(async {
        let mut busy: Vec<_> = (0..2).map(|_| Box::pin(model.infer(row(&region, 100.0)))).collect();
        for busy in &mut busy {
            send_off(busy).await;
            held.begun.recv()?;
        }
        let mut others: Vec<_> = (1..=3).map(|x| Box::pin(model.infer(row(&region, x as f32)))).collect();
        for other in &mut others {
            send_off(other).await;
        }
        let sessions = SupervisorRef::of_pid(supervisor.children().await?[0].pid.ok_or("it runs")?);
        let sessions = sessions.ok_or("a supervisor of sessions")?.children().await?;
        assert_eq!(sessions.len(), 2);
        dala::actor::process::kill(sessions[0].pid.ok_or("it runs")?);
        // Both runs are still held up: it is the next session that serves those.
        for (x, other) in (1..=3).zip(others) {
            assert_eq!(first(&other.await?), x as f32);
        }
        held.let_go.send(())?;
        held.let_go.send(())?;
        for busy in busy {
            assert_eq!(first(&busy.await?), 100.0, "a run on another thread goes on");
        }
        wait(|| model.stats().sessions == 2);
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    drop((model, supervisor, runtime));
    expect_empty(&region);
    Ok(())
}

#[test]
fn a_panic_in_one_session_answers_its_batch_and_leaves_the_others_at_work() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let region = Region::with_limit(16 << 20);
    let backend = Scripted::new(|rows| {
        assert!(!rows.contains(&66.0), "told to panic");
        Ok(())
    });
    let options = ServeOptions::in_region(&region).inline_below(Duration::ZERO).max_batch(1).sessions(3);
    let server = Server::new(backend, &b"2"[..], options)?;
    let model = server.model();
    let _supervisor = runtime.block_on(Supervisor::new().child(server.child("model")).start(&runtime))?;
    let (mut down, mut answered) = (0, 0);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (1..=6)
            .map(|client| {
                let (model, region) = (&model, &region);
                scope.spawn(move || {
                    let ask = |x| model.ask_blocking(row(region, x), Ask::default()).map(|y| first(&y));
                    (0..40)
                        .map(|at| if client == 1 && at % 20 == 7 { ask(66.0) } else { ask(client as f32) })
                        .map(|answer| match answer {
                            Ok(y) => (y == client as f32, false),
                            Err(error) => (error == InferError::Down, true),
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        for (is_right, is_down) in clients.into_iter().flat_map(|client| client.join().expect("no panic")) {
            assert!(is_right);
            if is_down { down += 1 } else { answered += 1 }
        }
    });
    assert_eq!((down, answered), (2, 238), "only who asked for it is told that the session is down");
    wait(|| model.stats().sessions == 3);
    Ok(())
}

#[test]
fn clients_that_die_leave_nothing_in_any_session() -> Outcome {
    let Pool { runtime, region, held, model, supervisor } = pool(b"2", 2, |options| options.max_batch(4))?;
    runtime.block_on(async {
        let mut doomed: Vec<_> = [100.0, 100.0, 1.0, 2.0, 3.0]
            .into_iter()
            .map(|x| (x, Box::pin(model.infer(row(&region, x)))))
            .collect();
        for (x, ask) in &mut doomed {
            send_off(ask).await;
            if *x == 100.0 {
                held.begun.recv()?;
            }
        }
        drop(doomed);
        held.let_go.send(())?;
        held.let_go.send(())?;
        assert_eq!(first(&model.infer(row(&region, 4.0)).await?), 4.0);
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    wait(|| model.stats().queued == 0 && model.stats().running == 0);
    assert_eq!((1..=3).map(|x| runs_of(&held, x as f32)).sum::<usize>(), 0, "nobody waits for them");
    assert_eq!(model.stats().abandoned, 3);
    drop((model, supervisor, runtime));
    expect_empty(&region);
    Ok(())
}

#[test]
fn all_sessions_of_a_version_end_when_it_is_swapped_and_no_request_is_lost() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let region = Region::with_limit(16 << 20);
    let running = Arc::new(AtomicUsize::new(0));
    let version = || {
        let running = running.clone();
        let backend = Scripted::new(move |_| {
            running.fetch_add(1, Ordering::SeqCst);
            std::thread::yield_now();
            running.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        });
        let options = ServeOptions::in_region(&region).inline_below(Duration::ZERO).max_batch(2).sessions(3);
        Server::new(backend, &b"2"[..], options)
    };
    let deployment = runtime.block_on(Deployment::start(&runtime, "0", version()?))?;
    let client = deployment.client();
    let stop = AtomicBool::new(false);
    let asked: u64 = std::thread::scope(|scope| {
        let clients: Vec<_> = (1..=4)
            .map(|x| {
                let (client, region, runtime, stop) = (client.clone(), &region, &runtime, &stop);
                scope.spawn(move || {
                    let mut asked = 0;
                    while !stop.load(Ordering::Acquire) {
                        let y = runtime.block_on(client.infer(row(region, x as f32))).expect("none is lost");
                        assert_eq!(first(&y), x as f32);
                        asked += 1;
                    }
                    asked
                })
            })
            .collect();
        let swapped = || -> Outcome {
            for number in 1..=5 {
                runtime.block_on(deployment.swap(number.to_string(), version()?))?;
            }
            Ok(())
        };
        let result = swapped();
        stop.store(true, Ordering::Release);
        result.expect("each version starts");
        clients.into_iter().map(|client| client.join().expect("no panic")).sum()
    });
    assert!(asked > 0);
    wait(|| deployment.versions().len() == 1);
    let versions = deployment.versions();
    assert_eq!((versions[0].version.as_str(), versions[0].stats.sessions), ("5", 3));
    runtime.block_on(deployment.stop());
    drop((client, runtime));
    expect_empty(&region);
    Ok(())
}

#[test]
fn when_it_is_hot_fewer_sessions_run_and_when_it_is_cool_again_all_do() -> Outcome {
    let machine = Simulated::new();
    let energy = Energy::simulated(&machine).every(Duration::from_secs(3600));
    let runtime = Runtime::builder().workers(2).energy(energy).build()?;
    let region = Region::with_limit(16 << 20);
    let held = held();
    let throttle = Throttle::none().with(Thermal::Serious, Power::Mains, Limits::new(50, 0));
    let options = ServeOptions::in_region(&region).inline_below(Duration::ZERO).max_batch(1);
    let server = Server::new(held.backend.clone(), &b"2"[..], options.sessions(2).throttle(throttle))?;
    machine.heat(Thermal::Serious);
    runtime.read_sensors();
    let model = server.start(&runtime)?;
    runtime.block_on(async {
        let mut asks: Vec<_> = (0..3).map(|_| Box::pin(model.infer(row(&region, 100.0)))).collect();
        for ask in &mut asks[..2] {
            send_off(ask).await;
        }
        for _ in 0..2 {
            held.begun.recv()?;
            let stats = model.stats();
            assert_eq!(stats.running, 1, "{stats:?}");
            if stats.queued > 0 {
                held.let_go.send(())?;
            }
        }
        machine.heat(Thermal::Nominal);
        runtime.read_sensors();
        send_off(&mut asks[2]).await;
        held.begun.recv()?;
        assert_eq!(model.stats().running, 2);
        held.let_go.send(())?;
        held.let_go.send(())?;
        for ask in asks {
            ask.await?;
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    Ok(())
}
