//! A soak: actors that are spawned, killed, linked, watched, timed, asked and flooded at random, and what must hold of them.
//!
//! It goes in epochs. In each a driver makes trouble for some time ([`Soak::epoch`]); then it stops, all that is under way
//! settles, and the books must balance:
//! - each message of one sender to one receiver came once and in order, and the last that a living receiver was told has
//!   come; all that were told were handled or are dead letters;
//! - each timer that was not cancelled fired once; each monitor told of its actor's end once; nobody learned of an end
//!   twice; each call had the right answer or a reason;
//! - each supervised child lives, under its name; a one-for-all group was started in order, after all of it had ended;
//! - when all is stopped no actor and no name is left, and no more memory is in use than some epochs before.

mod books;
mod driver;
mod sink;
mod walker;

pub use books::{Books, Totals};
pub use driver::{Report, Soak};
