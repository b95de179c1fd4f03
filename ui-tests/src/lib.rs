//! Compile-fail tests of the Dala macros; the cases are in `fail` and `pass`.
