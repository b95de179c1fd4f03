//! Module `dala_tracing`: an event of OTP's logger as an event of the crate `tracing` (see `otp::logger`).

use dala_ir::abi::Word;

use super::Answer;
use super::arguments::boolean;
use crate::process::Process;

/// The subscriber that events of OTP's logger go to: that of the thread that asked for it.
#[cfg(feature = "tracing")]
#[derive(Debug, Default)]
pub(crate) struct Subscriber(std::sync::OnceLock<tracing::Dispatch>);

/// `dala_tracing:event(Level, Text, Metadata)`: tells the subscriber; false if nobody asked for events.
pub(crate) fn event(p: &mut Process, [level, text, metadata]: [Word; 3]) -> Answer {
    #[cfg(feature = "tracing")]
    let is_told = on::event(p, level, text, metadata)?;
    #[cfg(not(feature = "tracing"))]
    let is_told = {
        let _ = (p, level, text, metadata);
        false
    };
    Ok(boolean(is_told))
}

#[cfg(feature = "tracing")]
mod on {
    use dala_ir::abi::{Atom, Word, atoms};
    use dala_ir::interp::Exception;
    use dala_ir::term::{map, tuple_elements, view};
    use tracing::dispatcher;

    use super::Subscriber;
    use crate::bif::arguments::{badarg, bytes, named};
    use crate::process::Process;

    impl Subscriber {
        /// That of this thread, or the application's; whichever was first told stays.
        pub(crate) fn of_this_thread(&self) {
            self.0.get_or_init(|| dispatcher::get_default(tracing::Dispatch::clone));
        }
    }

    /// What is known of an event beside its text.
    struct Facts {
        level: &'static str,
        module: Option<&'static str>,
        function: Option<String>,
        file: Option<String>,
        line: Option<i64>,
        pid: Option<String>,
        domain: Option<String>,
    }

    impl Facts {
        /// Metadata of OTP's logger (`logger:metadata/0`); whatever in it is something else is left out.
        fn of(level: &'static str, metadata: Word) -> Facts {
            let value = |key: Atom| map::get(metadata, Word::atom(key));
            let mfa = value(named!("mfa")).and_then(tuple_elements).and_then(|parts| match parts {
                &[module, name, arity] => Some((module.as_atom()?, name.as_atom()?, arity.as_small()?)),
                _ => None,
            });
            let domain = value(named!("domain")).and_then(view::list_to_vec).and_then(|parts| {
                let names: Option<Vec<&str>> =
                    parts.iter().map(|part| part.as_atom().map(Atom::text)).collect();
                names.map(|names| names.join("."))
            });
            Facts {
                level,
                module: mfa.map(|(module, ..)| module.text()),
                function: mfa.map(|(_, name, arity)| format!("{}/{arity}", name.text())),
                file: value(atoms::FILE).and_then(text),
                line: value(atoms::LINE).and_then(Word::as_small),
                pid: value(named!("pid")).and_then(Word::as_pid).map(|pid| pid.to_string()),
                domain,
            }
        }
    }

    /// A charlist, or a binary.
    fn text(word: Word) -> Option<String> {
        let bytes = match crate::bif::iodata_bytes(word) {
            Some(bytes) => bytes,
            // Characters above a byte.
            None => {
                let character = |word: &Word| char::from_u32(u32::try_from(word.as_small()?).ok()?);
                return view::list_to_vec(word)?.iter().map(character).collect();
            }
        };
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The eight levels of OTP's logger as those of `tracing`, of which the fifth, `TRACE`, stays free.
    macro_rules! tell {
        ($level:ident, $text:expr, $facts:expr) => {{
            let Facts { level, module, function, file, line, pid, domain } = $facts;
            tracing::event!(
                target: "otp", tracing::Level::$level, level, module, function, file, line, pid, domain, "{}", $text
            )
        }};
    }

    pub(super) fn event(p: &mut Process, level: Word, text: Word, metadata: Word) -> Result<bool, Exception> {
        let Some(level) = level.as_atom() else { return badarg() };
        let text = bytes(text)?;
        p.charge(text.len() / 16);
        let text = String::from_utf8_lossy(&text);
        let Some(dispatch) = p.system.builtins.subscriber.0.get() else { return Ok(false) };
        let facts = Facts::of(level.text(), metadata);
        dispatcher::with_default(dispatch, || match facts.level {
            "emergency" | "alert" | "critical" | "error" => tell!(ERROR, text, facts),
            "warning" => tell!(WARN, text, facts),
            "notice" | "info" => tell!(INFO, text, facts),
            _ => tell!(DEBUG, text, facts),
        });
        Ok(true)
    }
}
