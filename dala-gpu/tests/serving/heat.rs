//! What heat and power change: priorities, rate, the version. No request is lost without an error.
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dala::Runtime;
use dala::energy::{Energy, Power, Simulated, Thermal};
use dala_gpu::Region;
use dala_gpu::infer::{Ask, Deployment, InferError, Limits, Priority, Role, ServeOptions, Server, Throttle};

use crate::backend::{Scripted, first, held, row, send_off};
use crate::{Outcome, expect_empty, wait};

/// A runtime on a machine whose sensors are read when a test says so.
fn machine() -> Result<(Simulated, Runtime), Box<dyn std::error::Error>> {
    let machine = Simulated::new();
    let energy = Energy::simulated(&machine).every(Duration::from_secs(3600));
    Ok((machine, Runtime::builder().workers(2).energy(energy).build()?))
}

#[test]
fn heat_rises_to_critical_and_falls_and_no_request_is_lost_without_an_error() -> Outcome {
    let (machine, runtime) = machine()?;
    let region = Region::with_limit(4 << 20);
    let ran = Arc::new(AtomicUsize::new(0));
    let counted = ran.clone();
    let backend = Scripted::new(move |rows| {
        counted.fetch_add(rows.iter().filter(|&&x| x != 0.0).count(), Ordering::Relaxed);
        Ok(())
    });
    let options = ServeOptions::in_region(&region).state("s", "t", 1).max_batch(8);
    let model = Server::new(backend, &b"2s"[..], options)?.start(&runtime)?;
    let stop = AtomicBool::new(false);
    let counts: Vec<[usize; 2]> = std::thread::scope(|scope| {
        let clients: Vec<_> = (1..=6)
            .map(|client| {
                let (model, runtime, region, stop) = (&model, &runtime, &region, &stop);
                scope.spawn(move || {
                    let priority = [Priority::Low, Priority::Normal, Priority::High][client % 3];
                    // Some keep a state: a step that is refused leaves it.
                    let mut stream = (client > 3).then(|| model.stream());
                    let (mut counts, mut sum) = ([0, 0], 0.0);
                    while !stop.load(Ordering::Acquire) {
                        let (ask, x) = (Ask::default().priority(priority), client as f32);
                        let answer = match &mut stream {
                            Some(stream) => runtime.block_on(stream.ask(row(region, x), ask)),
                            None => model.ask_blocking(row(region, x), ask),
                        };
                        match answer {
                            Ok(y) => {
                                sum = if stream.is_some() { sum + x } else { x };
                                assert_eq!(first(&y), sum);
                                counts[0] += 1;
                            }
                            Err(error) => {
                                assert_eq!(error, InferError::Throttled(Priority::High));
                                assert!(priority < Priority::High, "the most urgent are always served");
                                counts[1] += 1;
                            }
                        }
                    }
                    counts
                })
            })
            .collect();
        for _ in 0..3 {
            for level in [Thermal::Fair, Thermal::Critical, Thermal::Serious, Thermal::Nominal] {
                machine.heat(level);
                runtime.read_sensors();
                let before = model.stats();
                wait(|| model.stats().answered > before.answered + 20);
                if level == Thermal::Critical {
                    wait(|| model.stats().throttled > before.throttled + 20);
                }
            }
        }
        stop.store(true, Ordering::Release);
        clients.into_iter().map(|client| client.join().expect("each request was answered")).collect()
    });
    let stats = model.stats();
    let [answered, throttled] = [0, 1].map(|at| counts.iter().map(|counts| counts[at] as u64).sum::<u64>());
    assert_eq!((stats.answered, stats.throttled), (answered, throttled));
    assert_eq!((stats.failed, stats.queued, ran.load(Ordering::Relaxed)), (0, 0, answered as usize));
    assert!(counts.iter().all(|[answered, _]| *answered > 0), "{counts:?}");
    drop(model);
    drop(runtime);
    expect_empty(&region);
    Ok(())
}

#[test]
fn who_waits_when_it_gets_too_hot_is_told() -> Outcome {
    let (never, always) = (Duration::ZERO, Duration::from_secs(600));
    // On another thread, on the worker, in its place.
    for (inline, lend) in [(never, never), (always, never), (never, always)] {
        who_waits_is_told(inline, lend)?;
    }
    Ok(())
}

