//! Convolution in two dimensions.
use crate::{Real, Region, Shape, Tensor, TensorError};

/// How a kernel walks over a picture. Pairs are `[vertical, horizontal]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2d {
    /// Steps between places; at least 1.
    pub stride: [usize; 2],
    /// Zeros around the picture, on each side.
    pub padding: [usize; 2],
    /// Distance of the kernel's elements; at least 1.
    pub dilation: [usize; 2],
    /// Into how many groups the channels are split; at least 1.
    pub groups: usize,
}

impl Default for Conv2d {
    fn default() -> Self {
        Self { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 }
    }
}

/// The sizes of one convolution, checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) batch: usize,
    pub(crate) channels: usize,
    pub(crate) input: [usize; 2],
    pub(crate) filters: usize,
    pub(crate) kernel: [usize; 2],
    pub(crate) output: [usize; 2],
}

impl Conv2d {
    /// Checks an input `[batch, channels, height, width]` against weights
    /// `[filters, channels / groups, kernel height, kernel width]` and a bias `[filters]`.
    pub(crate) fn sizes(
        &self,
        input: Shape,
        weights: Shape,
        bias: Option<Shape>,
    ) -> Result<Sizes, TensorError> {
        let mismatch = || TensorError::mismatch("conv2d", input, weights);
        let (&[batch, channels, h, w], &[filters, depth, kh, kw]) = (input.sizes(), weights.sizes()) else {
            return Err(mismatch());
        };
        let groups = self.groups;
        let whole =
            groups > 0 && depth.checked_mul(groups) == Some(channels) && filters.is_multiple_of(groups);
        if !whole || kh == 0 || kw == 0 || self.stride.contains(&0) || self.dilation.contains(&0) {
            return Err(mismatch());
        }
        if let Some(bias) = bias.filter(|bias| bias.sizes() != [filters]) {
            return Err(TensorError::mismatch("conv2d", weights, bias));
        }
        let place = |size: usize, kernel: usize, i: usize| {
            let span = (kernel - 1).checked_mul(self.dilation[i])?.checked_add(1)?;
            let room = self.padding[i].checked_mul(2)?.checked_add(size)?.checked_sub(span)?;
            Some(room / self.stride[i] + 1)
        };
        let output = [place(h, kh, 0).ok_or_else(mismatch)?, place(w, kw, 1).ok_or_else(mismatch)?];
        Ok(Sizes { batch, channels, input: [h, w], filters, kernel: [kh, kw], output })
    }
}

impl Sizes {
    /// `[batch, filters, height, width]`.
    pub(crate) fn shape(&self) -> Result<Shape, TensorError> {
        Shape::new(&[self.batch, self.filters, self.output[0], self.output[1]])
    }
}

/// Convolution (ONNX `Conv`-11, pads equal on both sides): input `[batch, channels, height, width]`, weights
/// `[filters, channels / groups, kernel height, kernel width]`, bias `[filters]`; gives
/// `[batch, filters, height', width']`.
///
/// # Errors
/// [`TensorError::ShapeMismatch`] for sizes that do not go together, or as [`Region::zeros`].
pub fn conv2d<T: Real>(
    region: &Region,
    conv: Conv2d,
    input: &Tensor<T>,
    weights: &Tensor<T>,
    bias: Option<&Tensor<T>>,
) -> Result<Tensor<T>, TensorError> {
    let sizes = conv.sizes(input.shape(), weights.shape(), bias.map(Tensor::shape))?;
    let mut output = region.zeros(sizes.shape()?)?;
    let depth = sizes.channels / conv.groups;
    let filters_a_group = sizes.filters / conv.groups;
    let mut elements = output.as_mut_slice()?.iter_mut();
    // The place in the input, if it is not in the padding.
    let place = |at: usize, k: usize, i: usize| {
        (at * conv.stride[i] + k * conv.dilation[i])
            .checked_sub(conv.padding[i])
            .filter(|&p| p < sizes.input[i])
    };
    for n in 0..sizes.batch {
        for filter in 0..sizes.filters {
            let first = filter / filters_a_group * depth;
            let start = bias.and_then(|bias| bias.get(&[filter])).map_or(0.0, Real::to_f64);
            for y in 0..sizes.output[0] {
                for x in 0..sizes.output[1] {
                    let mut sum = start;
                    for c in 0..depth {
                        for ky in 0..sizes.kernel[0] {
                            let Some(iy) = place(y, ky, 0) else { continue };
                            for kx in 0..sizes.kernel[1] {
                                let Some(ix) = place(x, kx, 1) else { continue };
                                let a = input.get(&[n, first + c, iy, ix]).expect("in the picture");
                                let b = weights.get(&[filter, c, ky, kx]).expect("in the kernel");
                                sum += a.to_f64() * b.to_f64();
                            }
                        }
                    }
                    *elements.next().expect("as many as in the shape") = T::from_f64(sum);
                }
            }
        }
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_slides_over_the_picture() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let picture: Vec<f32> = (1..=9).map(|i| i as f32).collect();
        let input = region.tensor(Shape::new(&[1, 1, 3, 3])?, &picture)?;
        let weights = region.tensor(Shape::new(&[1, 1, 2, 2])?, &[1.0f32, 0.0, 0.0, -1.0])?;
        let bias = region.tensor(Shape::new(&[1])?, &[0.5f32])?;
        let plain = conv2d(&region, Conv2d::default(), &input, &weights, Some(&bias))?;
        assert_eq!(plain.to_vec(), [-3.5; 4]);
        let wide = Conv2d { padding: [1, 1], stride: [2, 2], ..Conv2d::default() };
        assert_eq!(conv2d(&region, wide, &input, &weights, None)?.to_vec(), [-1.0, -3.0, -7.0, -4.0]);
        let far = Conv2d { dilation: [2, 2], ..Conv2d::default() };
        assert_eq!(conv2d(&region, far, &input, &weights, None)?.to_vec(), [-8.0]);
        Ok(())
    }

    #[test]
    fn groups_see_only_their_channels() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let input = region.tensor(Shape::new(&[1, 2, 1, 2])?, &[1.0f32, 2.0, 10.0, 20.0])?;
        let weights = region.tensor(Shape::new(&[2, 1, 1, 1])?, &[3.0f32, 5.0])?;
        let conv = Conv2d { groups: 2, ..Conv2d::default() };
        assert_eq!(conv2d(&region, conv, &input, &weights, None)?.to_vec(), [3.0, 6.0, 50.0, 100.0]);
        for wrong in [
            Conv2d::default(),
            Conv2d { groups: 0, ..conv },
            Conv2d { stride: [0, 1], ..conv },
            Conv2d { dilation: [1, 0], ..conv },
        ] {
            assert!(conv2d(&region, wrong, &input, &weights, None).is_err(), "{wrong:?}");
        }
        let large = region.zeros::<f32>(Shape::new(&[2, 1, 2, 1])?)?;
        assert!(conv2d(&region, conv, &input, &large, None).is_err(), "larger than the picture");
        Ok(())
    }
}
