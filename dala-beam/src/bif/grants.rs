//! Which built-in functions a confined process needs a grant for, and calls of such a process.

use std::sync::OnceLock;

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::{BifIndex, BifResult, Class, Exception};
use dala_ir::term::{TermWriter as _, view};

use super::arguments::named;
use super::table::{self, BifRow};
use crate::process::{Grant, Process};

/// Functions by module; `*` are all others of the module. What is not here needs none.
const NEEDED: &[(&str, Grant, &[&str])] = &[
    ("prim_file", Grant::Files, &["*"]),
    ("erts_internal", Grant::Programs, &["open_port"]),
    ("os", Grant::Environment, &["getenv", "putenv", "unsetenv", "env"]),
    ("init", Grant::Environment, &["get_arguments"]),
    ("code", Grant::Code, &["load_binary", "load_file", "delete", "purge", "soft_purge", "get_object_code"]),
    ("erlang", Grant::Code, &["delete_module", "finish_loading"]),
    ("erts_internal", Grant::Code, &["purge_module", "prepare_loading"]),
    (
        "erlang",
        Grant::Processes,
        &["exit", "exit_signal", "link", "processes", "list_to_pid", "resume_process", "unregister"],
    ),
    (
        "erts_internal",
        Grant::Processes,
        &["process_flag", "suspend_process", "group_leader", "request_system_task"],
    ),
    ("dala", Grant::Natives, &["*"]),
    (
        "erlang",
        Grant::Emulator,
        &[
            "halt",
            "system_flag",
            "system_monitor",
            "system_profile",
            "load_nif",
            "call_on_load_function",
            "finish_after_on_load",
            "seq_trace",
            "trace_info",
            "trace_delivered",
            "list_to_port",
            "ports",
        ],
    ),
    (
        "erts_internal",
        Grant::Emulator,
        &[
            "trace",
            "trace_pattern",
            "scheduler_wall_time",
            "system_check",
            "spawn_system_process",
            "erase_persistent_terms",
            "ets_super_user",
        ],
    ),
    ("erts_debug", Grant::Emulator, &["set_internal_state", "get_internal_state"]),
    ("persistent_term", Grant::Emulator, &["put", "erase"]),
    ("os", Grant::Emulator, &["set_signal"]),
    (
        "code",
        Grant::Emulator,
        &["set_path", "add_path", "add_patha", "add_pathz", "del_path", "replace_path", "start_link"],
    ),
    ("code_server", Grant::Emulator, &["*"]),
    ("dala_code", Grant::Emulator, &["*"]),
    ("user_sup", Grant::Emulator, &["*"]),
    ("standard_error", Grant::Emulator, &["*"]),
];

/// Functions of modules with a `*` that need none after all: they compute.
const FREE: &[(&str, &[&str])] = &[(
    "prim_file",
    &[
        "internal_name2native",
        "internal_native2name",
        "internal_normalize_utf8",
        "is_translatable",
        "get_cwd_nif",
    ],
)];

/// The grant that a function needs.
fn needed_for(row: &BifRow) -> Option<Grant> {
    let is_free = FREE.iter().any(|(module, names)| *module == row.module && names.contains(&row.name));
    let named = |(_, _, names): &&(&str, Grant, &[&str])| names.contains(&row.name) || names.contains(&"*");
    let of_module = NEEDED.iter().filter(|(module, ..)| *module == row.module);
    // `exit/1` ends the caller alone.
    let is_own_exit = row.module == "erlang" && row.name == "exit" && row.arity == 1;
    (!is_free && !is_own_exit).then(|| of_module.clone().find(named).map(|&(_, grant, _)| grant))?
}

/// The grant that the function of `index` needs.
fn needed(index: BifIndex) -> Option<Grant> {
    static BY_INDEX: OnceLock<Box<[Option<Grant>]>> = OnceLock::new();
    let by_index = BY_INDEX.get_or_init(|| table::ROWS.iter().map(needed_for).collect());
    // What is behind the table is a native function.
    by_index.get(usize::from(index.0)).copied().unwrap_or(Some(Grant::Natives))
}

/// As [`call`](super::call), of a confined process.
#[cold]
pub(super) fn call(p: &mut Process, index: BifIndex, arguments: &[Word]) -> BifResult {
    if let Some(grant) = needed(index)
        && !is_harmless(p, index, arguments)
        && let Err(refused) = p.needs(grant)
    {
        return BifResult::Raise(refused);
    }
    let row = table::ROWS.get(usize::from(index.0));
    let module = arguments.first().and_then(|module| module.as_atom());
    if let Some(module) = module
        && row.is_some_and(|row| needed_for(row) == Some(Grant::Code) && row.name != "get_object_code")
        && !p.system.is_free_for_confined(module)
    {
        return BifResult::Raise(refusal(p, Grant::Code));
    }
    match row {
        Some(row) if makes_atoms(row) => make_atoms(p, index, row, arguments),
        _ => super::call_free(p, index, arguments),
    }
}

