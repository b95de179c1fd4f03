//! Messages between Rust and Elixir take one allocation: the payload lies in the mailbox node, at the offsets of its
//! shape, and what comes from Elixir is converted once, straight into it.
//!
//! Counted by a global allocator, per thread. Nodes of up to 384 bytes come from free lists (`dala::region`), which take
//! 64 blocks of one size from the allocator at a time; larger ones are one allocation each. So the count of large
//! messages is exact, and that of small ones is exact in blocks.

#![expect(unsafe_code, reason = "reads memory as compiled code does")]

use std::sync::atomic::{AtomicUsize, Ordering};

use dala::actor::process;
use dala::message::{ConvertError, NodeBox, PAYLOAD_OFFSET, Source};
use dala::{Atom, Pid, StableLayout};
use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;
use dala_ir::term::{Fragment, TermWriter};
use dala_tests::allocations::{self, Counting};
use dala_tests::border::{Stage, atom, term};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// `{item, Number, Flag, Owner, Rate, Text}`.
#[dala::message]
struct Item {
    number: i64,
    flag: bool,
    owner: Pid,
    rate: f64,
    text: String,
}

/// A small message: its node is of a size class.
#[dala::message(name = "item")]
struct Small {
    number: u64,
}

/// A message whose node is larger than any class.
#[dala::message(name = "item")]
struct Large {
    number: u64,
    rest: [u64; 64],
}

/// The field's bytes in the payload, by its shape.
fn field<const N: usize>(node: &NodeBox, name: &str, expected: FieldType) -> [u8; N] {
    let shapes = node.vtable().shapes.expect("a Rust message has shapes");
    let field = shapes.all()[0].field(name).expect("the shape has the field");
    assert_eq!(field.ty.head_name(), expected.head_name());
    assert_eq!(node.payload() as usize - (&raw const **node) as usize, PAYLOAD_OFFSET);
    // SAFETY: the payload is of the type that the shape describes, and the field is scalar and N bytes long.
    unsafe { node.payload().add(field.offset).cast::<[u8; N]>().read() }
}

#[test]
fn the_payload_of_a_message_to_a_process_lies_in_its_node_at_the_offsets_of_its_shape() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let process = stage.spawn("receive_one", &peer.pid());
    assert_eq!(notes.told(), "ready");
    let node = NodeBox::for_shape(Item {
        number: -7,
        flag: true,
        owner: peer.pid(),
        rate: 0.25,
        text: "in place".to_owned(),
    });
    assert_eq!(i64::from_ne_bytes(field(&node, "number", FieldType::I64)), -7);
    assert_eq!(field::<1>(&node, "flag", FieldType::Bool), [1]);
    assert_eq!(u64::from_ne_bytes(field(&node, "owner", FieldType::Pid)), peer.pid().to_bits());
    assert_eq!(f64::from_ne_bytes(field(&node, "rate", FieldType::F64)), 0.25);
    let text = node.vtable().shapes.and_then(|shapes| shapes.all()[0].field("text")).expect("a field");
    let mut scratch = Fragment::new();
    // SAFETY: as in `field`: a live String lies there.
    let word = unsafe { (text.write)(node.payload().add(text.offset), &mut scratch) };
    assert_eq!(dala_ir::term::view::bytes(word), Some(&b"in place"[..]));
    // This very node is what the process receives.
    process::send(process, node).expect("the process lives");
    assert_eq!(notes.told(), format!("{{item,-7,true,{},0.25,<<\"in place\">>}}", peer.pid()));
}

/// Allocations of this thread while it sends `count` messages that `make` makes to a process, which receives them all.
fn sending<M: dala::Message>(count: u64, make: impl Fn(u64) -> M) -> (usize, String) {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = |pid| dala_beam::interop::Server::of_pid(&stage.system, pid);
    // Once for what is set up at the first message of a thread.
    let first = stage.spawn("receive_all", &(peer.pid(), 1_i64));
    assert_eq!(notes.told(), "ready");
    server(first).tell(make(0)).expect("it lives");
    notes.told();
    let process = stage.spawn("receive_all", &(peer.pid(), i64::try_from(count).expect("few")));
    assert_eq!(notes.told(), "ready");
    let server = server(process);
    let before = allocations::made();
    for number in 0..count {
        server.tell(make(number)).expect("it lives");
    }
    let taken = allocations::made() - before;
    (taken, notes.told())
}

#[test]
fn a_large_message_to_a_process_takes_exactly_one_allocation() {
    let (taken, received) = sending(1000, |number| Large { number, rest: [number; 64] });
    assert!(received.starts_with("{499500,{item,999,"), "{received}");
    assert_eq!(taken, 1000);
}

#[test]
fn small_messages_to_a_process_take_one_block_of_a_free_list_each() {
    let (taken, received) = sending(6400, |number| Small { number });
    assert_eq!(received, "{20476800,{item,6399}}");
    // 64 blocks an allocation, and a few for the list of these; fewer where blocks come back from the receiver.
    assert!((1..=100 + 8).contains(&taken), "{taken} allocations for 6400 messages of one class");
}

/// How often a `Counted` was read from a term.
static READ: AtomicUsize = AtomicUsize::new(0);
/// How many are alive.
static ALIVE: AtomicUsize = AtomicUsize::new(0);

/// An integer that notes when it is converted, and when it is dropped.
struct Counted(i64);

impl StableLayout for Counted {
    const FIELD: FieldType = <i64 as StableLayout>::FIELD;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        self.0.write_term(writer)
    }

    fn read_term(source: Source<'_>) -> Result<Counted, ConvertError> {
        READ.fetch_add(1, Ordering::Relaxed);
        let value = i64::read_term(source)?;
        ALIVE.fetch_add(1, Ordering::Relaxed);
        Ok(Counted(value))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Sums {
    sum: i64,
}

#[dala::actor]
impl Sums {
    #[message]
    fn count(&mut self, number: Counted) {
        self.sum += number.0;
    }

    #[message]
    fn total(&self) -> i64 {
        self.sum
    }
}

#[test]
fn a_message_from_elixir_is_converted_once_into_the_payload() {
    let stage = Stage::new();
    let sums = stage.runtime.spawn(Sums { sum: 0 }).unwrap();
    let request = term(&(Atom::new("count"), 3_i64));
    let total = stage.run("casts", &(sums.pid(), 500_i64, request, atom("total")));
    assert_eq!(total, "1500");
    assert_eq!(READ.load(Ordering::Relaxed), 500);
    assert_eq!(ALIVE.load(Ordering::Relaxed), 0);
}
