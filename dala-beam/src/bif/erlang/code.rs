//! Loaded code: what `code`, `error_handler` and `module_info` ask for.

use std::sync::Arc;

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::{BifResult, Exception, frame};
use dala_ir::term::{TermWriter, view};

use super::funs::is_exported;
use crate::bif::Answer;
use crate::bif::arguments::{arity, atom, badarg, boolean, bytes, named, small};
use crate::bif::table::is_instruction;
use crate::code::paths::folder_name;
use crate::code::{Claim, Leaving, LoadFailure, LoadedModule, Origin, Outdated};
use crate::process::Process;

/// `module_loaded(Module)`.
pub(crate) fn module_loaded(p: &mut Process, [module]: [Word; 1]) -> Answer {
    Ok(boolean(p.system.code.is_loaded(atom(module)?)))
}

/// `function_exported(M, F, Arity)`: of a loaded module; built-in functions are not exported by theirs.
pub(crate) fn function_exported(p: &mut Process, [module, function, count]: [Word; 3]) -> Answer {
    let (module, function, arity) = (atom(module)?, atom(function)?, small(count)?);
    Ok(boolean(u8::try_from(arity).is_ok_and(|arity| is_exported(p, module, function, arity.into()))))
}

/// `is_builtin(M, F, Arity)`.
pub(crate) fn is_builtin(_: &mut Process, [module, function, count]: [Word; 3]) -> Answer {
    let (module, function, arity) = (atom(module)?, atom(function)?, arity(count)?);
    let row = crate::bif::lookup(module, function, arity).map(crate::bif::row);
    let is_instruction = is_instruction(module.text(), function.text(), arity);
    Ok(boolean(is_instruction || row.is_some_and(crate::bif::BifRow::is_emulators)))
}

/// `loaded()`.
pub(crate) fn loaded(p: &mut Process, []: [Word; 0]) -> Answer {
    let names: Vec<Word> = p.system.code.all().iter().map(|module| Word::atom(module.name)).collect();
    Ok(p.heap.list(&names, Word::NIL))
}

/// `pre_loaded()`: none; the modules that OTP preloads are loaded as others are.
pub(crate) fn pre_loaded(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::NIL)
}

/// `check_old_code(Module)`.
pub(crate) fn check_old_code(p: &mut Process, [module]: [Word; 1]) -> Answer {
    Ok(boolean(p.system.code.has_old(atom(module)?)))
}

/// `delete_module(Module)`: `true`, `undefined` when it is not loaded; `badarg` when it has old code.
pub(crate) fn delete_module(p: &mut Process, [module]: [Word; 1]) -> Answer {
    match p.system.code.delete(atom(module)?) {
        Ok(true) => Ok(boolean(true)),
        Ok(false) => Ok(Word::atom(atoms::UNDEFINED)),
        Err(_) => badarg(),
    }
}

/// `code:delete(Module)`: whether there was current code, and no old.
pub(crate) fn delete(p: &mut Process, [module]: [Word; 1]) -> Answer {
    Ok(boolean(matches!(p.system.code.delete(atom(module)?), Ok(true))))
}

/// `code:purge(Module)`: by OTP's purger, which `dala_code` starts where it is missing.
pub(crate) fn purge(_: &mut Process, [module]: [Word; 1]) -> BifResult {
    by_purger(named!("purge"), module)
}

/// `code:soft_purge(Module)`.
pub(crate) fn soft_purge(_: &mut Process, [module]: [Word; 1]) -> BifResult {
    by_purger(named!("soft_purge"), module)
}

fn by_purger(how: Atom, module: Word) -> BifResult {
    match module.as_atom() {
        Some(_) => BifResult::call(named!("dala_code"), how, &[module]),
        None => BifResult::Raise(Exception::error_atom(atoms::FUNCTION_CLAUSE)),
    }
}

/// `dala_code:is_purging(Module)`.
pub(crate) fn is_purging(p: &mut Process, [module]: [Word; 1]) -> Answer {
    Ok(boolean(p.system.code.is_purging(atom(module)?)))
}

/// `erts_internal:check_process_code(Module)`: whether this process is in old code.
pub(crate) fn check_process_code(p: &mut Process, [module]: [Word; 1]) -> Answer {
    let name = atom(module)?;
    Ok(boolean(is_in_old_code(p, name)))
}

/// Whether a process goes on in the old code of a module, at once or when functions that it called return.
pub(super) fn is_in_old_code(p: &mut Process, module: Atom) -> bool {
    p.system.code.outdated(module).is_some_and(|version| frame::runs_in(p, &version.code))
}

