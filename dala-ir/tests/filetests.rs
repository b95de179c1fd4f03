//! Programs in the text form, with what is expected of them.
//!
//! `filetests/parse/*.dir` must print as they stand. `filetests/verify/*.dir` begin with `; error: TEXT`, which must be
//! part of an error of the verifier. `filetests/run/*.dir` have lines
//! `; run: 'f'(Arg, ..) = Result` or `; run: 'f'(Arg, ..) raises {Class, Reason}`, perhaps after `; message: Term`
//! lines; each runs sixteen times: with a large budget and a budget of one, each with and without a collection at every
//! safepoint, interpreted and with machine code, as it stands and after all passes. `filetests/pass/PASS/*.dir` have a
//! module, and behind a line `; after` its functions as that pass alone leaves them. `BLESS=1` rewrites the results.

mod execute;
mod machine;

use std::fs;
use std::path::{Path, PathBuf};

use dala_ir::abi::Atom;
use dala_ir::interp::{self, CallTarget, JitMode, Machine, Suspend, TailCall, Target};
use dala_ir::ir::{FuncId, Module};
use dala_ir::pass::{self, PASSES};
use dala_ir::term::OwnedTerm;
use dala_ir::text::{parse_module, print_function, print_module};
use dala_ir::verify::verify_module;
use execute::execute;
use machine::TestMachine;

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/filetests").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn parsed(path: &Path, text: &str) -> Module {
    match parse_module(text) {
        Ok(module) => module,
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with(';')).map(|line| format!("{line}\n")).collect()
}

#[test]
fn parse_files_print_as_they_stand() {
    for path in files("parse") {
        let text = fs::read_to_string(&path).unwrap();
        let module = parsed(&path, &text);
        let printed = print_module(&module);
        if std::env::var_os("BLESS").is_some() {
            let comments: String = text
                .lines()
                .take_while(|line| line.starts_with(';'))
                .map(|line| format!("{line}\n"))
                .collect();
            fs::write(&path, format!("{comments}{printed}")).unwrap();
        } else {
            assert_eq!(without_comments(&text), printed, "{}", path.display());
        }
    }
}

#[test]
fn verify_files_are_refused_with_their_error() {
    for path in files("verify") {
        let text = fs::read_to_string(&path).unwrap();
        let wanted =
            text.lines().next().and_then(|line| line.strip_prefix("; error: ")).expect("an error line");
        let errors = verify_module(&parsed(&path, &text)).expect_err("the module is valid");
        assert!(
            errors.iter().any(|error| error.to_string().contains(wanted)),
            "{}: wanted {wanted:?}, found {errors:?}",
            path.display()
        );
    }
}

fn term(path: &Path, text: &str) -> OwnedTerm {
    parsed(path, &format!("module 't' literal lit0 = {text}")).literals.remove(0)
}

fn verified(path: &Path, text: &str) -> Module {
    let module = parsed(path, text);
    if let Err(errors) = verify_module(&module) {
        panic!("{}: {errors:?}", path.display());
    }
    module
}

fn optimized(module: &Module) -> Module {
    let mut module = module.clone();
    pass::optimize(&mut module);
    module
}

/// What stands between the module and what a pass makes of it.
const AFTER: &str = "; after\n";

#[test]
fn pass_files_are_changed_as_they_say() {
    for pass in PASSES {
        for path in files(&format!("pass/{}", pass.name)) {
            let text = fs::read_to_string(&path).unwrap();
            let (before, wanted) = text.split_once(AFTER).unwrap_or((&text, ""));
            let mut module = verified(&path, before);
            pass.run(&mut module);
            let functions = module.functions.iter().enumerate();
            let found: String =
                functions.map(|(index, function)| print_function(function, FuncId::new(index))).collect();
            if std::env::var_os("BLESS").is_some() {
                fs::write(&path, format!("{before}{AFTER}{found}")).unwrap();
            } else {
                assert_eq!(wanted, found, "{}", path.display());
            }
        }
    }
}

fn run_file(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let module = verified(path, &text);
    let optimized = optimized(&module);
    let mut messages = Vec::new();
    let mut blessed = String::new();
    let mut count = 0;
    for line in text.lines() {
        if let Some(message) = line.strip_prefix("; message: ") {
            messages.push(term(path, message));
        }
        let Some(run) = line.strip_prefix("; run: ") else {
            blessed += &format!("{line}\n");
            continue;
        };
        count += 1;
        let end = [") = ", ") raises ", ") exits "].iter().find_map(|sign| run.rfind(sign));
        let (call, wanted) = match end {
            Some(end) => (&run[..end], &run[end + 2..]),
            None => (run.trim_end_matches(')'), ""),
        };
        let (name, args) = call.split_once('(').unwrap();
        let args: Vec<OwnedTerm> = {
            let list = term(path, &format!("[{args}]"));
            dala_ir::term::view::list_to_vec(list.root())
                .unwrap()
                .into_iter()
                .map(OwnedTerm::copy_of)
                .collect()
        };
        let function = Atom::new(name.trim_matches('\''));
        let mut found = String::new();
        let ways = [(4000, false), (1, false), (4000, true), (1, true)];
        let ways = [JitMode::Off, JitMode::Eager, JitMode::Ahead]
            .into_iter()
            .flat_map(|jit| ways.map(|(b, s)| (b, s, jit)));
        for (budget, stress, jit) in ways {
            let slow = text.contains("; no stress") && stress;
            if slow {
                continue;
            }
            for module in [&module, &optimized] {
                let this = execute(module, &messages, function, &args, budget, stress, jit).shown;
                if found.is_empty() {
                    found = this;
                } else {
                    assert_eq!(
                        found,
                        this,
                        "{}: {run} with budget {budget}, stress {stress}, JIT {jit:?}",
                        path.display()
                    );
                }
            }
        }
        if std::env::var_os("BLESS").is_none() {
            assert_eq!(wanted, found, "{}: {call})", path.display());
        }
        blessed += &format!("; run: {call}) {found}\n");
    }
    assert!(count > 0, "{}: nothing to run", path.display());
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, blessed).unwrap();
    }
}

