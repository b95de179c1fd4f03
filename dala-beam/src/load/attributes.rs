//! Chunks Attr and CInf: external terms that `module_info` returns.

/// Attributes and compile information of a module, as external terms.
#[derive(Clone, Debug, Default)]
pub struct Attributes {
    /// `Module:module_info(attributes)`; empty when the file has none.
    pub attributes: Vec<u8>,
    /// `Module:module_info(compile)`; empty when the file has none.
    pub compile: Vec<u8>,
}
