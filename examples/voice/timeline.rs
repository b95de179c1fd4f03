//! Pictures of what was heard: a line for the terminal, and a plot.

use std::fmt::Write as _;
use std::path::Path;

use crate::Failure;
use crate::conversation::SegmentMessage;
use crate::stages::FRAME_TIME;

const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The chance of speech over time, and the segments below.
pub(crate) fn text(chances: &[f32], segments: &[SegmentMessage], columns: usize) -> String {
    let per_column = chances.len().div_ceil(columns).max(1);
    let bars: String = chances
        .chunks(per_column)
        .map(|part| part.iter().sum::<f32>() / part.len() as f32)
        .map(|mean| BARS[((mean * 8.0).round() as usize).min(8)])
        .collect();
    let ms = per_column as u64 * FRAME_TIME.as_millis() as u64;
    let mut line: Vec<char> = bars.chars().map(|_| '·').collect();
    for segment in segments {
        let (from, to) = ((segment.start / ms) as usize, (segment.end.div_ceil(ms) as usize).min(line.len()));
        line[from.min(to)..to].fill('━');
        let number = segment.number.to_string();
        let middle = (from + to) / 2;
        for (at, digit) in number.chars().enumerate().filter(|_| to > from) {
            if let Some(place) = line.get_mut(middle + at) {
                *place = digit;
            }
        }
    }
    let seconds = line.len() as u64 * ms;
    let ends = format!("0 s{:>width$.1} s", seconds as f64 / 1000.0, width = line.len().saturating_sub(5));
    format!("{bars}\n{}\n{ends}", line.into_iter().collect::<String>())
}

/// Width of a second, and height of each half, in the plot.
const SECOND: f64 = 100.0;
const HALF: f64 = 80.0;

/// Writes a plot of the sound, the chance of speech, and the segments.
pub(crate) fn svg(
    path: &Path,
    sound: &[f32],
    chances: &[f32],
    segments: &[SegmentMessage],
) -> Result<(), Failure> {
    let frame = FRAME_TIME.as_secs_f64();
    let width = chances.len() as f64 * frame * SECOND;
    let height = HALF * 2.0 + 20.0;
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:.0} {height:.0}' font-family='sans-serif' font-size='11'>\n\
         <rect width='100%' height='100%' fill='white'/>\n"
    );
    for segment in segments {
        let (x, end) = (segment.start as f64 / 1000.0 * SECOND, segment.end as f64 / 1000.0 * SECOND);
        writeln!(
            svg,
            "<rect x='{x:.1}' width='{:.1}' height='{:.0}' fill='#d8ecd8'/><text x='{:.1}' y='12'>{}</text>",
            end - x,
            HALF * 2.0,
            x + 3.0,
            segment.number
        )?;
    }
    let per_frame = (sound.len() / chances.len().max(1)).max(1);
    let peak = sound.iter().fold(1e-6f32, |most, x| most.max(x.abs()));
    write!(svg, "<path fill='none' stroke='#607080' d='")?;
    for (at, part) in sound.chunks(per_frame).take(chances.len()).enumerate() {
        let (x, loud) =
            (at as f64 * frame * SECOND, part.iter().fold(0f32, |most, x| most.max(x.abs())) / peak);
        let reach = f64::from(loud) * HALF / 2.2;
        write!(svg, "M{x:.1} {:.1}V{:.1}", HALF / 2.0 - reach, HALF / 2.0 + reach)?;
    }
    write!(svg, "'/>\n<polyline fill='none' stroke='#b03030' stroke-width='1.5' points='")?;
    for (at, chance) in chances.iter().enumerate() {
        let (x, y) = (at as f64 * frame * SECOND, HALF * 2.0 - f64::from(*chance) * (HALF - 4.0));
        write!(svg, "{x:.1},{y:.1} ")?;
    }
    svg.push_str("'/>\n");
    for second in 0..=(width / SECOND) as u32 {
        let x = f64::from(second) * SECOND;
        writeln!(svg, "<text x='{:.0}' y='{:.0}'>{second} s</text>", x + 2.0, height - 6.0)?;
    }
    svg.push_str("</svg>\n");
    let said = |error: std::io::Error| format!("the plot {}: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(said)?;
    }
    Ok(std::fs::write(path, svg).map_err(said)?)
}
