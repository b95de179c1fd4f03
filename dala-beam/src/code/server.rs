//! The code server: which modules are loaded, and how a missing one is found.
//!
//! Not a process, as OTP's is: any process that calls a missing function loads the module itself, under a lock that
//! makes others wait for the result.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use dala::native::NativeFunction;
use dala_ir::abi::Atom;
use dala_ir::interp::ahead::MachineCode;
use dala_ir::interp::{Object, Target};
use dala_ir::ir::Import;
use hashbrown::HashMap;

use super::bundle::{Bundle, BundledModule};
use super::call_patterns::{CallPatterns, Change, PatternOf};
use super::carried;
use super::error::LoadFailure;
use super::export::ExportTable;
use super::link;
use super::lookup::{CodeByName, Lookup};
use super::module::{LoadedModule, Origin};
use super::natives::NativeTable;
use super::object_cache::ObjectCache;
use super::on_load::PendingModules;
use super::paths::CodePaths;
use super::purge::Purge;
use crate::interop::layouts::Protocols;
use crate::interop::typing::Known;
use crate::process::SystemOptions;

/// The versions of one module.
#[derive(Debug, Default)]
pub(super) struct Versions {
    pub(super) current: Option<Arc<LoadedModule>>,
    pub(super) old: Option<Arc<LoadedModule>>,
    /// One whose `-on_load` function refused it; processes that the function started may be in it.
    pub(super) refused: Option<Arc<LoadedModule>>,
    /// The old or the refused one, while it is purged.
    pub(super) purging: Option<Purge>,
}

/// The name under which a pending module's `-on_load` function is called; no compiler makes such a name.
pub(crate) fn on_load_name() -> Atom {
    Atom::new("-on_load-")
}

/// Loaded modules of one runtime and where others are found.
#[derive(Debug)]
pub struct CodeServer {
    /// Folders searched.
    pub paths: RwLock<CodePaths>,
    pub(super) modules: RwLock<HashMap<Atom, Versions>>,
    exports: ExportTable,
    pub(super) lookup: Lookup,
    natives: NativeTable,
    /// Modules that wait for their `-on_load` function.
    pub pending: PendingModules,
    /// Which calls are traced.
    pub(crate) call_patterns: CallPatterns,
    /// What modules that were written for native actors are compared with.
    pub(crate) protocols: Protocols,
    cache: Option<ObjectCache>,
    bundle: Option<Arc<Bundle>>,
    /// Held while a module is loaded.
    loading: Mutex<()>,
}

impl CodeServer {
    /// A server that has loaded nothing.
    pub fn new(options: &SystemOptions) -> CodeServer {
        let paths = match options.bundle {
            None => CodePaths::find(&options.paths, options.otp.as_deref(), options.elixir.as_deref()).ok(),
            Some(_) => None,
        };
        CodeServer {
            paths: RwLock::new(paths.unwrap_or_else(|| CodePaths::only(options.paths.clone()))),
            modules: RwLock::default(),
            exports: ExportTable::new(),
            lookup: Lookup::default(),
            natives: NativeTable::default(),
            pending: PendingModules::default(),
            call_patterns: CallPatterns::default(),
            protocols: Protocols::default(),
            bundle: options.bundle.clone(),
            cache: options.cache.as_deref().and_then(ObjectCache::open),
            loading: Mutex::new(()),
        }
    }

    /// All export entries.
    pub fn exports(&self) -> &ExportTable {
        &self.exports
    }

    /// The native functions.
    pub(crate) fn natives(&self) -> &NativeTable {
        &self.natives
    }

    /// Whether a loaded module relies on what a function takes and gives, and this one takes or gives something else.
    pub(crate) fn is_relied_on(&self, module: Atom, name: Atom, function: &NativeFunction) -> bool {
        let arity = u32::from(function.arity());
        let Some(Target::Bif(index)) = self.exports.find(module, name, arity).map(|entry| entry.target())
        else {
            return false;
        };
        if self.natives.get(index).is_none_or(|former| former.has_types_of(function)) {
            return false;
        }
        let import = Import { module, function: name, arity };
        self.with_modules(|modules| {
            let versions = modules.values().flat_map(|versions| [&versions.current, &versions.old]);
            versions.flatten().any(|module| module.typed_imports.contains(&import))
        })
    }

