//! What tests of models on real backends share.
use std::path::PathBuf;

use super::ramp;
use crate::{Element, Region, Shape, TensorRef};

pub(super) type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Where scripts/setup-ai.sh puts the library and the models.
pub(super) fn folder() -> PathBuf {
    match std::env::var_os("DALA_AI") {
        Some(folder) => folder.into(),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/ai"),
    }
}

/// A model's bytes; one that is not there is said, for its test to be skipped.
pub(super) fn bytes_of(name: &str) -> Option<Vec<u8>> {
    let bytes = std::fs::read(folder().join("models").join(format!("{name}.onnx"))).ok();
    if bytes.is_none() {
        crate::skip::skip(format!("no model {name} (scripts/setup-ai.sh fetches it)"));
    }
    bytes
}

pub(super) fn region() -> Region {
    Region::with_limit(64 << 20)
}

pub(super) fn tensor<T: Element>(region: &Region, sizes: &[usize], elements: &[T]) -> TensorRef {
    region.tensor(Shape::new(sizes).expect("small"), elements).expect("within the limit").into()
}

pub(super) fn ramped(region: &Region, sizes: &[usize]) -> TensorRef {
    let numbers: Vec<f32> = ramp(sizes.iter().product()).collect();
    tensor(region, sizes, &numbers)
}

pub(super) fn floats(tensor: &TensorRef) -> Vec<f32> {
    tensor.typed::<f32>().expect("floats").to_vec()
}

/// The first of the numbers are those that are wanted.
#[track_caller]
pub(super) fn near(got: &[f32], want: &[f32], tolerance: f32) {
    assert!(got.len() >= want.len());
    for (at, (got, want)) in got.iter().zip(want).enumerate() {
        assert!((got - want).abs() <= tolerance, "number {at}: {got}, not {want}");
    }
}
