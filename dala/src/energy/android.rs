//! Android: the thermal status that the NDK tells (`<android/thermal.h>`, API level 30).
//!
//! The NDK says nothing of batteries, and apps may not read `/sys/class/power_supply`: what `Intent.ACTION_BATTERY_CHANGED`
//! tells the app's Java goes to a [`Simulated`](super::Simulated) machine, as a source of power.

#![cfg_attr(target_os = "android", expect(unsafe_code, reason = "calls the NDK"))]

use super::source::Thermal;

/// The level that an `AThermalStatus` is; none of `ATHERMAL_STATUS_ERROR` and of what no version of the NDK says yet.
fn level(status: i32) -> Option<Thermal> {
    match status {
        0 => Some(Thermal::Nominal),
        1 | 2 => Some(Thermal::Fair),
        3 => Some(Thermal::Serious),
        4..=6 => Some(Thermal::Critical),
        _ => None,
    }
}

#[cfg(target_os = "android")]
mod ndk {
    use super::level;
    use crate::energy::source::{ThermalReading, ThermalSource};
    use std::io;
    use std::ptr::NonNull;

    /// `AThermalManager`.
    #[repr(C)]
    struct Manager {
        _opaque: [u8; 0],
    }

    #[link(name = "android")]
    unsafe extern "C" {
        safe fn AThermal_acquireManager() -> Option<NonNull<Manager>>;
        fn AThermal_releaseManager(manager: NonNull<Manager>);
        fn AThermal_getCurrentThermalStatus(manager: NonNull<Manager>) -> i32;
    }

    /// Asks the system's thermal service. Its levels are those of
    /// [`Thermal`](crate::energy::Thermal)'s table; it tells no temperature.
    #[derive(Debug)]
    pub struct AndroidThermal(NonNull<Manager>);

    // SAFETY: the manager is a handle of the binder, which locks for itself; it belongs to no thread.
    unsafe impl Send for AndroidThermal {}

    impl AndroidThermal {
        /// The device's.
        ///
        /// # Errors
        /// When there is no thermal service.
        pub fn new() -> io::Result<AndroidThermal> {
            let manager = AThermal_acquireManager();
            manager.map(AndroidThermal).ok_or_else(|| io::Error::other("there is no thermal service"))
        }
    }

    impl Drop for AndroidThermal {
        fn drop(&mut self) {
            // SAFETY: acquired in `new`, released once.
            unsafe { AThermal_releaseManager(self.0) }
        }
    }

    impl ThermalSource for AndroidThermal {
        fn read(&mut self) -> io::Result<Option<ThermalReading>> {
            // SAFETY: acquired in `new`, released in `drop` only.
            let status = unsafe { AThermal_getCurrentThermalStatus(self.0) };
            let level = level(status)
                .ok_or_else(|| io::Error::other(format!("the thermal service answers {status}")))?;
            Ok(Some(ThermalReading { level, celsius: None }))
        }
    }
}

#[cfg(target_os = "android")]
pub use ndk::AndroidThermal;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_of_the_ndk_is_a_level_and_an_error_is_none() {
        let levels: Vec<Option<Thermal>> = (-1..=7).map(level).collect();
        use Thermal::{Critical, Fair, Nominal, Serious};
        let known = [Nominal, Fair, Fair, Serious, Critical, Critical, Critical].map(Some);
        assert_eq!(levels[1..8], known);
        assert_eq!((levels[0], levels[8]), (None, None));
    }
}