fn module_of(p: &Process, module: Word) -> Result<Arc<LoadedModule>, Exception> {
    p.system.code.current(atom(module)?).ok_or(Exception::badarg())
}

/// `get_module_info(Module)`.
pub(crate) fn get_module_info_1(p: &mut Process, [module]: [Word; 1]) -> Answer {
    let loaded = module_of(p, module)?;
    let mut pairs = Vec::new();
    for name in ["module", "exports", "attributes", "compile", "md5"] {
        if let Some(value) = module_item(p, &loaded, name) {
            let name = Word::atom(Atom::new(name));
            pairs.push(p.heap.tuple(&[name, value]));
        }
    }
    Ok(p.heap.list(&pairs, Word::NIL))
}

/// `get_module_info(Module, Item)`.
pub(crate) fn get_module_info_2(p: &mut Process, [module, item]: [Word; 2]) -> Answer {
    let loaded = module_of(p, module)?;
    module_item(p, &loaded, atom(item)?.text()).map_or_else(badarg, Ok)
}

fn module_item(p: &mut Process, loaded: &LoadedModule, item: &str) -> Option<Word> {
    fn functions<'a>(p: &mut Process, names: impl Iterator<Item = &'a (Atom, u32)>) -> Word {
        let pairs: Vec<Word> = names
            .map(|&(name, arity)| p.heap.tuple(&[Word::atom(name), Word::small_int(i64::from(arity))]))
            .collect();
        p.heap.list(&pairs, Word::NIL)
    }
    Some(match item {
        "module" => Word::atom(loaded.name),
        // The compiler writes the last one first. EUnit runs its tests in this order.
        "exports" => functions(p, loaded.exports.iter().rev()),
        "functions" => functions(p, loaded.functions.iter()),
        "nifs" | "native_addresses" => Word::NIL,
        "attributes" => loaded.attributes,
        "compile" => loaded.compile,
        "md5" => p.heap.binary(&loaded.md5),
        "native" => boolean(false),
        _ => return None,
    })
}

fn path_word(p: &mut Process, loaded: &LoadedModule) -> Word {
    match &loaded.origin {
        Origin::File(path) => p.heap.charlist(&path.to_string_lossy()),
        Origin::Named(name) => Word::atom(*name),
        Origin::Memory => Word::NIL,
    }
}

/// `{module, Name}`.
fn module_answer(p: &mut Process, module: Word) -> Word {
    p.heap.tuple(&[Word::atom(named!("module")), module])
}

/// `{error, Reason}`.
pub(super) fn failure(p: &mut Process, reason: Atom) -> Word {
    p.heap.tuple(&[Word::atom(atoms::ERROR), Word::atom(reason)])
}

/// `{module, Module}` or `{error, Reason}`; a module with an `-on_load` function is waited for.
fn loaded_answer(p: &mut Process, module: Word, loaded: Result<Arc<LoadedModule>, LoadFailure>) -> BifResult {
    match loaded {
        Ok(_) => BifResult::Value(module_answer(p, module)),
        Err(LoadFailure::OnLoad(name)) if !p.system.code.pending.is_run_by(name, p.pid) => {
            BifResult::call(named!("dala_code"), named!("await"), &[module])
        }
        Err(problem) => {
            if matches!(problem, LoadFailure::OtherProtocol { .. }) {
                // `badfile` says too little.
                p.system.code.note_failure(&problem);
            }
            BifResult::Value(failure(p, problem.reason()))
        }
    }
}

/// `code:ensure_loaded(Module)`.
pub(crate) fn ensure_loaded(p: &mut Process, [module]: [Word; 1]) -> BifResult {
    let Some(name) = module.as_atom() else { return BifResult::Raise(Exception::badarg()) };
    let system = Arc::clone(&p.system);
    p.charge(50);
    let loaded = system.code.ensure_loaded(name);
    loaded_answer(p, module, loaded)
}

/// `code:ensure_modules_loaded(Modules)`.
pub(crate) fn ensure_modules_loaded(p: &mut Process, [modules]: [Word; 1]) -> BifResult {
    let names = view::list_to_vec(modules).filter(|names| names.iter().all(|name| name.is_atom()));
    let Some(names) = names else { return BifResult::Raise(Exception::badarg()) };
    let system = Arc::clone(&p.system);
    let (mut failed, mut pending) = (Vec::new(), Vec::new());
    for module in names {
        match module.as_atom().map(|name| system.code.ensure_loaded(name)) {
            Some(Err(LoadFailure::OnLoad(_))) => pending.push(module),
            Some(Err(problem)) => failed.push(p.heap.tuple(&[module, Word::atom(problem.reason())])),
            Some(Ok(_)) | None => {}
        }
    }
    let (failed_list, pending_list) = (p.heap.list(&failed, Word::NIL), p.heap.list(&pending, Word::NIL));
    if !pending.is_empty() {
        return BifResult::call(named!("dala_code"), named!("await_all"), &[pending_list, failed_list]);
    }
    if failed.is_empty() {
        return BifResult::Value(Word::atom(atoms::OK));
    }
    BifResult::Value(p.heap.tuple(&[Word::atom(atoms::ERROR), failed_list]))
}

