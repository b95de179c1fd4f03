//! The example `mixed` as its users run it: a crash changes nothing in the report, and a wrong file is one clear line.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

/// Lines of the log that the crash tests analyse.
const LINES: u64 = 1500;
/// Runs with a crash, each at another line.
const CRASHES: usize = 20;

/// The example, which `cargo test` builds beside its tests.
fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its path");
    let profile = test.ancestors().nth(2).expect("target/PROFILE/deps/TEST");
    let binary = profile.join("examples/mixed");
    assert!(
        binary.is_file(),
        "{}: build it with `cargo build -p dala-examples --examples`",
        binary.display()
    );
    binary
}

/// The Elixir modules, compiled once.
fn ebin() -> &'static Path {
    static EBIN: OnceLock<PathBuf> = OnceLock::new();
    EBIN.get_or_init(|| {
        let ebin = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mixed-ebin");
        std::fs::create_dir_all(&ebin).expect("the target folder is writable");
        let lib = Path::new(env!("CARGO_MANIFEST_DIR")).join("mixed/lib");
        let sources = std::fs::read_dir(lib).expect("the sources are there");
        let compiled = Command::new("elixirc")
            .arg("-o")
            .arg(&ebin)
            .args(sources.map(|entry| entry.expect("readable").path()))
            .output()
            .expect("elixirc is installed (scripts/setup.sh)");
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        ebin
    })
}

fn mixed(log: &Path, arguments: &[String]) -> Output {
    let mut command = Command::new(binary());
    command.arg("--ebin").arg(ebin()).arg("--quiet").args(arguments).arg(log);
    command.output().expect("the example runs")
}

/// A generator of numbers (xorshift, Marsaglia 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// The seed of this run: `MIXED_SEED`, or another each time. Failures show it.
fn seed() -> u64 {
    let given = std::env::var("MIXED_SEED").ok().and_then(|text| text.parse().ok());
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |now| now.as_nanos() as u64);
    given.unwrap_or_else(clock).max(1)
}

/// A package log as dpkg writes it, with lines of other kinds among its own.
fn log(numbers: &mut Numbers) -> String {
    let packages = ["libc6:amd64", "erlang-base", "elixir", "zlib1g:amd64", "perl", "gcc-12", "tzdata"];
    let states = ["half-configured", "unpacked", "installed", "half-installed", "triggers-pending"];
    let mut log = String::new();
    for line in 0..LINES {
        let package = packages[numbers.below(7) as usize];
        let stamp = format!("2024-0{}-1{} 0{}:00:{:02}", 1 + line / 300, line % 7, line % 10, line % 60);
        let line = match numbers.below(6) {
            0 | 1 => format!("{stamp} status {} {package} 1.2.3-{line}", states[numbers.below(5) as usize]),
            2 => format!("{stamp} install {package} <none> 1.2.3"),
            3 => format!("{stamp} configure {package} 1.2.3 <none>"),
            4 => format!("Jan 12 10:00:00 host daemon: connection refused, retry {line}"),
            _ => "a warning: something odd, naïve even".to_owned(),
        };
        writeln!(log, "{line}").expect("a string takes all");
    }
    log
}

/// What the run printed up to its last line, which tells the time; and that line.
fn report(output: &Output) -> (String, String) {
    let text = String::from_utf8(output.stdout.clone()).expect("the report is text");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{text}{stderr}", output.status);
    let (table, last) = text.trim_end().rsplit_once('\n').expect("a table and a last line");
    (table.to_owned(), last.to_owned())
}

#[test]
fn a_crash_at_any_line_changes_nothing_in_the_report() {
    let seed = seed();
    println!("MIXED_SEED={seed}");
    let mut numbers = Numbers(seed);
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("package.log");
    std::fs::write(&path, log(&mut numbers)).expect("the folder is writable");
    let every = |every: u64| ["--checkpoint-every".to_owned(), every.to_string()];
    let (expected, last) = report(&mixed(&path, &every(100)));
    assert!(expected.starts_with(&format!("{LINES} lines\n")), "{expected}");
    assert!(last.ends_with(" s, 0 restarts of the Elixir process"), "{last}");

    // By an exception of its own, and by the signal that nothing traps.
    let crashes: Vec<(&str, u64, u64)> = ["--crash-at", "--kill-at"]
        .into_iter()
        .cycle()
        .take(CRASHES)
        .map(|way| (way, 1 + numbers.below(LINES), 1 + numbers.below(400)))
        .collect();
    // Two at a time.
    std::thread::scope(|scope| {
        for half in crashes.chunks(CRASHES / 2) {
            let (path, expected) = (&path, &expected);
            scope.spawn(move || {
                for &(way, line, checkpoint) in half {
                    let mut arguments = vec![way.to_owned(), line.to_string()];
                    arguments.extend(every(checkpoint));
                    let (table, last) = report(&mixed(path, &arguments));
                    let run = format!("MIXED_SEED={seed}: {way} {line}, checkpoint every {checkpoint}");
                    assert!(last.starts_with(&format!("{LINES} lines in ")), "{run}: {last}");
                    assert!(last.ends_with(" s, 1 restart of the Elixir process"), "{run}: {last}");
                    assert_eq!(&table, expected, "{run}");
                }
            });
        }
    });

    // All of them in one run.
    let mut arguments: Vec<String> = every(50).to_vec();
    let mut lines: Vec<u64> = crashes.iter().map(|&(_, line, _)| line).collect();
    lines.sort_unstable();
    lines.dedup();
    for line in &lines {
        arguments.extend(["--crash-at".to_owned(), line.to_string()]);
    }
    let (table, last) = report(&mixed(&path, &arguments));
    assert!(last.contains(&format!(", {} restarts ", lines.len())), "MIXED_SEED={seed}: {last}");
    assert_eq!(table, expected, "MIXED_SEED={seed}");
}

