use super::*;
use crate::abi::Word;
use crate::abi::layout::{Laid, lay_out_enum, lay_out_struct, place_fields};
use crate::term::TermWriter;
use std::mem::offset_of;

#[expect(unsafe_code, reason = "has the type of a field reader")]
unsafe fn write_nothing(_: *const u8, _: &mut dyn TermWriter) -> Word {
    Word::NIL
}

const fn field<T>(name: &'static str, ty: FieldType) -> Field {
    Field { name, ty, size: size_of::<T>(), align: align_of::<T>(), write: write_nothing }
}

#[repr(C)]
struct Mixed {
    flag: bool,
    wide: u64,
    text: String,
    small: u16,
}

const MIXED: Description = Description {
    name: crate::atom_name!("mixed"),
    fields: &[
        field::<bool>("flag", FieldType::Bool),
        field::<u64>("wide", FieldType::U64),
        field::<String>("text", FieldType::String),
        field::<u16>("small", FieldType::U16),
    ],
};

#[test]
fn struct_offsets_are_those_of_repr_c() {
    const LAID: Laid = lay_out_struct(&MIXED);
    let fields = place_fields::<4>(&MIXED, LAID.fields_at);
    assert_eq!((LAID.size, LAID.align), (size_of::<Mixed>(), align_of::<Mixed>()));
    let offsets = fields.map(|field| field.offset);
    let expected =
        [offset_of!(Mixed, flag), offset_of!(Mixed, wide), offset_of!(Mixed, text), offset_of!(Mixed, small)];
    assert_eq!(offsets, expected);
}

#[expect(dead_code, reason = "only its layout is asked for")]
#[repr(C, u32)]
enum Wide {
    Byte(u8),
    Long(u8, u128),
    Nothing,
}

#[test]
fn enum_layout_is_that_of_repr_c_with_tag() {
    const VARIANTS: [Description; 3] = [
        Description { name: crate::atom_name!("byte"), fields: &[field::<u8>("0", FieldType::U8)] },
        Description {
            name: crate::atom_name!("long"),
            fields: &[field::<u8>("0", FieldType::U8), field::<u128>("1", FieldType::U128)],
        },
        Description { name: crate::atom_name!("nothing"), fields: &[] },
    ];
    let laid = lay_out_enum(&VARIANTS);
    assert_eq!((laid.size, laid.align), (size_of::<Wide>(), align_of::<Wide>()));
    assert_eq!(laid.fields_at, 16, "behind the tag, aligned as the most aligned variant");
    assert_eq!(place_fields::<2>(&VARIANTS[1], laid.fields_at).map(|field| field.offset), [16, 32]);
}

fn shape_of(name: AtomName, fields: &'static [Field]) -> Shape {
    let description = Description { name, fields };
    let laid = lay_out_struct(&description);
    let placed: Vec<StoredField> = fields
        .iter()
        .scan(laid.fields_at, |offset, field| {
            let at = crate::abi::layout::align_up(*offset, field.align);
            *offset = at + field.size;
            Some(StoredField {
                name: field.name,
                ty: field.ty,
                offset: at,
                size: field.size,
                write: field.write,
            })
        })
        .collect();
    Shape::new("Type", &description, placed.leak(), None)
}

#[test]
fn ids_tell_names_types_and_nesting_apart() {
    const U8: FieldType = FieldType::U8;
    const LIST: FieldType = FieldType::List(&U8);
    let shapes = [
        shape_of(crate::atom_name!("a"), const { &[field::<u8>("x", U8)] }),
        shape_of(crate::atom_name!("b"), const { &[field::<u8>("x", U8)] }),
        shape_of(crate::atom_name!("a"), const { &[field::<u8>("y", U8)] }),
        shape_of(crate::atom_name!("a"), const { &[field::<i8>("x", FieldType::I8)] }),
        shape_of(crate::atom_name!("a"), const { &[field::<Vec<u8>>("x", LIST)] }),
        shape_of(crate::atom_name!("a"), const { &[field::<Vec<u8>>("x", FieldType::List(&LIST))] }),
        shape_of(crate::atom_name!("a"), const { &[field::<u8>("x", FieldType::Option(&U8))] }),
        shape_of(crate::atom_name!("a"), &[]),
    ];
    for (index, left) in shapes.iter().enumerate() {
        for (other, right) in shapes.iter().enumerate() {
            assert_eq!(left.logical_id() == right.logical_id(), index == other, "{left:?} and {right:?}");
            assert_eq!(left.is_same(right), index == other, "{left:?} and {right:?}");
        }
    }
}

#[test]
fn layout_id_sees_what_the_logical_id_does_not() {
    let narrow = shape_of(crate::atom_name!("a"), const { &[field::<[u64; 3]>("x", FieldType::String)] });
    let wide = shape_of(crate::atom_name!("a"), const { &[field::<[u64; 4]>("x", FieldType::String)] });
    assert_eq!(narrow.logical_id(), wide.logical_id());
    assert_ne!(narrow.layout_id(), wide.layout_id());
}

#[test]
fn logical_id_is_the_same_on_every_platform() {
    let shape = shape_of(crate::atom_name!("deposit"), const { &[field::<u64>("amount", FieldType::U64)] });
    // Written down once; a change of the algorithm breaks every peer and must be a decision.
    assert_eq!(shape.logical_id(), LOGICAL_ID_OF_DEPOSIT, "{:#x}", shape.logical_id());
}

const LOGICAL_ID_OF_DEPOSIT: u64 = 0xd007_5240_170e_88a5;

fn tree() -> &'static Shapes {
    const FIELDS: &[Field] = const {
        &[field::<Vec<u8>>(
            "children",
            FieldType::List(&FieldType::Nested(Nested { type_name: "Tree", shapes: tree })),
        )]
    };
    static CELL: std::sync::OnceLock<Shapes> = std::sync::OnceLock::new();
    CELL.get_or_init(|| Shapes {
        type_name: "Tree",
        size: 24,
        align: 8,
        shapes: vec![shape_of(crate::atom_name!("tree"), FIELDS)].leak(),
    })
}

#[test]
fn types_that_contain_themselves_compare() {
    let copy = Shapes { type_name: "Tree", size: 24, align: 8, shapes: tree().shapes };
    assert!(copy.is_same(tree()));
    let leaf = Shapes { type_name: "Tree", size: 0, align: 1, shapes: &[] };
    assert!(!leaf.is_same(tree()));
}

#[test]
fn shapes_are_shown_as_erlang_patterns() {
    let shape = shape_of(
        crate::atom_name!("deposit"),
        const {
            &[
                field::<u64>("amount", FieldType::U64),
                field::<u8>("memo", FieldType::Option(&FieldType::String)),
            ]
        },
    );
    assert_eq!(format!("{shape:?}"), "{deposit, amount: u64, memo: string or nil}");
    assert_eq!(format!("{:?}", shape_of(crate::atom_name!("stop"), &[])), "stop");
}
