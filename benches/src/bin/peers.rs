//! Dala beside its peers: `cargo run --release -p dala-benches --bin peers`.
//!
//! A run of all scenarios writes its table into `benches/RESULTS.md`, in the place of the one before; one of some scenarios, which are
//! named, prints it only.
//!
//! Each figure is the median of several fresh processes; the peers take turns, so that a noisy minute hits all of them.
//! Ratios in one run are what counts; absolute figures are the machine's. Two columns have one thread: tokio's scheduler
//! for one, and Dala with one worker, so that one sees what the second thread gives or takes.

use dala_benches::peers::actix::Actix;
use dala_benches::peers::dala::Dala;
use dala_benches::peers::kameo::Kameo;
use dala_benches::peers::ractor::Ractor;
use dala_benches::peers::tokio::Tokio;
use dala_benches::results;
use dala_benches::scenarios::{Scenario, all};
use std::process::{Command, ExitCode};

struct Column {
    name: &'static str,
    threads: usize,
    scenarios: [Scenario; 13],
}

/// The first is what the others are compared with.
fn columns() -> [Column; 7] {
    let column = |name, threads, scenarios| Column { name, threads, scenarios };
    [
        column("dala", 2, all::<Dala>()),
        column("tokio", 2, all::<Tokio>()),
        column("kameo", 2, all::<Kameo>()),
        column("ractor", 2, all::<Ractor>()),
        column("actix", 1, all::<Actix>()),
        column("tokio/1", 1, all::<Tokio>()),
        column("dala/1", 1, all::<Dala>()),
    ]
}

const USAGE: &str = "usage: peers [--runs N] [SCENARIO]... | peers --one COLUMN SCENARIO
without SCENARIOs the table is written into benches/RESULTS.md";

/// Heading of the section in `RESULTS.md`.
const HEADING: &str = "## peers: all scenarios, as the command wrote them";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--one", column, scenario] => one(column, scenario),
        ["--runs", runs, ref scenarios @ ..] => match runs.parse() {
            Ok(runs) if runs > 0 => table(runs, scenarios),
            _ => Err(USAGE.to_owned()),
        },
        ref scenarios => table(5, scenarios),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn one(column: &str, scenario: &str) -> Result<(), String> {
    let columns = columns();
    let names = || columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
    let found = columns.iter().find(|known| known.name == column);
    let found = found.ok_or_else(|| format!("no column {column}; there are {}", names()))?;
    let found_scenario = found.scenarios.iter().find(|known| known.name == scenario);
    let found_scenario = found_scenario.ok_or_else(|| unknown(scenario, &found.scenarios))?;
    match (found_scenario.run)(found.threads) {
        Some(figure) => println!("{figure}"),
        None => println!("-"),
    }
    Ok(())
}

fn unknown(scenario: &str, known: &[Scenario]) -> String {
    let names: Vec<_> = known.iter().map(|known| known.name).collect();
    format!("no scenario {scenario}; there are {}\n{USAGE}", names.join(", "))
}

/// Runs one scenario of one column in a process of its own. `None` where the peer has no such thing.
fn measure(column: &Column, scenario: &Scenario) -> Result<Option<f64>, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(program).args(["--one", column.name, scenario.name]).output();
    let output = output.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    match text.trim() {
        "-" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            format!("{} {}: {}", column.name, scenario.name, String::from_utf8_lossy(&output.stderr))
        }),
    }
}

fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied()
}

fn table(runs: usize, chosen: &[&str]) -> Result<(), String> {
    let columns = columns();
    let scenarios = &columns[0].scenarios;
    if let Some(wrong) = chosen.iter().find(|name| scenarios.iter().all(|known| known.name != **name)) {
        return Err(unknown(wrong, scenarios));
    }
    let mut table = String::new();
    let mut print = |line: &str| {
        println!("{line}");
        table.push_str(line);
        table.push('\n');
    };
    print(&format!(
        "Medians of {runs} fresh processes each; two threads, one where the name says so and for actix. In brackets: how many\n\
         times better Dala with two threads is.\n"
    ));
    let names: String = columns.iter().map(|column| format!(" {} |", column.name)).collect();
    print(&format!("| |{names}\n|---|{}", "---|".repeat(columns.len())));
    for (at, scenario) in scenarios.iter().enumerate() {
        if !chosen.is_empty() && !chosen.contains(&scenario.name) {
            continue;
        }
        let mut figures = vec![Vec::new(); columns.len()];
        for _ in 0..runs {
            for (column, figures) in columns.iter().zip(&mut figures) {
                figures.extend(measure(column, &column.scenarios[at])?);
            }
        }
        print(&row(scenario, figures));
    }
    if !chosen.is_empty() {
        return Ok(());
    }
    let command = format!("`cargo run --release -p dala-benches --bin peers -- --runs {runs}`");
    results::record(HEADING, &format!("{}. {command}\n\n{table}", results::circumstances()))
}

/// The medians of one scenario, those of the peers with what Dala makes of them.
fn row(scenario: &Scenario, figures: Vec<Vec<f64>>) -> String {
    let medians: Vec<_> = figures.into_iter().map(median).collect();
    let mut row = format!("| {}, {} |", scenario.name, scenario.unit);
    for (index, median) in medians.iter().enumerate() {
        row.push_str(&match (median, medians[0]) {
            (Some(figure), _) if index == 0 => format!(" {} |", short(*figure)),
            (Some(figure), Some(dala)) => {
                let ratio = if scenario.less_is_better { figure / dala } else { dala / figure };
                format!(" {} ({}) |", short(*figure), short(ratio))
            }
            _ => " - |".to_owned(),
        });
    }
    row
}

/// Three digits that count.
fn short(figure: f64) -> String {
    let decimals = match figure {
        0.0..10.0 => 2,
        10.0..100.0 => 1,
        _ => 0,
    };
    format!("{figure:.decimals$}")
}
