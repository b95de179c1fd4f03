//! The pipeline's stages.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::Failure;
use crate::conversation::{Conversation, SegmentMessage};
use crate::wav::RATE;
use dala_gpu::infer::Stream;
use dala_gpu::pipeline::{Frame, Out, Source, Stage};
use dala_gpu::{Region, Shape, TensorRef};

/// New samples of a window, and those of the one before that the model sees again.
const FRAME: usize = 512;
const CONTEXT: usize = 64;

/// How long a frame sounds.
pub(crate) const FRAME_TIME: Duration = Duration::from_millis(FRAME as u64 * 1000 / RATE as u64);

/// What the model takes: `[1, samples]`.
pub(crate) fn window_shape() -> Result<Shape, Failure> {
    Ok(Shape::new(&[1, CONTEXT + FRAME])?)
}

/// Sound in the tensor region.
#[derive(Debug)]
pub(crate) struct Recording {
    /// The context of the first window, and all frames.
    samples: TensorRef,
}

impl Recording {
    pub(crate) fn new(region: &Region, samples: &[f32]) -> Result<Recording, Failure> {
        let whole = samples.len() / FRAME * FRAME;
        if whole == 0 {
            return Err("the sound is shorter than a frame of 32 ms".into());
        }
        let mut all = region.zeros::<f32>(Shape::new(&[CONTEXT + whole])?)?;
        all.as_mut_slice()?[CONTEXT..].copy_from_slice(&samples[..whole]);
        Ok(Recording { samples: all.into() })
    }

    pub(crate) fn frames(&self) -> u64 {
        (self.samples.shape().elements() / FRAME) as u64
    }

    /// The window of a frame: a view, with what came before.
    fn window(&self, frame: u64) -> Result<TensorRef, Failure> {
        let start = frame as usize * FRAME;
        Ok(self.samples.slice(0, start..start + CONTEXT + FRAME)?.reshape(window_shape()?)?)
    }
}

/// Says which frame is there: at the pace of the sound, or at once.
pub(crate) struct Microphone {
    next: u64,
    frames: u64,
    ticks: Option<(Duration, tokio::time::Instant)>,
}

impl Microphone {
    pub(crate) fn new(frames: u64, pace: Option<Duration>) -> Self {
        Self { next: 0, frames, ticks: pace.map(|pace| (pace, tokio::time::Instant::now())) }
    }
}

impl Source for Microphone {
    type Value = u64;

    async fn next(&mut self) -> Option<u64> {
        if self.next == self.frames {
            return None;
        }
        if let Some((pace, begun)) = self.ticks {
            tokio::time::sleep_until(begun + pace * (self.next as u32 + 1)).await;
        }
        self.next += 1;
        Some(self.next - 1)
    }
}

/// Turns frames into windows.
pub(crate) struct Windows(pub(crate) Arc<Recording>);

impl Stage for Windows {
    type In = u64;
    type Out = TensorRef;

    async fn handle(&mut self, frame: Frame<u64>, out: &Out<TensorRef>) -> Result<(), Failure> {
        let window = self.0.window(frame.value)?;
        out.send(frame.with(window)).await;
        Ok(())
    }
}

/// Asks the model how likely a window is speech. The stream holds the model's state.
pub(crate) struct Infer(pub(crate) Stream);

impl Stage for Infer {
    type In = TensorRef;
    type Out = f32;

    async fn handle(&mut self, frame: Frame<TensorRef>, out: &Out<f32>) -> Result<(), Failure> {
        let outputs = self.0.infer(vec![frame.value.clone()]).await?;
        let chance = outputs[0].typed::<f32>()?.iter().next().ok_or("the model gave nothing")?;
        out.send(frame.with(chance)).await;
        Ok(())
    }
}

/// Keeps what the model said, for the picture.
pub(crate) struct Chart(pub(crate) Arc<Mutex<Vec<f32>>>);

impl Stage for Chart {
    type In = f32;
    type Out = ();

    async fn handle(&mut self, frame: Frame<f32>, _: &Out<()>) -> Result<(), Failure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(frame.value);
        Ok(())
    }
}

/// A part of the sound, by frames: the first, the one after the last, and the mean chance. From `lib/decide.ex`.
pub(crate) type Segment = (u64, u64, f64);

/// Tells the Elixir process, and waits until it has heard.
pub(crate) struct Tell {
    pub(crate) to: Conversation,
    pub(crate) told: Arc<Mutex<Vec<SegmentMessage>>>,
}

impl Stage for Tell {
    type In = Segment;
    type Out = ();

    async fn handle(&mut self, frame: Frame<Segment>, _: &Out<()>) -> Result<(), Failure> {
        let (start, end, mean) = frame.value;
        let ms = |frames: u64| frames * FRAME as u64 * 1000 / u64::from(RATE);
        let number = self.told.lock().unwrap_or_else(PoisonError::into_inner).len() as u64 + 1;
        let segment = SegmentMessage { number, start: ms(start), end: ms(end), confidence: mean };
        self.to.ask_segment(&segment).await?;
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push(segment);
        Ok(())
    }
}
