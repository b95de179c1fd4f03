//! `dala build`: a program as one executable.
//!
//! It is a copy of this one, or a program in Rust, with a [`Bundle`] behind it: the modules of the folders given, what starting OTP and the
//! applications loads, and all that these reach: what they call by name, and what their code or data names, if it lies in
//! the same folder, as callback modules of servers do, or if they are the program's own. What is only reached by a name that is made at run time, or that another
//! application has in its data, and lies in no folder given, has to be named with `--include`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use dala_ir::abi::{Atom, Word};
use dala_ir::term::view::list_to_vec;
use dala_ir::term::{Fragment, tuple_elements};

mod machine_code;

use super::run::Program;
use crate::code::bundle::{self, Bundle, BundledModule, BundledProgram, Placing};
use crate::otp::boot;
use crate::otp::read_term::read_term;
use crate::process::System;

/// Arguments of `dala build`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Folder of the program's modules; may be given several times
    #[arg(long = "pa", value_name = "DIR", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// File to write; the module's name, or `program.dala`, when not given
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Application to start before the program; may be given several times
    #[arg(long = "application", value_name = "NAME")]
    pub applications: Vec<String>,
    /// Installed module that the program reaches by a name made at run time; may be given several times
    #[arg(long = "include", value_name = "MODULE")]
    pub included: Vec<String>,
    /// Root of the Erlang/OTP to take libraries from
    #[arg(long, value_name = "DIR")]
    pub otp: Option<PathBuf>,
    /// Root of the Elixir to take libraries from
    #[arg(long, value_name = "DIR")]
    pub elixir: Option<PathBuf>,
    /// Program in Rust to put the modules behind: it finds them by `Bundle::of_this_program`
    #[arg(long, value_name = "FILE")]
    pub onto: Option<PathBuf>,
    /// Writes the modules alone: a program in Rust finds them by `Bundle::at_end_of`
    #[arg(long, conflicts_with = "onto")]
    pub alone: bool,
    /// Compiles the modules to machine code, which becomes a part of the program
    #[arg(long, conflicts_with = "alone")]
    pub release: bool,
    /// Module to run
    #[arg(required_unless_present_any = ["onto", "alone"])]
    pub module: Option<String>,
    /// Function to call: with the list of arguments, or without any
    #[arg(default_value = "main")]
    pub function: String,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> ExitCode {
    super::finish(build(arguments))
}

/// Writes the program; gives what there is to say of it.
///
/// # Errors
/// With a text: no OTP is installed, a module or application is missing or malformed, the file cannot be written.
pub fn build(arguments: &Arguments) -> Result<String, String> {
    let (modules, program) = collect(arguments)?;
    let output = arguments.output.clone().unwrap_or_else(|| match &arguments.module {
        Some(name) => {
            let name = name.trim_start_matches("Elixir.").to_lowercase();
            format!("{name}{}", std::env::consts::EXE_SUFFIX).into()
        }
        None => "program.dala".into(),
    });
    let path = match (&arguments.onto, arguments.alone) {
        (Some(front), _) => Some(front.clone()),
        (None, true) => None,
        (None, false) => Some(std::env::current_exe().map_err(|error| error.to_string())?),
    };
    let mut front = path.as_deref().map(in_front).transpose()?;
    let placing = match (&path, &mut front) {
        (Some(path), Some(front)) if arguments.release => machine_code::add(&mut front.bytes, &modules)
            .map_err(|problem| format!("--release: {}: {problem}", path.display()))?,
        _ => Placing::default(),
    };
    let bytes = write(&output, front, &modules, placing, program)
        .map_err(|error| format!("{}: {error}", output.display()))?;
    Ok(format!("{}: {} modules, {:.1} MB\n", output.display(), modules.len(), bytes as f64 / 1e6))
}

