//! The program: its output, its errors, and what it does the second time.

use std::path::Path;
use std::process::{Command, Output};

fn digests(folder: &Path, list: &Path, options: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_digests"));
    command.arg(folder).arg(list).args(options).output().expect("the program runs")
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

#[test]
fn what_was_broken_off_goes_on_and_a_file_that_ends_workers_is_given_up() {
    let scratch = tempfile::tempdir().expect("a folder");
    let (folder, list) = (scratch.path().join("files"), scratch.path().join("list"));
    std::fs::create_dir_all(folder.join("below")).expect("a folder");
    for file in 0..100 {
        std::fs::write(folder.join(format!("below/{file}")), file.to_string()).expect("a file");
    }
    std::fs::write(folder.join("poison"), "").expect("a file");

    let first = digests(&folder, &list, &["--panic-on", "poison", "--workers", "2"]);
    assert_eq!(text(&first.stdout), "100 done, 0 known, 1 given up\n");
    let said = text(&first.stderr);
    assert_eq!(said.matches("again: ").count(), 2, "{said}");
    let reason = "panic: told to panic on";
    assert!(said.contains(&format!("given up: {}: {reason}", folder.join("poison").display())), "{said}");
    assert_eq!(first.status.code(), Some(1));

    // As if it had ended in the middle of the last line.
    let whole = std::fs::read(&list).expect("the list");
    std::fs::write(&list, &whole[..whole.len() - 10]).expect("the list");
    let second = digests(&folder, &list, &[]);
    assert_eq!(text(&second.stdout), "2 done, 99 known, 0 given up\n", "{}", text(&second.stderr));
    assert!(
        second.status.success() && second.stderr.is_empty(),
        "{}: {}",
        second.status,
        text(&second.stderr)
    );

    let check = Command::new("sha256sum").arg("--check").arg(&list).output().expect("coreutils");
    assert!(check.status.success(), "{}", text(&check.stderr));
    assert_eq!(text(&check.stdout).lines().count(), 101);
}

#[test]
fn a_list_that_cannot_be_written_and_a_folder_that_is_none_are_errors() {
    let scratch = tempfile::tempdir().expect("a folder");
    let list = scratch.path().join("no/list");
    let output = digests(scratch.path(), &list, &[]);
    let said = text(&output.stderr);
    assert!(said.starts_with("error: child ledger did not start: ") && said.contains("no/list: "), "{said}");
    assert_eq!(output.status.code(), Some(1));

    let output = digests(&scratch.path().join("none"), &scratch.path().join("list"), &[]);
    assert_eq!(text(&output.stdout), "0 done, 0 known, 1 given up\n");
    assert!(text(&output.stderr).starts_with("given up: "), "{}", text(&output.stderr));

    let list = scratch.path().join("list");
    let other = std::fs::File::open(&list).expect("the list");
    other.lock().expect("locked");
    let output = digests(scratch.path(), &list, &[]);
    assert!(text(&output.stderr).contains("another program writes to it"), "{}", text(&output.stderr));
}
