//! Requests with deadlines: who waits for them, for whom they wait, and what becomes of those that are late.
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use dala::Runtime;
use dala_gpu::Region;
use dala_gpu::infer::{Ask, InferError, Priority, ServeOptions, Server};

use crate::Outcome;
use crate::backend::{Scripted, first, held, row, send_off};

#[test]
fn who_asks_with_a_deadline_is_answered_then_however_long_the_run_takes() -> Outcome {
    let (runtime, region, held) =
        (Runtime::builder().workers(1).build()?, Region::with_limit(1 << 20), held());
    let options = ServeOptions::in_region(&region).inline_below(Duration::ZERO).state("s", "t", 1);
    let model = Server::new(held.backend.clone(), &b"2s"[..], options)?.start(&runtime)?;
    let ask = Ask::within(Duration::from_millis(50));
    let error = model.ask_blocking(row(&region, 100.0), ask).expect_err("it is held up");
    assert_eq!(error, InferError::TimedOut);
    held.begun.recv()?;
    held.let_go.send(())?;
    assert_eq!(model.ask_blocking(row(&region, 1.0), Ask::default()).map(|y| first(&y)), Ok(1.0));
    assert_eq!((model.stats().answered, model.stats().late), (2, 1), "the first had nobody who waited");
    runtime.block_on(async {
        let mut stream = model.stream();
        assert_eq!(stream.ask(row(&region, 100.0), ask).await.expect_err("again"), InferError::TimedOut);
        assert_eq!(stream.infer(row(&region, 1.0)).await.expect_err("it went"), InferError::StreamBroken);
    });
    held.let_go.send(())?;
    Ok(())
}

/// Polls a future on this thread, which is no runtime's, to its end.
fn poll_here<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        std::thread::park();
    }
}

#[test]
fn who_asks_with_a_deadline_from_a_thread_of_no_runtime_is_answered_then_too() -> Outcome {
    let (runtime, region, held) =
        (Runtime::builder().workers(1).build()?, Region::with_limit(1 << 20), held());
    let options = ServeOptions::in_region(&region).inline_below(Duration::ZERO).max_batch(1);
    let model = Server::new(held.backend.clone(), &b"2s"[..], options.state("s", "t", 1))?.start(&runtime)?;
    assert!(dala::Handle::current().is_none());
    let ask = Ask::within(Duration::from_millis(50));
    let mut stream = model.stream();
    let late = poll_here(stream.ask(row(&region, 100.0), ask)).expect_err("it is held up");
    assert_eq!(late, InferError::TimedOut);
    held.begun.recv()?;
    let late = poll_here(model.ask(row(&region, 1.0), ask)).expect_err("it waits for the other");
    assert_eq!(late, InferError::Expired);
    held.let_go.send(())?;
    let answer = poll_here(model.ask(row(&region, 2.0), Ask::within(Duration::from_secs(60))));
    assert_eq!(answer.map(|y| first(&y)), Ok(2.0));
    Ok(())
}

#[test]
fn a_request_waits_for_others_no_longer_than_its_deadline_leaves_it() -> Outcome {
    let (runtime, region) = (Runtime::builder().workers(1).build()?, Region::with_limit(1 << 20));
    // As long for two as for one: so it pays to wait.
    let backend = Scripted::new(|_| {
        std::thread::sleep(Duration::from_millis(2));
        Ok(())
    });
    let options = ServeOptions::in_region(&region).max_batch(2).inline_below(Duration::ZERO);
    let model =
        Server::new(backend, &b"2"[..], options.max_wait(Duration::from_secs(3600)))?.start(&runtime)?;
    runtime.block_on(async {
        // Learns that. Whoever is left alone waits too.
        for _ in 0..3 {
            let ask = |x: i32| model.ask(row(&region, x as f32), Ask::within(Duration::from_millis(200)));
            let mut asks: Vec<_> = (0..6).map(|x| Box::pin(ask(x))).collect();
            for ask in &mut asks {
                send_off(ask).await;
            }
            for ask in asks {
                // On a machine that does other things too it may be late.
                let _ = ask.await;
            }
        }
        let expired = model.stats().expired;
        // Nobody comes.
        let asked = Instant::now();
        let answer = model.ask(row(&region, 7.0), Ask::within(Duration::from_secs(2))).await;
        assert_eq!(answer.map(|y| first(&y)), Ok(7.0));
        let took = asked.elapsed();
        assert!(took > Duration::from_millis(500), "{took:?}: it did wait for others");
        // One without a deadline waits as long as it takes, until one with a deadline of another kind comes.
        let mut patient = Box::pin(model.infer(row(&region, 8.0)));
        send_off(&mut patient).await;
        let hasty = model.ask(row(&region, 9.0), Ask::within(Duration::from_secs(2))).await;
        assert_eq!(hasty.map(|y| first(&y)), Ok(9.0));
        assert_eq!(patient.await.map(|y| first(&y)), Ok(8.0));
        assert_eq!(model.stats().expired, expired);
    });
    Ok(())
}

