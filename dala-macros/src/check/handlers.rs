//! Rules of an actor's handlers together.

use quote::ToTokens as _;

use super::messages;
use crate::diag::{Code, Diagnostics};
use crate::model::actor::Actor;

/// Reports an actor that takes nothing, and two handlers for one type, of which the first is kept.
///
/// That two *types* look alike in Erlang is found by a `const` assertion in the generated code, since only the
/// compiler knows their shapes.
pub(crate) fn actor(actor: &mut Actor, diagnostics: &mut Diagnostics) {
    // With errors, handlers may be missing because they were wrong.
    if actor.handlers.is_empty() && actor.unhandled.is_none() && diagnostics.is_empty() {
        diagnostics.report(
            Code::EmptyActor,
            &actor.ty,
            format_args!("actor `{}` has no handlers: nothing could be sent to it", actor.ident),
            "mark methods with `#[handler]` (one message parameter) or `#[message]` (message made from the arguments)",
        );
    }
    let mut is_first = vec![true; actor.handlers.len()];
    for (position, handler) in actor.handlers.iter().enumerate() {
        if let Some(made) = &handler.made {
            made.message.variants.iter().for_each(|variant| messages::atom(variant, diagnostics));
        }
        let text = handler.message.to_token_stream().to_string();
        let same = |former: &&crate::model::handler::Handler| {
            former.message.to_token_stream().to_string() == text && former.cfgs().is_empty()
        };
        if handler.cfgs().is_empty()
            && let Some(former) = actor.handlers[..position].iter().find(same)
        {
            is_first[position] = false;
            let instead = match handler.made {
                Some(_) => "rename the method, from whose name the message type is made",
                None => "do both things in one handler, or make a second message type",
            };
            let wrong =
                format!("`{text}` is handled twice: by `{}` and by `{}`", former.ident, handler.ident);
            match handler.made {
                Some(_) => diagnostics.report(Code::SameMessage, &handler.ident, wrong, instead),
                None => diagnostics.report(Code::SameMessage, &handler.message, wrong, instead),
            }
        }
    }
    let mut is_first = is_first.into_iter();
    actor.handlers.retain(|_| is_first.next() == Some(true));
}