/// The object file of a program in Rust that takes its modules by [`include_modules!`](crate::include_modules): those in
/// `folders`, and what they and the applications reach. `dala-build` calls it.
///
/// # Errors
/// As [`build`], and when this build makes no such files.
#[cfg(feature = "codegen")]
pub fn object_file(folders: Vec<PathBuf>, applications: Vec<String>) -> Result<Vec<u8>, String> {
    let arguments = Arguments {
        paths: folders,
        output: None,
        applications,
        included: Vec::new(),
        otp: None,
        elixir: None,
        onto: None,
        alone: true,
        release: true,
        module: None,
        function: String::new(),
    };
    let (modules, program) = collect(&arguments)?;
    machine_code::object_file(&modules, program)
}

/// The modules of a program, and what it starts.
fn collect(arguments: &Arguments) -> Result<(BTreeMap<String, BundledModule>, BundledProgram), String> {
    let own = modules_in(&arguments.paths)?;
    let is_elixir = own.iter().any(|name| name.starts_with("Elixir."));
    let mut started: Vec<&str> = if is_elixir { vec!["elixir"] } else { Vec::new() };
    started.extend(arguments.applications.iter().map(String::as_str));
    let host = Program::new(&arguments.paths, arguments.otp.as_deref(), arguments.elixir.as_deref())?;
    let system = host.start(&started, |_| Ok(()))?.system;

    let roots: BTreeSet<String> = system
        .code
        .all()
        .iter()
        .map(|module| module.name.text().to_owned())
        .chain(own.iter().cloned())
        .chain(arguments.included.iter().cloned())
        .chain(arguments.module.clone())
        .collect();
    let mut modules = reached(&system, roots, &own)?;
    if arguments.release {
        machine_code::make(&system, &mut modules)?;
    }
    let takes_arguments = match &arguments.module {
        Some(name) => takes_arguments(&modules[name], name, &arguments.function)?,
        None => false,
    };
    let program = BundledProgram {
        applications: applications(&system, &started)?,
        started: started.iter().map(ToString::to_string).collect(),
        entry: arguments.module.clone().map(|module| (module, arguments.function.clone())),
        takes_arguments,
    };
    Ok((modules, program))
}

/// Names of the modules in these folders.
fn modules_in(folders: &[PathBuf]) -> Result<BTreeSet<String>, String> {
    let mut names = BTreeSet::new();
    for folder in folders {
        let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|extension| extension == "beam") {
                names.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
            }
        }
    }
    Ok(names)
}

/// The modules of these names, those that they reach, and the implementations of protocols among them.
///
/// # Errors
/// With a text, when one of these names is no module, or one of the modules cannot be compiled.
fn reached(
    system: &System,
    roots: BTreeSet<String>,
    own: &BTreeSet<String>,
) -> Result<BTreeMap<String, BundledModule>, String> {
    let name = |text: &str| Atom::try_new(text).map_err(|error| error.to_string());
    let implementations = implementations(system);
    let mut modules = BTreeMap::new();
    let mut pending: Vec<(String, bool)> = roots.into_iter().map(|name| (name, true)).collect();
    while let Some((module, is_root)) = pending.pop() {
        if modules.contains_key(&module) {
            continue;
        }
        let mut found = match system.code.bundled(name(&module)?) {
            Ok(found) => found,
            // Many call what is only there on other systems, or not at all; and what merely bears a name may be broken.
            Err(_) if !is_root => continue,
            Err(failure) => return Err(super::causes(&failure)),
        };
        pending.extend(found.calls.iter().map(|called| (called.text().to_owned(), false)));
        found.is_own = own.contains(&module);
        if found.is_own {
            pending.extend(found.names.iter().map(|name| (name.text().to_owned(), false)));
        } else if let Some(folder) = &found.folder {
            let beside = |name: &&Atom| folder.join(format!("{}.beam", name.text())).is_file();
            pending.extend(found.names.iter().filter(beside).map(|name| (name.text().to_owned(), false)));
        }
        if found.exports.contains(&(Atom::new("__protocol__"), 1)) {
            let of = |name: &&String| name.starts_with(&format!("{module}."));
            pending.extend(implementations.iter().filter(of).map(|name| (name.clone(), false)));
        }
        modules.insert(module, found);
    }
    Ok(modules)
}

