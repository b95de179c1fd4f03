//! Chunk Meta (OTP 25 and later): an external term, `[{enabled_features, [Atom]} | _]`.

/// The external term, without a check; empty when the file has none. Nothing that runs depends on it.
#[derive(Clone, Debug, Default)]
pub struct Meta(pub Vec<u8>);
