//! Offsets, sizes and ids of messages: the one algorithm, run by the compiler.
//!
//! Offsets follow `repr(C)`: fields in order, each at the next multiple of its alignment, the whole rounded up to
//! the largest alignment (Rust reference, "Type layout", section "`#[repr(C)]` structs"; for enums see
//! [`shape`](super::shape)). Ids are FNV-1a over an unambiguous spelling of the description, ended by the mixing
//! step of MurmurHash3, so that small differences reach every bit.

use super::shape::{Description, Field, FieldType, Shape, StoredField};

/// Bytes of the tag in front of an enum's variants.
const TAG_SIZE: usize = size_of::<u32>();

/// Memory that a message type takes, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Laid {
    /// Size.
    pub size: usize,
    /// Alignment.
    pub align: usize,
    /// Where the fields start: 0 in structs, behind the tag in enums.
    pub fields_at: usize,
}

/// `offset`, or the next multiple of `align` after it.
pub const fn align_up(offset: usize, align: usize) -> usize {
    assert!(align.is_power_of_two(), "an alignment is a power of two");
    (offset + align - 1) & !(align - 1)
}

/// The memory of a struct with these fields.
pub const fn lay_out_struct(description: &Description) -> Laid {
    let (mut size, mut align) = (0, 1);
    let mut index = 0;
    while index < description.fields.len() {
        let field = &description.fields[index];
        size = align_up(size, field.align) + field.size;
        align = larger(align, field.align);
        index += 1;
    }
    Laid { size: align_up(size, align), align, fields_at: 0 }
}

/// The memory of an enum with these variants.
pub const fn lay_out_enum(variants: &[Description]) -> Laid {
    let (mut size, mut align) = (0, 1);
    let mut index = 0;
    while index < variants.len() {
        let variant = lay_out_struct(&variants[index]);
        size = larger(size, variant.size);
        align = larger(align, variant.align);
        index += 1;
    }
    let fields_at = align_up(TAG_SIZE, align);
    let align = larger(align, TAG_SIZE);
    Laid { size: align_up(fields_at + size, align), align, fields_at }
}

/// The fields with their offsets, the first at `fields_at` or where its alignment puts it. `N` is the number of fields.
pub const fn place_fields<const N: usize>(description: &Description, fields_at: usize) -> [StoredField; N] {
    assert!(N == description.fields.len(), "as many places as fields");
    let mut placed =
        [StoredField { name: "", ty: FieldType::Unit, offset: 0, size: 0, write: never_written }; N];
    let mut offset = fields_at;
    let mut index = 0;
    while index < N {
        let field = &description.fields[index];
        if let Some((size, align)) = field.ty.direct_layout() {
            assert!(
                size == field.size && align == field.align,
                "a direct field has the layout of its scalar"
            );
        }
        offset = align_up(offset, field.align);
        let Field { name, ty, size, write, .. } = *field;
        placed[index] = StoredField { name, ty, offset, size, write };
        offset += field.size;
        index += 1;
    }
    placed
}

#[expect(unsafe_code, reason = "placeholder of the type of a field reader")]
unsafe fn never_written(_: *const u8, _: &mut dyn crate::term::TermWriter) -> super::Word {
    unreachable!("every placed field replaces this placeholder")
}

impl Shape {
    /// The shape of a struct (`tag` is `None`) or of the enum variant whose tag is `tag`. `fields` are the
    /// description's, placed.
    pub const fn new(
        type_name: &'static str,
        description: &Description,
        fields: &'static [StoredField],
        tag: Option<u32>,
    ) -> Shape {
        let mut logical =
            Fnv::new().text(type_name).text(description.name.text()).number(fields.len() as u64);
        let mut index = 0;
        while index < fields.len() {
            logical = logical.text(fields[index].name).field_type(&fields[index].ty);
            index += 1;
        }
        let mut layout = logical.number(match tag {
            Some(tag) => tag as u64 + 1,
            None => 0,
        });
        index = 0;
        while index < fields.len() {
            layout = layout.number(fields[index].offset as u64).number(fields[index].size as u64);
            index += 1;
        }
        Shape {
            name: description.name,
            fields,
            tag,
            logical_id: logical.finish(),
            layout_id: layout.finish(),
        }
    }
}

const fn larger(left: usize, right: usize) -> usize {
    if left > right { left } else { right }
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo).
#[derive(Clone, Copy)]
struct Fnv(u64);

impl Fnv {
    const fn new() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    const fn byte(self, byte: u8) -> Fnv {
        Fnv((self.0 ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3))
    }

    /// Length first, so that no two sequences of texts spell the same bytes.
    const fn text(self, text: &str) -> Fnv {
        let mut hash = self.number(text.len() as u64);
        let mut index = 0;
        while index < text.len() {
            hash = hash.byte(text.as_bytes()[index]);
            index += 1;
        }
        hash
    }

    const fn number(self, number: u64) -> Fnv {
        let bytes = number.to_le_bytes();
        let mut hash = self;
        let mut index = 0;
        while index < bytes.len() {
            hash = hash.byte(bytes[index]);
            index += 1;
        }
        hash
    }

    /// Recursion goes no deeper than the type is written.
    const fn field_type(self, ty: &FieldType) -> Fnv {
        let hash = self.text(ty.head_name());
        match ty {
            FieldType::List(item) | FieldType::Boxed(item) | FieldType::Option(item) => hash.field_type(item),
            FieldType::Result(first, second) | FieldType::Map(first, second) => {
                hash.field_type(first).field_type(second)
            }
            FieldType::Tuple(items) => {
                let mut hash = hash.number(items.len() as u64);
                let mut index = 0;
                while index < items.len() {
                    hash = hash.field_type(&items[index]);
                    index += 1;
                }
                hash
            }
            FieldType::Nested(nested) => hash.text(nested.type_name),
            FieldType::Data(data) => hash.text(data.type_name),
            FieldType::Actor(actor) => hash.text(actor.name),
            FieldType::Tensor(Some(dtype)) => hash.text(dtype),
            _ => hash,
        }
    }

    /// The mixing step that ends MurmurHash3 (Appleby).
    const fn finish(self) -> u64 {
        let mut hash = self.0;
        hash = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash = (hash ^ hash >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        hash ^ hash >> 33
    }
}
