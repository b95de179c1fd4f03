//! Runs all programs, two at a time, and reports each as a test of its own.
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `DALA_BIN` | the `dala` command to test | built by cargo |
//! | `DALA_DIFF_STAGE` | last stage to compare with Dala (`a` compares nothing: oracle alone) | all |
//! | `DALA_DIFF_TIMEOUT` | seconds a program may take on Dala | 60 |
//! | `DALA_DIFF_JOBS` | programs at a time | 2 |
//! | `DALA_DIFF_PART` | `K/N`: each N-th program, from the K-th on | all |
//! | `DALA_REDUCTIONS`, `DALA_WORKERS`, `DALA_GC_STRESS`, `DALA_JIT` | read by `dala` itself | |
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::compare::difference;
use super::compile::compile;
use super::engine::{Engine, Otp, Transcript};
use super::mask::mask;
use super::pending::{Mode, Pending};
use super::program::{Program, Stage};
use super::together;

/// Time limit of a run on OTP.
const ORACLE_LIMIT: Duration = Duration::from_secs(60);

/// What a run of the suite needs to know.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Folder of the programs.
    pub programs: PathBuf,
    /// Folder for compiled programs and transcripts.
    pub cache: PathBuf,
    /// Last stage that is compared with Dala.
    pub stage: Stage,
    /// Time limit of a run on Dala.
    pub limit: Duration,
    /// Programs at a time.
    pub jobs: usize,
    /// Only programs whose name contains one of these; empty means all.
    pub filters: Vec<String>,
    /// Which of them.
    pub part: Part,
}

/// Each `of`-th program, from that at `first` on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    first: usize,
    of: usize,
}

impl Part {
    /// All programs.
    pub const ALL: Part = Part { first: 0, of: 1 };

    /// Reads `K/N`, K from 1 to N.
    pub fn parse(text: &str) -> Option<Part> {
        let (k, of) = text.split_once('/')?;
        let (k, of): (usize, usize) = (k.parse().ok()?, of.parse().ok()?);
        (1..=of).contains(&k).then(|| Part { first: k - 1, of })
    }

    fn take<T>(self, programs: impl Iterator<Item = T>) -> Vec<T> {
        programs.skip(self.first).step_by(self.of).collect()
    }
}

/// What came of one program.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The program's name.
    pub name: String,
    /// Text to show, or nothing when it passed.
    pub failure: Option<String>,
    /// Why it is not expected to agree with OTP yet, if so.
    pub pending: Option<String>,
    /// Time taken.
    pub took: Duration,
}

impl Suite {
    /// The suite as the environment describes it. `workspace` is the workspace's root.
    ///
    /// # Errors
    /// When a variable has no meaning.
    pub fn from_env(workspace: &Path, filters: Vec<String>) -> io::Result<Self> {
        let stage = match env::var("DALA_DIFF_STAGE") {
            Ok(letter) => Stage::parse(&letter)
                .ok_or_else(|| io::Error::other(format!("DALA_DIFF_STAGE={letter}: not one of a b c d e")))?,
            Err(_) => DEFAULT_STAGE,
        };
        let part = match env::var("DALA_DIFF_PART") {
            Ok(text) => Part::parse(&text).ok_or_else(|| {
                io::Error::other(format!("DALA_DIFF_PART={text}: not K/N with K from 1 to N"))
            })?,
            Err(_) => Part::ALL,
        };
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
        Ok(Self {
            programs: workspace.join("tests/diff"),
            cache: target.join("diff"),
            stage,
            limit: Duration::from_secs(number("DALA_DIFF_TIMEOUT", 60)?),
            jobs: usize::try_from(number("DALA_DIFF_JOBS", 2)?.clamp(1, 64)).expect("at most 64"),
            filters,
            part,
        })
    }

