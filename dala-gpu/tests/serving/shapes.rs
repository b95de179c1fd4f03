//! Models whose outputs do not follow the rows of their inputs, and models with axes that cannot grow: what they give goes to
//! whom it belongs.
use std::sync::{Arc, Mutex};
use std::task::Poll;

use dala::Runtime;
use dala_gpu::infer::{Ask, InferError, Model, ServeOptions, Server};
use dala_gpu::model::{Backend, ModelError, Port, Session, SessionOptions, check_ports};
use dala_gpu::{DType, Region, Shape, TensorRef};

use crate::Outcome;

/// Sizes and elements of each output for these elements of each input.
type Compute = dyn Fn(&[Vec<f32>]) -> Result<Vec<(Vec<usize>, Vec<f32>)>, ModelError> + Send + Sync;

/// A model of any ports that notes how many rows its runs have.
#[derive(Clone)]
struct Shaped {
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    compute: Arc<Compute>,
    runs: Arc<Mutex<Vec<usize>>>,
}

impl std::fmt::Debug for Shaped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shaped")
    }
}

fn port(name: &str, sizes: &[Option<usize>]) -> Port {
    Port { name: name.to_owned(), dtype: DType::F32, sizes: sizes.to_vec() }
}

impl Shaped {
    fn new(
        inputs: Vec<Port>,
        outputs: Vec<Port>,
        compute: impl Fn(&[Vec<f32>]) -> Result<Vec<(Vec<usize>, Vec<f32>)>, ModelError> + Send + Sync + 'static,
    ) -> Shaped {
        Shaped { inputs, outputs, compute: Arc::new(compute), runs: Arc::default() }
    }

    /// Each `x` is there as often as it says: `[1, 3]` gives `[1, 3, 3, 3]`.
    fn repeating() -> Shaped {
        Shaped::new(vec![port("x", &[None, Some(1)])], vec![port("y", &[None, Some(1)])], |inputs| {
            let each = inputs[0].iter().flat_map(|&x| std::iter::repeat_n(x, x as usize));
            let all: Vec<f32> = each.collect();
            Ok(vec![(vec![all.len(), 1], all)])
        })
    }

    fn serve(&self, runtime: &Runtime, options: ServeOptions) -> Result<Model, InferError> {
        Server::new(Arc::new(self.clone()), &b""[..], options)?.start(runtime)
    }

    fn runs(&self) -> Vec<usize> {
        std::mem::take(&mut self.runs.lock().expect("no panic"))
    }
}

impl Backend for Shaped {
    fn name(&self) -> &str {
        "shaped"
    }

    fn load(&self, _: &[u8], _: &SessionOptions) -> Result<Box<dyn Session>, ModelError> {
        Ok(Box::new(self.clone()))
    }
}

impl Session for Shaped {
    fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    fn outputs(&self) -> &[Port] {
        &self.outputs
    }

    fn run(&mut self, inputs: &[TensorRef], outputs: &mut [TensorRef]) -> Result<(), ModelError> {
        check_ports("output", &self.outputs, outputs)?;
        for (output, made) in outputs.iter_mut().zip(self.run_into(inputs, &Region::with_limit(1 << 20))?) {
            if output.shape() != made.shape() {
                return Err(ModelError::OutputShape(made.shape().to_string().into()));
            }
            output.copy_from(&made)?;
        }
        Ok(())
    }

    fn run_into(&mut self, inputs: &[TensorRef], region: &Region) -> Result<Vec<TensorRef>, ModelError> {
        check_ports("input", &self.inputs, inputs)?;
        let rows = inputs[0].shape().sizes().first().copied().unwrap_or(1);
        self.runs.lock().expect("no panic").push(rows);
        let elements: Vec<Vec<f32>> = inputs
            .iter()
            .map(|input| Ok(input.typed::<f32>()?.to_vec()))
            .collect::<Result<_, ModelError>>()?;
        let make = |(sizes, elements): (Vec<usize>, Vec<f32>)| {
            Ok(region.tensor(Shape::new(&sizes)?, &elements)?.into())
        };
        (self.compute)(&elements)?.into_iter().map(make).collect()
    }
}

fn column(region: &Region, xs: &[f32]) -> Vec<TensorRef> {
    vec![region.tensor(Shape::new(&[xs.len(), 1]).expect("small"), xs).expect("within the limit").into()]
}