/// Calls a function that may make atoms, and counts those that it makes.
fn make_atoms(p: &mut Process, index: BifIndex, row: &BifRow, arguments: &[Word]) -> BifResult {
    if p.confined.as_ref().is_some_and(|member| !member.may_make_atoms()) {
        let system_limit = || BifResult::Raise(Exception::error_atom(atoms::SYSTEM_LIMIT));
        return existing(p, row, arguments).unwrap_or_else(system_limit);
    }
    let before = Atom::made_by_this_thread();
    let result = super::call_free(p, index, arguments);
    if let Some(member) = &p.confined {
        member.made_atoms(Atom::made_by_this_thread() - before);
    }
    result
}

/// Whether arguments make a function harmless: a process may end and link with those of its own sandbox, the logger remembers what it was told in persistent
/// terms of its own (`logger_config:allow/2`), whoever logs, compilers have one environment variable, and files in memory touch nothing else.
fn is_harmless(p: &Process, index: BifIndex, arguments: &[Word]) -> bool {
    let Some(row) = table::ROWS.get(usize::from(index.0)) else { return false };
    let first = arguments.first().copied().unwrap_or(Word::NIL);
    match (row.module, row.name) {
        ("erlang", "exit" | "exit_signal" | "link") => {
            let is_mate = |pid| p.confined.as_ref().is_some_and(|member| member.is_mate(pid));
            first.as_pid().is_some_and(is_mate)
        }
        ("persistent_term", "put") => view::tuple_elements(first)
            .is_some_and(|key| key.first() == Some(&Word::atom(named!("logger_config")))),
        // A file in memory.
        ("erts_internal", "open_port") => view::tuple_elements(first).is_some_and(|command| {
            matches!(command, &[kind, name] if kind == Word::atom(named!("spawn")) && text(name).is_some_and(|name| name == "ram_file_drv"))
        }),
        ("os", "getenv") => text(first).is_some_and(|name| name == "ERL_COMPILER_OPTIONS"),
        _ => false,
    }
}

fn text(characters: Word) -> Option<String> {
    let characters = view::list_to_vec(characters)?;
    characters.into_iter().map(|code| char::from_u32(u32::try_from(code.as_small()?).ok()?)).collect()
}

/// Whether the function may make atoms.
fn makes_atoms(row: &BifRow) -> bool {
    matches!(
        (row.module, row.name),
        ("erlang", "list_to_atom" | "binary_to_atom" | "binary_to_term")
            | ("code", "load_binary" | "load_file")
            | ("erts_internal", "prepare_loading")
    )
}

/// The value of a function that makes an atom, if the atom is there already.
fn existing(p: &mut Process, row: &BifRow, arguments: &[Word]) -> Option<BifResult> {
    let name = match row.name {
        "list_to_atom" => "list_to_existing_atom",
        "binary_to_atom" => "binary_to_existing_atom",
        _ => return None,
    };
    let index = table::lookup(named!("erlang"), Atom::new(name), row.arity)?;
    match super::call_free(p, index, arguments) {
        BifResult::Value(value) => Some(BifResult::Value(value)),
        _ => None,
    }
}

/// `error:{not_granted, Grant}`
fn refusal(p: &mut Process, grant: Grant) -> Exception {
    let reason = p.heap.tuple(&[Word::atom(named!("not_granted")), Word::atom(Atom::new(grant.name()))]);
    Exception::new(Class::Error, reason)
}

impl Process {
    /// Refuses what a confined process was not granted.
    ///
    /// # Errors
    /// `error:{not_granted, Grant}`
    pub(crate) fn needs(&mut self, grant: Grant) -> Result<(), Exception> {
        match self.confined.as_ref().is_none_or(|member| member.has(grant)) {
            true => Ok(()),
            false => Err(refusal(self, grant)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_exists() {
        let lists = NEEDED.iter().map(|&(module, _, names)| (module, names)).chain(FREE.iter().copied());
        for (module, names) in lists {
            for name in names {
                let exists = |row: &&BifRow| row.module == module && (row.name == *name || *name == "*");
                assert!(table::ROWS.iter().any(|row| exists(&row)), "{module}:{name}");
            }
        }
    }

    /// A new module has its place in one of the lists.
    #[test]
    fn every_module_was_thought_of() {
        const HARMLESS: &[&str] = &[
            "atomics",
            "binary",
            "crypto",
            // Confined processes call as the module's own function does.
            "dala_gen",
            "dala_io",
            "dala_tracing",
            "error_logger",
            "ets",
            "file",
            "io",
            "lists",
            "logger",
            "maps",
            "math",
            "net_kernel",
            "prim_buffer",
            "re",
            "string",
            "unicode",
            "zlib",
        ];
        for row in table::ROWS {
            let is_listed = NEEDED.iter().any(|(module, ..)| *module == row.module);
            assert!(is_listed != HARMLESS.contains(&row.module), "{}", row.module);
        }
    }

    #[test]
    fn functions_need_what_the_table_says() {
        let needed = |module: &str, name: &str, arity: u32| {
            let index = table::lookup(Atom::new(module), Atom::new(name), arity).expect("it exists");
            super::needed(index)
        };
        assert_eq!(needed("prim_file", "open_nif", 2), Some(Grant::Files));
        assert_eq!(needed("prim_file", "is_translatable", 1), None);
        assert_eq!(needed("erlang", "exit", 2), Some(Grant::Processes));
        assert_eq!(needed("erlang", "exit", 1), None);
        assert_eq!(needed("erlang", "spawn", 3), None);
        assert_eq!(super::needed(BifIndex(u16::MAX)), Some(Grant::Natives));
    }
}
