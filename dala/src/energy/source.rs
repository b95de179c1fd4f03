//! What a machine can say of its heat and its power.

use std::io;

/// How hot the machine is.
///
/// | level | Apple's `thermalState` | Android's thermal status | here on Linux |
/// |---|---|---|---|
/// | `Nominal` | nominal | none | 15 °C or more below its first trip point |
/// | `Fair` | fair | light, moderate | less than that below it |
/// | `Serious` | serious | severe | at its first trip point |
/// | `Critical` | critical | critical, emergency, shutdown | within 5 °C of its `hot` or `critical` one |
#[crate::message]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thermal {
    /// Nothing to do.
    #[default]
    Nominal,
    /// Warm: work that can wait should be less.
    Fair,
    /// The system slows the machine down.
    Serious,
    /// Close to the system's emergency.
    Critical,
}

/// Where the machine's power comes from.
#[crate::message]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Power {
    /// The mains, or a battery that is being charged.
    #[default]
    Mains,
    /// A battery.
    Battery,
    /// A battery with at most a fifth left.
    Low,
}

impl Thermal {
    /// All levels, the coolest first.
    pub const ALL: [Thermal; 4] = [Thermal::Nominal, Thermal::Fair, Thermal::Serious, Thermal::Critical];
}

impl Power {
    /// All kinds, the richest first.
    pub const ALL: [Power; 3] = [Power::Mains, Power::Battery, Power::Low];
}

/// What a [`ThermalSource`] reads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ThermalReading {
    /// The level.
    pub level: Thermal,
    /// The temperature that it comes from, if one is known.
    pub celsius: Option<f64>,
}

/// Says how hot the machine is.
pub trait ThermalSource: Send {
    /// Reads it; it may block. `None` when the machine has no such sensor.
    ///
    /// # Errors
    /// When a sensor that is there cannot be read; the level stays as it was.
    fn read(&mut self) -> io::Result<Option<ThermalReading>>;
}

/// Says where the power comes from.
pub trait PowerSource: Send {
    /// Reads it; it may block. `None` when the machine does not say.
    ///
    /// # Errors
    /// When what is there cannot be read; the power stays as it was.
    fn read(&mut self) -> io::Result<Option<Power>>;
}