/// `code:load_file(Module)`.
pub(crate) fn load_file(p: &mut Process, [module]: [Word; 1]) -> BifResult {
    let Some(name) = module.as_atom() else { return BifResult::Raise(Exception::badarg()) };
    let system = Arc::clone(&p.system);
    p.charge(500);
    let loaded = system.code.load_file(name);
    loaded_answer(p, module, loaded)
}

/// `code:load_binary(Module, File, Binary)`, `code:load_module/4` of `code_server`.
pub(crate) fn load_binary(p: &mut Process, [module, file, binary]: [Word; 3]) -> BifResult {
    let (name, bytes) = match (atom(module), bytes(binary)) {
        (Ok(name), Ok(bytes)) => (name, bytes),
        _ => return BifResult::Raise(no_clause()),
    };
    let origin = match file.as_atom() {
        Some(name) => Origin::Named(name),
        None => text_of(file).map_or(Origin::Memory, |path| Origin::File(path.into())),
    };
    let system = Arc::clone(&p.system);
    p.charge(500);
    if system.code.is_loaded(name) && system.code.has_old(name) {
        // As code_server does.
        return BifResult::call(named!("dala_code"), named!("purge_and_load"), &[module, file, binary]);
    }
    let loaded = system.code.load_from(name, origin, &bytes);
    loaded_answer(p, module, loaded)
}

/// `erlang:call_on_load_function(Module)`: runs the function of a pending module in the caller.
pub(crate) fn call_on_load_function(p: &mut Process, [module]: [Word; 1]) -> BifResult {
    match module.as_atom() {
        Some(name) if p.system.code.pending.begin(name, p.pid) => {
            BifResult::call(name, crate::code::server::on_load_name(), &[])
        }
        _ => BifResult::Raise(Exception::badarg()),
    }
}

/// `erlang:finish_after_on_load(Module, Keep)`: a pending module becomes current, or is dropped.
pub(crate) fn finish_after_on_load(p: &mut Process, [module, keep]: [Word; 2]) -> Answer {
    let (module, keep) = (atom(module)?, crate::bif::arguments::truth(keep)?);
    if p.system.code.finish_on_load(module, keep) { Ok(boolean(true)) } else { badarg() }
}

/// `dala_code:claim(Module)`: `claimed`, the pid of the keeper, or `loaded` or `failed` when it is not pending.
pub(crate) fn claim_pending(p: &mut Process, [module]: [Word; 1]) -> Answer {
    let name = atom(module)?;
    Ok(match p.system.code.pending.claim(name, p.pid, dala::actor::process::is_alive) {
        Claim::Claimed => Word::atom(named!("claimed")),
        Claim::KeptBy(keeper) => Word::pid(keeper),
        Claim::Settled if p.system.code.is_loaded(name) => Word::atom(named!("loaded")),
        Claim::Settled => Word::atom(named!("failed")),
    })
}

pub(super) fn text_of(list: Word) -> Option<String> {
    let items = view::list_to_vec(list)?;
    items.into_iter().map(|item| item.as_small().and_then(|value| char::from_u32(value as u32))).collect()
}

/// `code:is_loaded(Module)`: `{file, Path}` or `false`.
pub(crate) fn is_loaded(p: &mut Process, [module]: [Word; 1]) -> Answer {
    Ok(match p.system.code.current(atom(module)?) {
        Some(loaded) => {
            let path = path_word(p, &loaded);
            p.heap.tuple(&[Word::atom(atoms::FILE), path])
        }
        None => boolean(false),
    })
}

/// `code:which(Module)`: the path, or `non_existing`.
pub(crate) fn which(p: &mut Process, [module]: [Word; 1]) -> Answer {
    let name = atom(module)?;
    if let Some(loaded) = p.system.code.current(name) {
        return Ok(path_word(p, &loaded));
    }
    let path = read(&p.system.code.paths).module(name.text());
    Ok(match path {
        Some(path) => p.heap.charlist(&path.to_string_lossy()),
        None => Word::atom(named!("non_existing")),
    })
}

