//! Runs that nobody waits for any more: they are ended, and what is waited for is not.
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use dala::Runtime;
use dala_gpu::Region;
use dala_gpu::infer::{Ask, InferError, Model, ServeOptions, Server};
use dala_gpu::model::{Backend, Canceller, ModelError, Port, Session, SessionOptions};
use dala_gpu::{DType, TensorRef};

use crate::backend::{first, row, send_off};
use crate::{Outcome, expect_empty, wait};

/// A model that gives what it gets, and whose runs with 100 in them go on until somebody ends them.
#[derive(Debug)]
struct Endless(mpsc::Sender<&'static str>);

#[derive(Debug)]
struct Run {
    ports: [Port; 1],
    is_ended: Arc<AtomicBool>,
    told: mpsc::Sender<&'static str>,
}

impl Backend for Endless {
    fn name(&self) -> &str {
        "endless"
    }

    fn load(&self, _: &[u8], _: &SessionOptions) -> Result<Box<dyn Session>, ModelError> {
        let ports = [Port { name: "x".to_owned(), dtype: DType::F32, sizes: vec![None, Some(2)] }];
        Ok(Box::new(Run { ports, is_ended: Arc::default(), told: self.0.clone() }))
    }
}

impl Session for Run {
    fn inputs(&self) -> &[Port] {
        &self.ports
    }

    fn outputs(&self) -> &[Port] {
        &self.ports
    }

    fn run(&mut self, inputs: &[TensorRef], outputs: &mut [TensorRef]) -> Result<(), ModelError> {
        if inputs[0].typed::<f32>()?.iter().any(|x| x == 100.0) {
            self.is_ended.store(false, Ordering::SeqCst);
            let _ = self.told.send("begun");
            wait(|| self.is_ended.load(Ordering::SeqCst));
            let _ = self.told.send("ended");
            return Err(ModelError::Cancelled);
        }
        Ok(outputs[0].copy_from(&inputs[0])?)
    }

    fn run_into(&mut self, inputs: &[TensorRef], region: &Region) -> Result<Vec<TensorRef>, ModelError> {
        let mut outputs = vec![region.zeros_of(DType::F32, inputs[0].shape())?];
        self.run(inputs, &mut outputs)?;
        Ok(outputs)
    }

    fn canceller(&self) -> Option<Canceller> {
        let is_ended = self.is_ended.clone();
        Some(Canceller::new(move || is_ended.store(true, Ordering::SeqCst)))
    }
}

struct Setup {
    runtime: Runtime,
    region: Region,
    model: Model,
    told: mpsc::Receiver<&'static str>,
}

fn setup() -> Result<Setup, Box<dyn std::error::Error>> {
    let (runtime, region) = (Runtime::builder().workers(2).build()?, Region::with_limit(1 << 20));
    let (tell, told) = mpsc::channel();
    let options = ServeOptions::in_region(&region)
        .inline_below(Duration::ZERO)
        .lend_below(Duration::ZERO)
        .max_wait(Duration::from_secs(60))
        .max_batch(2);
    let model = Server::new(Arc::new(Endless(tell)), &b""[..], options)?.start(&runtime)?;
    Ok(Setup { runtime, region, model, told })
}

struct Client(Model, Vec<TensorRef>);

#[dala::actor]
impl Client {
    #[message]
    async fn drive(&mut self) {
        let _ = self.0.infer(self.1.clone()).await;
    }
}

#[test]
fn a_client_that_is_killed_ends_its_run_and_the_next_is_served() -> Outcome {
    let Setup { runtime, region, model, told } = setup()?;
    let client = runtime.spawn(Client(model.clone(), row(&region, 100.0)))?;
    client.tell(Drive {})?;
    assert_eq!(told.recv()?, "begun");
    client.kill();
    assert_eq!(told.recv()?, "ended");
    let y = runtime.block_on(model.infer(row(&region, 3.0)))?;
    assert_eq!(first(&y), 3.0);
    let stats = model.stats();
    assert_eq!((stats.abandoned, stats.failed, stats.answered), (1, 0, 1));
    drop((y, model, client, runtime));
    expect_empty(&region);
    Ok(())
}

#[test]
fn a_run_whose_time_passed_for_all_is_ended() -> Outcome {
    let Setup { runtime, region, model, told } = setup()?;
    let soon = Ask::within(Duration::from_millis(20));
    // By a task's clock, and by a thread's.
    let late = runtime.block_on(model.ask(row(&region, 100.0), soon));
    assert_eq!(late.expect_err("endless"), InferError::TimedOut);
    assert_eq!([told.recv()?, told.recv()?], ["begun", "ended"]);
    let late = model.ask_blocking(row(&region, 100.0), soon);
    assert_eq!(late.expect_err("endless"), InferError::TimedOut);
    assert_eq!([told.recv()?, told.recv()?], ["begun", "ended"]);
    assert_eq!(first(&model.ask_blocking(row(&region, 4.0), Ask::default())?), 4.0);
    assert_eq!((model.stats().abandoned, model.stats().failed), (2, 0));
    Ok(())
}

#[test]
fn a_run_goes_on_as_long_as_one_of_its_clients_waits() -> Outcome {
    let Setup { runtime, region, model, told } = setup()?;
    runtime.block_on(async {
        let mut one = Box::pin(model.infer(row(&region, 100.0)));
        send_off(&mut one).await;
        assert_eq!(told.recv()?, "begun");
        let (mut two, mut three) =
            (Box::pin(model.infer(row(&region, 100.0))), Box::pin(model.infer(row(&region, 5.0))));
        send_off(&mut two).await;
        send_off(&mut three).await;
        drop(one);
        assert_eq!([told.recv()?, told.recv()?], ["ended", "begun"]);
        assert_eq!(model.stats().queued, 0, "both are in it");
        drop(two);
        assert_eq!(told.recv_timeout(Duration::from_millis(50)), Err(mpsc::RecvTimeoutError::Timeout));
        drop(three);
        assert_eq!(told.recv()?, "ended");
        Ok::<_, Box<dyn std::error::Error>>(())
    })
}
