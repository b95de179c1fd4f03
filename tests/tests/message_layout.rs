//! A message lies in its node at its shape's offsets, and takes one allocation. This is what lets compiled Erlang code
//! read a Rust struct without a copy.

#![expect(unsafe_code, reason = "reads memory as compiled code does")]

use dala::actor::{Actor as _, Protocol};
use dala::message::{NodeBox, PAYLOAD_OFFSET};
use dala::{Atom, Message as _, Pid};
use dala_ir::abi::shape::{FieldType, Shape};
use dala_ir::abi::{Shapes, Word};
use dala_ir::term::{Fragment, TermWriter as _, view};
use dala_tests::allocations::{self, Counting};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[dala::message]
struct Transfer {
    urgent: bool,
    amount: u64,
    from: Pid,
    currency: Atom,
    rate: f32,
    note: String,
}

#[dala::message]
enum Command {
    Open { id: u16 },
    Move(u8, i64),
    Close,
}

struct Account;

#[dala::actor]
impl Account {
    #[handler]
    fn transfer(&mut self, _: Transfer) {}

    #[handler(priority = "high")]
    fn command(&mut self, _: Command) -> bool {
        true
    }
}

/// A message whose node is larger than any class of the free lists.
#[dala::message]
struct Statement {
    numbers: [i64; 64],
}

/// A message whose node is of a class that no other test here uses.
#[dala::message]
struct Extract {
    numbers: [i64; 20],
}

struct Teller;

#[dala::actor]
impl Teller {
    #[handler]
    fn statement(&mut self, statement: Statement) -> i64 {
        statement.numbers.iter().sum()
    }

    #[handler]
    fn extract(&mut self, extract: Extract) -> i64 {
        extract.numbers.iter().sum()
    }
}

fn protocol() -> &'static Protocol {
    Account::protocol().and_then(|table| table.downcast_ref()).expect("the macro makes a table")
}

fn tuple(writer: &mut Fragment, name: &str, fields: &[Word]) -> Word {
    let mut elements = vec![Word::atom(Atom::new(name))];
    elements.extend(fields);
    writer.tuple(&elements)
}

/// A field read from memory by offset and type, as compiled code does.
fn direct(payload: *const u8, shape: &Shape, name: &str) -> u64 {
    let field = shape.field(name).expect("a field");
    let at = payload.wrapping_add(field.offset);
    // SAFETY: the payload is of the shape's type, so at the offset lies a value of the field's type.
    unsafe {
        match field.ty {
            FieldType::Bool => at.cast::<bool>().read().into(),
            FieldType::U8 => at.read().into(),
            FieldType::U16 => at.cast::<u16>().read().into(),
            FieldType::U64 => at.cast::<u64>().read(),
            FieldType::I64 => at.cast::<i64>().read() as u64,
            FieldType::F32 => at.cast::<u32>().read().into(),
            FieldType::Atom => at.cast::<Atom>().read().index().into(),
            FieldType::Pid => at.cast::<Pid>().read().to_bits(),
            other => panic!("{other} is not read in place"),
        }
    }
}

fn payload(node: &NodeBox) -> *const u8 {
    let node: &dala::message::Node = node;
    assert_eq!(node.payload() as usize - (&raw const *node) as usize, PAYLOAD_OFFSET);
    node.payload()
}

#[test]
fn fields_of_a_struct_lie_at_the_offsets_of_its_shape() {
    let mut writer = Fragment::new();
    let (rate, note) = (writer.float(0.5), writer.binary(b"rent"));
    let fields = [
        Word::atom(Atom::new("true")),
        Word::small_int(77),
        Word::pid(Pid::from_bits(4711)),
        Word::atom(Atom::new("eur")),
        rate,
        note,
    ];
    let node = protocol().convert(tuple(&mut writer, "transfer", &fields)).unwrap();
    let shape = &Transfer::SHAPES.all()[0];
    let payload = payload(&node);
    assert_eq!(direct(payload, shape, "urgent"), 1);
    assert_eq!(direct(payload, shape, "amount"), 77);
    assert_eq!(direct(payload, shape, "from"), 4711);
    assert_eq!(direct(payload, shape, "currency"), u64::from(Atom::new("eur").index()));
    assert_eq!(direct(payload, shape, "rate"), u64::from(0.5f32.to_bits()));
    let note = shape.field("note").unwrap();
    assert!(!note.ty.is_direct());
    let mut reader = Fragment::new();
    // SAFETY: as in `direct`.
    let word = unsafe { (note.write)(payload.wrapping_add(note.offset), &mut reader) };
    assert_eq!(view::bytes(word), Some(&b"rent"[..]));
}

