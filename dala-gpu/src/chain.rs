//! Chains of element-by-element steps: one pass over memory for all of them, on the CPU and on a GPU.
//!
//! ```
//! use dala_gpu::{Chain, Region, Shape, Unary, cpu};
//!
//! let region = Region::with_limit(1 << 10);
//! let x = region.tensor(Shape::new(&[4])?, &[-2.0f32, -0.5, 0.5, 2.0])?;
//! let bias = region.tensor(Shape::new(&[4])?, &[1.0f32; 4])?;
//! let chain = Chain::new().add().then(Unary::Relu).then(Unary::Scale(10.0));
//! assert_eq!(cpu::chain(&region, &chain, &x, &[&bias])?.to_vec(), [0.0, 5.0, 15.0, 30.0]);
//! # Ok::<(), dala_gpu::TensorError>(())
//! ```
use crate::TensorError;
use crate::region::shape::Shape;

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Unary {
    /// `max(0, x)`.
    Relu,
    /// `x` above zero, `slope * x` below (ONNX `LeakyRelu`-16).
    LeakyRelu(f32),
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// Hyperbolic tangent.
    Tanh,
    /// `x * sigmoid(x)`.
    Silu,
    /// The tanh form of the Gaussian error unit (ONNX `Gelu`-20, `approximate = "tanh"`).
    Gelu,
    /// `exp(x)`.
    Exp,
    /// `sqrt(x)`; NaN below zero.
    Sqrt,
    /// `-x`.
    Neg,
    /// `|x|`.
    Abs,
    /// `x * factor`.
    Scale(f32),
    /// `x + term`.
    Shift(f32),
    /// At least the first, at most the second.
    Clamp(f32, f32),
}

/// A function of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Binary {
    /// `a + b`.
    Add,
    /// `a - b`.
    Sub,
    /// `a * b`.
    Mul,
    /// `a / b`.
    Div,
    /// The larger.
    Max,
    /// The smaller.
    Min,
}

/// One step of a chain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// A function of the value so far.
    Unary(Unary),
    /// A function of the value so far and the element of the next operand.
    Binary(Binary),
}

/// Steps, from first to last. An operand has the input's shape, or that of its last axes, and is then used
/// again for each of the first (a bias of `[features]` for an input of `[batch, features]`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chain {
    steps: Vec<Step>,
}

impl Chain {
    /// A chain that changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// And then a function of one number.
    #[must_use]
    pub fn then(mut self, step: Unary) -> Self {
        self.steps.push(Step::Unary(step));
        self
    }

    /// And then a function of the value and the next operand.
    #[must_use]
    pub fn with(mut self, step: Binary) -> Self {
        self.steps.push(Step::Binary(step));
        self
    }

    /// And then plus the next operand.
    #[must_use]
    pub fn add(self) -> Self {
        self.with(Binary::Add)
    }

    /// And then times the next operand.
    #[must_use]
    pub fn mul(self) -> Self {
        self.with(Binary::Mul)
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// How many operands it takes beside the input.
    pub fn operands(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::Binary(_))).count()
    }

    /// Whether operands of these shapes go with an input of this one.
    pub(crate) fn check(&self, input: Shape, operands: &[Shape]) -> Result<(), TensorError> {
        if operands.len() != self.operands() {
            return Err(TensorError::WrongCount {
                what: "operands of a chain",
                given: operands.len(),
                expected: self.operands(),
            });
        }
        let fits = |operand: &&Shape| !input.sizes().ends_with(operand.sizes());
        match operands.iter().find(fits) {
            Some(&operand) => Err(TensorError::mismatch("chain", input, operand)),
            None => Ok(()),
        }
    }
}

impl Unary {
    /// The value, in the precision that the reference computes in.
    pub fn apply(self, x: f64) -> f64 {
        match self {
            Unary::Relu => x.max(0.0),
            Unary::LeakyRelu(slope) => {
                if x < 0.0 {
                    x * f64::from(slope)
                } else {
                    x
                }
            }
            Unary::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Unary::Tanh => x.tanh(),
            Unary::Silu => x / (1.0 + (-x).exp()),
            Unary::Gelu => {
                let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x);
                0.5 * x * (1.0 + inner.tanh())
            }
            Unary::Exp => x.exp(),
            Unary::Sqrt => x.sqrt(),
            Unary::Neg => -x,
            Unary::Abs => x.abs(),
            Unary::Scale(factor) => x * f64::from(factor),
            Unary::Shift(term) => x + f64::from(term),
            Unary::Clamp(low, high) => x.max(f64::from(low)).min(f64::from(high)),
        }
    }
}

impl Binary {
    /// The value, in the precision that the reference computes in.
    pub fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Binary::Add => a + b,
            Binary::Sub => a - b,
            Binary::Mul => a * b,
            Binary::Div => a / b,
            Binary::Max => a.max(b),
            Binary::Min => a.min(b),
        }
    }
}
