//! The map that `perf report` reads to name machine code: `/tmp/perf-PID.map`, written when `DALA_PERF_MAP` is set.
//!
//! See `tools/perf/Documentation/jit-interface.txt` of Linux: a line an address range, `START SIZE NAME` in hexadecimal.

use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, OnceLock};

use crate::interp::code::CodeModule;
use crate::interp::native::Head;

/// The map, if it is wanted and could be made.
fn map() -> Option<&'static Mutex<File>> {
    static MAP: OnceLock<Option<Mutex<File>>> = OnceLock::new();
    MAP.get_or_init(|| {
        std::env::var_os("DALA_PERF_MAP")?;
        // `perf` looks nowhere else.
        let path = format!("/tmp/perf-{}.map", std::process::id());
        File::create(path).ok().map(Mutex::new)
    })
    .as_ref()
}

/// Whether there is a map. `perf` looks only into it for memory that no file stands behind.
pub(super) fn is_wanted() -> bool {
    map().is_some()
}

/// Names the machine code of functions: `heads` in order of their addresses, up to `end`.
pub(super) fn record(code: &CodeModule, heads: &[Head], end: u64) {
    let Some(map) = map() else { return };
    let mut lines = String::new();
    for (index, head) in heads.iter().enumerate() {
        let Some(number) = code.function_number(head.offset) else { continue };
        let function = code.functions[number];
        let next = heads.get(index + 1).map_or(end, |next| next.address);
        let place = if head.offset == function.entry { String::new() } else { format!("+{}", head.offset) };
        let name = format!("{}:{}/{}{place}", code.name, function.name, function.arity);
        lines += &format!("{:x} {:x} {name}\n", head.address, next - head.address);
    }
    let mut file = map.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    // Nothing depends on the map.
    let _ = file.write_all(lines.as_bytes());
}
