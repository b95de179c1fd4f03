//! The page `docs/bifs.md`, made from the table.

use std::fmt::Write;
use std::path::Path;

use crate::bif::table::{BifKind, Coverage, ROWS};

fn page() -> String {
    let mut rows: Vec<_> = ROWS.iter().collect();
    rows.sort_by_key(|row| (row.module, row.name, row.arity));
    let full = rows.iter().filter(|row| row.coverage == Coverage::Full).count();
    let mut page = format!(
        "# Built-in functions\n\nFunctions that Dala implements in Rust: {} in all, {full} of them fully. What OTP writes in Erlang\n\
         runs as it is. *Guard*: also in guards. *Replaces*: takes the place of a function that OTP writes in Erlang.\n\
         Made from the table in `dala-beam/src/bif/rows.rs` by its tests (`BLESS=1 cargo test -p dala-beam --lib bif`).\n",
        rows.len()
    );
    let mut module = "";
    for row in rows {
        if row.module != module {
            module = row.module;
            write!(page, "\n## {module}\n\n| function | kind | what is missing |\n|---|---|---|\n")
                .expect("a string");
        }
        let kind = match row.kind {
            BifKind::Guard => "guard",
            BifKind::Plain | BifKind::Raiser => "",
            BifKind::Override => "replaces",
        };
        let missing = match row.coverage {
            Coverage::Full => "",
            Coverage::Partial(reason) => reason,
        };
        let name = row.name.replace('|', "\\|");
        writeln!(page, "| `{name}/{}` | {kind} | {missing} |", row.arity).expect("a string");
    }
    page
}

#[test]
fn coverage_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/bifs.md");
    let page = page();
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("in a folder")).expect("a folder for the page");
        std::fs::write(&path, &page).expect("the page is written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "docs/bifs.md is out of date: run BLESS=1 cargo test -p dala-beam --lib bif");
}

#[test]
fn partial_functions_say_what_is_missing() {
    for row in ROWS {
        if let Coverage::Partial(reason) = row.coverage {
            assert!(reason.len() > 3, "{}:{}/{}", row.module, row.name, row.arity);
        }
    }
}
