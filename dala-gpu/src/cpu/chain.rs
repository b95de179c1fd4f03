//! Chains of element-by-element steps.
use crate::chain::Step;
use crate::{Chain, Real, Region, Tensor, TensorError};

/// All steps of a chain, in one pass; rounded once, at the end.
///
/// # Errors
/// [`TensorError::WrongCount`] of operands, [`TensorError::ShapeMismatch`] for one that is not as the last
/// axes of the input, or as [`Region::zeros`].
pub fn chain<T: Real>(
    region: &Region,
    chain: &Chain,
    input: &Tensor<T>,
    operands: &[&Tensor<T>],
) -> Result<Tensor<T>, TensorError> {
    let shapes: Vec<_> = operands.iter().map(|operand| operand.shape()).collect();
    chain.check(input.shape(), &shapes)?;
    let mut output = region.zeros(input.shape())?;
    // Endless: an operand with fewer axes starts again. One without elements goes with an input without.
    let mut operands: Vec<_> = operands.iter().map(|operand| operand.to_vec().into_iter().cycle()).collect();
    for (to, from) in output.as_mut_slice()?.iter_mut().zip(input.iter()) {
        let mut value = from.to_f64();
        let mut operands = operands.iter_mut();
        for step in chain.steps() {
            value = match step {
                Step::Unary(unary) => unary.apply(value),
                Step::Binary(binary) => {
                    let operand = operands.next().and_then(Iterator::next);
                    binary.apply(value, operand.expect("as many operands, not empty").to_f64())
                }
            };
        }
        *to = T::from_f64(value);
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Binary, Shape, Unary};

    #[test]
    fn steps_happen_in_order_and_short_operands_repeat() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let x = region.tensor(Shape::new(&[2, 3])?, &[1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0])?;
        let bias = region.tensor(Shape::new(&[3])?, &[-1.0f32, -2.0, -9.0])?;
        let full = x.transpose(0, 1)?.reshape(Shape::new(&[6])?).err();
        assert!(full.is_some(), "a turned view is no flat one");
        let chain = Chain::new().add().then(Unary::Relu).mul().with(Binary::Max);
        let floor = region.tensor(Shape::new(&[])?, &[1.0f32])?;
        let got = super::chain(&region, &chain, &x, &[&bias, &x, &floor])?;
        assert_eq!(got.to_vec(), [1.0, 1.0, 1.0, 12.0, 15.0, 1.0]);
        Ok(())
    }

    #[test]
    fn every_function_has_its_known_values() {
        let near = |unary: Unary, x: f64, want: f64| {
            let got = unary.apply(x);
            assert!((got - want).abs() < 1e-6, "{unary:?} of {x}: {got}, not {want}");
        };
        near(Unary::Relu, -3.0, 0.0);
        near(Unary::LeakyRelu(0.1), -3.0, -0.3);
        near(Unary::Sigmoid, 0.0, 0.5);
        near(Unary::Tanh, 0.5, 0.462117);
        near(Unary::Silu, 1.0, 0.731059);
        near(Unary::Gelu, 1.0, 0.841192);
        near(Unary::Exp, 1.0, std::f64::consts::E);
        near(Unary::Sqrt, 2.25, 1.5);
        near(Unary::Neg, 2.0, -2.0);
        near(Unary::Abs, -2.0, 2.0);
        near(Unary::Scale(3.0), 2.0, 6.0);
        near(Unary::Shift(3.0), 2.0, 5.0);
        near(Unary::Clamp(-1.0, 1.0), -7.0, -1.0);
        for (binary, want) in [
            (Binary::Add, 9.0),
            (Binary::Sub, 3.0),
            (Binary::Mul, 18.0),
            (Binary::Div, 2.0),
            (Binary::Max, 6.0),
            (Binary::Min, 3.0),
        ] {
            assert_eq!(binary.apply(6.0, 3.0), want, "{binary:?}");
        }
    }

    #[test]
    fn operands_that_do_not_go_with_the_input_are_refused() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let x = region.zeros::<f32>(Shape::new(&[2, 3])?)?;
        let two = region.zeros::<f32>(Shape::new(&[2])?)?;
        let chain = Chain::new().add();
        assert!(matches!(super::chain(&region, &chain, &x, &[&two]), Err(TensorError::ShapeMismatch { .. })));
        assert!(matches!(super::chain(&region, &chain, &x, &[]), Err(TensorError::WrongCount { .. })));
        let empty = region.zeros::<f32>(Shape::new(&[2, 0])?)?;
        assert!(super::chain(&region, &chain, &empty, &[&empty])?.to_vec().is_empty());
        Ok(())
    }
}
