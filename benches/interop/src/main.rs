//! Rust and Erlang actors that talk to each other on Dala, beside two Erlang processes, a port program and NIFs on OTP (in C, and
//! by rustler: `benches/rustler`), in turns: `cargo run --release -p dala-benches-interop -- [--rounds N] [--times N] [--record]`.
//!
//! The Erlang side is `beam/interop.erl`, one file for all; each answer is checked. A round is one fresh process of each
//! side, in which every case runs once to warm up and once for the figure; figures are medians over the rounds.

mod conversion;
mod on_dala;
mod on_otp;
mod port;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};

/// Nanoseconds for one, of each round.
type Figures = BTreeMap<String, Vec<f64>>;

struct Options {
    rounds: u32,
    times: u32,
    is_recorded: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--port"] => port::echo().map_err(|error| error.to_string()),
        ["--dala", folder, times] => {
            on_dala::measure(Path::new(folder), times.parse().expect("a number, from `side`"))
        }
        _ => options(&arguments).and_then(|options| compare(&options)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn options(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options { rounds: 5, times: 100_000, is_recorded: false };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let number = arguments.next().and_then(|text| text.parse().ok()).filter(|&number| number >= 1000);
            number.ok_or_else(|| format!("{argument}: write a number of at least 1000"))
        };
        match argument.as_str() {
            "--rounds" => {
                let number = arguments.next().and_then(|text| text.parse().ok()).filter(|&number| number > 0);
                options.rounds = number.ok_or("--rounds: write a number")?;
            }
            "--times" => options.times = number()?,
            "--record" => options.is_recorded = true,
            other => return Err(format!("{other}: write --rounds N, --times N or --record")),
        }
    }
    Ok(options)
}

/// The sides: how a column is called, and the value of `DALA_JIT`.
const DALA: &[(&str, &str)] = &[
    ("Dala, interpreted", "off"),
    #[cfg(feature = "jit")]
    ("Dala, machine code", "on"),
];

fn compare(options: &Options) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    on_otp::compile(folder.path())?;
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut otp = Figures::new();
    let mut dala = vec![Figures::new(); DALA.len()];
    for _ in 0..options.rounds {
        let otp_case = on_otp::command(folder.path(), &this, options.times);
        side(otp_case, &mut otp)?;
        for (figures, (_, jit)) in dala.iter_mut().zip(DALA) {
            let mut command = Command::new(&this);
            command.arg("--dala").arg(folder.path()).arg(options.times.to_string()).env("DALA_JIT", jit);
            side(command, figures)?;
        }
    }
    let table = table(&otp, &dala);
    print!("{table}");
    if options.is_recorded { record(&table) } else { Ok(()) }
}

/// Runs one side; it prints a case and the nanoseconds for one, a line each.
fn side(mut command: Command, figures: &mut Figures) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!("{command:?}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    }
    for line in text.lines() {
        if let Some((name, time)) = line.split_once(' ')
            && let Ok(time) = time.parse()
        {
            figures.entry(name.to_owned()).or_default().push(time);
        }
    }
    Ok(())
}

/// A row: what it says, the case on OTP, the case on Dala.
const ROWS: &[(&str, &str, &str)] = &[
    ("raw `!` and `receive`, Erlang to Rust and back", "raw", "raw"),
    ("`gen_server:call`, Erlang to Rust", "call", "call"),
    ("call, Rust to Erlang's `gen_server`", "call", "from_rust"),
    ("`gen_server:cast`, Erlang to Rust", "cast", "cast"),
    ("call with 1 KiB", "kilobyte", "kilobyte"),
    ("call with 1 MiB", "megabyte", "megabyte"),
    ("the same calls against a port program: 8 bytes", "port", "call"),
    ("against a port program: 1 KiB", "port_kilobyte", "kilobyte"),
    ("against a port program: 1 MiB", "port_megabyte", "megabyte"),
    ("call of a function in Erlang by its full name", "local", "local"),
    ("call of a native function, against a NIF in C", "nif", "native"),
    ("against a NIF by rustler", "rustler", "native"),
    (
        "a reply from Rust that waits: `!` to an actor, against a NIF by rustler and its thread's message",
        "rustler_ping",
        "raw",
    ),
    ("10 fields to a tuple", "", "tuple_to_term"),
    ("10 fields from a tuple", "", "tuple_from_term"),
    ("10 fields to a map", "", "map_to_term"),
    ("10 fields from a map", "", "map_from_term"),
];

fn table(otp: &Figures, dala: &[Figures]) -> String {
    let mut table = String::from("| median, ns | OTP |");
    DALA.iter().for_each(|(name, _)| table.push_str(&format!(" {name} | / OTP |")));
    table.push_str(&format!("\n|---|---|{}\n", "---|---|".repeat(DALA.len())));
    for &(what, on_otp, on_dala) in ROWS {
        let theirs = otp.get(on_otp).map(|all| median(all));
        let shown =
            |figure: Option<f64>| figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.0}"));
        table.push_str(&format!("| {what} | {} |", shown(theirs)));
        for figures in dala {
            let ours = figures.get(on_dala).map(|all| median(all));
            let ratio =
                theirs.zip(ours).map_or_else(|| "-".to_owned(), |(one, two)| format!("{:.2}", two / one));
            table.push_str(&format!(" {} | {ratio} |", shown(ours)));
        }
        table.push('\n');
    }
    table
}

fn median(all: &[f64]) -> f64 {
    let mut sorted = all.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Heading of the section in `RESULTS.md`.
const HEADING: &str = "## interop: Rust and Erlang actors on Dala, and what OTP has for that";

/// Writes the table into its section.
fn record(table: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../RESULTS.md");
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let (before, rest) = text.split_once(HEADING).unwrap_or((&text, ""));
    let after = rest.find("\n## ").map_or("", |at| &rest[at + 1..]);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let section = format!(
        "{HEADING}\n{cores} cores. `cargo run --release -p dala-benches-interop -- --record`\n\n{table}\n"
    );
    std::fs::write(&path, format!("{}\n\n{section}{after}", before.trim_end()))
        .map_err(|error| error.to_string())
}
