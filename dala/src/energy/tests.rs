//! A fake tree, a simulated machine, and what reaches actors.

use super::*;
use crate::{Context, Local, Qos, Runtime, SpawnOptions};
use std::fs;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

fn write(root: &Path, file: &str, content: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("{content}\n")).unwrap();
}

fn thermal(root: &Path) -> Option<ThermalReading> {
    ThermalSource::read(&mut Sysfs::at(root)).unwrap()
}

#[test]
fn the_hottest_zone_by_its_own_trip_points_counts() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    assert_eq!(thermal(root), None, "a machine without sensors");
    let zone = "class/thermal/thermal_zone0";
    write(root, &format!("{zone}/temp"), "50000");
    for (index, (kind, limit)) in
        [("active", "40000"), ("passive", "80000"), ("critical", "100000"), ("hot", "-274000")]
            .iter()
            .enumerate()
    {
        write(root, &format!("{zone}/trip_point_{index}_type"), kind);
        write(root, &format!("{zone}/trip_point_{index}_temp"), limit);
    }
    // Another that names no limits, and one that cannot be read now.
    write(root, "class/thermal/thermal_zone1/temp", "40000");
    write(root, "class/thermal/thermal_zone2/temp", "");
    write(root, "class/thermal/cooling_device0/type", "Fan");
    for (temperature, level) in [
        ("50000", Thermal::Nominal),
        ("66000", Thermal::Fair),
        ("80000", Thermal::Serious),
        ("95000", Thermal::Critical),
    ] {
        write(root, &format!("{zone}/temp"), temperature);
        let read = thermal(root).unwrap();
        assert_eq!((read.level, read.celsius), (level, temperature.parse().map(|t: f64| t / 1000.0).ok()));
    }
    write(root, &format!("{zone}/temp"), "50000");
    write(root, "class/thermal/thermal_zone1/temp", "86000");
    assert_eq!(thermal(root).map(|read| read.level), Some(Thermal::Serious));
}

#[test]
fn a_battery_counts_unless_it_is_charged_or_of_a_device() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    let read = || PowerSource::read(&mut Sysfs::at(root)).unwrap();
    assert_eq!(read(), None);
    write(root, "class/power_supply/mouse/type", "Battery");
    write(root, "class/power_supply/mouse/scope", "Device");
    write(root, "class/power_supply/mouse/capacity", "5");
    assert_eq!(read(), None);
    write(root, "class/power_supply/BAT0/type", "Battery");
    write(root, "class/power_supply/BAT0/status", "Discharging");
    write(root, "class/power_supply/BAT0/capacity", "60");
    write(root, "class/power_supply/AC/type", "Mains");
    write(root, "class/power_supply/AC/online", "0");
    assert_eq!(read(), Some(Power::Battery));
    write(root, "class/power_supply/BAT0/capacity", "20");
    assert_eq!(read(), Some(Power::Low));
    write(root, "class/power_supply/AC/online", "1");
    assert_eq!(read(), Some(Power::Mains));
}

struct Watcher {
    seen: Sender<String>,
}

#[dala::actor]
impl Watcher {
    #[handler]
    fn heat(&mut self, change: ThermalChanged) {
        self.seen.send(format!("{:?}", change.level)).unwrap();
    }
    #[handler]
    fn power(&mut self, change: PowerChanged) {
        self.seen.send(format!("{:?}", change.power)).unwrap();
    }
}

#[test]
fn actors_that_ask_learn_of_changes_and_shares_follow_the_table() {
    let machine = Simulated::new();
    let energy = Energy::simulated(&machine).every(Duration::from_secs(3600));
    let runtime = Runtime::builder().workers(1).energy(energy).build().unwrap();
    let (seen, told) = channel();
    let watcher = runtime.spawn(Watcher { seen }).unwrap();
    runtime.thermal_changes().subscribe(watcher);
    runtime.power_changes().subscribe(watcher);
    machine.heat(Thermal::Serious);
    runtime.read_sensors();
    runtime.read_sensors();
    machine.feed(Power::Low);
    runtime.read_sensors();
    assert_eq!([told.recv().unwrap(), told.recv().unwrap()], ["Serious", "Low"]);
    let state = runtime.energy_state().unwrap();
    assert_eq!(state.shares, Policy::default().shares(Thermal::Serious, Power::Low));
    drop(runtime);
    assert_eq!(told.try_iter().count(), 0, "nothing changed twice");
}

/// Works for ever; counts in `done`.
struct Busy {
    done: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

#[dala::actor]
impl Busy {
    #[message]
    fn work(&mut self, ctx: &mut Context<Self>) {
        let start = std::time::Instant::now();
        while start.elapsed() < Duration::from_micros(20) {
            std::hint::spin_loop();
        }
        self.done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        ctx.me().tell(Work {}).unwrap();
    }
    #[message]
    fn done(&mut self, gate: Local<std::sync::mpsc::Receiver<()>>) {
        let _ = gate.0.recv();
    }
}

#[test]
fn heat_takes_from_background_and_workers_read_the_sensors_while_they_work() {
    let machine = Simulated::new();
    machine.heat(Thermal::Critical);
    // Nobody but the workers reads here.
    let energy = Energy::simulated(&machine).every(Duration::from_millis(1));
    let runtime = Runtime::builder().workers(1).energy(energy).build().unwrap();
    let spawn = |qos| {
        let done = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
        let busy = Busy { done: done.clone() };
        let busy = BusyRef::from(runtime.spawn_with(busy, &SpawnOptions::default().qos(qos)).unwrap());
        (0..2).for_each(|_| busy.tell(Work {}).unwrap());
        done
    };
    let (user, background) = (spawn(Qos::UserFacing), spawn(Qos::Background));
    let count = |of: &std::sync::atomic::AtomicU64| of.load(std::sync::atomic::Ordering::Relaxed);
    while runtime.energy_state().is_none_or(|state| state.thermal.level != Thermal::Critical) {
        std::thread::yield_now();
    }
    let (user_before, background_before) = (count(&user), count(&background));
    while count(&user) - user_before < 10_000 {
        std::thread::yield_now();
    }
    // A tenth of a quarter; a quarter would be 2 500.
    let had = count(&background) - background_before;
    assert!((30..1_000).contains(&had), "{had}");
}
