//! Compares two masked transcripts line by line, and shows the difference so that one can read it.
use std::fmt::Write;

/// Lines of agreement shown before and after each difference.
const CONTEXT: usize = 2;
/// Differing lines shown at most; the rest is counted.
const SHOWN: usize = 40;

/// `None` when the two agree, else a readable difference: `-` is what OTP printed, `+` what Dala did.
pub fn difference(expected: &str, actual: &str) -> Option<String> {
    if expected == actual {
        return None;
    }
    let expected: Vec<&str> = expected.split('\n').collect();
    let actual: Vec<&str> = actual.split('\n').collect();
    let steps = edit_script(&expected, &actual);
    let mut text = String::new();
    let mut shown = 0;
    let mut hidden = 0;
    for (index, step) in steps.iter().enumerate() {
        let near = steps[index.saturating_sub(CONTEXT)..(index + CONTEXT + 1).min(steps.len())]
            .iter()
            .any(|step| !matches!(step, Step::Same(_)));
        let (sign, number, line) = match *step {
            Step::Same(_) if !near => continue,
            Step::Same(at) => (' ', at, expected[at]),
            Step::Missing(at) => ('-', at, expected[at]),
            Step::Extra(at) => ('+', at, actual[at]),
        };
        if shown == SHOWN {
            hidden += 1;
            continue;
        }
        shown += 1;
        let _ = writeln!(text, "    {sign} {:4} | {line}", number + 1);
    }
    if hidden > 0 {
        let _ = writeln!(text, "    ... and {hidden} more lines");
    }
    Some(text)
}

/// One line of the edit script, by its index in the side it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Same(usize),
    Missing(usize),
    Extra(usize),
}

/// The shortest edit script by the longest common subsequence, after cutting equal ends off; over a
/// bound on the table's size it falls back to pairing lines up.
fn edit_script(expected: &[&str], actual: &[&str]) -> Vec<Step> {
    let head = expected.iter().zip(actual).take_while(|(a, b)| a == b).count();
    let tail =
        expected[head..].iter().rev().zip(actual[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let left = &expected[head..expected.len() - tail];
    let right = &actual[head..actual.len() - tail];
    let mut steps: Vec<Step> = (0..head).map(Step::Same).collect();
    if left.len().saturating_mul(right.len()) <= 4 << 20 {
        let width = right.len() + 1;
        let mut longest = vec![0u32; (left.len() + 1) * width];
        for i in (0..left.len()).rev() {
            for j in (0..right.len()).rev() {
                longest[i * width + j] = if left[i] == right[j] {
                    longest[(i + 1) * width + j + 1] + 1
                } else {
                    longest[(i + 1) * width + j].max(longest[i * width + j + 1])
                };
            }
        }
        let (mut i, mut j) = (0, 0);
        while i < left.len() || j < right.len() {
            if i < left.len() && j < right.len() && left[i] == right[j] {
                steps.push(Step::Same(head + i));
                (i, j) = (i + 1, j + 1);
            } else if j == right.len()
                || (i < left.len() && longest[(i + 1) * width + j] >= longest[i * width + j + 1])
            {
                steps.push(Step::Missing(head + i));
                i += 1;
            } else {
                steps.push(Step::Extra(head + j));
                j += 1;
            }
        }
    } else {
        steps.extend((0..left.len()).map(|i| Step::Missing(head + i)));
        steps.extend((0..right.len()).map(|j| Step::Extra(head + j)));
    }
    steps.extend((expected.len() - tail..expected.len()).map(Step::Same));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_transcripts_do_not_differ() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
    }

    #[test]
    fn a_changed_line_is_shown_with_both_sides_and_its_number() {
        let text = difference("one\ntwo\nthree\n", "one\n2\nthree\n").expect("they differ");
        assert!(text.contains("-    2 | two"), "{text}");
        assert!(text.contains("+    2 | 2"), "{text}");
        assert!(text.contains("     1 | one"), "{text}");
    }

    #[test]
    fn an_inserted_line_does_not_make_the_rest_differ() {
        let text = difference("a\nb\nc\nd\ne\nf", "a\nx\nb\nc\nd\ne\nf").expect("they differ");
        assert!(text.contains("+    2 | x"), "{text}");
        assert!(!text.contains("- "), "{text}");
    }

    #[test]
    fn a_missing_end_is_a_difference() {
        assert!(difference("a\nb\n", "a\n").is_some());
        assert!(difference("a\n", "a").is_some());
    }
}
