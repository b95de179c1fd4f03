//! `dala build --release`: programs whose modules are machine code, a part of the executable.
//!
//! `DALA_RUNTIME` names a `dala` command that the programs are made of, one without a code generator; without it they are
//! made of the one that builds them.

#![cfg(all(target_os = "linux", target_arch = "x86_64", feature = "jit"))]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use dala_tests::release::{ERLANG, build, compiled, expected, filter, run, text};

/// Overwrites the machine code that was added to a program: its place stands in the header that a program header of Dala's
/// type leads to.
fn fill_with_traps(program: &Path) {
    let mut file = fs::read(program).unwrap();
    let number = |file: &[u8], at: usize| u64::from_le_bytes(file[at..at + 8].try_into().unwrap()) as usize;
    let (table, count) = (number(&file, 32), usize::from(u16::from_le_bytes([file[56], file[57]])));
    let ours = |at: &usize| file[*at..at + 4] == u32::from_be_bytes(*b"dala").to_le_bytes();
    let found = (0..count).map(|index| table + 56 * index).find(ours).expect("a program header of ours");
    let header = number(&file, found + 8);
    let (distance, bytes) = (number(&file, header + 16), number(&file, header + 24));
    // `int3`
    file[header - distance..][..bytes].fill(0xcc);
    fs::write(program, file).unwrap();
}

#[test]
fn a_program_is_machine_code_and_makes_no_memory_executable() {
    let folder = compiled("numbers.erl", ERLANG);
    let filter = filter(folder.path());
    let (release, plain) =
        (build(folder.path(), &["--release"], "numbers"), build(folder.path(), &[], "numbers"));
    let expected = expected(folder.path());

    let output = run(&release, None, Some(&filter));
    assert_eq!(text(&output.stdout), expected, "{:?} {}", output.status, text(&output.stderr));
    assert!(output.status.success(), "{:?}", output.status);

    // Machine code it is: with traps in its place the first function ends the program.
    fill_with_traps(&release);
    let output = run(&release, None, None);
    assert_eq!(output.status.signal(), Some(5), "SIGTRAP: {}", text(&output.stderr));

    // Without machine code it is interpreted.
    let output = run(&plain, Some("off"), Some(&filter));
    assert_eq!(text(&output.stdout), expected);

    // And the filter means it: the JIT ends so.
    if std::env::var_os("DALA_RUNTIME").is_none() {
        let output = run(&plain, Some("eager"), Some(&filter));
        assert_eq!(output.status.signal(), Some(31), "SIGSYS: {}", text(&output.stderr));
    }
}

#[test]
fn an_elixir_program_reloads_itself_and_fails_as_it_would_interpreted() {
    let source = r#"
        defmodule Failing do
          def main do
            IO.inspect(Enum.map([1, 2, 3], &(&1 * 2)))
            {:module, _} = :code.load_file(:lists)
            IO.inspect(:lists.reverse([1, 2, 3]))
            deeper(%{a: 1})
          end

          defp deeper(map), do: {:no, Map.fetch!(map, :b)}
        end
    "#;
    let folder = compiled("failing.ex", source);
    let built = |options: &[&str]| run(&build(folder.path(), options, "Elixir.Failing"), None, None);
    let (release, plain) = (built(&["--release"]), built(&[]));
    assert_eq!(text(&release.stdout), "[2, 4, 6]\n[3, 2, 1]\n", "{}", text(&release.stderr));
    assert_eq!(text(&release.stderr), text(&plain.stderr));
    assert!(text(&release.stderr).contains("failing.ex, line 10"), "{}", text(&release.stderr));
    assert_eq!(release.status.code(), Some(1));
}
