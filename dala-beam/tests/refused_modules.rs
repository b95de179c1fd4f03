//! What a refused module took is given back. Alone in its program, since the literal area is one for the OS process.

use dala::Runtime;
use dala_beam::code::LoadFailure;
use dala_beam::heap::literal_area;
use dala_beam::process::{System, SystemOptions};
use dala_ir::abi::Atom;

/// `erlc`'s output for a module `refused` with literals: a list, a map, a long binary, an integer of many words.
fn module() -> Vec<u8> {
    let source = "-module(refused).
        -export([f/1]).
        -mine({attribute, \"with a text\", #{key => <<\"and a binary that is longer than sixty-four bytes, so that it is shared\">>}}).
        f(1) -> [a, \"text\", {1.5, 2.5}];
        f(2) -> #{a => 1, b => [2]};
        f(3) -> <<\"a binary that is longer than sixty-four bytes, so that it lies off the heap and is counted\">>;
        f(4) -> 123456789012345678901234567890123456789012345678901234567890.
    ";
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(folder.path().join("refused.erl"), source).expect("it can be written");
    let status = std::process::Command::new("erlc").current_dir(folder.path()).arg("refused.erl").status();
    assert!(status.expect("erlc is installed").success());
    std::fs::read(folder.path().join("refused.beam")).expect("erlc wrote the module")
}

/// Where the content of a chunk begins.
fn chunk(bytes: &[u8], name: &[u8; 4]) -> usize {
    bytes.windows(4).position(|window| window == name).expect("the chunk is there") + 8
}

#[test]
fn literals_of_a_refused_module_are_freed() {
    let runtime = Runtime::builder().workers(1).build().expect("the runtime starts");
    let system = System::new(runtime.handle().clone(), SystemOptions::default());
    let name = Atom::new("refused");
    let good = module();
    let mut bad_attributes = good.clone();
    // The version byte of the external term.
    let at = chunk(&good, b"Attr");
    assert_eq!(bad_attributes[at], 131);
    bad_attributes[at] = 0;
    let before = literal_area().used_words();
    for _ in 0..100 {
        let refused = system.code.load_binary(name, None, &bad_attributes);
        assert!(matches!(refused, Err(LoadFailure::Malformed { .. })), "{refused:?}");
        assert_eq!(literal_area().used_words(), before);
    }
    let loaded = system.code.load_binary(name, None, &good).expect("a good module");
    assert!(loaded.literal_words > 30, "{} words", loaded.literal_words);
    assert_eq!(literal_area().used_words(), before + loaded.literal_words);
}
