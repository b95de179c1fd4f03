//! Throughput and latency by the number of clients, as a picture.
use std::fmt::Write as _;
use std::path::Path;

use crate::Failure;

/// What was measured at one number of clients.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) clients: usize,
    pub(crate) per_second: f64,
    /// Milliseconds.
    pub(crate) median: f64,
    pub(crate) p99: f64,
    pub(crate) rows_a_run: f64,
}

/// A way of serving.
pub(crate) struct Series {
    pub(crate) name: &'static str,
    pub(crate) points: Vec<Point>,
}

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 220.0;
const MARGIN: f64 = 50.0;
const COLOURS: [&str; 2] = ["#607080", "#b03030"];

/// What a curve is called after its series, and what it shows.
type Shown = (&'static str, fn(&Point) -> f64);

/// A curve: solid or dashed.
struct Curve {
    series: usize,
    is_dashed: bool,
    name: String,
    value: fn(&Point) -> f64,
}

/// One chart, from `left` on; clients on a logarithmic axis.
fn chart(svg: &mut String, left: f64, title: &str, all: &[Series], curves: &[Curve]) -> std::fmt::Result {
    let points = || all.iter().flat_map(|series| &series.points);
    let most = points().map(|point| point.clients).max().unwrap_or(1).max(2) as f64;
    let values = curves.iter().flat_map(|curve| all[curve.series].points.iter().map(curve.value));
    let top = values.fold(1e-9, f64::max) * 1.1;
    let x = |clients: usize| left + MARGIN + (clients as f64).log2() / most.log2() * WIDTH;
    let y = |value: f64| MARGIN + HEIGHT * (1.0 - value / top);
    writeln!(svg, "<text x='{:.0}' y='20' font-size='13'>{title}</text>", left + MARGIN)?;
    for step in 0..=4 {
        let value = top * f64::from(step) / 4.0;
        writeln!(
            svg,
            "<path d='M{:.0} {at:.1}h{WIDTH}' stroke='#e0e0e0'/><text x='{:.0}' y='{:.1}' text-anchor='end'>{value:.*}</text>",
            left + MARGIN,
            left + MARGIN - 6.0,
            y(value) + 4.0,
            usize::from(top < 20.0),
            at = y(value),
        )?;
    }
    for point in &all[0].points {
        let at = x(point.clients);
        writeln!(
            svg,
            "<text x='{at:.1}' y='{:.0}' text-anchor='middle'>{}</text>",
            MARGIN + HEIGHT + 16.0,
            point.clients
        )?;
    }
    for (at, curve) in curves.iter().enumerate() {
        let (colour, dash) = (COLOURS[curve.series % 2], if curve.is_dashed { "5 4" } else { "none" });
        write!(
            svg,
            "<polyline fill='none' stroke='{colour}' stroke-width='2' stroke-dasharray='{dash}' points='"
        )?;
        for point in &all[curve.series].points {
            write!(svg, "{:.1},{:.1} ", x(point.clients), y((curve.value)(point)))?;
        }
        let line = MARGIN + HEIGHT + 36.0 + 16.0 * at as f64;
        writeln!(
            svg,
            "'/>\n<path d='M{0:.0} {line:.0}h24' stroke='{colour}' stroke-width='2' stroke-dasharray='{dash}'/>\
             <text x='{1:.0}' y='{2:.0}'>{3}</text>",
            left + MARGIN,
            left + MARGIN + 30.0,
            line + 4.0,
            curve.name
        )?;
    }
    Ok(())
}

/// Writes the picture.
pub(crate) fn write(path: &Path, title: &str, all: &[Series]) -> Result<(), Failure> {
    let (width, height) = (2.0 * (WIDTH + 1.6 * MARGIN), HEIGHT + 3.2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:.0} {height:.0}' font-family='sans-serif' font-size='11'>\n\
         <title>{title}</title>\n<rect width='100%' height='100%' fill='white'/>\n"
    );
    let curves = |values: &[Shown]| -> Vec<Curve> {
        let mut curves = Vec::new();
        for (series, served) in all.iter().enumerate() {
            for (at, &(what, value)) in values.iter().enumerate() {
                curves.push(Curve {
                    series,
                    is_dashed: at == 1,
                    name: format!("{}{what}", served.name),
                    value,
                });
            }
        }
        curves
    };
    let rates = curves(&[("", |point| point.per_second)]);
    let times = curves(&[(": median", |point| point.median), (": 99 % below", |point| point.p99)]);
    chart(&mut svg, 0.0, "files a second, by clients", all, &rates)?;
    chart(&mut svg, width / 2.0, "milliseconds until the answer, by clients", all, &times)?;
    svg.push_str("</svg>\n");
    let said = |error: std::io::Error| format!("the plot {}: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(said)?;
    }
    Ok(std::fs::write(path, svg).map_err(said)?)
}
