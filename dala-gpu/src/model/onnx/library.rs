//! Finding and loading the library.
use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::super::ModelError;

/// Where to look for the library.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OnnxOptions {
    /// This file and no other.
    pub path: Option<PathBuf>,
    /// Folders to look in before the usual places.
    pub folders: Vec<PathBuf>,
}

impl OnnxOptions {
    /// This file and no other.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: Some(path.into()), folders: Vec::new() }
    }

    /// This folder first.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { path: None, folders: vec![folder.into()] }
    }
}

/// The loaded library. One in the whole OS process: the first that was found, for ever.
///
/// ```
/// use dala_gpu::model::{Backend, Builtin, Onnx, OnnxOptions};
///
/// let backend: Box<dyn Backend> = match Onnx::load(&OnnxOptions::default()) {
///     Ok(onnx) => Box::new(onnx),
///     Err(error) => {
///         eprintln!("{error}: using the built-in backend");
///         Box::new(Builtin)
///     }
/// };
/// println!("models run by {}", backend.name());
/// ```
#[derive(Clone)]
pub struct Onnx {
    pub(super) environment: ort::environment::Environment,
    path: PathBuf,
    build: &'static str,
}

impl std::fmt::Debug for Onnx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Onnx").field("path", &self.path).field("build", &self.build).finish_non_exhaustive()
    }
}

static LOADED: Mutex<Option<Onnx>> = Mutex::new(None);

impl Onnx {
    /// Loads the library, version 1.24 or later. Looks, in this order, at
    /// 1. [`OnnxOptions::path`]; then nowhere else,
    /// 2. the environment variable `ORT_DYLIB_PATH`; then nowhere else,
    /// 3. [`OnnxOptions::folders`],
    /// 4. the folder of the program, `lib` in it and beside it,
    /// 5. wherever the system looks for libraries.
    ///
    /// # Errors
    /// [`ModelError::NoLibrary`], [`ModelError::WrongLibrary`]. Never panics for what lies there.
    pub fn load(options: &OnnxOptions) -> Result<Onnx, ModelError> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(onnx) = &*loaded {
            return Ok(onnx.clone());
        }
        let onnx = find(options)?;
        *loaded = Some(onnx.clone());
        Ok(onnx)
    }

    /// The file that was loaded.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the library says about how it was built.
    pub fn build(&self) -> &str {
        self.build
    }
}

/// The library's file name here.
fn file_name() -> String {
    format!("{}onnxruntime{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

fn find(options: &OnnxOptions) -> Result<Onnx, ModelError> {
    let by_variable = std::env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()).map(PathBuf::from);
    if let Some(path) = options.path.clone().or(by_variable) {
        return if path.is_file() { open(&path) } else { Err(ModelError::NoLibrary(vec![path])) };
    }
    let mut folders = options.folders.clone();
    if let Some(beside) =
        std::env::current_exe().ok().and_then(|program| Some(program.parent()?.to_path_buf()))
    {
        folders.extend([beside.clone(), beside.join("lib"), beside.join("../lib")]);
    }
    let mut tried: Vec<_> = folders.into_iter().map(|folder| folder.join(file_name())).collect();
    if let Some(path) = tried.iter().find(|path| path.is_file()) {
        return open(path);
    }
    // By name alone the system looks where it does.
    let anywhere = PathBuf::from(file_name());
    match open(&anywhere) {
        Err(ModelError::WrongLibrary { .. }) => {
            tried.push(anywhere);
            Err(ModelError::NoLibrary(tried))
        }
        other => other,
    }
}

/// What is wrong with a library; its path is known.
fn said(error: ort::LoadDynamicError) -> String {
    match &error {
        ort::LoadDynamicError::Dlopen { error, path } => {
            let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            text.strip_prefix(&format!("{}: ", path.display())).map_or(text.clone(), str::to_owned)
        }
        ort::LoadDynamicError::MissingApi { .. } => "it has no function OrtGetApiBase".to_owned(),
        other => other.to_string(),
    }
}

fn open(path: &Path) -> Result<Onnx, ModelError> {
    let wrong = |why: String| ModelError::WrongLibrary { path: path.to_path_buf(), why: why.into() };
    if let Some((length, needed)) = super::whole::missing(path) {
        return Err(wrong(format!("it has {length} bytes, and needs {needed}: it was cut")));
    }
    // What is given to it may be any library at all, and it asserts a few things about it.
    let opened = std::panic::catch_unwind(|| {
        let builder = ort::init_from(path).map_err(said)?;
        let builder = builder.with_name("dala").with_telemetry(false);
        let environment = builder.build().map_err(|error| error.to_string())?;
        Ok::<_, String>((environment, ort::info()))
    });
    let (environment, build) = opened
        .unwrap_or_else(|_| Err("it does not answer as ONNX Runtime does".to_owned()))
        .map_err(wrong)?;
    Ok(Onnx { environment, path: path.to_path_buf(), build })
}
