//! The models and their inputs, as every peer gets them.
use std::path::{Path, PathBuf};

use dala_gpu::infer::ServeOptions;
use dala_gpu::model::{mlp, ramp};
use dala_gpu::{Region, Shape, TensorRef};

use crate::Outcome;

/// How an input is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    Ramp,
    Bytes,
    /// A stream's state at its start.
    State,
    /// The rate of the samples: always the same.
    Rate,
}

/// An input: its name, what is in it, its sizes.
pub(crate) type Input = (&'static str, Fill, &'static [usize]);

/// Numbers of an output, by place.
pub(crate) type Expected = &'static [(usize, f32)];

/// Fails if an output has other numbers.
pub(crate) fn check(expected: Expected, number: impl Fn(usize) -> Option<f32>) -> Result<(), String> {
    for &(at, want) in expected {
        let is = number(at);
        if is.is_none_or(|is| (is - want).abs() > 1e-4) {
            return Err(format!("number {at} of the output is {is:?}, not {want}"));
        }
    }
    Ok(())
}

/// Fails if a tensor has other numbers.
pub(crate) fn check_tensor(expected: Expected, output: Option<&TensorRef>) -> Result<(), String> {
    let output = output.ok_or("no output")?.typed::<f32>().map_err(|error| error.to_string())?;
    check(expected, |at| output.iter().nth(at))
}

/// A model.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) model: Vec<u8>,
    pub(crate) inputs: &'static [Input],
    /// Some numbers of the first output, by place: what every peer must give, within 1e-4.
    pub(crate) expected: Expected,
    pub(crate) options: ServeOptions,
}

impl Case {
    pub(crate) fn is_stream(&self) -> bool {
        !self.options.states.is_empty()
    }

    /// The tensors of so many rows, in the model's order.
    pub(crate) fn tensors(&self, region: &Region, rows: usize) -> Outcome<Vec<TensorRef>> {
        self.inputs.iter().map(|input| tensor(region, input, rows)).collect()
    }

    /// What a client gives: not the state, nor what is always the same.
    pub(crate) fn request(&self, region: &Region) -> Outcome<Vec<TensorRef>> {
        let asked = self.inputs.iter().filter(|(_, fill, _)| matches!(fill, Fill::Ramp | Fill::Bytes));
        asked.map(|input| tensor(region, input, 1)).collect()
    }

    /// As `peer.py` reads them.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = String> {
        self.inputs.iter().map(|(name, fill, sizes)| {
            let kind = match fill {
                Fill::Ramp => "ramp",
                Fill::Bytes => "bytes",
                Fill::State => "zeros",
                Fill::Rate => "rate",
            };
            let sizes: Vec<_> = sizes.iter().map(usize::to_string).collect();
            format!("{name}:{kind}:{}", sizes.join(","))
        })
    }
}

fn tensor(region: &Region, (_, fill, sizes): &Input, rows: usize) -> Outcome<TensorRef> {
    let mut sizes = sizes.to_vec();
    match fill {
        Fill::Ramp | Fill::Bytes => sizes[0] = rows,
        Fill::State => sizes[1] = rows,
        Fill::Rate => {}
    }
    let shape = Shape::new(&sizes)?;
    let count = shape.elements();
    Ok(match fill {
        Fill::Ramp => region.tensor(shape, &ramp(count).collect::<Vec<_>>())?.into(),
        Fill::Bytes => {
            let bytes: Vec<i32> = (0..count as i32).map(|i| (i * 31 + 7) % 256).collect();
            region.tensor(shape, &bytes)?.into()
        }
        Fill::State => region.tensor(shape, &vec![0f32; count])?.into(),
        Fill::Rate => region.tensor(shape, &[16000i64])?.into(),
    })
}

pub(crate) fn all(region: &Region, folder: &Path) -> Outcome<Vec<Case>> {
    let perceptron = folder.join("models/mlp.onnx");
    std::fs::write(&perceptron, mlp(&[784, 512, 512, 10]))?;
    let options = || ServeOptions::in_region(region);
    let rate = tensor(region, &("sr", Fill::Rate, &[]), 1)?;
    let silero: &'static [Input] =
        &[("input", Fill::Ramp, &[1, 576]), ("sr", Fill::Rate, &[]), ("state", Fill::State, &[2, 1, 128])];
    let of = |name, path, inputs, options, expected| -> Outcome<Case> {
        let path: PathBuf = folder.join("models").join(path);
        Ok(Case { name, model: std::fs::read(&path)?, path, inputs, expected, options })
    };
    Ok(vec![
        of(
            "silero (voice activity, a stream a client)",
            "silero_ifless.onnx",
            silero,
            options().constant("sr", rate).state("state", "stateN", 1),
            &[(0, 0.008567)],
        )?,
        of(
            "MLP 784-512-512-10",
            "mlp.onnx",
            &[("x", Fill::Ramp, &[1, 784])],
            options(),
            &[(0, -0.002775), (1, 0.081646), (9, 0.044675)],
        )?,
        of(
            "ppocr cls (picture upright?)",
            "ppocr_cls.onnx",
            &[("x", Fill::Ramp, &[1, 3, 48, 192])],
            options(),
            &[(0, 0.392578), (1, 0.607423)],
        )?,
        of(
            "magika (file types)",
            "magika.onnx",
            &[("bytes", Fill::Bytes, &[1, 2048])],
            options(),
            &[(148, 0.969287), (32, 0.017163), (213, 0.001623)],
        )?,
    ])
}
