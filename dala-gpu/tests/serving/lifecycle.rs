//! Versions of models: swapped while clients ask, tried on a share of them, unloaded without a trace.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use dala::Runtime;
use dala_gpu::infer::{Deployment, InferError, Role, ServeOptions, Server};
use dala_gpu::model::{Builtin, Format, Hash, ModelEntry, Registry, RegistryError, Version};
use dala_gpu::{Region, Shape};

use crate::backend::{Scripted, first, row};
use crate::{Outcome, expect_empty};

fn version(region: &Region, model: &str, runs: &Arc<AtomicUsize>) -> Result<Server, InferError> {
    let runs = runs.clone();
    let backend = Scripted::new(move |rows| {
        runs.fetch_add(rows.len(), Ordering::Relaxed);
        Ok(())
    });
    Server::new(backend, model.as_bytes(), ServeOptions::in_region(region))
}

#[test]
fn versions_are_swapped_under_load_and_no_request_is_lost() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let region = Region::with_limit(1 << 20);
    let runs: Vec<Arc<AtomicUsize>> = (0..9).map(|_| Arc::default()).collect();
    let deployment = runtime.block_on(Deployment::start(&runtime, "0", version(&region, "2", &runs[0])?))?;
    let stop = AtomicBool::new(false);
    let asked: usize = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| {
                let (client, runtime, region, stop) = (deployment.client(), &runtime, &region, &stop);
                scope.spawn(move || {
                    let mut asked = 0;
                    while !stop.load(Ordering::Acquire) {
                        let x = asked as f32;
                        let answer = runtime.block_on(client.infer(row(region, x)));
                        assert_eq!(answer.map(|y| first(&y)), Ok(x));
                        asked += 1;
                    }
                    asked
                })
            })
            .collect();
        for (at, runs) in runs.iter().enumerate().skip(1) {
            let before = runs.load(Ordering::Relaxed);
            let swapped = version(&region, "2", runs)
                .and_then(|server| runtime.block_on(deployment.swap(at.to_string(), server)));
            assert_eq!(swapped, Ok(()));
            // Warming up is two runs.
            while runs.load(Ordering::Relaxed) < before + 20 {
                std::thread::yield_now();
            }
        }
        stop.store(true, Ordering::Release);
        clients.into_iter().map(|client| client.join().expect("no request failed")).sum()
    });
    assert!(asked >= 8 * 18, "{asked}");
    while deployment.versions().len() > 1 {
        std::thread::yield_now();
    }
    assert_eq!(deployment.versions()[0].version, "8");
    runtime.block_on(deployment.stop());
    expect_empty(&region);
    Ok(())
}

