//! What to do at which heat and power: a table.

use super::source::{Power, Thermal};
use std::fmt;

/// What the classes keep of their shares, percent. Realtime and UserFacing keep theirs always: somebody waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shares {
    /// Of Utility's.
    pub utility: u8,
    /// Of Background's.
    pub background: u8,
}

impl Shares {
    /// Both, in percent; at least 1 and at most 100 each, so that nothing starves.
    pub const fn new(utility: u8, background: u8) -> Shares {
        const fn percent(percent: u8) -> u8 {
            if percent < 1 {
                1
            } else if percent > 100 {
                100
            } else {
                percent
            }
        }
        Shares { utility: percent(utility), background: percent(background) }
    }
}

/// The table. It prints itself.
///
/// ```
/// use dala::energy::{Policy, Power, Shares, Thermal};
/// let policy = Policy::default().with(Thermal::Nominal, Power::Battery, Shares::new(100, 20));
/// assert_eq!(policy.to_string(), "\
/// heat      mains       battery     low
/// nominal   100%  100%  100%   20%   50%   25%
/// fair      100%   50%   75%   25%   50%   10%
/// serious    50%   25%   50%   10%   25%   10%
/// critical   25%   10%   25%   10%   10%    5%
/// ");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy([[Shares; 3]; 4]);

/// A guess, to be replaced by who knows the machine; not measured.
const DEFAULT: Policy = Policy([
    [Shares::new(100, 100), Shares::new(100, 50), Shares::new(50, 25)],
    [Shares::new(100, 50), Shares::new(75, 25), Shares::new(50, 10)],
    [Shares::new(50, 25), Shares::new(50, 10), Shares::new(25, 10)],
    [Shares::new(25, 10), Shares::new(25, 10), Shares::new(10, 5)],
]);

impl Default for Policy {
    fn default() -> Policy {
        DEFAULT
    }
}

impl Policy {
    /// What holds at this heat and power.
    pub fn shares(&self, thermal: Thermal, power: Power) -> Shares {
        self.0[thermal as usize][power as usize]
    }

    /// The table with one entry changed.
    #[must_use]
    pub fn with(mut self, thermal: Thermal, power: Power, shares: Shares) -> Policy {
        self.0[thermal as usize][power as usize] = Shares::new(shares.utility, shares.background);
        self
    }
}

/// A column for each kind of power with what Utility and Background keep.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = Power::ALL.map(|power| format!("{power:?}").to_lowercase());
        writeln!(f, "{:<10}{:<12}{:<12}{}", "heat", columns[0], columns[1], columns[2])?;
        for level in Thermal::ALL {
            write!(f, "{:<9}", format!("{level:?}").to_lowercase())?;
            for power in Power::ALL {
                let shares = self.shares(level, power);
                write!(f, "{:>4}%{:>5}%", shares.utility, shares.background)?;
                f.write_str(if power == Power::Low { "\n" } else { " " })?;
            }
        }
        Ok(())
    }
}