    /// Puts a native function behind its export entry; `None` when there are too many.
    pub(crate) fn add_native(&self, module: Atom, name: Atom, function: NativeFunction) -> Option<()> {
        // A module that is being loaded would put its own function back.
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let arity = function.arity().into();
        let index = self.natives.add(function)?;
        self.exports.entry(module, name, arity).set_target(Target::Bif(index));
        Some(())
    }

    /// Code by name, for decoding external terms.
    pub fn by_name(&self) -> CodeByName<'_> {
        self.lookup.of(&self.exports)
    }

    /// Tells people why a module that some code called was not loaded, unless it just does not exist.
    pub(crate) fn note_failure(&self, failure: &LoadFailure) {
        if !matches!(failure, LoadFailure::NotFound(_)) {
            eprintln!("=ERROR REPORT====\nLoading failed: {failure}");
        }
    }

    pub(super) fn with_modules<R>(&self, look: impl FnOnce(&HashMap<Atom, Versions>) -> R) -> R {
        look(&self.modules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The current version of a module.
    pub fn current(&self, module: Atom) -> Option<Arc<LoadedModule>> {
        self.with_modules(|modules| modules.get(&module).and_then(|versions| versions.current.clone()))
    }

    /// Whether a module is loaded.
    pub fn is_loaded(&self, module: Atom) -> bool {
        self.current(module).is_some()
    }

    /// Whether a module has old code.
    pub fn has_old(&self, module: Atom) -> bool {
        self.with_modules(|modules| modules.get(&module).is_some_and(|versions| versions.old.is_some()))
    }

    /// The current versions of all loaded modules, by name.
    pub fn all(&self) -> Vec<Arc<LoadedModule>> {
        let mut modules: Vec<Arc<LoadedModule>> = self.with_modules(|modules| {
            modules.values().filter_map(|versions| versions.current.clone()).collect()
        });
        modules.sort_by_key(|module| module.name.text());
        modules
    }

    /// The module, loaded from the search path if it is not yet; what the runtime carries itself is found without.
    ///
    /// # Errors
    /// When it cannot be found or loaded; [`LoadFailure::OnLoad`] when only its `-on_load` function is missing.
    pub fn ensure_loaded(&self, module: Atom) -> Result<Arc<LoadedModule>, LoadFailure> {
        if let Some(loaded) = self.current(module) {
            return Ok(loaded);
        }
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        // Another may have loaded it meanwhile.
        match self.current(module) {
            Some(loaded) => Ok(loaded),
            None => self.load_from_path(module),
        }
    }

    /// Loads a module from the search path, in the place of a loaded version.
    ///
    /// # Errors
    /// As [`CodeServer::load_binary`], and when it cannot be found.
    pub fn load_file(&self, module: Atom) -> Result<Arc<LoadedModule>, LoadFailure> {
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        self.load_from_path(module)
    }

    fn load_from_path(&self, module: Atom) -> Result<Arc<LoadedModule>, LoadFailure> {
        if self.pending.contains(module) {
            return Err(LoadFailure::OnLoad(module));
        }
        if let Some(prepared) = self.bundle.as_ref().and_then(|bundle| bundle.module(module.text())) {
            let prepared = prepared.map_err(|error| LoadFailure::bundled(module, &error))?;
            // One that was told nothing relies on nothing.
            let is_typed = || {
                prepared.typing.is_empty()
                    || prepared.typing == prepared.typing_now(&self.exports, self.known())
            };
            if !(prepared.fits(&self.exports) && is_typed())
                && let Some(file) = self.bundle.as_ref().and_then(|bundle| bundle.file(module.text()))
            {
                let file = file.map_err(|error| LoadFailure::bundled(module, &error))?;
                return self.install_bytes(None, module, Origin::Memory, &file);
            }
            let machine = match &self.bundle {
                Some(bundle) => bundle.machine_code(module.text()),
                None => Ok(None),
            };
            let machine = machine.map_err(|error| LoadFailure::bundled(module, &error))?;
            let from = self.loading_from(module, Origin::Memory);
            return self.install(module, || link::link(&self.exports, &self.lookup, from, prepared, machine));
        }
        let (path, bytes) = self.find(module)?;
        self.install_bytes(self.cache.as_ref(), module, path.map_or(Origin::Memory, Origin::File), &bytes)
    }

    /// The file of a module: where it lies, if it lies anywhere, and what is in it.
    fn find(&self, module: Atom) -> Result<(Option<PathBuf>, Cow<'static, [u8]>), LoadFailure> {
        if let Some(bytes) = carried::module(module.text()) {
            return Ok((None, bytes.into()));
        }
        let path = self.paths.read().unwrap_or_else(PoisonError::into_inner).module(module.text());
        let path = path.ok_or(LoadFailure::NotFound(module))?;
        // Where it is, also when the working folder is another: `./` goes, as in OTP.
        let path = std::path::absolute(&path).unwrap_or(path);
        match std::fs::read(&path) {
            Ok(bytes) => Ok((Some(path), bytes.into())),
            Err(source) => Err(LoadFailure::Unreadable { path, source }),
        }
    }

    /// What a module is compiled to, for a bundle, without loading it.
    ///
    /// # Errors
    /// When it cannot be found or compiled.
    pub(crate) fn bundled(&self, module: Atom) -> Result<BundledModule, LoadFailure> {
        let (path, bytes) = self.find(module)?;
        let (prepared, _) =
            link::prepare(&self.exports, &self.lookup, self.known(), self.cache.as_ref(), module, &bytes)?;
        Ok(BundledModule {
            bytes: prepared.to_bytes(),
            is_own: false,
            folder: path.as_deref().and_then(Path::parent).map(Path::to_path_buf),
            names: prepared.atoms.clone(),
            calls: prepared.object.imports().iter().map(|import| import.module).collect(),
            exports: prepared.object.exports().collect(),
            file: bytes,
            object: prepared.object,
            machine: None,
        })
    }

    /// The machine code of a module's object code, from the cache if it is there.
    ///
    /// # Errors
    /// With a text, when it cannot be made.
    pub(crate) fn machine_code(&self, object: &Object) -> Result<MachineCode, String> {
        link::machine_code(self.cache.as_ref(), object)
    }

    /// Loads a module from memory, in the place of a loaded version, which becomes old.
    ///
    /// # Errors
    /// When the bytes are no such module, or old code exists.
    pub fn load_binary(
        &self,
        module: Atom,
        path: Option<&Path>,
        bytes: &[u8],
    ) -> Result<Arc<LoadedModule>, LoadFailure> {
        let origin = path.map_or(Origin::Memory, |path| Origin::File(path.to_path_buf()));
        self.load_from(module, origin, bytes)
    }

    /// The same, from where the caller says.
    pub(crate) fn load_from(
        &self,
        module: Atom,
        origin: Origin,
        bytes: &[u8],
    ) -> Result<Arc<LoadedModule>, LoadFailure> {
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        // Not kept: programs make such modules, other ones at each start.
        self.install_bytes(None, module, origin, bytes)
    }

    fn install_bytes(
        &self,
        cache: Option<&ObjectCache>,
        module: Atom,
        origin: Origin,
        bytes: &[u8],
    ) -> Result<Arc<LoadedModule>, LoadFailure> {
        let (exports, lookup, known) = (&self.exports, &self.lookup, self.known());
        let from = self.loading_from(module, origin);
        self.install(module, || link::compile(exports, lookup, known, cache, module, from, bytes))
    }

    fn loading_from(&self, module: Atom, origin: Origin) -> link::Loading {
        let is_again = self.with_modules(|modules| modules.contains_key(&module));
        link::Loading { origin, is_again }
    }

    /// Whether the bytes are that module, without loading it; and whether it has an `-on_load` function.
    ///
    /// # Errors
    /// When they are not.
    pub(crate) fn check(&self, module: Atom, bytes: &[u8]) -> Result<bool, LoadFailure> {
        let (prepared, _) = link::prepare(&self.exports, &self.lookup, self.known(), None, module, bytes)?;
        Ok(prepared.object.has_on_load())
    }

    /// What modules are told when they are prepared.
    pub(crate) fn known(&self) -> Known<'_> {
        Known { natives: Some(&self.natives), protocols: Some(&self.protocols) }
    }

    /// Whether the program has a module of this name, loaded or not.
    pub(crate) fn has_module(&self, module: Atom) -> bool {
        let is_in_path = || {
            let paths = self.paths.read().unwrap_or_else(PoisonError::into_inner);
            paths.module(module.text()).is_some()
        };
        self.is_loaded(module)
            || carried::module(module.text()).is_some()
            || self.bundle.as_ref().is_some_and(|bundle| bundle.module(module.text()).is_some())
            || is_in_path()
    }

    fn install(
        &self,
        module: Atom,
        link: impl FnOnce() -> Result<link::Linked, LoadFailure>,
    ) -> Result<Arc<LoadedModule>, LoadFailure> {
        if self.current(module).is_some() && self.has_old(module) {
            return Err(LoadFailure::NotPurged(module));
        }
        let linked = link()?;
        self.protocols
            .check(linked.module.attributes)
            .map_err(|problem| LoadFailure::OtherProtocol { module, problem })?;
        linked.code.fun_entries().for_each(|entry| self.lookup.add(entry));
        if let Some(address) = linked.code.on_load() {
            self.exports.entry(module, on_load_name(), 0).set_target(Target::Code(address));
            self.pending.add(linked);
            return Err(LoadFailure::OnLoad(module));
        }
        Ok(self.publish(linked))
    }

    /// Makes a linked module the current version. First calls reach the new code, then the tables say so.
    fn publish(&self, linked: link::Linked) -> Arc<LoadedModule> {
        let module = linked.module.name;
        let former = self.current(module);
        link::publish(&self.exports, &linked, former.as_deref());
        self.call_patterns.forget(module, former.as_deref());
        let loaded = Arc::new(linked.module);
        let mut modules = self.modules.write().unwrap_or_else(PoisonError::into_inner);
        let versions = modules.entry(module).or_default();
        if let Some(former) = versions.current.replace(loaded.clone()) {
            versions.old = Some(former);
        }
        loaded
    }

    /// Settles a pending module (`erlang:finish_after_on_load/2`): it becomes current, or is dropped. Says whether it
    /// was pending.
    pub fn finish_on_load(&self, module: Atom, keep: bool) -> bool {
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(linked) = self.pending.take(module) else { return false };
        if keep {
            self.publish(linked);
        } else {
            let mut modules = self.modules.write().unwrap_or_else(PoisonError::into_inner);
            modules.entry(module).or_default().refused = Some(Arc::new(linked.module));
        }
        true
    }

    /// Makes the current version of a module old: calls to it find nothing. Says whether there was ever one.
    ///
    /// # Errors
    /// When old code exists.
    pub fn delete(&self, module: Atom) -> Result<bool, LoadFailure> {
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let mut modules = self.modules.write().unwrap_or_else(PoisonError::into_inner);
        let Some(versions) = modules.get_mut(&module) else { return Ok(false) };
        if versions.old.is_some() {
            return Err(LoadFailure::NotPurged(module));
        }
        // As to OTP, what was loaded once is deleted as often as one likes.
        let Some(current) = versions.current.take() else { return Ok(true) };
        link::withdraw(&self.exports, module, current.exports.iter());
        self.call_patterns.forget(module, Some(&current));
        versions.old = Some(current);
        Ok(true)
    }

    /// Has calls of the functions that `of` names traced as `change` says. Says how many functions there are.
    pub(crate) fn set_call_pattern(&self, of: PatternOf, change: &Change) -> usize {
        // A breakpoint and a new target of one entry would get in each other's way.
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let modules: Vec<Arc<LoadedModule>> = match of.module {
            Some(module) => self.current(module).into_iter().collect(),
            None => self.all(),
        };
        self.call_patterns.set(&self.exports, &modules, of, change)
    }
}
