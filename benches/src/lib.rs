//! Benchmarks of Dala beside its peers.
