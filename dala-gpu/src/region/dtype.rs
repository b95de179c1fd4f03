//! The element types, in one table, and the 16-bit float formats.
mod sealed {
    pub trait Sealed {}
}

/// A type that tensors hold. Sealed: every bit pattern that a buffer can hold, all zeros among them, is
/// a value of it, and it has no padding.
pub trait Element:
    sealed::Sealed + Copy + Default + PartialEq + std::fmt::Debug + Send + Sync + 'static
{
    /// Its entry in the table.
    const DTYPE: DType;
}

macro_rules! dtypes {
    ($($variant:ident $rust:ty, $name:literal, $doc:literal;)*) => {
        /// The type of a tensor's elements.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum DType { $(#[doc = $doc] $variant,)* }

        impl DType {
            /// All of them.
            pub const ALL: &'static [DType] = &[$(DType::$variant),*];

            /// Bytes of one element.
            pub const fn bytes(self) -> usize {
                match self { $(DType::$variant => size_of::<$rust>(),)* }
            }

            /// The name that models and messages use.
            pub const fn name(self) -> &'static str {
                match self { $(DType::$variant => $name,)* }
            }

            /// The type with this name.
            pub fn from_name(name: &str) -> Option<DType> {
                DType::ALL.iter().copied().find(|dtype| dtype.name() == name)
            }
        }

        $(impl sealed::Sealed for $rust {}
        impl Element for $rust { const DTYPE: DType = DType::$variant; })*
    };
}

dtypes! {
    F32 f32, "f32", "IEEE 754 binary32.";
    F16 F16, "f16", "IEEE 754 binary16, storage only: kernels compute in wider floats.";
    Bf16 Bf16, "bf16", "The upper half of a binary32, storage only.";
    I8 i8, "i8", "8-bit signed.";
    U8 u8, "u8", "8-bit unsigned.";
    I32 i32, "i32", "32-bit signed.";
    I64 i64, "i64", "64-bit signed.";
    Bool bool, "bool", "One byte, 0 or 1.";
}

/// Elements one can add and multiply. Integers wrap.
pub trait Number: Element {
    /// The sum.
    fn plus(self, other: Self) -> Self;
    /// The product.
    fn times(self, other: Self) -> Self;
    /// The larger of the two; a NaN gives way.
    fn larger(self, other: Self) -> Self;
}

macro_rules! integers {
    ($($rust:ty)*) => {$(
        impl Number for $rust {
            fn plus(self, other: Self) -> Self { self.wrapping_add(other) }
            fn times(self, other: Self) -> Self { self.wrapping_mul(other) }
            fn larger(self, other: Self) -> Self { self.max(other) }
        }
    )*};
}
integers! { i8 u8 i32 i64 }

/// Floating-point elements. Kernels accumulate in `f64` and round once.
pub trait Real: Number {
    /// Exact.
    fn to_f64(self) -> f64;
    /// Rounded to nearest, ties to even.
    fn from_f64(value: f64) -> Self;
}

macro_rules! reals {
    ($($rust:ty)*) => {$(
        impl Number for $rust {
            fn plus(self, other: Self) -> Self { Self::from_f64(self.to_f64() + other.to_f64()) }
            fn times(self, other: Self) -> Self { Self::from_f64(self.to_f64() * other.to_f64()) }
            fn larger(self, other: Self) -> Self { Self::from_f64(self.to_f64().max(other.to_f64())) }
        }
    )*};
}
reals! { f32 F16 Bf16 }

impl Real for f32 {
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    fn from_f64(value: f64) -> Self {
        value as f32
    }
}

/// IEEE 754 binary16, by its bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct F16(pub u16);

/// bfloat16, by its bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Bf16(pub u16);

impl Real for F16 {
    fn to_f64(self) -> f64 {
        narrow_to_f64(self.0, 5, 10)
    }
    fn from_f64(value: f64) -> Self {
        F16(f64_to_narrow(value, 5, 10))
    }
}

impl Real for Bf16 {
    fn to_f64(self) -> f64 {
        narrow_to_f64(self.0, 8, 7)
    }
    fn from_f64(value: f64) -> Self {
        Bf16(f64_to_narrow(value, 8, 7))
    }
}

impl std::fmt::Debug for F16 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.to_f64())
    }
}

impl std::fmt::Debug for Bf16 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.to_f64())
    }
}

