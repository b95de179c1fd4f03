//! The differential suite: every program of `tests/diff` on real OTP and on Dala. See
//! `dala_tests::diff` for the rules and `suite` for the environment variables.
//!
//! A test harness of its own, so that each program is one test and two run at a time. Arguments are
//! name filters, as for any `cargo test`; `--list` lists.
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use dala_tests::diff::compile::compile;
use dala_tests::diff::engine::{Engine, Otp};
use dala_tests::diff::program::{Program, Stage};
use dala_tests::diff::suite::{Oracle, Outcome, Suite, check, dala_binary};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let filters: Vec<String> = arguments.iter().filter(|a| !a.starts_with('-')).cloned().collect();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace");
    if arguments.iter().any(|a| a == "--list") {
        for program in Program::all_in(&workspace.join("tests/diff")).expect("the programs are readable") {
            println!("{}: test", program.name);
        }
        println!("{SEEDED}: test");
        return ExitCode::SUCCESS;
    }
    let suite = match Suite::from_env(workspace, filters) {
        Ok(suite) => suite,
        Err(error) => return could_not_run(&error.to_string()),
    };
    let started = Instant::now();
    println!("\ndifferential suite: programs up to stage {:?} against Dala, all against OTP", suite.stage);
    let mut outcomes = match suite.run(&print) {
        Ok(outcomes) => outcomes,
        Err(error) => return could_not_run(&error.to_string()),
    };
    if suite.filters.is_empty() || suite.filters.iter().any(|f| SEEDED.contains(f.as_str())) {
        let seeded = Instant::now();
        let outcome = Outcome {
            name: SEEDED.to_owned(),
            failure: seeded_failure(&suite).err(),
            pending: None,
            took: seeded.elapsed(),
        };
        print(&outcome);
        outcomes.push(outcome);
    }
    let failed: Vec<&Outcome> = outcomes.iter().filter(|o| o.failure.is_some()).collect();
    if !failed.is_empty() {
        println!("\nfailures (- OTP, + Dala):");
        for outcome in &failed {
            println!("\n---- {} ----\n{}", outcome.name, outcome.failure.as_deref().unwrap_or_default());
        }
    }
    let pending = outcomes.iter().filter(|o| o.pending.is_some()).count();
    println!("\n{pending} of {} programs are listed as differing (tests/diff/PENDING)", outcomes.len());
    println!(
        "\ntest result: {}. {} passed; {} failed; 0 ignored; 0 measured; 0 filtered out; finished in {:.2}s\n",
        if failed.is_empty() { "ok" } else { "FAILED" },
        outcomes.len() - failed.len(),
        failed.len(),
        started.elapsed().as_secs_f64()
    );
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

const SEEDED: &str = "a_seeded_wrong_answer_is_found";

fn print(outcome: &Outcome) {
    let verdict = match (&outcome.failure, &outcome.pending) {
        (Some(_), _) => "FAILED".to_owned(),
        (None, Some(reason)) => format!("ok, differs from OTP as listed: {reason}"),
        (None, None) => "ok".to_owned(),
    };
    println!("test {} ... {verdict} ({:.2}s)", outcome.name, outcome.took.as_secs_f64());
}

fn could_not_run(error: &str) -> ExitCode {
    println!("\nthe differential suite could not run: {error}\n");
    println!("test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out");
    ExitCode::FAILURE
}

/// Runs a program on OTP, changes one number in its source, and runs the changed one on the engine
/// under test: the comparison must fail, in that line only; and unchanged it must pass.
fn seeded_failure(suite: &Suite) -> Result<(), String> {
    const RIGHT: &str = "%% stage: b. Seeded.\n-module(seeded).\n-export([main/0]).\n\
        main() -> lists:foreach(fun(N) -> io:format(\"~p ~p~n\", [N, f(N)]) end, lists:seq(1, 9)).\n\
        f(7) -> 49;\nf(N) -> N * N.\n";
    let run = || -> std::io::Result<Result<(), String>> {
        let otp = Otp::find()?;
        let engine =
            if suite.stage > Stage::A { Engine::Dala(dala_binary()?) } else { Engine::Otp(otp.clone()) };
        let folder = tempfile::tempdir()?;
        let source = folder.path().join("seeded.erl");
        fs::write(&source, RIGHT)?;
        let right = Program::read(&source)?;
        let right_ebin = compile(std::slice::from_ref(&right), &folder.path().join("right"), &otp.versions)?;
        let oracle = Oracle { otp: otp.clone(), cache: folder.path().to_owned() };
        if let Some(failure) = check(&right, &oracle, Some(&engine), &right_ebin, suite.limit)? {
            return Ok(Err(format!("the unchanged program differs\n{failure}")));
        }
        fs::write(&source, RIGHT.replace("49", "48"))?;
        let wrong = Program::read(&source)?;
        let wrong_ebin = compile(std::slice::from_ref(&wrong), &folder.path().join("wrong"), &otp.versions)?;
        Ok(match check(&right, &oracle, Some(&engine), &wrong_ebin, suite.limit)? {
            None => Err("the wrong answer passed".to_owned()),
            Some(failure) if failure.contains("- 7 49") || failure.contains("-    7 | 7 49") => Ok(()),
            Some(failure) => Err(format!("it failed, but not where the wrong answer is\n{failure}")),
        })
    };
    run().unwrap_or_else(|error| Err(error.to_string()))
}
