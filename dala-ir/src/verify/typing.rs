//! The tables of what is known of native functions and actors.

use super::{Fault, Place, VerifyError};
use crate::ir::{Message, Module, Protocol, Taken, Typing};
use crate::types::{TermType, TupleShape};

/// Checks that rows name rows that exist and fit, and that no function has two.
///
/// # Errors
/// The first broken rule.
pub fn check(module: &Module) -> Result<(), VerifyError> {
    rows(module).map_err(|fault| VerifyError { place: Place::default(), fault })
}

fn rows(module: &Module) -> Result<(), Fault> {
    let Typing { messages, protocols, signatures, expected } = &module.typing;
    for Message { fields, .. } in messages {
        fields.iter().try_for_each(|ty| named(&module.typing, ty))?;
    }
    for Protocol { messages, .. } in protocols {
        for Taken { message, required, reply } in messages {
            named(&module.typing, reply)?;
            let row = module.typing.message(*message).ok_or_else(|| Fault::NoSuchRow(message.to_string()))?;
            if *required as usize > row.fields.len() {
                let (expected, found) = (row.fields.len(), *required as usize);
                return Err(Fault::CallArity { name: message.to_string(), expected, found });
            }
        }
    }
    for (index, signature) in signatures.iter().enumerate() {
        let name = signature.import.to_string();
        let import = module.imports.get(signature.import.index());
        let expected = import.ok_or_else(|| Fault::NoSuchRow(name.clone()))?.arity as usize;
        if expected != signature.arguments.len() {
            return Err(Fault::CallArity { name, expected, found: signature.arguments.len() });
        }
        signature.arguments.iter().chain([&signature.result]).try_for_each(|ty| named(&module.typing, ty))?;
        if signatures[..index].iter().any(|other| other.import == signature.import) {
            return Err(Fault::SameRow(format!("signature {name}")));
        }
    }
    match expected {
        Some(id) if module.typing.protocol(*id).is_none() => Err(Fault::NoSuchRow(id.to_string())),
        _ => Ok(()),
    }
}

/// Checks the rows that a type names.
fn named(typing: &Typing, ty: &TermType) -> Result<(), Fault> {
    if let Some(actor) = ty.as_actor()
        && typing.protocol(actor.protocol).is_none()
    {
        return Err(Fault::NoSuchRow(actor.protocol.to_string()));
    }
    match ty.shape() {
        TupleShape::Message(arity, tag, id) => {
            let message = typing.message(id).ok_or_else(|| Fault::NoSuchRow(id.to_string()))?;
            let (expected, found) = (message.arity(), arity as usize);
            match message.name == tag && expected == found {
                true => Ok(()),
                false => Err(Fault::CallArity { name: id.to_string(), expected, found }),
            }
        }
        TupleShape::Any | TupleShape::Arity(_) | TupleShape::Tagged(..) => Ok(()),
    }
}
