//! Dala beside OTP on the same `.beam` files: `cargo run --release -p dala-benches --bin beam`.
//!
//! The programs are `benches/beam/b_*.erl`; each checks its answer. A program runs in a fresh `erl`, in one whose processes begin
//! with a heap of 32 MB (`+hms 4000000`), and in a fresh Dala, in turns: for the first time (nothing is kept of it, docs/jit.md), for the
//! second, and interpreting. It runs once to warm up and then `--times N` (5) times; the figure is the median of all runs of `--rounds N` (3)
//! rounds. `--record` writes the table into `benches/RESULTS.md`. What follows are names of programs, all by default.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use dala_beam::cli::run;
use dala_benches::results;

/// What was asked for.
struct Options {
    times: u32,
    rounds: usize,
    is_recorded: bool,
    programs: Vec<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, folder, times, program] = &arguments[..]
        && flag == "--dala"
    {
        return dala(folder, times, program);
    }
    match options(arguments).and_then(|options| compare(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn options(arguments: Vec<String>) -> Result<Options, String> {
    let mut options = Options { times: 5, rounds: 3, is_recorded: false, programs: Vec::new() };
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let text = arguments.next().ok_or_else(|| format!("{argument} needs a number"))?;
            text.parse::<u32>().map_err(|_| format!("{argument} {text}: no number"))
        };
        match argument.as_str() {
            "--times" => options.times = number()?.max(1),
            "--rounds" => options.rounds = number()?.max(1) as usize,
            "--record" => options.is_recorded = true,
            program => options.programs.push(program.to_owned()),
        }
    }
    Ok(options)
}

/// Runs the driver on Dala, in this process.
fn dala(folder: &str, times: &str, program: &str) -> ExitCode {
    run::run(&run::Arguments {
        paths: vec![PathBuf::from(folder)],
        print_result: false,
        grants: Vec::new(),
        otp: None,
        elixir: None,
        module: "bench".to_owned(),
        function: "main".to_owned(),
        terms: vec![times.to_owned(), format!("[{program}]")],
    })
}

/// Folder of the programs.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("beam")
}

/// Names of all programs, in order.
fn all_programs() -> Result<Vec<String>, String> {
    let entries = std::fs::read_dir(sources()).map_err(|error| error.to_string())?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".erl")?.to_owned()))
        .filter(|name| name.starts_with("b_"))
        .collect();
    names.sort();
    Ok(names)
}

/// The median of what the driver printed.
fn figure(program: &str, command: &mut Command) -> Result<f64, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let found = text.lines().find_map(|line| line.strip_prefix(program)?.trim().parse().ok());
    found.ok_or_else(|| {
        format!("{program}: {} {text}{}", output.status, String::from_utf8_lossy(&output.stderr))
    })
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn compare(options: &Options) -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("dala-beam-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let result = table(options, &folder);
    let _ = std::fs::remove_dir_all(&folder);
    let table = result?;
    if options.is_recorded { record(&table) } else { Ok(()) }
}

/// Measures, and prints line by line what becomes the table.
fn table(options: &Options, folder: &Path) -> Result<String, String> {
    let programs = if options.programs.is_empty() { all_programs()? } else { options.programs.clone() };
    for program in programs.iter().map(String::as_str).chain(["bench"]) {
        let source = sources().join(format!("{program}.erl"));
        let status = Command::new("erlc").arg("-o").arg(folder).arg(source).status();
        if !status.is_ok_and(|status| status.success()) {
            return Err(format!("erlc cannot compile {program}.erl"));
        }
    }
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut table = String::new();
    let mut print = |line: String| {
        println!("{line}");
        table.push_str(&line);
        table.push('\n');
    };
    print(
        "| program | OTP, ms | `+hms`, ms | Dala, ms | first time, ms | interpreting, ms | OTP / Dala | `+hms` / Dala | OTP / first time |"
            .to_owned(),
    );
    print("|---|---|---|---|---|---|---|---|---|".to_owned());
    // Where Elixir's modules are, which Dala finds by itself.
    let folder_of = "IO.write(:code.lib_dir(:elixir, :ebin))";
    let elixir = ["-pa".to_owned(), results::said_by("elixir", &["-e", folder_of])];
    let times = options.times.to_string();
    let erl = |program: &str, flags: &[&str]| {
        let call = format!("bench:main({times}, [{program}]), halt().");
        let mut command = Command::new("erl");
        command.args(flags).args(["-noshell", "-pa"]).arg(folder).args(&elixir).args(["-eval", &call]);
        figure(program, &mut command)
    };
    let dala = |program: &str, mode: &str, cache: &Path| {
        let mut command = Command::new(&this);
        command.env("DALA_JIT", mode).env("DALA_CACHE", cache).arg("--dala").arg(folder);
        figure(program, command.args([&times, program]))
    };
    let mut logarithms: [f64; 3] = Default::default();
    for program in &programs {
        let mut all: [Vec<f64>; 5] = Default::default();
        for _ in 0..options.rounds {
            let cache = tempfile::tempdir_in(folder).map_err(|error| error.to_string())?;
            all[0].push(erl(program, &[])?);
            all[1].push(erl(program, &["+hms", "4000000"])?);
            all[3].push(dala(program, "on", cache.path())?);
            all[2].push(dala(program, "on", cache.path())?);
            all[4].push(dala(program, "off", cache.path())?);
        }
        let [otp, large, dala, first, interpreting] = all.map(|figures| median(figures) / 1e3);
        let ratios = [otp / dala, large / dala, otp / first];
        logarithms.iter_mut().zip(ratios).for_each(|(sum, ratio)| *sum += ratio.ln());
        let name = program.strip_prefix("b_").unwrap_or(program);
        let ratios = ratios.map(|ratio| format!("{ratio:.2}")).join(" | ");
        print(format!(
            "| {name} | {otp:.1} | {large:.1} | {dala:.1} | {first:.1} | {interpreting:.1} | {ratios} |"
        ));
    }
    let means = logarithms.map(|sum| format!("**{:.2}**", (sum / programs.len().max(1) as f64).exp()));
    print(format!("| **geometric mean** | | | | | | {} |", means.join(" | ")));
    Ok(table)
}

/// Heading of the section in `RESULTS.md`.
const HEADING: &str = "## beam: Dala and OTP on the same modules";

/// Writes the table into its section.
fn record(table: &str) -> Result<(), String> {
    let release = "io:format(\"~s\", [erlang:system_info(otp_release)]), halt().";
    let otp = results::said_by("erl", &["-noshell", "-eval", release]);
    let command = "cargo run --release -p dala-benches --bin beam -- --record";
    let circumstances = results::circumstances();
    results::record(HEADING, &format!("{circumstances}, OTP {otp} with its JIT. `{command}`\n\n{table}"))
}
