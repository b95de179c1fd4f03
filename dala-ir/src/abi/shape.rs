//! Shapes: what a message looks like to those who did not compile it.
//!
//! `#[dala::message]` emits *descriptions* (names, and types taken from trait constants, so that aliases work);
//! the `const fn`s of [`layout`](super::layout) turn them into offsets, sizes and ids. A type has one shape if it
//! is a struct, one per variant if it is an enum: [`Shapes`].
//!
//! # In Erlang
//! A shape with fields is the tuple `{name, Field, ...}`; one without is the atom `name`.
//!
//! # In memory
//! Structs are `#[repr(C)]`. Enums are `#[repr(C, u32)]` (`#[repr(u32)]` when no variant has a field): a `u32` tag
//! at offset 0, then the fields of the variant, laid out as a struct at the first offset that suits the most
//! aligned variant (Rust reference, "Type layout", section "Combining primitive representations of enums with
//! fields and `#[repr(C)]`").
//!
//! Whoever reads a payload by its shape relies on one invariant: a `Shapes` value in a message's vtable was made by
//! the macro for exactly that message type. `Shapes` has no public way to be changed after it was made.

use super::Atom;
use super::form::{Data, Form};
use super::layout::Laid;
use std::sync::atomic::{AtomicU32, Ordering};

/// Calls `$with!` with one row a scalar field type: variant, Rust type, name in texts and ids.
///
/// Scalars can be read in place. To add one: a row here, an `impl StableLayout` beside the others in
/// `dala/src/message/convert/scalar.rs`, and its type in `dala-beam/src/interop/typing.rs`.
#[macro_export]
macro_rules! for_each_scalar_field_type {
    ($with:ident) => {
        $with! {
            Bool, bool, "bool";
            I8, i8, "i8";
            I16, i16, "i16";
            I32, i32, "i32";
            I64, i64, "i64";
            U8, u8, "u8";
            U16, u16, "u16";
            U32, u32, "u32";
            U64, u64, "u64";
            F32, f32, "f32";
            F64, f64, "f64";
            Char, char, "char";
            Atom, $crate::abi::Atom, "atom";
            Pid, $crate::abi::Pid, "pid";
        }
    };
}

