//! What is known at a point of the code besides register contents: the frame and the handlers in it.

use smallvec::SmallVec;

use super::Lowering;
use crate::opcode::operand::{Label, Register};

/// A register, or a part of the exception that a handler starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    /// Argument and temporary register.
    X(u16),
    /// Stack slot, counted from the start of the frame as it was made: `trim` does not renumber it.
    Y(u16),
    /// Float register.
    F(u16),
    /// Class of the exception caught.
    Class,
    /// Its reason.
    Reason,
    /// Its raw trace.
    Trace,
}

/// The state of the frame.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Context {
    frame: Option<Frame>,
    /// Stack slots that hold a handler, innermost first. As in OTP, a lower slot is further in.
    handlers: SmallVec<[(u16, Label); 2]>,
    /// Whether an exception was caught and its handler not yet entered by `try_case` or `catch_end`.
    pub(super) is_unwinding: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Frame {
    slots: u16,
    trimmed: u16,
}

impl Context {
    /// Makes a frame.
    pub(super) fn allocate(&mut self, slots: u32) -> Lowering<()> {
        if self.frame.is_some() {
            return Err("there is a frame already".into());
        }
        let slots = u16::try_from(slots).ok().filter(|&slots| slots <= 1 << 13);
        self.frame = Some(Frame { slots: slots.ok_or("the frame is too large")?, trimmed: 0 });
        Ok(())
    }

    /// Drops the frame, which must have this many slots left.
    pub(super) fn deallocate(&mut self, slots: u32) -> Lowering<()> {
        let frame = self.frame.take().ok_or("there is no frame to drop")?;
        if u32::from(frame.slots - frame.trimmed) != slots {
            return Err(
                format!("frame of {} slots dropped as one of {slots}", frame.slots - frame.trimmed).into()
            );
        }
        self.handlers.clear();
        Ok(())
    }

    /// Drops the frame, whatever it is.
    pub(super) fn abandon(&mut self) {
        self.frame = None;
        self.handlers.clear();
    }

    /// Drops the first slots of the frame.
    pub(super) fn trim(&mut self, drop: u32, remaining: u32) -> Lowering<()> {
        let frame = self.frame.as_mut().ok_or("there is no frame to trim")?;
        if u64::from(frame.slots - frame.trimmed) != u64::from(drop) + u64::from(remaining) {
            return Err("the trim does not fit the frame".into());
        }
        frame.trimmed += drop as u16;
        let trimmed = frame.trimmed;
        self.handlers.retain(|(slot, _)| *slot >= trimmed);
        Ok(())
    }

    /// The slot that a register operand means here.
    pub(super) fn slot(&self, register: Register) -> Lowering<Slot> {
        match register {
            Register::X(number) => Ok(Slot::X(number)),
            Register::Y(number) => match self.frame {
                Some(frame) if u32::from(number) + u32::from(frame.trimmed) < frame.slots.into() => {
                    Ok(Slot::Y(number + frame.trimmed))
                }
                Some(_) => Err(format!("y{number} lies outside the frame").into()),
                None => Err(format!("y{number} without a frame").into()),
            },
        }
    }

    /// Number of slots of the frame that are in use.
    pub(super) fn slots(&self) -> std::ops::Range<u16> {
        self.frame.map_or(0..0, |frame| frame.trimmed..frame.slots)
    }

    /// Checks that there is no frame.
    pub(super) fn expect_no_frame(&self) -> Lowering<()> {
        if self.frame.is_some() { Err("the frame was not dropped".into()) } else { Ok(()) }
    }

    /// Puts a handler into a slot.
    pub(super) fn enter(&mut self, slot: Slot, handler: Label) -> Lowering<()> {
        let Slot::Y(slot) = slot else { return Err("a handler must lie in a y register".into()) };
        self.leave(Slot::Y(slot));
        let at = self.handlers.iter().position(|(other, _)| *other > slot).unwrap_or(self.handlers.len());
        self.handlers.insert(at, (slot, handler));
        Ok(())
    }

    /// Clears a slot, if a handler is in it.
    pub(super) fn leave(&mut self, slot: Slot) {
        self.handlers.retain(|(other, _)| Slot::Y(*other) != slot);
    }

    /// Where an exception goes.
    pub(super) fn handler(&self) -> Option<Label> {
        self.handlers.first().map(|(_, label)| *label)
    }

    /// The state in the handler.
    pub(super) fn unwound(&self) -> Context {
        Context { is_unwinding: true, ..self.clone() }
    }
}