fn who_waits_is_told(inline: Duration, lend: Duration) -> Outcome {
    let (machine, runtime) = machine()?;
    let region = Region::with_limit(1 << 20);
    let held = held();
    let options = ServeOptions::in_region(&region).max_batch(1).inline_below(inline).lend_below(lend);
    let model = Server::new(held.backend.clone(), &b"2"[..], options)?.start(&runtime)?;
    runtime.block_on(async {
        let mut busy = Box::pin(model.infer(row(&region, 100.0)));
        send_off(&mut busy).await;
        held.begun.recv()?;
        let ask = |x: f32, priority| Box::pin(model.ask(row(&region, x), Ask::default().priority(priority)));
        let (mut usual, mut urgent) = (ask(1.0, Priority::Normal), ask(2.0, Priority::High));
        send_off(&mut usual).await;
        send_off(&mut urgent).await;
        machine.heat(Thermal::Critical);
        runtime.read_sensors();
        held.let_go.send(())?;
        assert_eq!(first(&busy.await?), 100.0, "what runs is answered");
        assert_eq!(usual.await.expect_err("hot"), InferError::Throttled(Priority::High));
        assert_eq!(first(&urgent.await?), 2.0);
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    assert_eq!(*held.runs.lock().expect("no panic"), [[100.0], [2.0]]);
    Ok(())
}

#[test]
fn a_model_rests_between_runs_when_it_may_not_be_busy_all_the_time() -> Outcome {
    let (machine, runtime) = machine()?;
    let region = Region::with_limit(1 << 20);
    let runs: Arc<Mutex<Vec<[Instant; 2]>>> = Arc::default();
    let noted = runs.clone();
    let backend = Scripted::new(move |_| {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_micros(500) {
            std::hint::spin_loop();
        }
        noted.lock().expect("no panic").push([begun, Instant::now()]);
        Ok(())
    });
    let quarter = Throttle::none().with(Thermal::Serious, Power::Mains, Limits::new(25, 0));
    machine.heat(Thermal::Serious);
    runtime.read_sensors();
    let options = ServeOptions::in_region(&region).max_batch(1).throttle(quarter);
    let model = Server::new(backend, &b"2"[..], options)?.start(&runtime)?;
    runs.lock().expect("no panic").clear();
    for _ in 0..20 {
        model.ask_blocking(row(&region, 1.0), Ask::default())?;
    }
    let runs = runs.lock().expect("no panic");
    assert_eq!(runs.len(), 20);
    for pair in runs.windows(2) {
        let ([begun, ended], [next, _]) = (pair[0], pair[1]);
        assert!(next - ended >= 3 * (ended - begun), "{:?} after {:?}", next - ended, ended - begun);
    }
    Ok(())
}

#[test]
fn on_a_battery_a_request_waits_for_others_where_that_pays() -> Outcome {
    let (machine, runtime) = machine()?;
    let region = Region::with_limit(1 << 20);
    // Two rows are done in so much less than one that no other work of the machine hides it.
    let backend = Scripted::new(|rows| {
        let takes = if rows.len() > 2 { Duration::from_micros(100) } else { Duration::from_millis(2) };
        let begun = Instant::now();
        while begun.elapsed() < takes {
            std::hint::spin_loop();
        }
        Ok(())
    });
    let ten_minutes = Limits::new(100, 600_000);
    let options = ServeOptions::in_region(&region)
        .max_batch(2)
        .max_wait(Duration::ZERO)
        .throttle(Throttle::none().with(Thermal::Nominal, Power::Battery, ten_minutes));
    let model = Server::new(backend, &b"2"[..], options)?.start(&runtime)?;
    let ask = |x: f32| Box::pin(model.infer(row(&region, x)));
    runtime.block_on(async {
        // Learns that two take no longer than one.
        while model.stats().costs.best().is_none_or(|(best, _)| best < 2) {
            let (mut one, mut two) = (ask(1.0), ask(2.0));
            send_off(&mut one).await;
            send_off(&mut two).await;
            one.await?;
            two.await?;
        }
        assert_eq!(first(&ask(3.0).await?), 3.0, "on mains nobody waits");
        machine.feed(Power::Battery);
        runtime.read_sensors();
        let runs = model.stats().runs;
        let mut waits = ask(4.0);
        send_off(&mut waits).await;
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(20) {
            send_off(&mut waits).await;
            tokio::task::yield_now().await;
        }
        assert_eq!((model.stats().queued, model.stats().runs), (1, runs));
        assert_eq!(first(&ask(5.0).await?), 5.0);
        assert_eq!(first(&waits.await?), 4.0);
        assert_eq!(model.stats().runs, runs + 1, "they shared it");
        Ok::<_, Box<dyn std::error::Error>>(())
    })
}

#[test]
fn a_cheaper_version_serves_while_it_is_hot_or_the_battery_is_low() -> Outcome {
    let (machine, runtime) = machine()?;
    let region = Region::with_limit(1 << 20);
    let [large, small]: [Arc<AtomicUsize>; 2] = Default::default();
    let version = |runs: &Arc<AtomicUsize>| {
        let runs = runs.clone();
        let backend = Scripted::new(move |rows| {
            runs.fetch_add(usize::from(rows[0] != 0.0), Ordering::Relaxed);
            Ok(())
        });
        Server::new(backend, &b"2"[..], ServeOptions::in_region(&region))
    };
    runtime.block_on(async {
        let deployment = Deployment::start(&runtime, "large", version(&large)?).await?;
        deployment.cheaper("small", version(&small)?).await?;
        assert_eq!(deployment.versions()[1].role, Role::Cheaper);
        let client = deployment.client();
        for (level, power, serves, other) in [
            (Thermal::Nominal, Power::Mains, &large, &small),
            (Thermal::Serious, Power::Mains, &small, &large),
            (Thermal::Nominal, Power::Battery, &large, &small),
            (Thermal::Nominal, Power::Low, &small, &large),
            (Thermal::Nominal, Power::Mains, &large, &small),
        ] {
            machine.heat(level);
            machine.feed(power);
            runtime.read_sensors();
            // Until the actor has heard of it.
            let before = serves.load(Ordering::Relaxed);
            while serves.load(Ordering::Relaxed) == before {
                assert_eq!(first(&client.infer(row(&region, 3.0)).await?), 3.0);
            }
            let rests = other.load(Ordering::Relaxed);
            for _ in 0..10 {
                client.infer(row(&region, 3.0)).await?;
            }
            assert_eq!(other.load(Ordering::Relaxed), rests);
        }
        deployment.stop().await;
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    drop(runtime);
    expect_empty(&region);
    Ok(())
}