macro_rules! field_type {
    ($($variant:ident, $ty:ty, $name:literal;)*) => {
        /// The type of a field, as both sides of a message understand it.
        ///
        /// The scalars (the variants without data up to [`FieldType::Pid`]) are *direct*: they can be read at their offset.
        /// All others are read through [`StoredField::write`].
        #[derive(Clone, Copy)]
        #[non_exhaustive]
        pub enum FieldType {
            $(#[doc = concat!("Scalar `", $name, "`.")] $variant,)*
            /// `()`: the atom `ok`.
            Unit,
            /// `i128`: an integer.
            I128,
            /// `u128`: an integer.
            U128,
            /// Integer of any size.
            Integer,
            /// Text in UTF-8: a binary.
            String,
            /// Bytes: a binary.
            Binary,
            /// Reference.
            Reference,
            /// Any term, kept as it is.
            Term,
            /// Proper list of elements of one type.
            List(&'static FieldType),
            /// The value itself, or the atom `nil`.
            Option(&'static FieldType),
            /// The value, behind a pointer in Rust; types may contain themselves through it.
            Boxed(&'static FieldType),
            /// `{ok, Value}` or `{error, Reason}`.
            Result(&'static FieldType, &'static FieldType),
            /// Tuple of so many elements.
            Tuple(&'static [FieldType]),
            /// Map with keys and values of one type each.
            Map(&'static FieldType, &'static FieldType),
            /// Another message type, by name; its shapes are behind a function so that types may contain
            /// themselves.
            Nested(Nested),
            /// Plain data, by name.
            Data(Data),
            /// Pid of an actor of one type.
            Actor(ActorField),
            /// Handle of a tensor, with the type of its elements if that is fixed.
            Tensor(Option<&'static str>),
            /// Reference to a value of Rust; the function gives its type's name.
            Opaque(fn() -> &'static str),
        }

        impl FieldType {
            /// Size and alignment in bytes, for types that are read in place.
            pub const fn direct_layout(&self) -> Option<(usize, usize)> {
                match self {
                    $(FieldType::$variant => Some((size_of::<$ty>(), align_of::<$ty>())),)*
                    _ => None,
                }
            }

            /// The name of a type without parts; for others the word their id starts with.
            pub const fn head_name(&self) -> &'static str {
                match self {
                    $(FieldType::$variant => $name,)*
                    FieldType::Unit => "unit",
                    FieldType::I128 => "i128",
                    FieldType::U128 => "u128",
                    FieldType::Integer => "integer",
                    FieldType::String => "string",
                    FieldType::Binary => "binary",
                    FieldType::Reference => "reference",
                    FieldType::Term => "term",
                    FieldType::List(_) => "list",
                    FieldType::Option(_) => "option",
                    FieldType::Boxed(_) => "boxed",
                    FieldType::Result(..) => "result",
                    FieldType::Tuple(_) => "tuple",
                    FieldType::Map(..) => "map",
                    FieldType::Nested(_) => "message",
                    FieldType::Data(_) => "data",
                    FieldType::Actor(_) => "actor",
                    FieldType::Tensor(_) => "tensor",
                    FieldType::Opaque(_) => "opaque",
                }
            }
        }
    };
}
for_each_scalar_field_type!(field_type);

/// A reference to an actor used as a field.
#[derive(Clone, Copy, Debug)]
pub struct ActorField {
    /// Name of the actor's type.
    pub name: &'static str,
    /// What it takes: a protocol of the runtime, if it has one.
    pub protocol: fn() -> Option<&'static (dyn std::any::Any + Send + Sync)>,
}

/// A message type used as a field.
#[derive(Clone, Copy, Debug)]
pub struct Nested {
    /// Name of the Rust type.
    pub type_name: &'static str,
    /// Its shapes.
    pub shapes: fn() -> &'static Shapes,
}

impl FieldType {
    /// Whether the field can be read in place.
    #[inline]
    pub const fn is_direct(&self) -> bool {
        self.direct_layout().is_some()
    }

    /// Whether both describe the same type, nested message types included. Handles types that contain themselves.
    pub fn is_same(&self, other: &FieldType) -> bool {
        Comparison::default().types(*self, *other)
    }
}

impl std::fmt::Display for FieldType {
    /// As one would write it in Rust, near enough for messages to people: `list of u8`, `option of string`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FieldType::List(item) => write!(f, "list of {item}"),
            FieldType::Boxed(value) => write!(f, "{value}"),
            FieldType::Option(some) => write!(f, "{some} or nil"),
            FieldType::Result(ok, error) => write!(f, "{{ok, {ok}}} or {{error, {error}}}"),
            FieldType::Map(key, value) => write!(f, "map of {key} to {value}"),
            FieldType::Tuple(items) => {
                f.write_str("{")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("}")
            }
            FieldType::Nested(nested) => f.write_str(nested.type_name),
            FieldType::Data(data) => f.write_str(data.type_name),
            FieldType::Actor(actor) => write!(f, "pid of a {}", actor.name),
            FieldType::Tensor(Some(dtype)) => write!(f, "tensor of {dtype}"),
            FieldType::Opaque(name) => write!(f, "reference to a {}", name()),
            simple => f.write_str(simple.head_name()),
        }
    }
}

impl std::fmt::Debug for FieldType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// What the macro says of one field: all that is needed to lay it out.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name; the position (`"0"`) in a tuple struct.
    pub name: &'static str,
    /// Its type, from the type's own trait constant.
    pub ty: FieldType,
    /// `size_of` the Rust type, bytes.
    pub size: usize,
    /// `align_of` the Rust type, bytes.
    pub align: usize,
    /// Builds the field's term from the bytes of the field.
    pub write: WriteField,
}

/// Reads a field of a message from where it lies, and builds its term.
///
/// # Safety
/// (of calling one) The pointer is that of an initialised, live field of the type that the function was made for.
pub type WriteField = unsafe fn(*const u8, &mut dyn crate::term::TermWriter) -> super::Word;

/// What the macro says of one struct or enum variant.
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// Name atom.
    pub name: AtomName,
    /// The fields, in order of declaration.
    pub fields: &'static [Field],
}

/// A field with its place.
#[derive(Clone, Copy, Debug)]
pub struct StoredField {
    /// Its name; the position (`"0"`) in a tuple struct.
    pub name: &'static str,
    /// Its type.
    pub ty: FieldType,
    /// Bytes from the start of the payload.
    pub offset: usize,
    /// Bytes it takes.
    pub size: usize,
    /// Builds its term from the bytes at `offset`.
    pub write: WriteField,
}

/// A name and a function that gives its atom without a look-up in the table; made by [`atom_name!`](crate::atom_name).
#[derive(Clone, Copy)]
pub struct AtomName {
    text: &'static str,
    atom: fn() -> Atom,
}

impl AtomName {
    /// The name `text`, whose atom `atom` gives.
    pub const fn new(text: &'static str, atom: fn() -> Atom) -> AtomName {
        AtomName { text, atom }
    }

    /// Its text.
    #[inline]
    pub const fn text(&self) -> &'static str {
        self.text
    }

    /// The atom, made on first use.
    ///
    /// # Panics
    /// When the text is longer than an atom may be, which the macro refuses, or the atom table is full.
    #[inline]
    pub fn atom(&self) -> Atom {
        (self.atom)()
    }
}

/// The [`AtomName`](crate::abi::shape::AtomName) of a literal. Constants must not hold what changes, so the atom
/// is kept in a static behind a function.
#[macro_export]
macro_rules! atom_name {
    ($text:expr) => {
        $crate::abi::shape::AtomName::new($text, {
            fn atom() -> $crate::abi::Atom {
                static CELL: $crate::abi::shape::AtomCell = $crate::abi::shape::AtomCell::new();
                CELL.get($text)
            }
            atom
        })
    };
}

/// Remembers an atom that was looked up once.
#[derive(Debug)]
pub struct AtomCell {
    /// Index of the atom plus one; 0 until it is asked for. Racing threads store the same value, and the table is
    /// behind its own lock, so relaxed order does.
    index: AtomicU32,
}

impl AtomCell {
    /// A cell that remembers none yet.
    pub const fn new() -> AtomCell {
        AtomCell { index: AtomicU32::new(0) }
    }

    /// The atom `text`, which must be the same at every call.
    ///
    /// # Panics
    /// As [`Atom::new`].
    #[inline]
    pub fn get(&self, text: &'static str) -> Atom {
        match self.index.load(Ordering::Relaxed) {
            0 => self.intern(text),
            index => Atom::from_index(index - 1),
        }
    }

    #[cold]
    fn intern(&self, text: &'static str) -> Atom {
        let atom = Atom::new(text);
        self.index.store(atom.index() + 1, Ordering::Relaxed);
        atom
    }
}

impl Default for AtomCell {
    fn default() -> AtomCell {
        AtomCell::new()
    }
}

impl std::fmt::Debug for AtomName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "'{}'", self.text)
    }
}

