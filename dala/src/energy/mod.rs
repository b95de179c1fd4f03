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
//! | system | heat | power |
//! |---|---|---|
//! | Linux | [`Sysfs`] | [`Sysfs`] |
//! | macOS | `Apple` | `Apple` |
//! | iOS | `Apple` | `Apple`: low power mode alone; `UIDevice`'s battery by way of [`Simulated`] |
//! | Android, API level 30 | `AndroidThermal` | what the app's Java is told, by way of [`Simulated`] |
//!
//! Those of Android and Apple are written after the documentation of what they call, and are compiled for these systems by the
//! gate; nobody has run them yet.

#[cfg(any(test, target_os = "android"))]
mod android;
#[cfg(any(test, target_vendor = "apple"))]
#[cfg_attr(not(target_os = "macos"), allow(dead_code, reason = "the power is read on macOS alone"))]
mod apple;
mod governor;
mod policy;
mod simulated;
mod source;
mod sysfs;

#[cfg(target_os = "android")]
pub use android::AndroidThermal;
#[cfg(target_vendor = "apple")]
pub use apple::Apple;
pub use governor::{Energy, EnergyState, PowerChanged, ThermalChanged};
pub(crate) use governor::{Governor, POWER_CHANGES, THERMAL_CHANGES};
pub use policy::{Policy, Shares};
pub use simulated::Simulated;
pub use source::{Power, PowerSource, Thermal, ThermalReading, ThermalSource};
pub use sysfs::Sysfs;

#[cfg(test)]
mod tests;
