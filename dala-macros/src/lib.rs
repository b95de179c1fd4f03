//! Proc macros of the Dala actor runtime.