/// One tuple or atom that a message type can be.
pub struct Shape {
    pub(super) name: AtomName,
    pub(super) fields: &'static [StoredField],
    pub(super) tag: Option<u32>,
    pub(super) logical_id: u64,
    pub(super) layout_id: u64,
}

impl Shape {
    /// The atom that the Erlang term starts with, or is.
    #[inline]
    pub const fn name(&self) -> AtomName {
        self.name
    }

    /// Fields in order of declaration, which is that of the tuple.
    #[inline]
    pub fn fields(&self) -> &'static [StoredField] {
        self.fields
    }

    /// The field called `name`.
    pub fn field(&self, name: &str) -> Option<&'static StoredField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Size of the Erlang tuple, name included; 0 for an atom.
    #[inline]
    pub fn tuple_arity(&self) -> usize {
        if self.fields.is_empty() { 0 } else { self.fields.len() + 1 }
    }

    /// How many of the fields must be there: those behind the last that is no `Option` are `None` when they are missing.
    pub fn required(&self) -> usize {
        let is_required = |field: &StoredField| !matches!(field.ty, FieldType::Option(_));
        self.fields.iter().rposition(is_required).map_or(0, |last| last + 1)
    }

    /// Whether a tuple of so many elements (0: the atom) is this message without some of its last fields: one whose sender knows
    /// a former version.
    pub fn is_short(&self, arity: usize) -> bool {
        let fields = arity.saturating_sub(1);
        arity != 1 && fields < self.fields.len() && fields >= self.required()
    }

    /// Whether Erlang cannot tell the two apart: same name, as many elements.
    pub const fn looks_like(&self, other: &Shape) -> bool {
        let (left, right) = (self.name.text().as_bytes(), other.name.text().as_bytes());
        if self.fields.len() != other.fields.len() || left.len() != right.len() {
            return false;
        }
        let mut index = 0;
        while index < left.len() {
            if left[index] != right[index] {
                return false;
            }
            index += 1;
        }
        true
    }

    /// What the `u32` at offset 0 holds when the payload has this shape; `None` for structs, which have no tag.
    #[inline]
    pub fn tag(&self) -> Option<u32> {
        self.tag
    }

    /// Id of names and types: the same on every platform and in every build. Fields of a nested message type
    /// count by the name of that type alone; on equal ids, ask [`Shape::is_same`].
    #[inline]
    pub fn logical_id(&self) -> u64 {
        self.logical_id
    }

    /// Id of names, types, offsets and sizes: equal only where payloads can be read by either shape.
    #[inline]
    pub fn layout_id(&self) -> u64 {
        self.layout_id
    }

    /// Whether names and types are those of `other`, nested message types included.
    pub fn is_same(&self, other: &Shape) -> bool {
        Comparison::default().shapes(self, other)
    }
}

