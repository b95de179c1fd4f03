//! Programs that share a runtime, so that hundreds of small ones cost few boots: the batches, and the transcripts of
//! each out of what `together.erl` prints.
use std::collections::VecDeque;

use super::engine::Transcript;
use super::program::Program;

/// The module that runs a batch.
pub const DRIVER: &str = "together";

/// Beside this file: the driver, and what programs share. Transcripts depend on them too.
pub const SUPPORT: [&str; 2] = ["together.erl", "poke.erl"];

/// Programs of a runtime at most: enough that its boot does not count, few enough that two jobs share the work.
const BATCH: usize = 20;

/// What is run by itself, each program in a batch of its own, and then what shares a runtime.
pub fn batches(programs: Vec<Program>) -> VecDeque<Vec<Program>> {
    let (together, alone): (Vec<_>, Vec<_>) = programs.into_iter().partition(|program| program.together);
    let alone = alone.into_iter().map(|program| vec![program]);
    alone.chain(together.chunks(BATCH).map(<[Program]>::to_vec)).collect()
}

/// The driver's mark: record separator. See `together.erl`.
const MARK: &str = "\n\x1e";

/// The transcript of each program.
pub fn split(all: &Transcript, programs: &[Program]) -> Vec<Transcript> {
    let output = format!("\n{}", all.output);
    programs.iter().map(|program| section(&output, &program.module, all)).collect()
}

fn section(output: &str, module: &str, all: &Transcript) -> Transcript {
    let ended = |output: &str, end: &str| Transcript {
        output: output.to_owned(),
        diagnostics: all.diagnostics.clone(),
        ended_well: end == "ok",
        end: end.to_owned(),
    };
    let Some((_, rest)) = output.split_once(&format!("{MARK}{module}\n")) else {
        return ended("", &format!("not reached, the runtime ended: {}", all.end));
    };
    match rest.split_once(&format!("{MARK}= ")) {
        Some((output, rest)) => ended(output, rest.split(MARK).next().unwrap_or(rest).trim_end()),
        None => ended(rest, &format!("the runtime ended: {}", all.end)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_has_what_stands_between_its_marks() {
        let transcript = |output: &str| Transcript {
            output: output.to_owned(),
            diagnostics: String::new(),
            ended_well: true,
            end: "killed".to_owned(),
        };
        let all = "\n\x1ea\n1\n2\n\n\x1e= ok\n\n\x1eb\n3\n\x1e= {undef,\n [x]}\n\n\x1ec\n4\n";
        let section = |module| {
            let section = section(&format!("\n{all}"), module, &transcript(all));
            (section.output, section.ended_well, section.end)
        };
        assert_eq!(section("a"), ("1\n2\n".to_owned(), true, "ok".to_owned()));
        assert_eq!(section("b"), ("3".to_owned(), false, "{undef,\n [x]}".to_owned()));
        assert_eq!(section("c"), ("4\n".to_owned(), false, "the runtime ended: killed".to_owned()));
        assert_eq!(section("d").2, "not reached, the runtime ended: killed");
    }
}