/// Tests that set the JIT's mode, which is the process's, take turns.
static MODE: std::sync::Mutex<()> = std::sync::Mutex::new(());

#[test]
fn run_files_give_their_results_whatever_the_budget_the_collections_and_the_code() {
    let _mode = MODE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    for path in files("run") {
        println!("{}", path.display());
        run_file(&path);
    }
    #[cfg(dala_jit)]
    assert!(interp::jit_counts().functions > 50, "{:?}", interp::jit_counts());
}

/// A module that calls `function` of module `m` with the same arguments `times` times, whatever comes of it.
fn repeating(function: &str, arity: usize) -> Module {
    let args: Vec<String> = (1..=arity).map(|index| format!("v{index}")).collect();
    let params: String = args.iter().map(|arg| format!(", {arg}: term")).collect();
    let (all, next) = (args.join(", "), arity + 1);
    let comma = if args.is_empty() { "" } else { ", " };
    let (zero, is_zero, one, less) = (next, next + 1, next + 6, next + 7);
    let (value, class, reason, trace) = (next + 2, next + 3, next + 4, next + 5);
    let text = format!(
        "module 'w'
import import0 = 'm':'{function}'/{arity}
export 'spin'/{next} = fn0

function fn0 'spin'/{next} {{
block0(v0: term{params}):
    v{zero} = const 0
    v{is_zero} = eq_exact v0, v{zero}
    branch v{is_zero}, block1(), block2()
block1():
    return v{zero}
block2():
    try call_ext import0 {all} -> block3(), unwind block4()
block3(v{value}: term):
    jump block5()
block4(v{class}: term, v{reason}: term, v{trace}: trace):
    jump block5()
block5():
    v{one} = const 1
    v{less} = sub v0, v{one}
    tail call fn0 v{less}{comma}{all}
}}
"
    );
    parse_module(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A handler that calls the next one without giving up its own part of the native stack would use all of it.
#[test]
fn code_runs_in_little_native_stack() {
    let _mode = MODE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let spin = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        for run in text.lines().filter_map(|line| line.strip_prefix("; run: ")) {
            let end = [") = ", ") raises "].iter().find_map(|sign| run.rfind(sign));
            // What ends the process, or waits, cannot be repeated.
            let Some(end) = end.filter(|_| !text.contains("recv_next") && !text.contains("; no stress"))
            else {
                continue;
            };
            println!("{}: {run}", path.display());
            let (name, args) = run[..end].split_once('(').unwrap();
            let name = name.trim_matches('\'');
            let list = term(&path, &format!("[{args}]"));
            let args = dala_ir::term::view::list_to_vec(list.root()).unwrap();
            let mut machine = TestMachine::new(1 << 12, false);
            let modules = [parsed(&path, &text), repeating(name, args.len())];
            for module in &modules {
                let literals: Vec<_> = module.literals.iter().map(OwnedTerm::root).collect();
                let code = interp::load(module, &literals, [0; 16], |import| {
                    machine.export(import.module, import.function, import.arity)
                })
                .unwrap();
                for (name, arity, address) in code.exports() {
                    machine.export(module.name, name, arity).set_target(Target::Code(address));
                }
            }
            let times = dala_ir::abi::Word::small_int(10_000);
            let call = TailCall {
                target: CallTarget::Function(Atom::new("w"), Atom::new("spin")),
                args: std::iter::once(times).chain(args).collect(),
            };
            interp::start(&mut machine, &call).unwrap();
            machine.refill(i64::MAX / 4);
            loop {
                match interp::run(&mut machine) {
                    Suspend::Exited(_) => break,
                    Suspend::Yielded | Suspend::Waiting => {}
                }
            }
        }
    };
    for jit in [JitMode::Off, JitMode::Eager, JitMode::Ahead] {
        interp::set_jit_mode(jit);
        for path in files("run") {
            let thread = std::thread::Builder::new().stack_size(256 << 10);
            thread.spawn(move || spin(path)).unwrap().join().unwrap();
        }
    }
    interp::set_jit_mode(JitMode::Off);
}
