//! A model whose runs the tests look at and hold up: `y = x + state`, of rows of two numbers.
use std::pin::Pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;

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

    /// The bytes are the number of columns, and `s` for a state, whose streams lie along the second axis, as in some
    /// real models.
    fn load(&self, model: &[u8], _: &SessionOptions) -> Result<Box<dyn Session>, ModelError> {
        let corrupt = || ModelError::Corrupt("no number of columns".into());
        let text = std::str::from_utf8(model).map_err(|_| corrupt())?;
        let columns: usize = text.trim_end_matches('s').parse().map_err(|_| corrupt())?;
        let port = |name: &str, sizes: Vec<_>| Port { name: name.to_owned(), dtype: DType::F32, sizes };
        let ports = |data: &str, state: &str| {
            let state = text.ends_with('s').then(|| port(state, vec![Some(1), None, Some(columns)]));
            [port(data, vec![None, Some(columns)])].into_iter().chain(state).collect()
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
        let shapes = inputs.iter().map(TensorRef::shape);
        let mut outputs =
            shapes.map(|shape| region.zeros_of(DType::F32, shape)).collect::<Result<Vec<_>, _>>()?;
        self.run(inputs, &mut outputs)?;
        Ok(outputs)
    }
}

/// A backend that notes each run, and holds up those whose first number is 100 until they are let go.
pub(crate) struct Held {
    pub(crate) runs: Arc<Mutex<Vec<Vec<f32>>>>,
    pub(crate) begun: mpsc::Receiver<()>,
    pub(crate) let_go: mpsc::Sender<()>,
    pub(crate) backend: Arc<Scripted>,
}

/// Runs that have 13 in them fail.
pub(crate) fn held() -> Held {
    let runs = Arc::new(Mutex::new(Vec::new()));
    let (begin, begun) = mpsc::channel();
    let (let_go, wait) = mpsc::channel();
    let (noted, wait) = (runs.clone(), Mutex::new(wait));
    let backend = Scripted::new(move |rows| {
        // Zeros are for warming up.
        if rows[0] != 0.0 {
            noted.lock().expect("no panic").push(rows.to_vec());
        }
        if rows[0] == 100.0 {
            begin.send(()).expect("the test waits");
            wait.lock().expect("no panic").recv().expect("the test lets go");
        }
        if rows.contains(&13.0) { Err(unlucky()) } else { Ok(()) }
    });
    Held { runs, begun, let_go, backend }
}

/// Why a run with 13 in it fails.
pub(crate) fn unlucky() -> ModelError {
    ModelError::Failed("an unlucky number".into())
}

/// Sends a request off, without waiting for its answer.
pub(crate) async fn send_off<F: Future + Unpin>(future: &mut F) {
    let polled = std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut *future).poll(context))).await;
    assert!(polled.is_pending(), "answered at once");
}

/// One row of two numbers.
pub(crate) fn row(region: &Region, x: f32) -> Vec<TensorRef> {
    vec![region.tensor(Shape::new(&[1, 2]).expect("small"), &[x, -x]).expect("within the limit").into()]
}

/// The first number.
pub(crate) fn first(outputs: &[TensorRef]) -> f32 {
    outputs[0].typed::<f32>().expect("floats").iter().next().expect("not empty")
}
