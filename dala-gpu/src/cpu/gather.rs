//! Rows picked by index.
use crate::{Element, Region, Tensor, TensorError};

/// The parts of one axis at `indices`, a list `[n]`, in that order (ONNX `Gather`-13; a negative index counts
/// from the end).
///
/// # Errors
/// [`TensorError::NoSuchAxis`], [`TensorError::ShapeMismatch`] for indices that are no list,
/// [`TensorError::NoSuchIndex`] for one that is not in the axis, or as [`Region::zeros`].
pub fn gather<T: Element>(
    region: &Region,
    input: &Tensor<T>,
    axis: usize,
    indices: &Tensor<i32>,
) -> Result<Tensor<T>, TensorError> {
    let places = places(input.shape().size(axis)?, indices)?;
    if indices.shape().rank() != 1 {
        return Err(TensorError::mismatch("gather", input.shape(), indices.shape()));
    }
    // With the axis in front, each index is one run of elements.
    let mut shape = input.shape();
    shape = shape.with_size(axis, places.len());
    let mut output = region.zeros(shape)?;
    let inner: usize = shape.sizes()[axis + 1..].iter().product();
    let outer: usize = shape.sizes()[..axis].iter().product();
    let all = input.to_vec();
    let size = input.shape().size(axis)?;
    let to = output.as_mut_slice()?;
    for o in 0..outer {
        for (i, place) in places.iter().enumerate() {
            let from = (o * size + place) * inner;
            let at = (o * places.len() + i) * inner;
            to[at..at + inner].copy_from_slice(&all[from..from + inner]);
        }
    }
    Ok(output)
}

/// The indices as places in an axis of `size`.
pub(crate) fn places(size: usize, indices: &Tensor<i32>) -> Result<Vec<usize>, TensorError> {
    let place = |index: i32| {
        let at = if index < 0 { size as i64 + i64::from(index) } else { i64::from(index) };
        let at = usize::try_from(at).ok().filter(|&at| at < size);
        at.ok_or(TensorError::NoSuchIndex { index: i64::from(index), size })
    };
    indices.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;

    #[test]
    fn rows_and_columns_come_in_the_order_of_the_indices() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let x = region.tensor(Shape::new(&[2, 3])?, &[1i8, 2, 3, 4, 5, 6])?;
        let indices = region.tensor(Shape::new(&[4])?, &[2, 0, -1, 0])?;
        assert_eq!(gather(&region, &x, 1, &indices)?.to_vec(), [3, 1, 3, 1, 6, 4, 6, 4]);
        let turned = x.transpose(0, 1)?;
        let rows = gather(&region, &turned, 0, &indices)?;
        assert_eq!(rows.shape(), Shape::new(&[4, 2])?);
        assert_eq!(rows.to_vec(), [3, 6, 1, 4, 3, 6, 1, 4]);
        let outside = TensorError::NoSuchIndex { index: 2, size: 2 };
        assert_eq!(gather(&region, &x, 0, &indices).expect_err("2 rows"), outside);
        assert!(gather(&region, &x, 2, &indices).is_err());
        Ok(())
    }
}
