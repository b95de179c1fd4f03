//! A small backend of our own, for where no library can be had: multi-layer perceptrons.
use super::{Backend, ModelError, Port, Session, SessionOptions, check_ports, ramp};
use crate::{DType, Region, Shape, TensorRef};

/// Runs models that are one line of text, `mlp 784 512 512 10`: layers of these sizes, with `max(0, x)` between
/// them, whose weights and biases are the numbers of [`ramp`] times 0.05; input `x`, output `y`. The same model
/// as [`mlp`](super::mlp) gives as ONNX. It is for demonstrations and tests, and exact rather than fast.
#[derive(Clone, Copy, Debug)]
pub struct Builtin;

impl Backend for Builtin {
    fn name(&self) -> &str {
        "built-in"
    }

    fn load(&self, model: &[u8], _: &SessionOptions) -> Result<Box<dyn Session>, ModelError> {
        let corrupt = || ModelError::Corrupt("not `mlp` and two to 16 sizes of 1 to 65536".into());
        let text = std::str::from_utf8(model).map_err(|_| corrupt())?;
        let sizes = text.strip_prefix("mlp ").ok_or_else(corrupt)?;
        let sizes: Option<Vec<usize>> = sizes.split_whitespace().map(|size| size.parse().ok()).collect();
        let fits = |sizes: &Vec<usize>| {
            (2..=16).contains(&sizes.len()) && sizes.iter().all(|size| (1..=65536).contains(size))
        };
        let sizes = sizes.filter(fits).ok_or_else(corrupt)?;
        if sizes.windows(2).map(|pair| pair[0] * pair[1]).sum::<usize>() > 1 << 24 {
            return Err(ModelError::Unsupported("more than 2^24 weights".into()));
        }
        let scaled = |count| ramp(count).map(|x| x * 0.05).collect::<Vec<f32>>();
        let layers = sizes.windows(2).map(|pair| Layer {
            inputs: pair[0],
            weights: scaled(pair[0] * pair[1]),
            biases: scaled(pair[1]),
        });
        let port = |name: &str, size| Port {
            name: name.to_owned(),
            dtype: DType::F32,
            sizes: vec![None, Some(size)],
        };
        Ok(Box::new(Mlp {
            inputs: [port("x", sizes[0])],
            outputs: [port("y", sizes[sizes.len() - 1])],
            layers: layers.collect(),
            widest: sizes.iter().copied().max().unwrap_or(0),
        }))
    }
}

#[derive(Debug)]
struct Mlp {
    inputs: [Port; 1],
    outputs: [Port; 1],
    layers: Vec<Layer>,
    widest: usize,
}

#[derive(Debug)]
struct Layer {
    inputs: usize,
    /// `[inputs, outputs]`.
    weights: Vec<f32>,
    biases: Vec<f32>,
}

impl Layer {
    /// Adds rows of weights: the inner loop runs over memory that lies in order.
    fn apply(&self, x: &[f32], y: &mut [f32]) {
        y.copy_from_slice(&self.biases);
        for (x, weights) in x.iter().zip(self.weights.chunks_exact(self.biases.len())) {
            y.iter_mut().zip(weights).for_each(|(y, weight)| *y += x * weight);
        }
    }
}

impl Session for Mlp {
    fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    fn outputs(&self) -> &[Port] {
        &self.outputs
    }

    fn run(&mut self, inputs: &[TensorRef], outputs: &mut [TensorRef]) -> Result<(), ModelError> {
        check_ports("input", &self.inputs, inputs)?;
        check_ports("output", &self.outputs, outputs)?;
        let rows = inputs[0].shape().sizes()[0];
        if outputs[0].shape().sizes()[0] != rows {
            let given = outputs[0].shape();
            return Err(ModelError::OutputShape(format!("{rows} rows, not {given}").into()));
        }
        let x = inputs[0].typed::<f32>()?;
        let x = x.as_slice()?;
        let (mut here, mut there) = (vec![0.0; self.widest], vec![0.0; self.widest]);
        let mut results = Vec::with_capacity(rows * 4);
        for row in x.chunks_exact(self.layers[0].inputs) {
            here[..row.len()].copy_from_slice(row);
            for (at, layer) in self.layers.iter().enumerate() {
                let width = layer.biases.len();
                layer.apply(&here[..layer.inputs], &mut there[..width]);
                if at + 1 < self.layers.len() {
                    there[..width].iter_mut().for_each(|x| *x = x.max(0.0));
                }
                std::mem::swap(&mut here, &mut there);
            }
            let width = self.layers.last().map_or(0, |layer| layer.biases.len());
            results.extend_from_slice(&here[..width]);
        }
        outputs[0].write_foreign(|bytes| {
            for (to, from) in bytes.chunks_exact_mut(4).zip(&results) {
                to.copy_from_slice(&from.to_ne_bytes());
            }
        })?;
        Ok(())
    }