    /// Runs the suite and hands each outcome to `report` as it comes.
    ///
    /// # Errors
    /// When the suite could not be run at all: no compiler, a program that does not compile, no `dala`.
    pub fn run(&self, report: &(dyn Fn(&Outcome) + Sync)) -> io::Result<Vec<Outcome>> {
        let otp = Otp::find()?;
        let mut programs = Program::all_in(&self.programs)?;
        let support =
            together::SUPPORT.map(|name| Program::read(&self.programs.join("../src/diff").join(name)));
        let support = support.into_iter().collect::<io::Result<Vec<Program>>>()?;
        for program in programs.iter_mut().filter(|program| program.together) {
            program.depend_on(&support);
        }
        let names: Vec<&str> = programs.iter().map(|program| program.name.as_str()).collect();
        let pending = Pending::read(&self.programs.join("PENDING"), &names)?;
        let ebin = compile(&[programs.as_slice(), &support].concat(), &self.cache, &otp.versions)?;
        let is_named =
            |p: &Program| self.filters.is_empty() || self.filters.iter().any(|f| p.name.contains(f.as_str()));
        let selected = self.part.take(programs.into_iter().filter(is_named));
        let engine = if self.stage > Stage::A && selected.iter().any(|p| p.stage <= self.stage) {
            Some(Engine::Dala(dala_binary()?))
        } else {
            None
        };
        let oracle = Oracle { otp, cache: self.cache.join("otp") };
        fs::create_dir_all(&oracle.cache)?;

        let queue = Mutex::new(together::batches(selected));
        let outcomes = Mutex::new(Vec::new());
        let run = |batch: &[Program]| -> Vec<Outcome> {
            match batch {
                [alone] if !alone.together => {
                    vec![self.run_alone(alone, &pending, &oracle, engine.as_ref(), &ebin)]
                }
                _ => self.run_together(batch, &oracle, engine.as_ref(), &ebin),
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.jobs {
                scope.spawn(|| {
                    loop {
                        let next = queue.lock().expect("no panic holds the queue").pop_front();
                        let Some(batch) = next else { break };
                        for outcome in run(&batch) {
                            report(&outcome);
                            outcomes.lock().expect("no panic holds the outcomes").push(outcome);
                        }
                    }
                });
            }
        });
        Ok(outcomes.into_inner().expect("all threads ended well"))
    }

    fn run_alone(
        &self,
        program: &Program,
        pending: &Pending,
        oracle: &Oracle,
        engine: Option<&Engine>,
        ebin: &Path,
    ) -> Outcome {
        let started = Instant::now();
        let engine = engine.filter(|_| program.stage <= self.stage);
        let expected = pending.reason(&program.name, Mode::from_env());
        let (engine, limit) = match expected {
            None => (engine, self.limit),
            Some((_, true)) => (engine, self.limit.min(PENDING_LIMIT)),
            Some((_, false)) => (None, self.limit),
        };
        let failure = check(program, oracle, engine, ebin, limit)
            .unwrap_or_else(|error| Some(format!("    {error}\n")));
        let failure = match expected {
            None | Some((_, false)) => failure,
            Some((_, true)) if failure.is_some() => None,
            Some((reason, true)) => {
                Some(format!("    agrees with OTP now: take it off tests/diff/PENDING ({reason})\n"))
            }
        };
        let pending = expected.map(|(reason, _)| reason.to_owned());
        Outcome { name: program.name.clone(), failure, pending, took: started.elapsed() }
    }

    /// A batch in one runtime; each program takes an equal share of the time.
    fn run_together(
        &self,
        batch: &[Program],
        oracle: &Oracle,
        engine: Option<&Engine>,
        ebin: &Path,
    ) -> Vec<Outcome> {
        let started = Instant::now();
        let engine = engine.filter(|_| batch.iter().all(|program| program.stage <= self.stage));
        let failures = check_together(batch, oracle, engine, ebin, self.limit)
            .unwrap_or_else(|error| vec![Some(format!("    {error}\n")); batch.len()]);
        let took = started.elapsed() / batch.len() as u32;
        let outcome = |(program, failure): (&Program, Option<String>)| Outcome {
            name: program.name.clone(),
            failure,
            pending: None,
            took,
        };
        batch.iter().zip(failures).map(outcome).collect()
    }
}