#[test]
fn a_stream_stays_with_its_version_which_ends_after_it() -> Outcome {
    let runtime = Runtime::builder().workers(1).build()?;
    let region = Region::with_limit(1 << 20);
    let served = |runs: &Arc<AtomicUsize>| {
        let runs = runs.clone();
        let backend = Scripted::new(move |_| {
            runs.fetch_add(1, Ordering::Relaxed);
            Ok(())
        });
        Server::new(backend, &b"2s"[..], ServeOptions::in_region(&region).state("s", "t", 1))
    };
    let [old, new]: [Arc<AtomicUsize>; 2] = Default::default();
    let server = served(&old)?;
    runtime.block_on(async {
        let deployment = Deployment::start(&runtime, "old", server).await?;
        let client = deployment.client();
        let mut stream = client.stream();
        assert_eq!(first(&stream.infer(row(&region, 1.0)).await?), 1.0);
        deployment.swap("new", served(&new)?).await?;
        let after_warm_up = new.load(Ordering::Relaxed);
        assert_eq!(first(&stream.infer(row(&region, 2.0)).await?), 3.0, "its state went on");
        assert_eq!(new.load(Ordering::Relaxed), after_warm_up);
        let roles: Vec<_> =
            deployment.versions().into_iter().map(|version| (version.version, version.role)).collect();
        assert_eq!(roles, [("new".to_owned(), Role::Current), ("old".to_owned(), Role::Draining)]);
        drop(stream);
        while deployment.versions().len() > 1 {
            std::thread::yield_now();
        }
        assert_eq!(first(&client.stream().infer(row(&region, 5.0)).await?), 5.0);
        assert!(new.load(Ordering::Relaxed) > after_warm_up);
        deployment.stop().await;
        assert_eq!(client.infer(row(&region, 1.0)).await.expect_err("stopped"), InferError::Down);
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    expect_empty(&region);
    Ok(())
}

#[test]
fn a_canary_gets_its_share_and_is_promoted_or_withdrawn() -> Outcome {
    let runtime = Runtime::builder().workers(1).build()?;
    let region = Region::with_limit(1 << 20);
    let runs: [Arc<AtomicUsize>; 3] = Default::default();
    runtime.block_on(async {
        let deployment = Deployment::start(&runtime, "1", version(&region, "2", &runs[0])?).await?;
        assert!(!deployment.promote() && !deployment.withdraw());
        let client = deployment.client();
        let ask = async |times: usize| {
            let before: Vec<_> = runs.iter().map(|runs| runs.load(Ordering::Relaxed)).collect();
            for _ in 0..times {
                client.infer(row(&region, 1.0)).await?;
            }
            let after = runs.iter().zip(before).map(|(runs, before)| runs.load(Ordering::Relaxed) - before);
            Ok::<Vec<usize>, InferError>(after.collect())
        };
        deployment.canary("2", version(&region, "2", &runs[1])?, 0.1).await?;
        assert_eq!(ask(100).await?, [90, 10, 0]);
        assert!(deployment.withdraw());
        assert_eq!(ask(10).await?, [10, 0, 0]);
        deployment.canary("3", version(&region, "2", &runs[2])?, 0.5).await?;
        assert_eq!(ask(10).await?, [5, 0, 5]);
        assert!(deployment.promote());
        assert_eq!(ask(10).await?, [0, 0, 10]);
        assert!(deployment.canary("4", version(&region, "2", &runs[0])?, 1.5).await.is_err());
        assert_eq!(deployment.versions()[0].version, "3");
        Ok::<_, Box<dyn std::error::Error>>(())
    })
}

#[test]
fn a_corrupt_or_another_model_is_an_error_and_the_old_version_serves_on() -> Outcome {
    let runtime = Runtime::builder().workers(1).build()?;
    let region = Region::with_limit(1 << 20);
    let runs = Arc::default();
    let folder = tempfile::tempdir()?;
    let registry = Registry::with_budget(1 << 10);
    for (at, text) in ["2", "no model", "3"].into_iter().enumerate() {
        let path = folder.path().join(text);
        std::fs::write(&path, text)?;
        registry.register(ModelEntry {
            name: "sum".to_owned(),
            version: Version(1, at as u32, 0),
            hash: Hash::of(text.as_bytes()),
            licence: "MIT".to_owned(),
            format: Format::Builtin,
            path,
        })?;
    }
    std::fs::write(folder.path().join("3"), "3 and more")?;
    runtime.block_on(async {
        let served = |version| {
            let bytes = registry.bytes("sum", version)?;
            let text = String::from_utf8(bytes.to_vec())?;
            Ok::<_, Box<dyn std::error::Error>>(self::version(&region, &text, &runs)?)
        };
        let deployment = Deployment::start(&runtime, "1.0.0", served(Version(1, 0, 0))?).await?;
        let client = deployment.client();
        let corrupt = served(Version(1, 1, 0)).expect_err("no model").to_string();
        assert_eq!(corrupt, "no model of this format: no number of columns");
        let tampered = served(Version(1, 2, 0)).expect_err("another file");
        assert!(matches!(tampered.downcast_ref(), Some(RegistryError::WrongHash { .. })), "{tampered}");
        let wide = version(&region, "3", &runs)?;
        let error = deployment.swap("1.2.0", wide.clone()).await.expect_err("three columns");
        assert!(matches!(&error, InferError::Mismatch(what) if what.contains("1.2.0")), "{error}");
        assert!(deployment.canary("1.2.0", wide, 0.5).await.is_err());
        assert_eq!(first(&client.infer(row(&region, 4.0)).await?), 4.0);
        assert_eq!(deployment.versions().len(), 1);
        Ok::<_, Box<dyn std::error::Error>>(())
    })
}

#[test]
fn a_hundred_times_loaded_and_unloaded_leaves_nothing() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let region = Region::with_limit(1 << 20);
    for _ in 0..100 {
        let server = Server::new(Arc::new(Builtin), &b"mlp 16 32 4"[..], ServeOptions::in_region(&region))?;
        let deployment = runtime.block_on(Deployment::start(&runtime, "1", server))?;
        let x = region.tensor(Shape::new(&[1, 16])?, &[0.5f32; 16])?;
        let y = runtime.block_on(deployment.client().infer(vec![x.into()]))?;
        assert!(region.live_bytes() > 0);
        drop(y);
        runtime.block_on(deployment.stop());
        assert_eq!((region.live_bytes(), region.usage().buffers), (0, 0));
    }
    Ok(())
}

#[test]
fn a_canary_that_crashes_too_often_ends_alone_and_the_current_version_serves_on() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let region = Region::with_limit(1 << 20);
    let runs = Arc::default();
    let panics = Arc::new(AtomicUsize::new(0));
    let counted = panics.clone();
    let backend = Scripted::new(move |rows| {
        if rows[0] != 0.0 {
            counted.fetch_add(1, Ordering::Relaxed);
            panic!("all but warming up");
        }
        Ok(())
    });
    let crashing = Server::new(backend, &b"2"[..], ServeOptions::in_region(&region))?;
    runtime.block_on(async {
        let deployment = Deployment::start(&runtime, "good", version(&region, "2", &runs)?).await?;
        let client = deployment.client();
        deployment.canary("bad", crashing, 0.5).await?;
        // Its supervisor gives up after three restarts; then nothing comes to it any more.
        let (mut in_a_row, mut asked) = (0, 0);
        while panics.load(Ordering::Relaxed) < 4 || in_a_row < 100 {
            match client.infer(row(&region, 2.0)).await {
                Ok(y) => {
                    assert_eq!(first(&y), 2.0);
                    in_a_row += 1;
                }
                Err(error) => {
                    assert_eq!(error, InferError::Down);
                    in_a_row = 0;
                }
            }
            asked += 1;
            assert!(asked < 1_000_000, "the current version ended too");
        }
        assert_eq!(panics.load(Ordering::Relaxed), 4);
        assert!(deployment.withdraw());
        deployment.swap("better", version(&region, "2", &runs)?).await?;
        assert_eq!(first(&client.infer(row(&region, 4.0)).await?), 4.0);
        deployment.stop().await;
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    drop(runtime);
    expect_empty(&region);
    Ok(())
}

#[test]
fn a_server_that_was_started_before_is_refused() -> Outcome {
    let runtime = Runtime::builder().workers(1).build()?;
    let region = Region::with_limit(1 << 20);
    let runs = Arc::default();
    runtime.block_on(async {
        let first_one = version(&region, "2", &runs)?;
        let deployment = Deployment::start(&runtime, "1", first_one.clone()).await?;
        deployment.swap("2", version(&region, "2", &runs)?).await?;
        let again = deployment.swap("1", first_one.clone()).await.expect_err("it drains");
        assert!(matches!(&again, InferError::Mismatch(what) if what.contains("started before")), "{again}");
        assert!(deployment.canary("1", first_one.clone(), 0.5).await.is_err());
        assert!(Deployment::start(&runtime, "1", first_one).await.is_err());
        assert_eq!(first(&deployment.client().infer(row(&region, 1.0)).await?), 1.0);
        assert_eq!(deployment.versions()[0].version, "2");
        deployment.stop().await;
        Ok::<_, Box<dyn std::error::Error>>(())
    })
}