#[test]
fn the_report_of_a_crash_stays_readable() {
    let mut numbers = Numbers(7);
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("package.log");
    std::fs::write(&path, log(&mut numbers)).expect("the folder is writable");
    let output = mixed(&path, &["--crash-at".to_owned(), LINES.to_string()]);
    report(&output);
    let said = String::from_utf8(output.stderr).expect("the crash report is text");
    assert!(said.contains("told to crash at line 1500"), "{said}");
    // The state has all counts of the log in it; a gen_server's report and its process's show it twice.
    assert!(said.contains("..."), "cut: {said}");
    let (lines, longest) = (said.lines().count(), said.lines().map(str::len).max().unwrap_or(0));
    assert!(
        said.len() <= 8192 && lines <= 100 && longest <= 1000,
        "{} bytes, {lines} lines:\n{said}",
        said.len()
    );
}

/// Runs the example on a file that it cannot use: one line on standard error, nothing else, exit status 1.
fn refused(output: Output, path: &Path, why: &str) {
    let stderr = String::from_utf8(output.stderr).expect("text");
    assert_eq!(stderr, format!("error: {}: {why}\n", path.display()));
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_file_that_is_no_log_is_refused_in_one_line() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let missing = folder.path().join("no-such.log");
    refused(mixed(&missing, &[]), &missing, "no such file");
    let below = folder.path().join("no-such-folder/x.log");
    refused(mixed(&below, &[]), &below, "no such file");
    refused(mixed(folder.path(), &[]), folder.path(), "a folder, not a log");
    let empty = folder.path().join("empty.log");
    std::fs::write(&empty, "").expect("writable");
    refused(mixed(&empty, &[]), &empty, "empty, nothing to analyse");
    // Random bytes, with and without zeros, as of a compressed or an encrypted file.
    let mut numbers = Numbers(42);
    for smallest in [0, 1] {
        let garbage = folder.path().join(format!("garbage-{smallest}.log"));
        let bytes: Vec<u8> = (0..20_000).map(|_| (smallest + numbers.below(256 - smallest)) as u8).collect();
        std::fs::write(&garbage, bytes).expect("writable");
        refused(mixed(&garbage, &[]), &garbage, "not a text log (it has control bytes; is it compressed?)");
    }
}

#[test]
fn a_file_without_permission_is_refused_in_one_line() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("secret.log");
    std::fs::write(&path, "a line\n").expect("writable");
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("ours to change");
    };
    mode(&path, 0o000);
    if std::fs::read(&path).is_err() {
        return refused(mixed(&path, &[]), &path, "no permission to read it");
    }
    // Root reads everything: run a copy, which others can reach, as nobody.
    mode(folder.path(), 0o755);
    let copy = folder.path().join("mixed");
    std::fs::copy(binary(), &copy).expect("room for a copy");
    mode(&copy, 0o755);
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&copy).arg(&path);
    match command.output() {
        Ok(output) => refused(output, &path, "no permission to read it"),
        Err(error) => println!("not tested: this is root, and setpriv (util-linux) does not run: {error}"),
    }
}

#[test]
fn garbage_within_a_log_is_counted_and_not_fatal() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("spoilt.log");
    let mut bytes = log(&mut Numbers(3)).into_bytes();
    bytes.extend(b"\n2024-01-01 10:00:00 install \xff\xfe\x80 x\n");
    bytes.extend([b'x'; 200_000]);
    bytes.extend(b"\nno line feed at the end");
    std::fs::write(&path, bytes).expect("writable");
    let (table, _) = report(&mixed(&path, &[]));
    assert!(table.starts_with(&format!("{} lines\n", LINES + 4)), "{table}");
}

#[test]
fn modules_that_were_not_compiled_are_named() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let log = folder.path().join("a.log");
    std::fs::write(&log, "a line\n").expect("writable");
    let output = Command::new(binary()).arg("--ebin").arg(folder.path()).arg(&log).output().expect("runs");
    let module = folder.path().join("Elixir.LogAnalyser.beam");
    refused(output, &module, "not found; `make demo` compiles the Elixir modules");
}
