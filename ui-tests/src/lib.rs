//! Compile-fail tests of the macros (`tests/ui.rs`), and what is written for people: the code of the
//! README, of the guide and of the page of guarantees runs here, and that of the pages of errors is compiled.

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub mod readme {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/actors.md")]
pub mod actors {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/semantics.md")]
pub mod semantics {}

#[doc = include_str!("../../docs/errors/DALA0001.md")]
pub mod dala_0001 {}

#[doc = include_str!("../../docs/errors/DALA0002.md")]
pub mod dala_0002 {}

#[doc = include_str!("../../docs/errors/DALA0003.md")]
pub mod dala_0003 {}

#[doc = include_str!("../../docs/errors/DALA0004.md")]
pub mod dala_0004 {}

#[doc = include_str!("../../docs/errors/DALA0005.md")]
pub mod dala_0005 {}

#[doc = include_str!("../../docs/errors/DALA0006.md")]
pub mod dala_0006 {}

#[doc = include_str!("../../docs/errors/DALA0007.md")]
pub mod dala_0007 {}

#[doc = include_str!("../../docs/errors/DALA0008.md")]
pub mod dala_0008 {}

#[doc = include_str!("../../docs/errors/DALA0009.md")]
pub mod dala_0009 {}

#[doc = include_str!("../../docs/errors/DALA0010.md")]
pub mod dala_0010 {}

#[doc = include_str!("../../docs/errors/DALA0011.md")]
pub mod dala_0011 {}

#[doc = include_str!("../../docs/errors/DALA0012.md")]
pub mod dala_0012 {}

#[doc = include_str!("../../docs/errors/DALA0013.md")]
pub mod dala_0013 {}

#[doc = include_str!("../../docs/errors/DALA0014.md")]
pub mod dala_0014 {}

#[doc = include_str!("../../docs/errors/DALA0015.md")]
pub mod dala_0015 {}

#[doc = include_str!("../../docs/errors/DALA0016.md")]
pub mod dala_0016 {}

#[doc = include_str!("../../docs/errors/DALA0017.md")]
pub mod dala_0017 {}

#[doc = include_str!("../../docs/errors/DALA0018.md")]
pub mod dala_0018 {}

#[doc = include_str!("../../docs/errors/DALA0019.md")]
pub mod dala_0019 {}

#[doc = include_str!("../../docs/errors/DALA0020.md")]
pub mod dala_0020 {}

#[doc = include_str!("../../docs/errors/DALA0021.md")]
pub mod dala_0021 {}

#[doc = include_str!("../../docs/errors/DALA0022.md")]
pub mod dala_0022 {}

#[doc = include_str!("../../docs/errors/DALA0023.md")]
pub mod dala_0023 {}

#[doc = include_str!("../../docs/errors/DALA0024.md")]
pub mod dala_0024 {}

#[doc = include_str!("../../docs/errors/DALA0025.md")]
pub mod dala_0025 {}

#[doc = include_str!("../../docs/errors/DALA0026.md")]
pub mod dala_0026 {}

#[doc = include_str!("../../docs/errors/DALA0027.md")]
pub mod dala_0027 {}
