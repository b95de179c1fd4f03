//! Dala beside its peers: `cargo run --release -p dala-benches --bin peers`.
//!
//! Each figure is the median of several fresh processes; the peers take turns, so that a noisy minute hits all of them.
//! Ratios in one run are what counts; absolute figures are the machine's.

use dala_benches::Peer;
use dala_benches::peers::actix::Actix;
use dala_benches::peers::dala::Dala;
use dala_benches::peers::kameo::Kameo;
use dala_benches::peers::ractor::Ractor;
use dala_benches::peers::tokio::Tokio;
use dala_benches::scenarios::{self, ALL};
use std::process::{Command, ExitCode};

/// Runs a scenario by name; `None` when the peer has no such one.
type Run = fn(&str) -> Option<f64>;

const PEERS: [(&str, Run); 5] = [
    (Dala::NAME, scenarios::run::<Dala>),
    (Tokio::NAME, scenarios::run::<Tokio>),
    (Kameo::NAME, scenarios::run::<Kameo>),
    (Ractor::NAME, scenarios::run::<Ractor>),
    (Actix::NAME, scenarios::run::<Actix>),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => table(5),
        ["--runs", runs] if runs.parse::<usize>().is_ok_and(|runs| runs > 0) => {
            table(runs.parse().unwrap_or(1))
        }
        ["--one", peer, scenario] => one(peer, scenario),
        _ => {
            eprintln!("usage: peers [--runs N] | peers --one PEER SCENARIO");
            ExitCode::from(2)
        }
    }
}

fn one(peer: &str, scenario: &str) -> ExitCode {
    let run = PEERS.iter().find(|(name, _)| *name == peer).map(|(_, run)| run);
    match run.and_then(|run| run(scenario)) {
        Some(figure) => {
            println!("{figure}");
            ExitCode::SUCCESS
        }
        None => {
            eprintln!("no peer {peer} or no scenario {scenario}");
            ExitCode::from(2)
        }
    }
}

/// Runs one scenario of one peer in a process of its own.
fn measure(peer: &str, scenario: &str) -> Result<f64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output =
        Command::new(program).args(["--one", peer, scenario]).output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(|_| format!("{peer} {scenario}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn table(runs: usize) -> ExitCode {
    println!(
        "median of {runs} fresh processes each, 2 threads (actix: 1), unbounded mailboxes, plain handlers"
    );
    print!("{:<12}{:<14}", "", "");
    PEERS.iter().for_each(|(peer, _)| print!("{peer:>10}"));
    println!("   dala against each peer (more is better)");
    let mut is_ahead = true;
    for &(scenario, unit, less_is_better) in ALL {
        let mut figures: Vec<Vec<f64>> = vec![Vec::new(); PEERS.len()];
        for _ in 0..runs {
            for (index, (peer, _)) in PEERS.iter().enumerate() {
                match measure(peer, scenario) {
                    Ok(figure) => figures[index].push(figure),
                    Err(error) => {
                        eprintln!("{error}");
                        return ExitCode::FAILURE;
                    }
                }
            }
        }
        let medians: Vec<f64> = figures.into_iter().map(median).collect();
        print!("{scenario:<12}{unit:<14}");
        medians.iter().for_each(|median| print!("{median:>10.2}"));
        print!("  ");
        for (median, (peer, _)) in medians.iter().zip(&PEERS).skip(1) {
            let ratio = if less_is_better { median / medians[0] } else { medians[0] / median };
            is_ahead &= ratio > 1.0 || *peer != Tokio::NAME;
            print!(" {peer} {ratio:.1}x");
        }
        println!();
    }
    if is_ahead { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