impl std::fmt::Debug for Shape {
    /// As an Erlang pattern with types: `{deposit, amount: u64, memo: string}`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.fields.is_empty() {
            return f.write_str(self.name.text());
        }
        write!(f, "{{{}", self.name.text())?;
        for field in self.fields {
            match field.name.as_bytes().first() {
                Some(b'0'..=b'9') => write!(f, ", {}", field.ty)?,
                _ => write!(f, ", {}: {}", field.name, field.ty)?,
            }
        }
        f.write_str("}")
    }
}

/// All shapes of one message type, and the memory its values take.
pub struct Shapes {
    pub(super) type_name: &'static str,
    pub(super) size: usize,
    pub(super) align: usize,
    pub(super) shapes: &'static [Shape],
}

impl Shapes {
    /// The shapes of a struct or enum that `laid` describes.
    ///
    /// # Panics
    /// At compile time, when the computed layout is not that of the type: its `repr` was tampered with.
    pub const fn new<T>(type_name: &'static str, laid: Laid, shapes: &'static [Shape]) -> Shapes {
        assert!(laid.size == size_of::<T>(), "the computed size of the message is not that of its type");
        assert!(
            laid.align == align_of::<T>(),
            "the computed alignment of the message is not that of its type"
        );
        Shapes { type_name, size: laid.size, align: laid.align, shapes }
    }

    /// Name of the Rust type.
    #[inline]
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// Bytes of a payload.
    #[inline]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Alignment of a payload, bytes.
    #[inline]
    pub fn align(&self) -> usize {
        self.align
    }

    /// The shapes: one for a struct, one a variant for an enum, in order of declaration.
    #[inline]
    pub const fn all(&self) -> &'static [Shape] {
        self.shapes
    }

    /// The shape that a payload of this type with `tag` at offset 0 has.
    #[inline]
    pub fn with_tag(&self, tag: u32) -> Option<&'static Shape> {
        self.shapes.get(tag as usize)
    }

    /// The shape whose name is `name` and whose tuple has `arity` elements (0: it is the atom alone).
    pub fn matching(&self, name: Atom, arity: usize) -> Option<&'static Shape> {
        self.shapes.iter().find(|shape| shape.tuple_arity() == arity && shape.name.atom() == name)
    }

    /// The shape that such a term has without some of its last fields ([`Shape::is_short`]).
    pub fn matching_short(&self, name: Atom, arity: usize) -> Option<&'static Shape> {
        self.shapes.iter().find(|shape| shape.is_short(arity) && shape.name.atom() == name)
    }

    /// Whether all names and types are those of `other`.
    pub fn is_same(&self, other: &Shapes) -> bool {
        Comparison::default().shape_sets(self, other)
    }
}