    fn run_into(&mut self, inputs: &[TensorRef], region: &Region) -> Result<Vec<TensorRef>, ModelError> {
        check_ports("input", &self.inputs, inputs)?;
        let rows = inputs[0].shape().sizes()[0];
        let width = self.outputs[0].sizes[1].unwrap_or(0);
        let mut outputs = vec![region.zeros_of(DType::F32, Shape::new(&[rows, width])?)?];
        self.run(inputs, &mut outputs)?;
        Ok(outputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values that ONNX Runtime gives for the same model (docs of the generated perceptron).
    pub(crate) const EXPECTED: [f32; 10] =
        [-0.002775, 0.081646, 0.066874, 0.042910, 0.029664, 0.034402, 0.039300, 0.044041, 0.038780, 0.044675];

    #[test]
    fn the_perceptron_gives_the_known_values_for_one_row_and_for_more() -> Result<(), ModelError> {
        let region = Region::with_limit(1 << 20);
        let mut session = Builtin.load(b"mlp 784 512 512 10", &SessionOptions::default())?;
        let one: Vec<f32> = ramp(784).collect();
        let x = region.tensor(Shape::new(&[1, 784])?, &one)?.into();
        let y = session.run_into(&[x], &region)?;
        for (got, want) in y[0].typed::<f32>()?.iter().zip(EXPECTED) {
            assert!((got - want).abs() < 1e-4, "{got} {want}");
        }
        let four: Vec<f32> = ramp(4 * 784).collect();
        let x = region.tensor(Shape::new(&[4, 784])?, &four)?.into();
        let y = session.run_into(&[x], &region)?[0].typed::<f32>()?;
        assert!((y.get(&[3, 0]).expect("four rows") + 0.044529).abs() < 1e-4);
        assert!((y.get(&[3, 9]).expect("four rows") - 0.008269).abs() < 1e-4);
        Ok(())
    }

    #[test]
    fn lines_that_are_no_model_and_tensors_that_do_not_fit_are_refused() -> Result<(), ModelError> {
        let options = SessionOptions::default();
        for wrong in ["", "mlp", "mlp 3", "mlp 3 0", "mlp 3 x", "mlp 99999 1", "cnn 3 4"] {
            assert!(
                matches!(Builtin.load(wrong.as_bytes(), &options), Err(ModelError::Corrupt(_))),
                "{wrong}"
            );
        }
        assert!(matches!(Builtin.load(b"mlp 65536 65536", &options), Err(ModelError::Unsupported(_))));
        assert!(matches!(Builtin.load(&[0xff], &options), Err(ModelError::Corrupt(_))));
        let region = Region::with_limit(1 << 20);
        let mut session = Builtin.load(b"mlp 3 2", &options)?;
        let x = region.zeros_of(DType::F32, Shape::new(&[1, 4])?)?;
        let error = session.run_into(&[x], &region).expect_err("4 columns");
        assert_eq!(error.to_string(), "input x wants f32[?, 3]: got f32[1, 4]");
        assert!(matches!(session.run_into(&[], &region), Err(ModelError::Count { .. })));
        let x = region.zeros_of(DType::F32, Shape::new(&[1, 3])?)?;
        let mut y = [region.zeros_of(DType::F32, Shape::new(&[1, 2])?)?];
        let reader = y[0].clone();
        let shared = session.run(std::slice::from_ref(&x), &mut y).expect_err("a reader");
        assert_eq!(shared, ModelError::Tensor(crate::TensorError::Shared(1)));
        drop(reader);
        session.run(&[x], &mut y)?;
        Ok(())
    }
}