#[test]
fn of_a_batch_that_failed_those_that_are_late_or_gone_by_then_are_not_run_again() -> Outcome {
    for goes_away in [false, true] {
        let (runtime, region, held) =
            (Runtime::builder().workers(1).build()?, Region::with_limit(1 << 20), held());
        let options = ServeOptions::in_region(&region).inline_below(Duration::ZERO).max_batch(4);
        let model = Server::new(held.backend.clone(), &b"2"[..], options)?.start(&runtime)?;
        runtime.block_on(async {
            let mut busy = Box::pin(model.infer(row(&region, 100.0)));
            send_off(&mut busy).await;
            held.begun.recv()?;
            // Two that will run together and fail; the first of them holds that run up.
            let within = Duration::from_millis(300);
            let mut slow = Box::pin(model.ask(row(&region, 100.0), Ask::default().priority(Priority::High)));
            let mut unlucky = Box::pin(model.ask(row(&region, 13.0), Ask::within(within)));
            send_off(&mut slow).await;
            send_off(&mut unlucky).await;
            let asked = Instant::now();
            held.let_go.send(())?;
            busy.await?;
            held.begun.recv()?;
            if goes_away {
                drop(unlucky);
            } else {
                assert_eq!(unlucky.await.expect_err("held up"), InferError::TimedOut);
                assert!(asked.elapsed() >= within);
            }
            held.let_go.send(())?;
            // Alone again.
            held.begun.recv()?;
            held.let_go.send(())?;
            assert_eq!(first(&slow.await?), 100.0);
            Ok::<_, Box<dyn std::error::Error>>(())
        })?;
        assert_eq!(*held.runs.lock().expect("no panic"), [vec![100.0], vec![100.0, 13.0], vec![100.0]]);
        let stats = model.stats();
        assert_eq!((stats.failed, stats.answered, stats.expired + stats.abandoned), (0, 2, 1));
    }
    Ok(())
}

#[test]
fn who_waits_when_the_time_passes_makes_room_in_the_queue() -> Outcome {
    let (runtime, region, held) =
        (Runtime::builder().workers(1).build()?, Region::with_limit(1 << 20), held());
    let options = ServeOptions::in_region(&region).inline_below(Duration::ZERO).max_batch(1).queue(1);
    let model = Server::new(held.backend.clone(), &b"2"[..], options)?.start(&runtime)?;
    runtime.block_on(async {
        let mut busy = Box::pin(model.infer(row(&region, 100.0)));
        send_off(&mut busy).await;
        held.begun.recv()?;
        let ask = Ask::within(Duration::from_millis(20));
        assert_eq!(model.ask(row(&region, 1.0), ask).await.expect_err("held up"), InferError::Expired);
        assert_eq!((model.stats().queued, model.stats().expired), (0, 1));
        let mut next = Box::pin(model.infer(row(&region, 2.0)));
        send_off(&mut next).await;
        held.let_go.send(())?;
        busy.await?;
        assert_eq!(first(&next.await?), 2.0);
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let blocking = std::thread::scope(|scope| {
        let busy = scope.spawn(|| model.ask_blocking(row(&region, 100.0), Ask::default()));
        held.begun.recv()?;
        let late = model.ask_blocking(row(&region, 3.0), Ask::within(Duration::from_millis(20)));
        held.let_go.send(())?;
        busy.join().expect("no panic")?;
        Ok::<_, Box<dyn std::error::Error>>(late.map(|y| first(&y)))
    })?;
    assert_eq!(blocking, Err(InferError::Expired));
    assert_eq!(*held.runs.lock().expect("no panic"), [[100.0], [2.0], [100.0]]);
    Ok(())
}
