//! Tags of the external term format.

macro_rules! tags {
    ($($(#[$doc:meta])* $name:ident = $number:expr,)*) => {
        $($(#[$doc])* pub const $name: u8 = $number;)*

        /// A tag's name in the documentation, for messages.
        pub fn name(tag: u8) -> Option<&'static str> {
            match tag {
                $($name => Some(stringify!($name)),)*
                _ => None,
            }
        }
    };
}

/// First byte of every encoded term.
pub const VERSION: u8 = 131;

tags! {
    /// `[IEEE 754 double:8]`
    NEW_FLOAT_EXT = 70,
    /// `[length:4, bits in last byte:1, bytes]`
    BIT_BINARY_EXT = 77,
    /// `[uncompressed size:4, zlib stream]`, only right behind the version.
    COMPRESSED = 80,
    /// Index into a distribution header's atom cache; only valid in a distribution message.
    ATOM_CACHE_REF = 82,
    /// `[node, id:4, serial:4, creation:4]`
    NEW_PID_EXT = 88,
    /// `[node, id:4, creation:4]`
    NEW_PORT_EXT = 89,
    /// `[length:2, node, creation:4, id:4 * length]`
    NEWER_REFERENCE_EXT = 90,
    /// `[value:1]`
    SMALL_INTEGER_EXT = 97,
    /// `[value:4 signed]`
    INTEGER_EXT = 98,
    /// `[text as by sprintf "%.20e":31]`
    FLOAT_EXT = 99,
    /// `[length:2, Latin-1 name]`
    ATOM_EXT = 100,
    /// `[node, id:4, creation:1]`
    REFERENCE_EXT = 101,
    /// `[node, id:4, creation:1]`
    PORT_EXT = 102,
    /// `[node, id:4, serial:4, creation:1]`
    PID_EXT = 103,
    /// `[arity:1, elements]`
    SMALL_TUPLE_EXT = 104,
    /// `[arity:4, elements]`
    LARGE_TUPLE_EXT = 105,
    /// The empty list.
    NIL_EXT = 106,
    /// `[length:2, bytes]`: a list of bytes.
    STRING_EXT = 107,
    /// `[length:4, elements, tail]`
    LIST_EXT = 108,
    /// `[length:4, bytes]`
    BINARY_EXT = 109,
    /// `[length:1, sign:1, bytes from the least significant]`
    SMALL_BIG_EXT = 110,
    /// `[length:4, sign:1, bytes from the least significant]`
    LARGE_BIG_EXT = 111,
    /// `[size:4, arity:1, uniq:16, index:4, free:4, module, old index, old uniq, pid, free variables]`
    NEW_FUN_EXT = 112,
    /// `[module, function, arity]`
    EXPORT_EXT = 113,
    /// `[length:2, node, creation:1, id:4 * length]`
    NEW_REFERENCE_EXT = 114,
    /// `[length:1, Latin-1 name]`
    SMALL_ATOM_EXT = 115,
    /// `[pairs:4, key and value of each]`
    MAP_EXT = 116,
    /// `[free:4, pid, module, index, uniq, free variables]`: before OTP R8.
    FUN_EXT = 117,
    /// `[length:2, UTF-8 name]`
    ATOM_UTF8_EXT = 118,
    /// `[length:1, UTF-8 name]`
    SMALL_ATOM_UTF8_EXT = 119,
    /// `[node, id:8, creation:4]`
    V4_PORT_EXT = 120,
    /// `[seal:8, term]`: encoded by one runtime for itself only (`local` of `term_to_binary/2`, OTP 26), opaque to
    /// others. Only right behind the version.
    LOCAL_EXT = 121,
}
