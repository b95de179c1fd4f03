//! Layer normalisation.
use crate::{Real, Region, Tensor, TensorError};

/// `(x - mean) / sqrt(variance + epsilon) * scale + bias` along the last axis (ONNX
/// `LayerNormalization`-17); `scale` and `bias` have that axis alone.
///
/// # Errors
/// [`TensorError::NoSuchAxis`] for a tensor without axes, [`TensorError::ShapeMismatch`] for a scale or bias
/// of another size, or as [`Region::zeros`].
pub fn layer_norm<T: Real>(
    region: &Region,
    input: &Tensor<T>,
    scale: &Tensor<T>,
    bias: &Tensor<T>,
    epsilon: f32,
) -> Result<Tensor<T>, TensorError> {
    let shape = input.shape();
    let size = shape.size(shape.rank().wrapping_sub(1))?;
    for operand in [scale, bias] {
        if operand.shape().sizes() != [size] {
            return Err(TensorError::mismatch("layer_norm", shape, operand.shape()));
        }
    }
    let mut output = region.zeros(shape)?;
    if size == 0 {
        return Ok(output);
    }
    let (scale, bias) = (scale.to_vec(), bias.to_vec());
    let mut elements = input.iter().map(Real::to_f64);
    for row in output.as_mut_slice()?.chunks_exact_mut(size) {
        let values: Vec<f64> = elements.by_ref().take(size).collect();
        let mean = values.iter().sum::<f64>() / size as f64;
        let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / size as f64;
        let factor = 1.0 / (variance + f64::from(epsilon)).sqrt();
        for (i, to) in row.iter_mut().enumerate() {
            *to = T::from_f64((values[i] - mean) * factor * scale[i].to_f64() + bias[i].to_f64());
        }
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;

    #[test]
    fn rows_get_mean_bias_and_spread_scale() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let x = region.tensor(Shape::new(&[2, 2])?, &[1.0f32, 3.0, -10.0, 10.0])?;
        let scale = region.tensor(Shape::new(&[2])?, &[2.0f32, 1.0])?;
        let bias = region.tensor(Shape::new(&[2])?, &[0.5f32, 0.0])?;
        assert_eq!(layer_norm(&region, &x, &scale, &bias, 0.0)?.to_vec(), [-1.5, 1.0, -1.5, 1.0]);
        let flat = region.tensor(Shape::new(&[1, 2])?, &[4.0f32, 4.0])?;
        let got = layer_norm(&region, &flat, &scale, &bias, 1e-5)?;
        assert_eq!(got.to_vec(), [0.5, 0.0], "no spread: no division by zero");
        assert!(layer_norm(&region, &x, &scale, &x, 0.0).is_err());
        Ok(())
    }
}