/// Names of the installed modules of Elixir: implementations of protocols are among them.
fn implementations(system: &System) -> BTreeSet<String> {
    let folders = {
        let paths = system.code.paths.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let below = |folder: &&PathBuf| paths.elixir_root().is_some_and(|root| folder.starts_with(root));
        paths.folders().iter().filter(below).cloned().collect::<Vec<_>>()
    };
    modules_in(&folders).unwrap_or_default()
}

/// Whether the program's function takes the list of arguments.
fn takes_arguments(module: &BundledModule, name: &str, function: &str) -> Result<bool, String> {
    let has = |arity| module.exports.iter().any(|export| export.0.text() == function && export.1 == arity);
    match (has(1), has(0)) {
        (true, _) => Ok(true),
        (false, true) => Ok(false),
        (false, false) => Err(format!("{name} exports neither {function}/1 nor {function}/0")),
    }
}

/// The specifications of what is always loaded, of these applications, and of all that they need.
fn applications(system: &System, started: &[&str]) -> Result<BTreeMap<String, String>, String> {
    let mut found = BTreeMap::new();
    let mut pending: Vec<(String, bool)> =
        boot::LOADED.iter().map(|name| ((*name).to_owned(), false)).collect();
    pending.extend(started.iter().map(|name| ((*name).to_owned(), true)));
    while let Some((name, is_needed)) = pending.pop() {
        if found.contains_key(&name) {
            continue;
        }
        match boot::specification_text(system, &name) {
            Ok((text, place)) => {
                let needed = needed_by(&text).map_err(|problem| format!("{place}: {problem}"))?;
                pending.extend(needed.into_iter().map(|name| (name, true)));
                found.insert(name, text);
            }
            Err(problem) if is_needed => return Err(problem),
            Err(_) => {}
        }
    }
    Ok(found)
}

/// The applications that an application's specification names as needed.
fn needed_by(text: &str) -> Result<Vec<String>, String> {
    let mut scratch = Fragment::new();
    let term = read_term(text, &mut scratch).map_err(|error| error.to_string())?;
    let Some(&[_, _, properties]) = tuple_elements(term) else { return Err("no application".to_owned()) };
    let list = |word: Word| list_to_vec(word).unwrap_or_default();
    let is_needed = |key: Word| {
        let name = key.as_atom().map(Atom::text);
        matches!(name, Some("applications" | "included_applications"))
    };
    Ok(list(properties)
        .into_iter()
        .filter_map(|property| match tuple_elements(property) {
            Some(&[key, names]) if is_needed(key) => Some(list(names)),
            _ => None,
        })
        .flatten()
        .filter_map(|name| Some(name.as_atom()?.text().to_owned()))
        .collect())
}

/// A program that modules are put behind: its bytes without those that are behind it already, and who may run it.
struct Front {
    bytes: Vec<u8>,
    permissions: fs::Permissions,
}

fn in_front(path: &Path) -> Result<Front, String> {
    let open = || {
        let file = File::open(path)?;
        let permissions = file.metadata()?.permissions();
        let mut bytes = Vec::new();
        file.take(Bundle::length_before(path)?).read_to_end(&mut bytes)?;
        Ok(Front { bytes, permissions })
    };
    open().map_err(|error: io::Error| format!("{}: {error}", path.display()))
}

/// Writes the modules behind a program, or alone; gives the size of it all.
fn write(
    output: &Path,
    front: Option<Front>,
    modules: &BTreeMap<String, BundledModule>,
    placing: Placing,
    program: BundledProgram,
) -> io::Result<u64> {
    // A program that runs cannot be written to, but on most systems be put aside.
    let unfinished = output.with_extension(format!("{}.new", std::process::id()));
    let written = (|| {
        let mut out = BufWriter::new(File::create_new(&unfinished)?);
        if let Some(front) = front {
            out.write_all(&front.bytes)?;
            fs::set_permissions(&unfinished, front.permissions)?;
        }
        bundle::write(&mut out, modules, placing, program)?;
        out.flush()?;
        fs::rename(&unfinished, output)?;
        Ok(fs::metadata(output)?.len())
    })();
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}