/// Widens a 16-bit float with this many exponent and fraction bits.
fn narrow_to_f64(bits: u16, exponent_bits: u32, fraction_bits: u32) -> f64 {
    let bias = (1i32 << (exponent_bits - 1)) - 1;
    let special = (1i32 << exponent_bits) - 1;
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let exponent = i32::from(bits >> fraction_bits) & special;
    let fraction = f64::from(bits & ((1 << fraction_bits) - 1)) / f64::from(1u32 << fraction_bits);
    if exponent == special {
        if fraction == 0.0 { sign * f64::INFINITY } else { f64::NAN }
    } else if exponent == 0 {
        sign * fraction * f64::powi(2.0, 1 - bias)
    } else {
        sign * (1.0 + fraction) * f64::powi(2.0, exponent - bias)
    }
}

/// Rounds to a 16-bit float, ties to even, with subnormals and infinities.
fn f64_to_narrow(value: f64, exponent_bits: u32, fraction_bits: u32) -> u16 {
    let bias = (1i32 << (exponent_bits - 1)) - 1;
    let infinity = ((1u16 << exponent_bits) - 1) << fraction_bits;
    let sign = u16::from(value.is_sign_negative()) << 15;
    let magnitude = value.abs();
    if value.is_nan() {
        return sign | infinity | 1 << (fraction_bits - 1);
    }
    if magnitude.is_infinite() {
        return sign | infinity;
    }
    // The exponent of the unit in the last place: fixed below the smallest normal number.
    let exponent = exponent_of(magnitude).max(1 - bias);
    let units = (magnitude * f64::powi(2.0, fraction_bits as i32 - exponent)).round_ties_even();
    // At most 2^(fraction_bits + 1): the sum below carries into the exponent by itself.
    let units = units as u32;
    let hidden = 1u32 << fraction_bits;
    let field = if units < hidden {
        units
    } else {
        let biased = u32::try_from(exponent + bias).expect("the exponent is at least 1 - bias");
        (biased << fraction_bits) + (units - hidden)
    };
    sign | u16::try_from(field.min(u32::from(infinity))).expect("at most the bits of infinity")
}

/// The binary exponent of a finite number; of zero and subnormals, one that is small enough.
fn exponent_of(magnitude: f64) -> i32 {
    let field = (magnitude.to_bits() >> 52) & 0x7ff;
    i32::try_from(field).expect("11 bits") - 1023
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_sizes_and_names() {
        let sizes: Vec<_> = DType::ALL.iter().map(|d| (d.name(), d.bytes())).collect();
        let expected =
            [("f32", 4), ("f16", 2), ("bf16", 2), ("i8", 1), ("u8", 1), ("i32", 4), ("i64", 8), ("bool", 1)];
        assert_eq!(sizes, expected);
        assert_eq!(DType::from_name("bf16"), Some(DType::Bf16));
        assert_eq!(DType::from_name("f64"), None);
    }

    #[test]
    fn known_half_floats_convert_both_ways() {
        for (bits, value) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 6.103515625e-5),
            (0x0001, 5.960464477539063e-8),
            (0x3555, 0.333251953125),
        ] {
            assert_eq!(F16(bits).to_f64(), value);
            assert_eq!(F16::from_f64(value), F16(bits));
        }
        assert_eq!(Bf16::from_f64(3.140625), Bf16(0x4049));
        assert_eq!(Bf16(0x3f80).to_f64(), 1.0);
    }

    #[test]
    fn every_half_float_survives_the_round_trip() {
        for bits in 0..=u16::MAX {
            let value = F16(bits).to_f64();
            let wide = Bf16(bits).to_f64();
            if !value.is_nan() {
                assert_eq!(F16::from_f64(value).0, bits);
            }
            if !wide.is_nan() {
                assert_eq!(Bf16::from_f64(wide).0, bits);
                assert_eq!(wide, f64::from(f32::from_bits(u32::from(bits) << 16)));
            }
        }
        assert!(F16::from_f64(f64::NAN).to_f64().is_nan());
    }

    #[test]
    fn rounding_is_to_nearest_with_ties_to_even_and_overflows_to_infinity() {
        assert_eq!(F16::from_f64(2049.0).to_f64(), 2048.0);
        assert_eq!(F16::from_f64(2051.0).to_f64(), 2052.0);
        assert_eq!(F16::from_f64(65519.0).to_f64(), 65504.0);
        assert_eq!(F16::from_f64(65520.0).to_f64(), f64::INFINITY);
        assert_eq!(F16::from_f64(-1e300).to_f64(), f64::NEG_INFINITY);
        assert_eq!(F16::from_f64(1e-300).to_f64(), 0.0);
    }
}
