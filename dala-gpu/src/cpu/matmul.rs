//! Matrix product.
use crate::{Real, Region, Shape, Tensor, TensorError};

/// The product of an `[m, k]` and a `[k, n]` matrix, `[m, n]`. `m * k * n` multiplications.
///
/// # Errors
/// [`TensorError::ShapeMismatch`] for other ranks or an inner size that differs, or as [`Region::zeros`].
pub fn matmul<T: Real>(
    region: &Region,
    left: &Tensor<T>,
    right: &Tensor<T>,
) -> Result<Tensor<T>, TensorError> {
    let mismatch = || TensorError::mismatch("matmul", left.shape(), right.shape());
    let (&[m, k], &[inner, n]) = (left.shape().sizes(), right.shape().sizes()) else {
        return Err(mismatch());
    };
    if k != inner {
        return Err(mismatch());
    }
    let mut output = region.zeros(Shape::new(&[m, n])?)?;
    // Some rows of sums at a time, so that they stay in a cache, and each row of `right` is read once for all of them.
    let (mut sums, mut line) = (vec![0.0f64; BLOCK.min(m) * n], vec![0.0f64; n]);
    let rows: Vec<usize> = (0..m).collect();
    let out = output.as_mut_slice()?;
    for (block, out) in rows.chunks(BLOCK).zip(out.chunks_mut((BLOCK * n).max(1))) {
        let sums = &mut sums[..block.len() * n];
        sums.fill(0.0);
        for i in 0..k {
            for (to, from) in line.iter_mut().zip(right.slice(0, i..i + 1)?.iter()) {
                *to = from.to_f64();
            }
            for (&row, sums) in block.iter().zip(sums.chunks_exact_mut(n.max(1))) {
                let factor = left.get(&[row, i]).expect("row < m and i < k").to_f64();
                sums.iter_mut().zip(&line).for_each(|(sum, right)| *sum += factor * right);
            }
        }
        out.iter_mut().zip(sums).for_each(|(to, sum)| *to = T::from_f64(*sum));
    }
    Ok(output)
}

/// Rows of the product that are computed together.
const BLOCK: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::F16;

    fn numbers(count: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 7 + 3) % 11) as f32 - 5.0).collect()
    }

    /// By columns of plain vectors, another order than the kernel's.
    fn naive(a: &[f32], b: &[f32], m: usize, k: usize, n: usize) -> Vec<f32> {
        let mut out = vec![0.0; m * n];
        for i in 0..k {
            for column in 0..n {
                for row in 0..m {
                    out[row * n + column] += a[row * k + i] * b[i * n + column];
                }
            }
        }
        out
    }

    #[test]
    fn matmul_agrees_with_naive_loops_on_odd_shapes() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 20);
        for (m, k, n) in
            [(1, 1, 1), (3, 5, 7), (1, 17, 1), (13, 1, 3), (7, 9, 2), (16, 33, 5), (0, 3, 2), (2, 0, 3)]
        {
            let (a, b) = (numbers(m * k), numbers(k * n));
            let left = region.tensor(Shape::new(&[m, k])?, &a)?;
            let right = region.tensor(Shape::new(&[k, n])?, &b)?;
            // The numbers are small integers: both sums are exact.
            assert_eq!(matmul(&region, &left, &right)?.to_vec(), naive(&a, &b, m, k, n), "{m} {k} {n}");
        }
        Ok(())
    }

    #[test]
    fn matmul_takes_views_and_refuses_shapes_that_do_not_fit() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 20);
        let a = region.tensor(Shape::new(&[3, 5])?, &numbers(15))?;
        let turned = a.transpose(0, 1)?;
        let square = matmul(&region, &a, &turned)?;
        assert_eq!(square, square.transpose(0, 1)?, "A times its transpose is symmetric");
        let part = matmul(&region, &a.slice(1, 1..3)?, &turned.slice(0, 1..3)?)?;
        assert_eq!(part.shape(), Shape::new(&[3, 3])?);
        assert!(matches!(
            matmul(&region, &a, &a),
            Err(TensorError::ShapeMismatch { operation: "matmul", .. })
        ));
        let flat = region.zeros(Shape::new(&[5])?)?;
        assert!(matmul(&region, &a, &flat).is_err());
        Ok(())
    }

    #[test]
    fn narrow_floats_accumulate_wide() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 20);
        let ones = vec![F16::from_f64(1.0); 4097];
        let a = region.tensor(Shape::new(&[1, 4097])?, &ones)?;
        let b = region.tensor(Shape::new(&[4097, 1])?, &ones)?;
        // Summed in 16 bits it would stick at 2048.
        assert_eq!(matmul(&region, &a, &b)?.to_vec(), [F16::from_f64(4096.0)]);
        Ok(())
    }
}