/// All of the skeleton.
const DEFAULT_STAGE: Stage = Stage::E;

/// Time limit on Dala of a program that is expected to fail there.
const PENDING_LIMIT: Duration = Duration::from_secs(20);

fn number(name: &str, default: u64) -> io::Result<u64> {
    match env::var(name) {
        Ok(text) => text.parse().map_err(|_| io::Error::other(format!("{name}={text}: not a number"))),
        Err(_) => Ok(default),
    }
}

/// OTP's transcripts, made once for a content and a version.
#[derive(Clone, Debug)]
pub struct Oracle {
    /// The installed OTP.
    pub otp: Otp,
    /// Folder of the cached transcripts.
    pub cache: PathBuf,
}

impl Oracle {
    /// The masked transcript of a program on real OTP.
    ///
    /// # Errors
    /// When the program fails on OTP, or prints different things in two runs.
    pub fn transcript(&self, program: &Program, ebin: &Path) -> io::Result<String> {
        if let Ok(transcript) = fs::read_to_string(self.place(program)) {
            return Ok(transcript);
        }
        let engine = Engine::Otp(self.otp.clone());
        let first = engine.run(program, ebin, ORACLE_LIMIT)?;
        self.keep(program, first, engine.run(program, ebin, ORACLE_LIMIT)?)
    }

    /// The masked transcripts of programs that share a runtime, and what is wrong with those that have none.
    ///
    /// # Errors
    /// When OTP could not be run.
    pub fn transcripts(&self, programs: &[Program], ebin: &Path) -> io::Result<Vec<io::Result<String>>> {
        let missing: Vec<Program> =
            programs.iter().filter(|program| !self.place(program).exists()).cloned().collect();
        let mut made = Vec::new();
        if !missing.is_empty() {
            let engine = Engine::Otp(self.otp.clone());
            let first = engine.run_together(&missing, ebin, ORACLE_LIMIT)?;
            let second = engine.run_together(&missing, ebin, ORACLE_LIMIT)?;
            let runs = missing.iter().zip(first).zip(second);
            made.extend(runs.map(|((program, first), second)| self.keep(program, first, second)));
        }
        let mut made = missing.iter().zip(made).map(|(program, made)| (&program.name, made)).peekable();
        Ok(programs
            .iter()
            .map(|program| match made.next_if(|(name, _)| **name == program.name) {
                Some((_, made)) => made,
                None => fs::read_to_string(self.place(program)),
            })
            .collect())
    }

    /// Where the transcript of a program is cached.
    fn place(&self, program: &Program) -> PathBuf {
        let version: String =
            self.otp.versions.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        self.cache.join(format!("{}-{:016x}-{version}.txt", program.name, program.content))
    }

    /// Caches a transcript that was made twice.
    fn keep(&self, program: &Program, first: Transcript, second: Transcript) -> io::Result<String> {
        let first = expect_good_end(first)?;
        if let Some(difference) = difference(&first, &expect_good_end(second)?) {
            return Err(io::Error::other(format!(
                "the program is not deterministic: two runs on OTP differ\n{difference}"
            )));
        }
        self.forget_older(program)?;
        fs::write(self.place(program), &first)?;
        Ok(first)
    }
}