/// `code:get_object_code(Module)`: `{Module, Binary, Path}` or `error`.
pub(crate) fn get_object_code(p: &mut Process, [module]: [Word; 1]) -> Answer {
    let name = atom(module)?;
    let path = read(&p.system.code.paths).module(name.text());
    Ok(match path.and_then(|path| Some((std::fs::read(&path).ok()?, path))) {
        Some((bytes, path)) => {
            let binary = p.heap.binary(&bytes);
            let path = p.heap.charlist(&path.to_string_lossy());
            p.heap.tuple(&[module, binary, path])
        }
        None => Word::atom(atoms::ERROR),
    })
}

fn read<T>(lock: &std::sync::RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn write<T>(lock: &std::sync::RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// `code:get_path()`.
pub(crate) fn get_path(p: &mut Process, []: [Word; 0]) -> Answer {
    let folders: Vec<std::path::PathBuf> = read(&p.system.code.paths).folders().to_vec();
    let folders: Vec<Word> =
        folders.iter().map(|folder| p.heap.charlist(&folder.to_string_lossy())).collect();
    Ok(p.heap.list(&folders, Word::NIL))
}

/// The error of a call of a function that OTP has in Erlang, with what none of its clauses takes.
fn no_clause() -> Exception {
    Exception::error_atom(atoms::FUNCTION_CLAUSE)
}

/// A folder, or a name where that is one too: as text, and whether it is an atom.
fn folder_text(word: Word) -> Result<(String, bool), Exception> {
    match word.as_atom() {
        Some(name) => Ok((name.text().to_owned(), true)),
        None => text_of(word).map(|text| (text, false)).ok_or_else(no_clause),
    }
}

/// `code:set_path(Folders)`: `true`, or `{error, bad_directory}` when one of them is no folder.
pub(crate) fn set_path(p: &mut Process, [folders]: [Word; 1]) -> Answer {
    let mut paths = Vec::new();
    for folder in crate::bif::arguments::list(folders).map_err(|_| no_clause())? {
        match folder_text(folder) {
            Ok((path, _)) if std::path::Path::new(&path).is_dir() => paths.push(path.into()),
            _ => return Ok(failure(p, named!("bad_directory"))),
        }
    }
    write(&p.system.code.paths).replace(paths);
    Ok(boolean(true))
}

/// `code_server:call(Request)`: the requests that no built-in function answers (`dala_code.erl`).
pub(crate) fn code_server_call(_: &mut Process, [request]: [Word; 1]) -> BifResult {
    BifResult::call(named!("dala_code"), named!("request"), &[request])
}

/// `code:add_patha(Folder)`.
pub(crate) fn add_path_first(p: &mut Process, [folder]: [Word; 1]) -> Answer {
    add_path(p, folder, true)
}

/// `code:add_path(Folder)`, `code:add_pathz(Folder)`.
pub(crate) fn add_path_last(p: &mut Process, [folder]: [Word; 1]) -> Answer {
    add_path(p, folder, false)
}

fn add_path(p: &mut Process, folder: Word, is_first: bool) -> Answer {
    let path = std::path::PathBuf::from(text_of(folder).ok_or_else(no_clause)?);
    if !path.is_dir() {
        return Ok(failure(p, named!("bad_directory")));
    }
    let mut paths = write(&p.system.code.paths);
    if is_first {
        paths.add_first(path);
    } else {
        paths.add_last(path);
    }
    Ok(boolean(true))
}

/// `code:del_path(Folder)`, or of its name.
pub(crate) fn del_path(p: &mut Process, [folder]: [Word; 1]) -> Answer {
    let (text, _) = folder_text(folder)?;
    let mut paths = write(&p.system.code.paths);
    let was_there =
        paths.remove(std::path::Path::new(&text)) || (folder.is_atom() && paths.remove_named(&text));
    Ok(boolean(was_there))
}

/// `code:replace_path(Name, Folder)`: where the folder of that name was.
pub(crate) fn replace_path(p: &mut Process, [name, folder]: [Word; 2]) -> Answer {
    let ((name, _), (folder, _)) = (folder_text(name)?, folder_text(folder)?);
    let folder = std::path::PathBuf::from(folder);
    if folder_name(&folder).unwrap_or_default() != name {
        return Ok(failure(p, named!("bad_name")));
    }
    if !folder.is_dir() {
        return Ok(failure(p, named!("bad_directory")));
    }
    write(&p.system.code.paths).replace_named(&name, folder);
    Ok(boolean(true))
}

/// `code:root_dir()`.
pub(crate) fn root_dir(p: &mut Process, []: [Word; 0]) -> Answer {
    let root = read(&p.system.code.paths).otp_root().map(|path| path.to_string_lossy().into_owned());
    Ok(p.heap.charlist(&root.unwrap_or_default()))
}

/// `code:lib_dir()`.
pub(crate) fn lib_dir_0(p: &mut Process, []: [Word; 0]) -> Answer {
    let root =
        read(&p.system.code.paths).otp_root().map(|path| path.join("lib").to_string_lossy().into_owned());
    Ok(p.heap.charlist(&root.unwrap_or_default()))
}

fn application_folder(p: &Process, name: Word) -> Result<Option<std::path::PathBuf>, Exception> {
    let name = match name.as_atom() {
        Some(name) => name.text().to_owned(),
        None => text_of(name).ok_or(Exception::badarg())?,
    };
    Ok(read(&p.system.code.paths).application(&name))
}

/// `code:lib_dir(Application)`: `{error, bad_name}` when there is none.
pub(crate) fn lib_dir_1(p: &mut Process, [name]: [Word; 1]) -> Answer {
    if name.as_atom().is_none() && text_of(name).is_none() {
        return Err(Exception::error_atom(atoms::FUNCTION_CLAUSE));
    }
    Ok(match application_folder(p, name)? {
        Some(folder) => p.heap.charlist(&folder.to_string_lossy()),
        None => failure(p, named!("bad_name")),
    })
}

/// `code:priv_dir(Application)`.
pub(crate) fn priv_dir(p: &mut Process, [name]: [Word; 1]) -> Answer {
    Ok(match application_folder(p, name)? {
        Some(folder) => p.heap.charlist(&folder.join("priv").to_string_lossy()),
        None => failure(p, named!("bad_name")),
    })
}

/// `code:all_loaded()`: `[{Module, Path}]`.
pub(crate) fn all_loaded(p: &mut Process, []: [Word; 0]) -> Answer {
    let all = p.system.code.all();
    let pairs: Vec<Word> = all
        .iter()
        .map(|module| {
            let path = path_word(p, module);
            p.heap.tuple(&[Word::atom(module.name), path])
        })
        .collect();
    Ok(p.heap.list(&pairs, Word::NIL))
}

/// `code:get_mode()`.
pub(crate) fn get_mode(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::atom(named!("interactive")))
}

/// Native libraries of OTP whose functions are rows of the table.
const BUILT_IN_LIBRARIES: &[&str] = &["zlib", "prim_file", "prim_buffer", "crypto", "erl_tracer"];

/// `load_nif(Path, Info)`: `ok` for what is built in; other native libraries cannot be loaded.
pub(crate) fn load_nif(p: &mut Process, [path, _info]: [Word; 2]) -> Answer {
    let path = text_of(path).ok_or(Exception::badarg())?;
    if BUILT_IN_LIBRARIES.contains(&path.rsplit('/').next().unwrap_or(&path)) {
        return Ok(Word::atom(atoms::OK));
    }
    let text = p.heap.charlist("Native libraries cannot be loaded by this runtime");
    let reason = p.heap.tuple(&[Word::atom(named!("notsup")), text]);
    Ok(p.heap.tuple(&[Word::atom(atoms::ERROR), reason]))
}

/// `erts_internal:purge_module(Module, Operation)`.
pub(crate) fn purge_module(p: &mut Process, [module, operation]: [Word; 2]) -> Answer {
    // As in OTP, for the process that purges only.
    if p.system.whereis(named!("erts_code_purger")) != Some(p.pid) {
        return Err(Exception::error_atom(named!("notsup")));
    }
    let (name, code) = (atom(module)?, &p.system.code);
    match atom(operation)?.text() {
        "prepare" => Ok(boolean(code.begin_purge(name, Outdated::Old))),
        "prepare_on_load" => Ok(boolean(code.begin_purge(name, Outdated::Refused))),
        "complete" => {
            let version = code.end_purge(name, true).ok_or(Exception::badarg())?;
            if let Some(leaving) = Leaving::of(&version) {
                super::question::ask_to_copy_out(p, &leaving);
            }
            Ok(boolean(true))
        }
        "abort" if code.end_purge(name, false).is_some() => Ok(boolean(false)),
        _ => badarg(),
    }
}

/// `code:where_is_file(Name)`: the path, or `non_existing`.
pub(crate) fn where_is_file(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let name = text_of(name).ok_or(Exception::badarg())?;
    let path = read(&p.system.code.paths).file(&name);
    Ok(match path {
        Some(path) => p.heap.charlist(&path.to_string_lossy()),
        None => Word::atom(named!("non_existing")),
    })
}
