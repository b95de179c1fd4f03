//! A model whose runs the tests look at and hold up: `y = x + state`, of rows of two numbers.
use std::sync::Arc;

use dala_gpu::model::{Backend, ModelError, Port, Session, SessionOptions, check_ports};
use dala_gpu::{DType, Region, Shape, TensorRef};

/// Is called before each run with the first number of each row.
pub(crate) type Script = Arc<dyn Fn(&[f32]) -> Result<(), ModelError> + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Scripted(pub(crate) Script);

impl Scripted {
    pub(crate) fn new(
        script: impl Fn(&[f32]) -> Result<(), ModelError> + Send + Sync + 'static,
    ) -> Arc<Scripted> {
        Arc::new(Scripted(Arc::new(script)))
    }
}

impl std::fmt::Debug for Scripted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scripted")
    }
}

impl Backend for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    /// The bytes are the number of columns, and `s` for a state.
    fn load(&self, model: &[u8], _: &SessionOptions) -> Result<Box<dyn Session>, ModelError> {
        let corrupt = || ModelError::Corrupt("no number of columns".into());
        let text = std::str::from_utf8(model).map_err(|_| corrupt())?;
        let columns: usize = text.trim_end_matches('s').parse().map_err(|_| corrupt())?;
        let port =
            |name: &str| Port { name: name.to_owned(), dtype: DType::F32, sizes: vec![None, Some(columns)] };
        let is_stateful = text.ends_with('s');
        let ports = |first: &str, second: &str| match is_stateful {
            true => vec![port(first), port(second)],
            false => vec![port(first)],
        };
        Ok(Box::new(Run { script: self.0.clone(), inputs: ports("x", "s"), outputs: ports("y", "t") }))
    }
}

struct Run {
    script: Script,
    inputs: Vec<Port>,
    outputs: Vec<Port>,
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Run")
    }
}

impl Session for Run {
    fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    fn outputs(&self) -> &[Port] {
        &self.outputs
    }

    fn run(&mut self, inputs: &[TensorRef], outputs: &mut [TensorRef]) -> Result<(), ModelError> {
        check_ports("input", &self.inputs, inputs)?;
        check_ports("output", &self.outputs, outputs)?;
        let x = inputs[0].typed::<f32>()?;
        let columns = x.shape().sizes()[1];
        let firsts: Vec<f32> = x.iter().step_by(columns).collect();
        (self.script)(&firsts)?;
        let state =
            inputs.get(1).map(|state| state.typed::<f32>().map(|state| state.to_vec())).transpose()?;
        let sums = x.iter().enumerate().map(|(at, x)| x + state.as_ref().map_or(0.0, |state| state[at]));
        let bytes: Vec<u8> = sums.flat_map(f32::to_ne_bytes).collect();
        outputs.iter_mut().try_for_each(|output| output.write_bytes(&bytes))?;
        Ok(())
    }

    fn run_into(&mut self, inputs: &[TensorRef], region: &Region) -> Result<Vec<TensorRef>, ModelError> {
        let shape = inputs[0].shape();
        let mut outputs = Vec::new();
        for _ in &self.outputs {
            outputs.push(region.zeros_of(DType::F32, shape)?);
        }
        self.run(inputs, &mut outputs)?;
        Ok(outputs)
    }
}

/// One row of two numbers.
pub(crate) fn row(region: &Region, x: f32) -> Vec<TensorRef> {
    vec![region.tensor(Shape::new(&[1, 2]).expect("small"), &[x, -x]).expect("within the limit").into()]
}

/// The first number.
pub(crate) fn first(outputs: &[TensorRef]) -> f32 {
    outputs[0].typed::<f32>().expect("floats").iter().next().expect("not empty")
}
