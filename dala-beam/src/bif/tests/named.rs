//! Every row of the table is called by a test that compares with OTP, or is Dala's own and has a test of its own.
//!
//! A golden line or a program of `tests/diff` calls a function by its name. What a module of OTP keeps to itself (a
//! native of `zlib`, say) is called by an exported function of the same module that a test calls: the calls inside
//! that module are read from the installed .beam file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::golden_folder;
use super::source::{Language, calls};
use crate::bif::table::{BifRow, ROWS};
use crate::load::{BeamFile, installed};
use crate::opcode::table::Instruction;

/// Functions that no program can call alike on both: OTP has them not, or only for its own tests or start; and the tests of
/// them.
const OWN: &[(&str, &str, u32, &str)] = &[
    (
        "dala_gen",
        "call",
        3,
        "tests/tests/interop_calls.rs gen_call_by_itself_and_of_a_traced_process_is_as_otp_has_it",
    ),
    (
        "dala_gen",
        "call",
        4,
        "tests/tests/interop_calls.rs \
         a_process_that_waits_for_a_rust_actor_has_no_monitor_and_is_woken_by_the_reply_alone",
    ),
    ("dala_io", "write", 2, "dala-beam/tests/cli.rs a_result_is_printed_when_asked_for_and_nothing_else"),
    ("dala_io", "read_line", 0, "dala-beam/tests/cli.rs lines_are_read_from_standard_input"),
    ("dala_tracing", "event", 3, "dala-beam/tests/tracing.rs events_of_otps_logger_reach_the_subscriber"),
    (
        "prim_file",
        "delayed_close_nif",
        1,
        "dala-beam/src/bif/tests/tables.rs a_file_is_closed_late_by_somebody_else",
    ),
    ("dala", "spawn_actor", 4, "tests/tests/interop_children.rs elixirs_supervisors_start_native_actors"),
    ("dala", "wake_actor", 1, "tests/tests/interop_children.rs elixirs_supervisors_start_native_actors"),
    (
        "dala",
        "link_actors",
        2,
        "tests/tests/interop_children.rs a_native_actor_has_a_name_in_elixirs_registry",
    ),
    ("dala_code", "claim", 1, "dala-beam/src/bif/tests/tables.rs a_module_is_claimed_once"),
    ("dala_code", "is_purging", 1, "dala-beam/src/bif/tests/tables.rs a_module_is_claimed_once"),
    (
        "code",
        "start_link",
        0,
        "dala-beam/src/bif/tests/tables.rs what_runs_before_kernel_is_not_started_again",
    ),
    (
        "standard_error",
        "start_link",
        0,
        "dala-beam/src/bif/tests/tables.rs what_runs_before_kernel_is_not_started_again",
    ),
    (
        "erts_debug",
        "set_internal_state",
        2,
        "dala-beam/src/bif/tests/tables.rs internal_state_is_there_once_it_was_asked_for",
    ),
    (
        "erts_debug",
        "get_internal_state",
        1,
        "dala-beam/src/bif/tests/tables.rs internal_state_is_there_once_it_was_asked_for",
    ),
    (
        "user_sup",
        "start",
        0,
        "dala-beam/src/bif/tests/tables.rs what_runs_before_kernel_is_not_started_again",
    ),
];

/// Functions and their arities.
type Functions = BTreeSet<(String, u32)>;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace").to_owned()
}

/// What golden lines and programs of `tests/diff` call, by module.
fn called() -> BTreeMap<String, Functions> {
    let mut called: BTreeMap<String, Functions> = BTreeMap::new();
    let mut sources = 0;
    for folder in [golden_folder(), workspace().join("tests/diff"), workspace().join("tests/diff/together")] {
        for entry in std::fs::read_dir(&folder).expect("the folder is part of the source") {
            let path = entry.expect("a readable folder").path();
            let text = || std::fs::read_to_string(&path).expect("a readable file");
            let (text, language) = match path.extension().and_then(|extension| extension.to_str()) {
                Some("erl") => (text(), Language::Erlang),
                Some("ex") => (text(), Language::Elixir),
                // What stands behind the arrow is no call.
                Some("txt") => (
                    text()
                        .lines()
                        .flat_map(|line| [line.split("  =>  ").next().unwrap_or(line), "\n"])
                        .collect(),
                    Language::Erlang,
                ),
                _ => continue,
            };
            sources += 1;
            for call in calls(&text, language) {
                called.entry(call.module).or_default().insert((call.function, call.arity));
            }
        }
    }
    assert!(sources > 60, "{sources} sources");
    called
}

