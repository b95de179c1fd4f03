//! Linux: thermal zones and power supplies under `/sys/class`.
//!
//! After the kernel's `Documentation/driver-api/thermal/sysfs-api.rst` and
//! `Documentation/ABI/testing/sysfs-class-power`.

use super::source::{Power, PowerSource, Thermal, ThermalReading, ThermalSource};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How far below the first trip point `Fair` begins, and below `hot` and `critical` ones `Critical`, millidegrees.
const FAIR_BELOW: i64 = 15_000;
const CRITICAL_BELOW: i64 = 5_000;
/// Trip points of a zone that names none.
const SERIOUS: i64 = 85_000;
const CRITICAL: i64 = 100_000;
/// Percent of charge.
const LOW: i64 = 20;

/// Reads a tree like `/sys`. The hottest zone, by its own trip points, counts.
#[derive(Clone, Debug)]
pub struct Sysfs {
    root: PathBuf,
}

impl Sysfs {
    /// The machine's own, `/sys`.
    pub fn new() -> Sysfs {
        Sysfs::at("/sys")
    }

    /// Another tree of the same form.
    pub fn at(root: impl Into<PathBuf>) -> Sysfs {
        Sysfs { root: root.into() }
    }
}

impl Default for Sysfs {
    fn default() -> Sysfs {
        Sysfs::new()
    }
}

/// The entries of a folder whose names begin so; none if there is no such folder.
fn entries(folder: &Path, prefix: &str) -> io::Result<Vec<PathBuf>> {
    let read = match fs::read_dir(folder) {
        Ok(read) => read,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut paths = Vec::new();
    for entry in read {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// The content of a file without its line end; none if it is not there or the device gives nothing now.
fn text(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

fn number(path: &Path) -> Option<i64> {
    text(path)?.parse().ok()
}

/// The level of a zone, and its temperature in millidegrees.
fn zone(path: &Path) -> Option<(Thermal, i64)> {
    let temperature = number(&path.join("temp"))?;
    let (mut first, mut last) = (None, None);
    for trip in entries(path, "trip_point_").ok()? {
        let name = trip.file_name()?.to_string_lossy().into_owned();
        let Some(point) = name.strip_suffix("_type") else { continue };
        // Zones without a limit say so by a number that is none.
        let Some(limit) = number(&path.join(format!("{point}_temp"))).filter(|&limit| limit > 0) else {
            continue;
        };
        match text(&trip)?.as_str() {
            "hot" | "critical" => last = Some(last.map_or(limit, |last: i64| last.min(limit))),
            // Fans work at `active` points: nothing is slowed down there.
            "passive" => first = Some(first.map_or(limit, |first: i64| first.min(limit))),
            _ => {}
        }
    }
    let last = last.unwrap_or(CRITICAL.max(first.unwrap_or(0) + 2 * CRITICAL_BELOW));
    let first = first.unwrap_or(SERIOUS.min(last - 2 * CRITICAL_BELOW));
    let level = match temperature {
        _ if temperature >= last - CRITICAL_BELOW => Thermal::Critical,
        _ if temperature >= first => Thermal::Serious,
        _ if temperature > first - FAIR_BELOW => Thermal::Fair,
        _ => Thermal::Nominal,
    };
    Some((level, temperature))
}

impl ThermalSource for Sysfs {
    fn read(&mut self) -> io::Result<Option<ThermalReading>> {
        let zones = entries(&self.root.join("class/thermal"), "thermal_zone")?;
        let hottest = zones.iter().filter_map(|path| zone(path)).max();
        Ok(hottest
            .map(|(level, temperature)| ThermalReading { level, celsius: Some(temperature as f64 / 1000.0) }))
    }
}

impl PowerSource for Sysfs {
    fn read(&mut self) -> io::Result<Option<Power>> {
        let (mut is_fed, mut charge) = (false, None);
        for supply in entries(&self.root.join("class/power_supply"), "")? {
            // The battery of a mouse is not the machine's.
            if text(&supply.join("scope")).is_some_and(|scope| scope == "Device") {
                continue;
            }
            match text(&supply.join("type")).as_deref() {
                Some("Battery") => {
                    let status = text(&supply.join("status")).unwrap_or_default();
                    is_fed |= matches!(status.as_str(), "Charging" | "Full" | "Not charging");
                    if let Some(percent) = number(&supply.join("capacity")) {
                        charge = Some(charge.map_or(percent, |other: i64| other.max(percent)));
                    }
                }
                Some(_) => is_fed |= number(&supply.join("online")).is_some_and(|online| online > 0),
                None => {}
            }
        }
        Ok(match charge {
            _ if is_fed => Some(Power::Mains),
            Some(percent) if percent <= LOW => Some(Power::Low),
            Some(_) => Some(Power::Battery),
            None => None,
        })
    }
}
