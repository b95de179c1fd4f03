//! `Dala.Tensor`.
use dala::native::NativeFunction;
use dala::{Atom, Bytes};

use super::number::Number;
use crate::region::message::{Released, shape_of};
use crate::{DType, Region, Shape, TensorError, TensorRef};

const MODULE: &str = "Elixir.Dala.Tensor";

pub(super) fn functions(region: &Region) -> Vec<NativeFunction> {
    let (binaries, lists) = (region.clone(), region.clone());
    let mut functions = vec![
        NativeFunction::plain(
            MODULE,
            "from_binary",
            move |(bytes, dtype, sizes): (Bytes, Atom, Vec<u64>)| {
                made(&binaries, &bytes, named(dtype)?, &sizes)
            },
        ),
        NativeFunction::plain(
            MODULE,
            "from_list",
            move |(numbers, dtype, sizes): (Vec<Number>, Atom, Vec<u64>)| {
                let dtype = named(dtype)?;
                let mut bytes = Vec::with_capacity(numbers.len() * dtype.bytes());
                for (at, number) in numbers.iter().enumerate() {
                    if !number.append(dtype, &mut bytes) {
                        return Err(format!("element {at} is {number}, which is no {}", dtype.name()));
                    }
                }
                made(&lists, &bytes, dtype, &sizes)
            },
        ),
    ];
    functions.extend(dala::natives![slice, reshape, transpose, to_binary, to_list, release]);
    functions
}

fn named(dtype: Atom) -> Result<DType, String> {
    DType::from_name(dtype.text()).ok_or_else(|| {
        let known: Vec<_> = DType::ALL.iter().map(|dtype| dtype.name()).collect();
        format!("{} is no type of elements; those are {}", dtype.text(), known.join(", "))
    })
}

fn shape(sizes: &[u64]) -> Result<Shape, String> {
    shape_of(sizes).ok_or_else(|| format!("{sizes:?} has more than 8 axes, or does not fit in memory"))
}

/// A tensor with a copy of these bytes.
fn made(region: &Region, bytes: &[u8], dtype: DType, sizes: &[u64]) -> Result<TensorRef, String> {
    let shape = shape(sizes)?;
    let tensor = region.tensor_of_bytes(dtype, shape, bytes).map_err(|error| match error {
        TensorError::WrongLength { .. } => {
            let needs = shape.elements().saturating_mul(dtype.bytes());
            format!("{} bytes do not fill a {}{shape}, which has {needs}", bytes.len(), dtype.name())
        }
        error => error.to_string(),
    })?;
    tensor.note_copy_out();
    Ok(tensor)
}

#[dala::native(module = "Elixir.Dala.Tensor")]
fn slice(tensor: TensorRef, axis: u64, start: u64, length: u64) -> Result<TensorRef, TensorError> {
    // What does not fit is out of range, whatever it was.
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let start = size(start);
    tensor.slice(size(axis), start..start.saturating_add(size(length)))
}

#[dala::native(module = "Elixir.Dala.Tensor")]
fn reshape(tensor: TensorRef, sizes: Vec<u64>) -> Result<TensorRef, String> {
    tensor.reshape(shape(&sizes)?).map_err(|error| error.to_string())
}

#[dala::native(module = "Elixir.Dala.Tensor")]
fn transpose(tensor: TensorRef, a: u64, b: u64) -> Result<TensorRef, TensorError> {
    let axis = |axis: u64| usize::try_from(axis).unwrap_or(usize::MAX);
    tensor.transpose(axis(a), axis(b))
}

#[dala::native(module = "Elixir.Dala.Tensor")]
fn to_binary(tensor: TensorRef) -> Bytes {
    tensor.to_bytes()
}

#[dala::native(module = "Elixir.Dala.Tensor")]
fn to_list(tensor: TensorRef) -> Vec<Number> {
    tensor.note_copy_out();
    let bytes = tensor.bytes_in_order();
    bytes
        .chunks_exact(tensor.dtype().bytes())
        .filter_map(|element| Number::of_bytes(tensor.dtype(), element))
        .collect()
}

#[dala::native(module = "Elixir.Dala.Tensor")]
fn release(tensor: Released) -> Atom {
    let Released(was_there) = tensor;
    Atom::new(if was_there { "ok" } else { "stale" })
}
