//! Tensor region of the Dala actor runtime.
