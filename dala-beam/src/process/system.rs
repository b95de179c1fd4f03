//! What all processes of one runtime share.

use std::path::PathBuf;
use std::time::Instant;

use crate::code::CodeServer;
use crate::heap::HeapOptions;

/// How a runtime for BEAM code is set up.
#[derive(Clone, Debug)]
pub struct SystemOptions {
    /// Folders searched for modules before the installed libraries (`-pa`).
    pub paths: Vec<PathBuf>,
    /// OTP's root, with `lib` below; found by itself when not given.
    pub otp: Option<PathBuf>,
    /// Elixir's root, with `lib` below; found by itself when not given.
    pub elixir: Option<PathBuf>,
    /// Reductions an activation may use (OTP: 4000).
    pub reductions: i64,
    /// Heaps of new processes.
    pub heap: HeapOptions,
}

impl Default for SystemOptions {
    fn default() -> SystemOptions {
        SystemOptions {
            paths: Vec::new(),
            otp: None,
            elixir: None,
            reductions: 4000,
            heap: HeapOptions::default(),
        }
    }
}

/// Shared state of one runtime for BEAM code. Processes hold it in an `Arc`.
#[derive(Debug)]
pub struct System {
    /// Loaded modules and where others are found.
    pub code: CodeServer,
    /// Tables and other state of built-in functions.
    pub builtins: crate::bif::State,
    /// The options it was made with.
    pub options: SystemOptions,
    /// When it started; monotonic time counts from here.
    pub start: Instant,
}

impl System {
    /// A system with nothing loaded.
    pub fn new(options: SystemOptions) -> System {
        System {
            code: CodeServer::new(&options),
            builtins: crate::bif::State::default(),
            options,
            start: Instant::now(),
        }
    }
}
