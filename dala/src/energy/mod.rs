//! Heat and power: what the machine says of them, and what the runtime does about it.
//!
//! [`Energy`] in the builder turns it on: sources ([`ThermalSource`], [`PowerSource`]) are read now and then while actors run,
//! never while the runtime is idle; a [`Policy`], a table that prints itself, says what shares the classes Utility and
//! Background keep; actors that subscribe learn of changes. Without it nothing is read and nothing costs anything.
//!
//! ```
//! use dala::energy::{Energy, Power, Simulated, Thermal, ThermalChanged};
//!
//! struct Encoder { fast: bool }
//! #[dala::actor]
//! impl Encoder {
//!     #[handler]
//!     fn heat(&mut self, change: ThermalChanged) { self.fast = change.level < Thermal::Serious; }
//!     #[message]
//!     fn is_fast(&mut self) -> bool { self.fast }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let machine = Simulated::new();
//! let runtime = dala::Runtime::builder().energy(Energy::simulated(&machine)).build()?;
//! let encoder = EncoderRef::from(runtime.spawn(Encoder { fast: true })?);
//! runtime.thermal_changes().subscribe(*encoder);
//! machine.heat(Thermal::Serious);
//! runtime.read_sensors();
//! assert!(!runtime.block_on(encoder.is_fast())?);
//! assert_eq!(runtime.energy_state().map(|state| state.power), Some(Power::Mains));
//! # Ok(())
//! # }
//! ```
//!
//! There are sources for Linux ([`Sysfs`]). For Apple's and Android's systems implement the traits over
//! `NSProcessInfo.thermalState` and `AThermal_getCurrentThermalStatus`, whose levels map onto [`Thermal`] as its table says; the
//! crate has none of its own because nothing here can compile or test them.

mod governor;
mod policy;
mod simulated;
mod source;
mod sysfs;

pub use governor::{Energy, EnergyState, PowerChanged, ThermalChanged};
pub(crate) use governor::{Governor, POWER_CHANGES, THERMAL_CHANGES};
pub use policy::{Policy, Shares};
pub use simulated::Simulated;
pub use source::{Power, PowerSource, Thermal, ThermalReading, ThermalSource};
pub use sysfs::Sysfs;

#[cfg(test)]
mod tests;
