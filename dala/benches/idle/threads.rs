//! What the threads of a runtime do.

use std::collections::BTreeMap;

/// What a thread did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Thread {
    /// Times that it went on after it had waited for something.
    pub(crate) wake_ups: u64,
    /// Nanoseconds on a processor.
    pub(crate) cpu: u64,
}

/// The threads of this process whose names begin with `dala`, as Linux tells (`proc(5)`).
pub(crate) fn threads() -> std::io::Result<BTreeMap<String, Thread>> {
    let mut threads = BTreeMap::new();
    for task in std::fs::read_dir("/proc/self/task")? {
        let folder = task?.path();
        let name = std::fs::read_to_string(folder.join("comm"))?;
        if !name.starts_with("dala") {
            continue;
        }
        let id = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let status = std::fs::read_to_string(folder.join("status"))?;
        let wake_ups = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        // On a processor, waiting for one, turns: nanoseconds, which `utime` counts in hundredths of a second.
        let schedule = std::fs::read_to_string(folder.join("schedstat"))?;
        let number = |text: Option<&str>| text.and_then(|text| text.trim().parse().ok()).unwrap_or_default();
        let thread = Thread { wake_ups: number(wake_ups), cpu: number(schedule.split(' ').next()) };
        threads.insert(format!("{} {id}", name.trim()), thread);
    }
    Ok(threads)
}
