//! A machine whose heat and power a test sets.

use super::source::{Power, PowerSource, Thermal, ThermalReading, ThermalSource};
use crate::sync::{Arc, Mutex, lock};
use std::io;

/// Heat and power as they are set; clones are the same machine.
#[derive(Clone, Debug, Default)]
pub struct Simulated(Arc<Mutex<(Thermal, Power)>>);

impl Simulated {
    /// A cool machine on mains.
    pub fn new() -> Simulated {
        Simulated::default()
    }

    /// Sets the heat; the runtime learns of it when it next reads.
    pub fn heat(&self, level: Thermal) {
        lock(&self.0).0 = level;
    }

    /// Sets the power; the runtime learns of it when it next reads.
    pub fn feed(&self, power: Power) {
        lock(&self.0).1 = power;
    }
}

impl ThermalSource for Simulated {
    fn read(&mut self) -> io::Result<Option<ThermalReading>> {
        Ok(Some(ThermalReading { level: lock(&self.0).0, celsius: None }))
    }
}

impl PowerSource for Simulated {
    fn read(&mut self) -> io::Result<Option<Power>> {
        Ok(Some(lock(&self.0).1))
    }
}
