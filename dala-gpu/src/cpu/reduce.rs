//! Along an axis: sum and softmax.
use crate::{Real, Region, Tensor, TensorError};

/// The sum of all elements, accumulated in `f64`.
pub fn sum<T: Real>(input: &Tensor<T>) -> f64 {
    input.iter().map(Real::to_f64).sum()
}

/// What becomes of the elements along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reduction {
    /// Their sum; 0 of none.
    Sum,
    /// Their mean; NaN of none.
    Mean,
    /// The largest; minus infinity of none.
    Max,
    /// The smallest; infinity of none.
    Min,
}

/// The sums along one axis, which disappears from the shape.
///
/// # Errors
/// [`TensorError::NoSuchAxis`], or as [`Region::zeros`].
pub fn sum_axis<T: Real>(region: &Region, input: &Tensor<T>, axis: usize) -> Result<Tensor<T>, TensorError> {
    reduce(region, Reduction::Sum, input, axis)
}

/// One number for all elements along one axis, which disappears from the shape.
///
/// # Errors
/// [`TensorError::NoSuchAxis`], or as [`Region::zeros`].
pub fn reduce<T: Real>(
    region: &Region,
    how: Reduction,
    input: &Tensor<T>,
    axis: usize,
) -> Result<Tensor<T>, TensorError> {
    let size = input.shape().size(axis)?;
    let shape = input.shape().without(axis);
    let (start, combine): (f64, fn(f64, f64) -> f64) = match how {
        Reduction::Sum | Reduction::Mean => (0.0, |a, b| a + b),
        Reduction::Max => (f64::NEG_INFINITY, f64::max),
        Reduction::Min => (f64::INFINITY, f64::min),
    };
    let mut totals = vec![start; shape.elements()];
    for index in 0..size {
        for (total, element) in totals.iter_mut().zip(input.slice(axis, index..index + 1)?.iter()) {
            *total = combine(*total, element.to_f64());
        }
    }
    let mut output = region.zeros(shape)?;
    let divisor = if how == Reduction::Mean { size as f64 } else { 1.0 };
    for (to, total) in output.as_mut_slice()?.iter_mut().zip(totals) {
        *to = T::from_f64(total / divisor);
    }
    Ok(output)
}

/// `exp(x) / sum(exp(x))` along the last axis (ONNX `Softmax`-13), with the row's maximum taken off
/// first, so that large inputs do not overflow.
///
/// # Errors
/// [`TensorError::NoSuchAxis`] for a tensor without axes, or as [`Region::zeros`].
pub fn softmax<T: Real>(region: &Region, input: &Tensor<T>) -> Result<Tensor<T>, TensorError> {
    let shape = input.shape();
    let size = shape.size(shape.rank().wrapping_sub(1))?;
    let mut output = region.zeros(shape)?;
    if size == 0 {
        return Ok(output);
    }
    let mut elements = input.iter().map(Real::to_f64);
    for row in output.as_mut_slice()?.chunks_exact_mut(size) {
        let values: Vec<f64> = elements.by_ref().take(size).collect();
        let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = values.iter().map(|value| (value - largest).exp()).collect();
        let total: f64 = powers.iter().sum();
        for (to, power) in row.iter_mut().zip(powers) {
            *to = T::from_f64(power / total);
        }
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bf16, Shape};

    #[test]
    fn sums_agree_with_plain_loops_on_odd_shapes() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let values: Vec<f32> = (0..105).map(|i| i as f32).collect();
        let t = region.tensor(Shape::new(&[3, 5, 7])?, &values)?;
        assert_eq!(sum(&t), 5460.0);
        for axis in 0..3 {
            let sums = sum_axis(&region, &t, axis)?;
            assert_eq!(sums.shape(), t.shape().without(axis));
            assert_eq!(sum(&sums), 5460.0);
        }
        assert_eq!(sum_axis(&region, &t, 2)?.get(&[0, 1]), Some((7..14).sum::<i32>() as f32));
        assert_eq!(
            sum_axis(&region, &t.transpose(0, 2)?, 0)?.get(&[1, 0]),
            Some((7..14).sum::<i32>() as f32)
        );
        assert!(matches!(sum_axis(&region, &t, 3), Err(TensorError::NoSuchAxis { axis: 3, .. })));
        assert_eq!(sum(&region.zeros::<f32>(Shape::new(&[0, 4])?)?), 0.0);
        Ok(())
    }

    #[test]
    fn reductions_of_known_rows() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let t = region.tensor(Shape::new(&[2, 3])?, &[1.0f32, 5.0, 3.0, -1.0, 0.0, -2.0])?;
        let of = |how, axis| reduce(&region, how, &t, axis).map(|t| t.to_vec());
        assert_eq!(of(Reduction::Mean, 1)?, [3.0, -1.0]);
        assert_eq!(of(Reduction::Max, 1)?, [5.0, 0.0]);
        assert_eq!(of(Reduction::Min, 0)?, [-1.0, 0.0, -2.0]);
        let none = region.zeros::<f32>(Shape::new(&[1, 0])?)?;
        assert_eq!(reduce(&region, Reduction::Max, &none, 1)?.to_vec(), [f32::NEG_INFINITY]);
        Ok(())
    }

    #[test]
    fn softmax_rows_sum_to_one_and_keep_the_order() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let t = region.tensor(Shape::new(&[2, 3])?, &[1.0f32, 2.0, 3.0, 1000.0, 1000.0, -1000.0])?;
        let soft = softmax(&region, &t)?;
        let expected = [0.09003057, 0.24472847, 0.66524096, 0.5, 0.5, 0.0];
        for (got, want) in soft.iter().zip(expected) {
            assert!((got - want).abs() < 1e-7, "{got} {want}");
        }
        let turned = softmax(&region, &t.transpose(0, 1)?)?;
        for row in turned.to_vec().chunks(2) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        }
        Ok(())
    }

    #[test]
    fn softmax_of_odd_shapes_and_narrow_types() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let one = region.tensor(Shape::new(&[3, 1])?, &[5.0f32, -5.0, 0.0])?;
        assert_eq!(softmax(&region, &one)?.to_vec(), [1.0, 1.0, 1.0]);
        let halves = region.tensor(Shape::new(&[4])?, &[Bf16::from_f64(2.0); 4])?;
        assert_eq!(softmax(&region, &halves)?.to_vec(), [Bf16::from_f64(0.25); 4]);
        assert!(softmax(&region, &region.zeros::<f32>(Shape::new(&[])?)?).is_err());
        assert!(softmax(&region, &region.zeros::<f32>(Shape::new(&[2, 0])?)?)?.to_vec().is_empty());
        Ok(())
    }
}
