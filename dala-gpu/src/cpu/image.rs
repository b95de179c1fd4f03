//! Pictures: other sizes, other colours. Planes of floats, `[batch, channels, height, width]`.
use crate::{Real, Region, Shape, Tensor, TensorError};

/// Which pixels of the old picture make one of the new (ONNX `Resize`-19, `half_pixel` coordinates).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resize {
    /// The nearest one.
    Nearest,
    /// The four around, by distance.
    Bilinear,
}

/// A change of colours: each output channel is a sum of weighted input channels and a constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colours {
    /// One row an output channel, of which the first `channels` count.
    pub rows: [[f32; 3]; 3],
    /// What is added to each output channel.
    pub plus: [f32; 3],
    /// How many output channels there are, 1 to 3.
    pub channels: usize,
}

impl Colours {
    /// Red, green, blue to brightness (ITU-R BT.601).
    pub const RGB_TO_GREY: Colours =
        Colours { rows: [[0.299, 0.587, 0.114], [0.0; 3], [0.0; 3]], plus: [0.0; 3], channels: 1 };

    /// Red, green, blue from 0 to 1 to brightness and two colour differences around 0.5 (ITU-R BT.601, full
    /// range, as JPEG).
    pub const RGB_TO_YUV: Colours = Colours {
        rows: [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]],
        plus: [0.0, 0.5, 0.5],
        channels: 3,
    };

    /// The way back.
    pub const YUV_TO_RGB: Colours = Colours {
        rows: [[1.0, 0.0, 1.402], [1.0, -0.344136, -0.714136], [1.0, 1.772, 0.0]],
        plus: [-0.701, 0.529136, -0.886],
        channels: 3,
    };

    /// Blue first instead of red, or the other way.
    pub const RGB_TO_BGR: Colours =
        Colours { rows: [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], plus: [0.0; 3], channels: 3 };

    /// The shape after the change of a `[batch, 3, height, width]` picture.
    pub(crate) fn shape(&self, input: Shape) -> Result<Shape, TensorError> {
        match *input.sizes() {
            [batch, 3, h, w] if (1..=3).contains(&self.channels) => Shape::new(&[batch, self.channels, h, w]),
            _ => Err(TensorError::mismatch("colours", input, Shape::new(&[1, 3, 1, 1])?)),
        }
    }
}

/// The picture in another size, `[height, width]`.
///
/// # Errors
/// [`TensorError::ShapeMismatch`] for no picture, or one without pixels, or as [`Region::zeros`].
pub fn resize<T: Real>(
    region: &Region,
    how: Resize,
    input: &Tensor<T>,
    size: [usize; 2],
) -> Result<Tensor<T>, TensorError> {
    let shape = resized(input.shape(), size)?;
    let &[batch, channels, h, w] = input.shape().sizes() else { unreachable!("checked by `resized`") };
    let mut output = region.zeros(shape)?;
    let mut elements = output.as_mut_slice()?.iter_mut();
    let rows: Vec<_> = (0..size[0]).map(|y| source(how, y, h, size[0])).collect();
    let columns: Vec<_> = (0..size[1]).map(|x| source(how, x, w, size[1])).collect();
    for n in 0..batch {
        for c in 0..channels {
            let at = |y, x| input.get(&[n, c, y, x]).expect("in the picture").to_f64();
            for &(y0, y1, fy) in &rows {
                for &(x0, x1, fx) in &columns {
                    let top = at(y0, x0) * (1.0 - fx) + at(y0, x1) * fx;
                    let bottom = at(y1, x0) * (1.0 - fx) + at(y1, x1) * fx;
                    let value = top * (1.0 - fy) + bottom * fy;
                    *elements.next().expect("as many as in the shape") = T::from_f64(value);
                }
            }
        }
    }
    Ok(output)
}

/// The shape of a picture after a change of size.
pub(crate) fn resized(input: Shape, size: [usize; 2]) -> Result<Shape, TensorError> {
    match *input.sizes() {
        [batch, channels, h, w] if h > 0 && w > 0 => Shape::new(&[batch, channels, size[0], size[1]]),
        _ => Err(TensorError::mismatch("resize", input, Shape::new(&[1, 1, size[0], size[1]])?)),
    }
}

/// The two old pixels that make a new one along an axis, and the weight of the second. In `f32`, as a GPU
/// computes it, so that both choose the same pixels.
pub(crate) fn source(how: Resize, at: usize, old: usize, new: usize) -> (usize, usize, f64) {
    let centre = (at as f32 + 0.5) * (old as f32 / new as f32) - 0.5;
    let last = old - 1;
    match how {
        Resize::Nearest => {
            let nearest = ((centre + 0.5).floor().max(0.0) as usize).min(last);
            (nearest, nearest, 0.0)
        }
        Resize::Bilinear => {
            let centre = centre.clamp(0.0, last as f32);
            let first = centre.floor() as usize;
            (first, (first + 1).min(last), f64::from(centre - centre.floor()))
        }
    }
}

