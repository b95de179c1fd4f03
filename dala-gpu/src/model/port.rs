//! Inputs and outputs of models, and whether tensors fit them.
use std::fmt;

use super::ModelError;
use crate::{DType, TensorRef};

/// An input or an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name in the model.
    pub name: String,
    /// The type of its elements.
    pub dtype: DType,
    /// The sizes of its axes; none where any size does, as for a batch.
    pub sizes: Vec<Option<usize>>,
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes: Vec<_> =
            self.sizes.iter().map(|size| size.map_or("?".to_owned(), |n| n.to_string())).collect();
        write!(f, "{} wants {}[{}]", self.name, self.dtype.name(), sizes.join(", "))
    }
}

impl Port {
    /// Whether a tensor has the type and the sizes.
    pub fn takes(&self, tensor: &TensorRef) -> bool {
        let shape = tensor.shape();
        tensor.dtype() == self.dtype
            && shape.rank() == self.sizes.len()
            && self.sizes.iter().zip(shape.sizes()).all(|(want, is)| want.is_none_or(|want| want == *is))
    }
}

/// Checks tensors against ports: their number, types, sizes, and that they have no gaps.
///
/// # Errors
/// [`ModelError::Count`], [`ModelError::Port`], [`ModelError::Tensor`] for a view with gaps.
pub fn check_ports(side: &'static str, ports: &[Port], tensors: &[TensorRef]) -> Result<(), ModelError> {
    if ports.len() != tensors.len() {
        return Err(ModelError::Count { side, given: tensors.len(), expected: ports.len() });
    }
    for (port, tensor) in ports.iter().zip(tensors) {
        if !port.takes(tensor) {
            let (dtype, shape) = (tensor.dtype(), Box::new(tensor.shape()));
            return Err(ModelError::Port { side, port: Box::new(port.clone()), dtype, shape });
        }
        if !tensor.is_contiguous() {
            return Err(crate::TensorError::NotContiguous("a model").into());
        }
    }
    Ok(())
}