impl Oracle {
    /// Removes the transcripts of earlier contents of a program.
    fn forget_older(&self, program: &Program) -> io::Result<()> {
        let prefix = format!("{}-", program.name);
        for entry in fs::read_dir(&self.cache)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

fn expect_good_end(transcript: Transcript) -> io::Result<String> {
    if !transcript.ended_well {
        return Err(io::Error::other(format!(
            "the program fails on OTP itself ({}):\n{}{}",
            transcript.end, transcript.output, transcript.diagnostics
        )));
    }
    if transcript.output.trim().is_empty() {
        return Err(io::Error::other("the program prints nothing on OTP, so it tests nothing"));
    }
    Ok(mask(&transcript.output))
}

/// Compares one program on an engine with the oracle; `None` is agreement.
///
/// # Errors
/// When either side could not be run, or OTP itself fails.
pub fn check(
    program: &Program,
    oracle: &Oracle,
    engine: Option<&Engine>,
    ebin: &Path,
    limit: Duration,
) -> io::Result<Option<String>> {
    let expected = oracle.transcript(program, ebin)?;
    let Some(engine) = engine else { return Ok(None) };
    Ok(compare(&expected, &engine.run(program, ebin, limit)?))
}

/// Compares programs that share a runtime, as [`check`] does one.
///
/// # Errors
/// As [`check`].
pub fn check_together(
    programs: &[Program],
    oracle: &Oracle,
    engine: Option<&Engine>,
    ebin: &Path,
    limit: Duration,
) -> io::Result<Vec<Option<String>>> {
    let expected = oracle.transcripts(programs, ebin)?;
    let actual = match engine {
        Some(engine) => engine.run_together(programs, ebin, limit)?.into_iter().map(Some).collect(),
        None => vec![None; programs.len()],
    };
    let verdict = |(expected, actual): (io::Result<String>, Option<Transcript>)| match expected {
        Ok(expected) => actual.and_then(|actual| compare(&expected, &actual)),
        Err(error) => Some(format!("    {error}\n")),
    };
    Ok(expected.into_iter().zip(actual).map(verdict).collect())
}

/// What is different about a run, or nothing.
fn compare(expected: &str, actual: &Transcript) -> Option<String> {
    let mut failure = difference(expected, &mask(&actual.output)).unwrap_or_default();
    if !actual.ended_well {
        failure.push_str(&format!("    ended badly: {}\n", actual.end));
    }
    if failure.is_empty() {
        return None;
    }
    // The reason of a failure (an `undef`, a panic) is most often on standard error.
    let diagnostics: Vec<&str> = actual.diagnostics.lines().collect();
    for line in &diagnostics[..diagnostics.len().min(20)] {
        failure.push_str(&format!("    stderr | {line}\n"));
    }
    Some(failure)
}

/// `DALA_BIN`, or the binary that cargo builds in the profile this test was built in.
///
/// # Errors
/// When the build fails.
pub fn dala_binary() -> io::Result<PathBuf> {
    if let Some(path) = env::var_os("DALA_BIN") {
        return Ok(PathBuf::from(path));
    }
    // target/PROFILE/deps/diff-HASH
    let test = env::current_exe()?;
    let folder = test.parent().and_then(Path::parent).ok_or_else(|| io::Error::other("odd test path"))?;
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "-q", "-p", "dala-beam", "--bin", "dala"]);
    // What this test was built with, and no other copy of everything.
    if !cfg!(feature = "jit") {
        command.arg("--no-default-features");
    }
    if folder.file_name().is_some_and(|name| name == "release") {
        command.arg("--release");
    }
    let status = command.status()?;
    if !status.success() {
        return Err(io::Error::other("cargo could not build the dala command"));
    }
    Ok(folder.join("dala"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_all_programs_once() {
        let parts = ["1/3", "2/3", "3/3"].map(|text| Part::parse(text).unwrap().take(0..10));
        assert_eq!(parts, [vec![0, 3, 6, 9], vec![1, 4, 7], vec![2, 5, 8]]);
        assert_eq!(Part::parse("1/1"), Some(Part::ALL));
        for wrong in ["0/2", "3/2", "1/0", "1", "a/2", ""] {
            assert_eq!(Part::parse(wrong), None, "{wrong}");
        }
    }
}
