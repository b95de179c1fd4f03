//! Element by element: add, mul, relu, and another type of float.
use crate::{Number, Real, Region, Tensor, TensorError};

/// `left + right`, of equal shapes. Integers wrap.
///
/// # Errors
/// [`TensorError::ShapeMismatch`], or as [`Region::zeros`].
pub fn add<T: Number>(
    region: &Region,
    left: &Tensor<T>,
    right: &Tensor<T>,
) -> Result<Tensor<T>, TensorError> {
    zip(region, "add", left, right, T::plus)
}

/// `left * right`, of equal shapes, element by element. Integers wrap.
///
/// # Errors
/// [`TensorError::ShapeMismatch`], or as [`Region::zeros`].
pub fn mul<T: Number>(
    region: &Region,
    left: &Tensor<T>,
    right: &Tensor<T>,
) -> Result<Tensor<T>, TensorError> {
    zip(region, "mul", left, right, T::times)
}

/// `max(0, x)` of each element; a NaN becomes 0 (ONNX `Relu`-14 leaves it open).
///
/// # Errors
/// As [`Region::zeros`].
pub fn relu<T: Number>(region: &Region, input: &Tensor<T>) -> Result<Tensor<T>, TensorError> {
    let mut output = region.zeros(input.shape())?;
    for (to, from) in output.as_mut_slice()?.iter_mut().zip(input.iter()) {
        *to = T::default().larger(from);
    }
    Ok(output)
}

/// The same numbers as floats of another type, rounded to nearest, ties to even; what is too large becomes infinite. For
/// what takes no 16-bit floats, a GPU without them for one.
///
/// # Errors
/// As [`Region::zeros`].
pub fn convert<T: Real, U: Real>(region: &Region, input: &Tensor<T>) -> Result<Tensor<U>, TensorError> {
    let mut output = region.zeros(input.shape())?;
    for (to, from) in output.as_mut_slice()?.iter_mut().zip(input.iter()) {
        *to = U::from_f64(from.to_f64());
    }
    Ok(output)
}

fn zip<T: Number>(
    region: &Region,
    operation: &'static str,
    left: &Tensor<T>,
    right: &Tensor<T>,
    combine: fn(T, T) -> T,
) -> Result<Tensor<T>, TensorError> {
    if left.shape() != right.shape() {
        return Err(TensorError::mismatch(operation, left.shape(), right.shape()));
    }
    let mut output = region.zeros(left.shape())?;
    for (to, (a, b)) in output.as_mut_slice()?.iter_mut().zip(left.iter().zip(right.iter())) {
        *to = combine(a, b);
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bf16, F16, Shape};

    #[test]
    fn floats_are_rounded_to_another_type_and_come_back_as_they_were_rounded() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let x = region.tensor(Shape::new(&[2, 3])?, &[1.0f32, -0.1, 65504.0, 1e9, f32::NAN, 1e-8])?;
        let narrow: Tensor<F16> = convert(&region, &x.transpose(0, 1)?)?;
        let wide: Tensor<f32> = convert(&region, &narrow)?;
        assert_eq!(wide.to_vec()[..3], [1.0, f32::INFINITY, -0.099975586]);
        assert!(wide.get(&[1, 1]).is_some_and(f32::is_nan));
        assert_eq!((wide.get(&[2, 0]), wide.get(&[2, 1])), (Some(65504.0), Some(0.0)));
        assert_eq!(convert::<f32, Bf16>(&region, &x)?.get(&[0, 1]).map(Real::to_f64), Some(-0.10009765625));
        assert_eq!(region.copied_bytes(), 0);
        Ok(())
    }

    #[test]
    fn add_and_mul_read_strided_views_in_their_own_order() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let a = region.tensor(Shape::new(&[2, 3])?, &[1, 2, 3, 4, 5, 6])?;
        let b = region.tensor(Shape::new(&[3, 2])?, &[10, 20, 30, 40, 50, 60])?.transpose(0, 1)?;
        assert_eq!(add(&region, &a, &b)?.to_vec(), [11, 32, 53, 24, 45, 66]);
        assert_eq!(mul(&region, &a, &b)?.to_vec(), [10, 60, 150, 80, 200, 360]);
        assert_eq!(region.copied_bytes(), 0);
        Ok(())
    }

    #[test]
    fn integers_wrap_and_shapes_must_agree() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let a = region.tensor(Shape::new(&[2])?, &[i8::MAX, -100])?;
        assert_eq!(add(&region, &a, &a)?.to_vec(), [-2, 56]);
        let b = region.zeros::<i8>(Shape::new(&[3])?)?;
        assert!(matches!(mul(&region, &a, &b), Err(TensorError::ShapeMismatch { operation: "mul", .. })));
        Ok(())
    }

    #[test]
    fn relu_cuts_at_zero_in_every_type() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let shape = Shape::new(&[5])?;
        let floats = region.tensor(shape, &[-1.5f32, 0.0, 2.5, f32::NAN, f32::INFINITY])?;
        assert_eq!(relu(&region, &floats)?.to_vec(), [0.0, 0.0, 2.5, 0.0, f32::INFINITY]);
        let halves: Vec<F16> = [-1.0, 0.5, 3.0, -0.0, 9.0].map(F16::from_f64).to_vec();
        let cut = relu(&region, &region.tensor(shape, &halves)?)?;
        assert_eq!(cut.iter().map(Real::to_f64).collect::<Vec<_>>(), [0.0, 0.5, 3.0, 0.0, 9.0]);
        assert_eq!(relu(&region, &region.tensor(shape, &[-3i64, 4, 0, -9, 1])?)?.to_vec(), [0, 4, 0, 0, 1]);
        Ok(())
    }

    #[test]
    fn narrow_floats_round_once_for_each_operation() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let shape = Shape::new(&[1])?;
        let a = region.tensor(shape, &[Bf16::from_f64(256.0)])?;
        let b = region.tensor(shape, &[Bf16::from_f64(1.0)])?;
        // 257 lies between 256 and 258: a tie, to even.
        assert_eq!(add(&region, &a, &b)?.to_vec(), [Bf16::from_f64(256.0)]);
        Ok(())
    }
}