fn numbers(outputs: &[TensorRef]) -> Vec<f32> {
    outputs[0].typed::<f32>().expect("floats").to_vec()
}

/// The answers to requests that are sent off together, so that they wait together.
fn together(
    runtime: &Runtime,
    model: &Model,
    requests: Vec<Vec<TensorRef>>,
) -> Vec<Result<Vec<TensorRef>, InferError>> {
    runtime.block_on(async {
        let mut asks: Vec<_> = requests.into_iter().map(|one| Some(Box::pin(model.infer(one)))).collect();
        let mut answers: Vec<_> = asks.iter().map(|_| None).collect();
        std::future::poll_fn(|context| {
            for (ask, answer) in asks.iter_mut().zip(&mut answers) {
                if let Some(Poll::Ready(done)) = ask.as_mut().map(|ask| ask.as_mut().poll(context)) {
                    (*answer, *ask) = (Some(done), None);
                }
            }
            if asks.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        answers.into_iter().flatten().collect()
    })
}

#[test]
fn outputs_that_depend_on_the_data_are_not_cut_up_by_rows() -> Outcome {
    let runtime = Runtime::builder().workers(1).build()?;
    let region = Region::with_limit(1 << 20);
    let model = Shaped::repeating();
    let options = ServeOptions::in_region(&region).max_batch(8).example(column(&region, &[1.0]));
    let served = model.serve(&runtime, options)?;
    for _ in 0..3 {
        let asked: Vec<f32> = (0..24).map(|i| ((i * 7) % 4) as f32).collect();
        let requests = asked.iter().map(|&x| column(&region, &[x])).collect();
        for (x, answer) in asked.iter().zip(together(&runtime, &served, requests)) {
            assert_eq!(numbers(&answer?), vec![*x; *x as usize]);
        }
    }
    model.runs();
    let requests = (0..24).map(|_| column(&region, &[1.0])).collect();
    together(&runtime, &served, requests).into_iter().collect::<Result<Vec<_>, _>>()?;
    assert_eq!(model.runs(), [1; 24], "it is known that they share no run, whatever they have");
    Ok(())
}

#[test]
fn an_output_of_another_shape_than_before_is_no_failure_of_the_request() -> Outcome {
    let runtime = Runtime::builder().workers(1).build()?;
    let region = Region::with_limit(1 << 20);
    let model = Shaped::repeating();
    let served = model
        .serve(&runtime, ServeOptions::in_region(&region).max_batch(1).example(column(&region, &[1.0])))?;
    for x in [2.0, 1.0, 3.0, 0.0, 2.0] {
        assert_eq!(
            numbers(&served.ask_blocking(column(&region, &[x]), Ask::default())?),
            vec![x; x as usize]
        );
    }
    // Two to warm up, and one more where it showed.
    assert_eq!(model.runs().len(), 2 + 1 + 5);
    assert_eq!(served.stats().failed, 0);
    Ok(())
}

#[test]
fn a_request_that_fails_alone_is_run_once() -> Outcome {
    let runtime = Runtime::builder().workers(1).build()?;
    let region = Region::with_limit(1 << 20);
    let open = [None, None];
    let model = Shaped::new(vec![port("x", &open)], vec![port("y", &open)], |inputs| {
        if inputs[0].contains(&13.0) {
            return Err(ModelError::Failed("an unlucky number".into()));
        }
        Ok(vec![(vec![1, inputs[0].len()], inputs[0].clone())])
    });
    let options = ServeOptions::in_region(&region).example(column(&region, &[1.0]));
    let served = model.serve(&runtime, options)?;
    served.ask_blocking(column(&region, &[1.0]), Ask::default())?;
    model.runs();
    let error = served.ask_blocking(column(&region, &[13.0]), Ask::default()).expect_err("13");
    assert_eq!(error, ModelError::Failed("an unlucky number".into()).into());
    assert_eq!(model.runs(), [1]);
    Ok(())
}

#[test]
fn a_batch_is_no_larger_than_what_the_model_fixes() -> Outcome {
    let runtime = Runtime::builder().workers(1).build()?;
    let region = Region::with_limit(1 << 20);
    let rows = |name: &str| port(name, &[None, Some(1)]);
    let same = |inputs: &[Vec<f32>]| Ok(inputs.iter().map(|x| (vec![x.len(), 1], x.clone())).collect());
    // An output of one row, and a scalar; a state of one stream.
    let one_row = Shaped::new(vec![rows("x")], vec![port("y", &[Some(1), Some(1)])], same);
    let scalar =
        Shaped::new(vec![rows("x")], vec![port("y", &[])], |inputs| Ok(vec![(vec![], inputs[0].clone())]));
    let one_stream = Shaped::new(
        vec![rows("x"), port("s", &[Some(1), Some(1)])],
        vec![rows("y"), port("t", &[Some(1), Some(1)])],
        same,
    );
    for (model, has_state) in [(one_row, false), (scalar, false), (one_stream, true)] {
        let mut options = ServeOptions::in_region(&region).max_batch(8);
        if has_state {
            options = options.state("s", "t", 0);
        }
        let served = model.serve(&runtime, options)?;
        for _ in 0..3 {
            let requests = (0..12).map(|x| column(&region, &[x as f32])).collect();
            for (x, answer) in together(&runtime, &served, requests).into_iter().enumerate() {
                assert_eq!(numbers(&answer?), [x as f32]);
            }
        }
        assert_eq!(model.runs(), vec![1; 2 + 36]);
    }
    let two = Shaped::new(
        vec![rows("x"), port("s", &[Some(2), Some(1)])],
        vec![rows("y"), port("t", &[Some(2), Some(1)])],
        same,
    );
    let error = Server::new(Arc::new(two), &b""[..], ServeOptions::in_region(&region).state("s", "t", 0));
    let error = error.expect_err("a state of two streams").to_string();
    assert_eq!(error, "s wants f32[2, 1]: a state of 2 streams at a time, not of any number");
    Ok(())
}

#[test]
#[cfg(feature = "onnx")]
fn names_of_axes_say_whose_outputs_count_no_rows() -> Outcome {
    let Some(onnx) = crate::fetched::onnx() else { return Ok(()) };
    let onnx: Arc<dyn Backend> = Arc::new(onnx);
    let runtime = Runtime::builder().workers(1).build()?;
    let region = Region::with_limit(1 << 20);
    let matrix = |sizes: &[usize], first: f32| {
        let count = sizes.iter().product();
        let numbers: Vec<f32> = (0..count).map(|at| first + at as f32).collect();
        Ok::<_, Box<dyn std::error::Error>>(region.tensor(Shape::new(sizes)?, &numbers)?)
    };
    let serve = |constant: &str, value| {
        let options = ServeOptions::in_region(&region).max_batch(16).constant(constant, value);
        Server::new(onnx.clone(), dala_gpu::model::product(), options)?.start(&runtime)
    };
    // `a [m, k]` by `b [k, n]` is `y [m, n]`. Where `a` is asked for, `m` counts rows.
    let by_rows = serve("b", matrix(&[2, 1], 1.0)?)?;
    // Where `b` is, its first axis is the constant's second one, and that of `y` the constant's first one. There are twice as many
    // numbers in an answer as in its request, so that the first run says nothing against it.
    let by_columns = serve("a", matrix(&[4, 2], 0.0)?)?;
    for _ in 0..4 {
        let a = |x: i32| Ok::<_, Box<dyn std::error::Error>>(vec![matrix(&[1, 2], x as f32)?.into()]);
        let answers = together(&runtime, &by_rows, (0..12).map(a).collect::<Result<_, _>>()?);
        for (x, answer) in answers.into_iter().enumerate() {
            assert_eq!(numbers(&answer?), [(3 * x + 2) as f32]);
        }
        let b = |x: i32| Ok::<_, Box<dyn std::error::Error>>(vec![matrix(&[2, 1], x as f32)?.into()]);
        let answers = together(&runtime, &by_columns, (0..12).map(b).collect::<Result<_, _>>()?);
        for (x, answer) in answers.into_iter().enumerate() {
            let y: Vec<f32> = (0..4).map(|row| (4 * row * x + x + 2 * row + 1) as f32).collect();
            assert_eq!(numbers(&answer?), y);
        }
    }
    let sizes = |model: &Model| model.stats().batches.iter().map(|(rows, _)| rows).collect::<Vec<_>>();
    assert!(sizes(&by_rows).iter().any(|&rows| rows > 2), "{:?}", by_rows.stats());
    assert_eq!(sizes(&by_columns), [2], "one request of two rows a run");
    Ok(())
}
