use super::*;
use crate::load::installed;

#[test]
fn every_installed_module_lowers_to_verified_ir() {
    let start = std::time::Instant::now();
    let mut functions = 0;
    let mut bytes = 0;
    let mut failures = Vec::new();
    for path in installed::beam_files() {
        let file = BeamFile::parse(&std::fs::read(&path).unwrap()).unwrap();
        match lower(&file, &mut NamesOnly::default()) {
            Ok(mut lowered) => {
                functions += lowered.functions.len();
                if let Err(errors) = dala_ir::verify::verify_module(&lowered) {
                    failures.push(format!("{}: {errors:?}", path.display()));
                }
                // Each pass is checked as well.
                dala_ir::pass::optimize(&mut lowered);
                let literals: Vec<_> = lowered.literals.iter().map(dala_ir::term::OwnedTerm::root).collect();
                let entry = |import: &dala_ir::ir::Import| {
                    dala_ir::interp::ExportEntry::leak(import.module, import.function, import.arity)
                };
                match dala_ir::interp::load(&lowered, &literals, [0; 16], entry) {
                    Ok(code) => bytes += code.code_bytes(),
                    Err(error) => failures.push(format!("{}: {error}", path.display())),
                }
            }
            Err(error) => failures.push(format!("{}: {error}", path.display())),
        }
    }
    eprintln!("{functions} functions, {bytes} bytes of register code in {:?}", start.elapsed());
    assert!(functions > 20_000, "only {functions} functions");
    assert!(failures.is_empty(), "{} modules fail:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_instruction_of_the_newer_compilers_lowers() {
    // No compiler of OTP 26 or later is at hand: these instructions are written by hand.
    use crate::opcode::Located;
    use crate::opcode::kinds::*;
    use crate::opcode::operand::*;
    let x = |number| Source::Register(Register::X(number), None);
    let mut file = crate::load::installed::compile("-module(m).\n-export([f/1]).\nf(X) -> X.\n");
    let entry = file
        .code
        .iter()
        .position(|located| matches!(located.instruction, crate::opcode::Instruction::FuncInfo { .. }))
        .unwrap()
        + 2;
    let fail = Some(Label(1));
    use crate::opcode::Instruction as I;
    let new = [
        I::ExecutableLine { line: 1, index: 1 },
        I::DebugLine { kind: Source::Atom(file.name), line: 1, index: 1, live: 1 },
        I::BsStartMatch4 { fail: StartFail::NoFail, live: 1, source: x(0), to: Register::X(1) },
        I::BsMatch {
            fail,
            context: x(1),
            commands: MatchCommands(vec![
                MatchCommand::EnsureAtLeast { size: 19, unit: 8 },
                MatchCommand::Equal { size: 3, value: Source::Integer(5) },
                MatchCommand::Integer {
                    flags: Size::Source(Source::Nil),
                    size: 1,
                    unit: 8,
                    to: Register::X(2),
                },
                MatchCommand::Skip(8),
                MatchCommand::GetTail { unit: 8, to: Register::X(3) },
            ]),
        },
        I::PutTuple2 { to: Register::X(4), elements: vec![x(2), x(3)] },
        I::UpdateRecord {
            hint: UpdateHint::Reuse,
            size: 2,
            tuple: x(4),
            to: Register::X(0),
            updates: Pairs(vec![(2, x(2))]),
        },
    ];
    let located = new.into_iter().map(|instruction| Located { offset: 0, instruction });
    file.code.splice(entry..entry, located);
    let module = lower(&file, &mut NamesOnly::default()).unwrap();
    dala_ir::verify::verify_module(&module).unwrap();
    insta::assert_snapshot!(dala_ir::text::print_function(&module.functions[0], dala_ir::ir::FuncId::new(0)));
}

#[test]
fn nonsense_in_code_is_refused_with_its_place() {
    use crate::opcode::Instruction as I;
    use crate::opcode::operand::*;
    let file = crate::load::installed::compile("-module(m).\n-export([f/1]).\nf(X) -> X.\n");
    let entry =
        file.code.iter().position(|located| matches!(located.instruction, I::FuncInfo { .. })).unwrap() + 2;
    let error = |instruction: I| {
        let mut file = file.clone();
        file.code.insert(entry, crate::opcode::Located { offset: 77, instruction });
        lower(&file, &mut NamesOnly::default()).unwrap_err().to_string()
    };
    let x5 = Source::Register(Register::X(5), None);
    assert_eq!(error(I::Badmatch { value: x5 }), "m:f/1, byte 77 of chunk Code: x5 is read before it is set");
    assert_eq!(error(I::Deallocate { slots: 1 }), "m:f/1, byte 77 of chunk Code: there is no frame to drop");
    let y = Register::Y(0);
    assert_eq!(error(I::InitYregs { slots: vec![y] }), "m:f/1, byte 77 of chunk Code: y0 without a frame");
    assert_eq!(
        error(I::Jump { target: Label(4) }),
        "m:f/1, byte 77 of chunk Code: label 4 is not in this function"
    );
    assert_eq!(
        error(I::Jump { target: Label(2) }),
        "m:f/1, byte 77 of chunk Code: the code goes round and round"
    );
    assert_eq!(
        error(I::CallOnly { arity: 1, target: Label(1) }),
        "m:f/1, byte 77 of chunk Code: label 1 is the entry of no function"
    );
    assert_eq!(
        error(I::BsPutString { length: 1, offset: 0 }),
        "m:f/1, byte 77 of chunk Code: no bitstring is being made"
    );
}

mod mutated {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
        ["base64", "queue", "gen_event", "Elixir.Base"].iter().map(|name| installed::module(name)).collect()
    });

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

        /// Changed bytes of code may lower or not, but what lowers passes the verifier.
        #[test]
        fn code_that_lowers_verifies(
            seed in 0..4_usize,
            edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let mut bytes = SEEDS[seed].clone();
            let code = bytes.windows(4).position(|window| window == b"Code").expect("a chunk") + 8;
            let size = u32::from_be_bytes(bytes[code - 4..code].try_into().expect("four bytes")) as usize;
            for (at, value) in edits {
                bytes[code + at.index(size)] = value;
            }
            if let Ok(file) = BeamFile::parse(&bytes)
                && let Ok(mut module) = lower(&file, &mut NamesOnly::default())
            {
                prop_assert_eq!(dala_ir::verify::verify_module(&module), Ok(()));
                dala_ir::pass::optimize(&mut module);
                prop_assert_eq!(dala_ir::verify::verify_module(&module), Ok(()));
            }
        }
    }
}