#[test]
fn fields_of_a_variant_lie_at_the_offsets_of_its_shape() {
    let mut writer = Fragment::new();
    let shapes: &Shapes = Command::SHAPES;
    let terms = [
        (tuple(&mut writer, "open", &[Word::small_int(9)]), 0),
        (tuple(&mut writer, "move", &[Word::small_int(3), Word::small_int(-4)]), 1),
        (Word::atom(Atom::new("close")), 2),
    ];
    for (term, variant) in terms {
        let node = protocol().convert(term).unwrap();
        let payload = payload(&node);
        // SAFETY: the payload of an enum starts with its tag.
        let tag = unsafe { payload.cast::<u32>().read() };
        let shape = shapes.with_tag(tag).expect("a variant");
        assert_eq!((tag, shape.tag()), (variant, Some(variant)));
        match variant {
            0 => assert_eq!(direct(payload, shape, "id"), 9),
            1 => {
                assert_eq!(direct(payload, shape, "0"), 3);
                assert_eq!(direct(payload, shape, "1") as i64, -4);
            }
            _ => assert!(shape.fields().is_empty()),
        }
    }
}

/// Nodes made of `term`, and the allocations that they and the vector around them took.
fn converted(term: Word, count: usize) -> (Vec<NodeBox>, usize) {
    let protocol: &Protocol = Teller::protocol().and_then(|table| table.downcast_ref()).expect("a table");
    let before = allocations::made();
    let mut nodes = Vec::with_capacity(count);
    nodes.extend((0..count).map(|_| protocol.convert(term).unwrap()));
    (nodes, allocations::made() - before)
}

#[test]
fn a_message_takes_one_allocation() {
    // Larger than any block of the free lists, so that each node is an allocation of its own.
    let mut writer = Fragment::new();
    let numbers = writer.tuple(&[Word::small_int(7); 64]);
    let large = tuple(&mut writer, "statement", &[numbers]);
    // Atoms are looked up once.
    drop(converted(large, 1));
    let (nodes, taken) = converted(large, 10_000);
    assert_eq!(taken, 10_000 + 1, "one a message and one for the vector");
    assert_eq!(nodes.len(), 10_000);
}

#[test]
fn a_small_message_takes_one_block_of_a_free_list() {
    let mut writer = Fragment::new();
    let numbers = writer.tuple(&[Word::small_int(7); 20]);
    let small = tuple(&mut writer, "extract", &[numbers]);
    // One allocation carves 64 blocks (`dala::region`). What is left of the last one is used up first.
    let carved = 64;
    let mut used_up = Vec::new();
    loop {
        let (nodes, taken) = converted(small, 1);
        used_up.extend(nodes);
        if taken == 2 {
            break;
        }
    }
    let (rest, taken) = converted(small, carved - 1);
    assert_eq!(taken, 1, "the rest of the blocks, in a vector");
    let (nodes, taken) = converted(small, carved * 10);
    // And a few for the list of what was carved.
    assert!((10 + 1..=10 + 4).contains(&taken), "64 messages an allocation, and the vector: {taken}");
    drop((used_up, rest, nodes));
    let (_nodes, taken) = converted(small, 100);
    assert_eq!(taken, 1, "blocks are used again");
}

#[test]
fn what_is_no_message_is_told_what_would_be_one() {
    let error = protocol().convert(Word::atom(Atom::new("opne"))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected `{transfer, urgent: bool, amount: u64, from: pid, currency: atom, rate: f32, note: string}` or \
         `{open, id: u16}` or `{move, u8, i64}` or `close`, found the atom `opne`"
    );
    let mut writer = Fragment::new();
    let error = protocol().convert(tuple(&mut writer, "open", &[Word::small_int(-1)])).unwrap_err();
    assert_eq!(error.to_string(), "id: expected an integer from 0 to 65535, found the integer -1");
    let entry = protocol().find(Atom::new("close"), 0).unwrap();
    assert_eq!((entry.lane(), entry.reply().to_string()), (dala::Lane::High, "bool".to_owned()));
}
