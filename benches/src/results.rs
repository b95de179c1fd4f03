//! `RESULTS.md`, into which benches write their sections: from a heading to the next one, or to the end.

use std::path::Path;
use std::process::Command;

/// Writes a section into `RESULTS.md`, in the place of the one with this heading (with its `##`), or behind all others.
///
/// # Errors
/// What the system says of the file, with its path.
pub fn record(heading: &str, text: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md");
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let all = std::fs::read_to_string(&path).map_err(failed)?;
    std::fs::write(&path, with_section(&all, heading, text)).map_err(failed)
}

fn with_section(all: &str, heading: &str, text: &str) -> String {
    // A line of its own: one heading may begin as another does.
    let begins = |line: &str| line.trim_end() == heading;
    let mut before: Vec<&str> = Vec::new();
    let mut lines = all.lines();
    before.extend(lines.by_ref().take_while(|line| !begins(line)));
    let after: Vec<&str> = lines.skip_while(|line| !line.starts_with("## ")).collect();
    let mut whole = format!("{}\n\n{heading}\n{}\n", before.join("\n").trim_end(), text.trim_end());
    if !after.is_empty() {
        whole.push('\n');
        whole.push_str(&after.join("\n"));
        whole.push('\n');
    }
    whole
}

/// Today's date and what machine this is: its processor, how many of its cores the process may use, the load.
pub fn circumstances() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_once(' ').map_or("unknown", |(load, _)| load);
    format!("{}, {cores} cores ({model}), load average {load}", said_by("date", &["-u", "+%Y-%m-%d"]))
}

/// What a command prints.
pub fn said_by(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &str = "# Results\n\n## one\nold\n\n| 1 |\n\n## one more\nstays\n";

    #[test]
    fn a_section_takes_the_place_of_the_one_with_its_heading() {
        let first = with_section(ALL, "## one", "new\n\n");
        assert_eq!(first, "# Results\n\n## one\nnew\n\n## one more\nstays\n");
        assert_eq!(with_section(&first, "## one", "new"), first);
        let last = with_section(ALL, "## one more", "goes");
        assert_eq!(last, "# Results\n\n## one\nold\n\n| 1 |\n\n## one more\ngoes\n");
    }

    #[test]
    fn a_new_section_comes_last() {
        assert_eq!(with_section(ALL, "## two", "new"), format!("{ALL}\n## two\nnew\n"));
    }
}
