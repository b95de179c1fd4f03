//! Apple's systems: `NSProcessInfo.thermalState` and `isLowPowerModeEnabled` (Foundation), and on macOS the power source (IOKit,
//! `IOPowerSources.h`).
//!
//! On iOS only the main thread may ask `UIDevice` for the battery: an app that wants that tells a
//! [`Simulated`](super::Simulated) machine, as a source of power.

#![cfg_attr(target_os = "macos", expect(unsafe_code, reason = "calls IOKit"))]

use super::source::{Power, Thermal};

/// The level that an `NSProcessInfoThermalState` is; none of what no version of Foundation says yet.
fn level(state: isize) -> Option<Thermal> {
    match state {
        0 => Some(Thermal::Nominal),
        1 => Some(Thermal::Fair),
        2 => Some(Thermal::Serious),
        3 => Some(Thermal::Critical),
        _ => None,
    }
}

/// What IOKit says of the time that is left (`kIOPSTimeRemainingUnlimited` on the mains, `kIOPSTimeRemainingUnknown` while it
/// estimates), and of a battery that runs low (`kIOPSLowBatteryWarningNone`, `Early`, `Final`).
fn power(time_left: f64, warning: i32, saves_power: bool) -> Power {
    const UNLIMITED: f64 = -2.0;
    const NO_WARNING: i32 = 1;
    match () {
        () if time_left == UNLIMITED => Power::Mains,
        () if saves_power || warning > NO_WARNING => Power::Low,
        () => Power::Battery,
    }
}

#[cfg(target_vendor = "apple")]
mod foundation {
    use super::level;
    use crate::energy::source::{Power, PowerSource, ThermalReading, ThermalSource};
    use objc2_foundation::NSProcessInfo;
    use std::io;

    /// Asks Foundation, and on macOS IOKit: heat without a temperature; power. Elsewhere than on macOS the power is
    /// [`Low`](Power::Low) in low power mode, and not known otherwise.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct Apple;

    impl ThermalSource for Apple {
        fn read(&mut self) -> io::Result<Option<ThermalReading>> {
            let state = NSProcessInfo::processInfo().thermalState().0;
            let level =
                level(state).ok_or_else(|| io::Error::other(format!("Foundation answers {state}")))?;
            Ok(Some(ThermalReading { level, celsius: None }))
        }
    }

    impl PowerSource for Apple {
        fn read(&mut self) -> io::Result<Option<Power>> {
            let saves_power = NSProcessInfo::processInfo().isLowPowerModeEnabled();
            Ok(read(saves_power))
        }
    }

    #[cfg(target_os = "macos")]
    fn read(saves_power: bool) -> Option<Power> {
        #[link(name = "IOKit", kind = "framework")]
        unsafe extern "C" {
            safe fn IOPSGetTimeRemainingEstimate() -> f64;
            safe fn IOPSGetBatteryWarningLevel() -> i32;
        }
        Some(super::power(IOPSGetTimeRemainingEstimate(), IOPSGetBatteryWarningLevel(), saves_power))
    }

    #[cfg(not(target_os = "macos"))]
    fn read(saves_power: bool) -> Option<Power> {
        saves_power.then_some(Power::Low)
    }
}

#[cfg(target_vendor = "apple")]
pub use foundation::Apple;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_of_foundation_is_a_level() {
        assert_eq!([0, 1, 2, 3].map(level), Thermal::ALL.map(Some));
        assert_eq!([-1, 4].map(level), [None, None]);
    }

    #[test]
    fn power_is_low_by_a_warning_or_in_low_power_mode_but_not_on_the_mains() {
        assert_eq!(power(-2.0, 1, true), Power::Mains);
        assert_eq!(power(-2.0, 3, false), Power::Mains);
        assert_eq!(power(-1.0, 1, false), Power::Battery);
        assert_eq!(power(3600.0, 1, false), Power::Battery);
        assert_eq!(power(3600.0, 2, false), Power::Low);
        assert_eq!(power(600.0, 3, false), Power::Low);
        assert_eq!(power(3600.0, 1, true), Power::Low);
    }
}