/// All functions of a module that `roots` call, in turn, by calls inside the module; `roots` are among them.
fn reached(module: &str, roots: &Functions) -> Functions {
    let Some(path) =
        installed::beam_files().into_iter().find(|path| path.file_stem().is_some_and(|stem| stem == module))
    else {
        return roots.clone();
    };
    let file = BeamFile::parse(&std::fs::read(path).expect("a readable file")).expect("OTP's own file");
    let named = |function: dala_ir::abi::Atom, arity: u8| (function.text().to_owned(), u32::from(arity));
    let entries: BTreeMap<u32, (String, u32)> = file
        .exports
        .iter()
        .chain(&file.locals)
        .map(|function| (function.label, named(function.function, function.arity)))
        .collect();
    let mut calls: BTreeMap<(String, u32), Vec<(String, u32)>> = BTreeMap::new();
    let mut current = None;
    for located in &file.code {
        let target = match &located.instruction {
            Instruction::FuncInfo { function, arity, .. } => {
                current = Some(named(*function, *arity));
                continue;
            }
            Instruction::Call { target, .. }
            | Instruction::CallLast { target, .. }
            | Instruction::CallOnly { target, .. } => entries.get(&target.0).cloned(),
            Instruction::MakeFun2 { lambda } | Instruction::MakeFun3 { lambda, .. } => {
                file.lambdas.get(lambda.0 as usize).map(|lambda| named(lambda.function, lambda.arity))
            }
            _ => None,
        };
        if let (Some(caller), Some(target)) = (&current, target) {
            calls.entry(caller.clone()).or_default().push(target);
        }
    }
    let mut found = Functions::new();
    let mut pending: Vec<_> = roots.iter().cloned().collect();
    while let Some(function) = pending.pop() {
        pending.extend(calls.get(&function).into_iter().flatten().cloned());
        if !found.insert(function.clone()) {
            calls.remove(&function);
        }
    }
    found
}

/// Whether `place`, a file and a function's name, is a test.
fn is_test(place: &str) -> bool {
    let Some((file, name)) = place.split_once(' ') else { return false };
    std::fs::read_to_string(workspace().join(file)).is_ok_and(|text| {
        text.split_once(&format!("fn {name}()"))
            .is_some_and(|(before, _)| before.trim_end().ends_with("#[test]"))
    })
}

#[test]
fn every_row_is_called_by_a_test() {
    let mut called = called();
    for (module, functions) in &mut called {
        if ROWS
            .iter()
            .any(|row| row.module == module && !functions.contains(&(row.name.to_owned(), row.arity)))
        {
            *functions = reached(module, functions);
        }
    }
    let is_called = |row: &BifRow| {
        called.get(row.module).is_some_and(|functions| functions.contains(&(row.name.to_owned(), row.arity)))
    };
    let own =
        |row: &BifRow| OWN.iter().find(|own| (own.0, own.1, own.2) == (row.module, row.name, row.arity));
    let mut problems = Vec::new();
    for row in ROWS {
        let name = format!("{}:{}/{}", row.module, row.name, row.arity);
        match own(row) {
            Some(_) if is_called(row) => problems.push(format!("{name} is called: take it off the list")),
            Some((.., place)) if !is_test(place) => problems.push(format!("{name}: no test at {place}")),
            None if !is_called(row) => {
                problems.push(format!("{name} is called by no golden line or program of tests/diff"))
            }
            _ => {}
        }
    }
    for (module, name, arity, _) in OWN {
        if !ROWS.iter().any(|row| (row.module, row.name, row.arity) == (*module, *name, *arity)) {
            problems.push(format!("{module}:{name}/{arity} is no row"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