/// The picture in other colours.
///
/// # Errors
/// [`TensorError::ShapeMismatch`] unless it has three channels, or as [`Region::zeros`].
pub fn colours<T: Real>(region: &Region, how: &Colours, input: &Tensor<T>) -> Result<Tensor<T>, TensorError> {
    let shape = how.shape(input.shape())?;
    let mut output = region.zeros(shape)?;
    let mut elements = output.as_mut_slice()?.iter_mut();
    let &[batch, channels, h, w] = shape.sizes() else { unreachable!("checked by `shape`") };
    for n in 0..batch {
        for c in 0..channels {
            for y in 0..h {
                for x in 0..w {
                    let mut sum = f64::from(how.plus[c]);
                    for (from, factor) in how.rows[c].into_iter().enumerate() {
                        let value = input.get(&[n, from, y, x]).expect("in the picture").to_f64();
                        sum += f64::from(factor) * value;
                    }
                    *elements.next().expect("as many as in the shape") = T::from_f64(sum);
                }
            }
        }
    }
    Ok(output)
}

/// Bytes `[height, width, 3]`, as cameras give them, to planes `[1, 3, height, width]` of
/// `(byte / 255 - mean) / spread`, as models want them.
///
/// # Errors
/// [`TensorError::ShapeMismatch`] for another shape, or as [`Region::zeros`].
pub fn planes<T: Real>(
    region: &Region,
    input: &Tensor<u8>,
    mean: [f32; 3],
    spread: [f32; 3],
) -> Result<Tensor<T>, TensorError> {
    let &[h, w, 3] = input.shape().sizes() else {
        return Err(TensorError::mismatch("planes", input.shape(), Shape::new(&[1, 1, 3])?));
    };
    let mut output = region.zeros(Shape::new(&[1, 3, h, w])?)?;
    let bytes = input.to_vec();
    for (i, to) in output.as_mut_slice()?.iter_mut().enumerate() {
        let (c, pixel) = (i / (h * w), i % (h * w));
        let value = f64::from(bytes[pixel * 3 + c]) / 255.0;
        *to = T::from_f64((value - f64::from(mean[c])) / f64::from(spread[c]));
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_grow_and_shrink() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let x = region.tensor(Shape::new(&[1, 1, 2, 2])?, &[0.0f32, 4.0, 8.0, 12.0])?;
        let wide = resize(&region, Resize::Bilinear, &x, [1, 4])?;
        assert_eq!(wide.to_vec(), [4.0, 5.0, 7.0, 8.0]);
        let nearest = resize(&region, Resize::Nearest, &x, [2, 4])?;
        assert_eq!(nearest.to_vec(), [0.0, 0.0, 4.0, 4.0, 8.0, 8.0, 12.0, 12.0]);
        assert_eq!(resize(&region, Resize::Bilinear, &x, [2, 2])?, x, "the same size is the same picture");
        assert!(resize(&region, Resize::Nearest, &x, [0, 3])?.to_vec().is_empty());
        assert!(resize(&region, Resize::Nearest, &x.slice(3, 0..0)?, [2, 2]).is_err());
        Ok(())
    }

    #[test]
    fn colours_change_and_come_back() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let x = region.tensor(Shape::new(&[1, 3, 1, 2])?, &[1.0f32, 0.2, 0.5, 0.4, 0.0, 0.6])?;
        let grey = colours(&region, &Colours::RGB_TO_GREY, &x)?;
        assert_eq!(grey.shape(), Shape::new(&[1, 1, 1, 2])?);
        assert!((grey.to_vec()[0] - (0.299 + 0.587 * 0.5)).abs() < 1e-6);
        let there = colours(&region, &Colours::RGB_TO_YUV, &x)?;
        let back = colours(&region, &Colours::YUV_TO_RGB, &there)?;
        for (got, want) in back.iter().zip(x.iter()) {
            assert!((got - want).abs() < 1e-5, "{got} {want}");
        }
        let turned = colours(&region, &Colours::RGB_TO_BGR, &x)?;
        assert_eq!(turned.to_vec(), [0.0, 0.6, 0.5, 0.4, 1.0, 0.2]);
        assert!(colours(&region, &Colours::RGB_TO_GREY, &grey).is_err());
        Ok(())
    }

    #[test]
    fn bytes_become_planes() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let x = region.tensor(Shape::new(&[1, 2, 3])?, &[255u8, 0, 51, 0, 255, 102])?;
        let planes: Tensor<f32> = planes(&region, &x, [0.5; 3], [0.5; 3])?;
        let want = [1.0, -1.0, -1.0, 1.0, -0.6, -0.2];
        for (got, want) in planes.iter().zip(want) {
            assert!((got - want).abs() < 1e-6, "{got} {want}");
        }
        Ok(())
    }
}