impl std::fmt::Debug for Shapes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ", self.type_name)?;
        f.debug_list().entries(self.shapes).finish()
    }
}

/// Compares descriptions whole. Pairs of nested types under comparison are taken for equal when met again inside
/// themselves, which is the greatest fixed point and ends for types that contain themselves.
#[derive(Default)]
struct Comparison {
    assumed: Vec<(*const (), *const ())>,
}

impl Comparison {
    /// Whether the two are one, or are being compared already; from now on they are.
    fn assume(&mut self, left: *const (), right: *const ()) -> bool {
        if left == right || self.assumed.contains(&(left, right)) {
            return true;
        }
        self.assumed.push((left, right));
        false
    }

    fn forms(&mut self, left: &'static [Form], right: &'static [Form]) -> bool {
        if self.assume(left.as_ptr().cast(), right.as_ptr().cast()) {
            return true;
        }
        left.len() == right.len()
            && left.iter().zip(right).all(|(left, right)| {
                left.tag == right.tag
                    && left.body == right.body
                    && left.fields.len() == right.fields.len()
                    && left
                        .fields
                        .iter()
                        .zip(right.fields)
                        .all(|(left, right)| left.name == right.name && self.types(left.ty, right.ty))
            })
    }

    fn shape_sets(&mut self, left: &Shapes, right: &Shapes) -> bool {
        if self.assume(std::ptr::from_ref(left).cast(), std::ptr::from_ref(right).cast()) {
            return true;
        }
        left.type_name == right.type_name
            && left.shapes.len() == right.shapes.len()
            && left.shapes.iter().zip(right.shapes).all(|(left, right)| self.shapes(left, right))
    }

    fn shapes(&mut self, left: &Shape, right: &Shape) -> bool {
        left.logical_id == right.logical_id
            && left.name.text() == right.name.text()
            && left.tag == right.tag
            && left.fields.len() == right.fields.len()
            && left
                .fields
                .iter()
                .zip(right.fields)
                .all(|(left, right)| left.name == right.name && self.types(left.ty, right.ty))
    }

    fn types(&mut self, left: FieldType, right: FieldType) -> bool {
        match (left, right) {
            (FieldType::List(left), FieldType::List(right))
            | (FieldType::Boxed(left), FieldType::Boxed(right))
            | (FieldType::Option(left), FieldType::Option(right)) => self.types(*left, *right),
            (FieldType::Result(ok, error), FieldType::Result(other_ok, other_error)) => {
                self.types(*ok, *other_ok) && self.types(*error, *other_error)
            }
            (FieldType::Map(key, value), FieldType::Map(other_key, other_value)) => {
                self.types(*key, *other_key) && self.types(*value, *other_value)
            }
            (FieldType::Tuple(left), FieldType::Tuple(right)) => {
                left.len() == right.len()
                    && left.iter().zip(right).all(|(left, right)| self.types(*left, *right))
            }
            (FieldType::Nested(left), FieldType::Nested(right)) => {
                left.type_name == right.type_name && self.shape_sets((left.shapes)(), (right.shapes)())
            }
            (FieldType::Data(left), FieldType::Data(right)) => {
                left.type_name == right.type_name && self.forms((left.forms)(), (right.forms)())
            }
            (FieldType::Actor(left), FieldType::Actor(right)) => left.name == right.name,
            (FieldType::Tensor(left), FieldType::Tensor(right)) => left == right,
            (FieldType::Opaque(left), FieldType::Opaque(right)) => left() == right(),
            (left, right) => left.head_name() == right.head_name(),
        }
    }
}

#[cfg(test)]
#[path = "shape/tests.rs"]
mod tests;
