//! Erlang modules that the runtime carries, since OTP has none that would do. Their sources and their compiled form
//! lie in `otp/erlang`.

/// Name and compiled form.
static CARRIED: &[(&str, &[u8])] = &[
    ("dala_application", include_bytes!("../otp/erlang/dala_application.beam")),
    ("dala_boot", include_bytes!("../otp/erlang/dala_boot.beam")),
    ("dala_eunit", include_bytes!("../otp/erlang/dala_eunit.beam")),
    ("dala_eval", include_bytes!("../otp/erlang/dala_eval.beam")),
    ("dala_gen", include_bytes!("../otp/erlang/dala_gen.beam")),
    ("dala_gen_types", include_bytes!("../otp/erlang/dala_gen_types.beam")),
    ("dala_io", include_bytes!("../otp/erlang/dala_io.beam")),
    ("dala_tracing", include_bytes!("../otp/erlang/dala_tracing.beam")),
    ("dala_code", include_bytes!("../otp/erlang/dala_code.beam")),
    ("dala_reload", include_bytes!("../otp/erlang/dala_reload.beam")),
    ("Elixir.Dala.Actor", include_bytes!("../otp/erlang/Elixir.Dala.Actor.beam")),
];

/// The compiled form of a carried module.
pub(super) fn module(name: &str) -> Option<&'static [u8]> {
    CARRIED.iter().find(|(carried, _)| *carried == name).map(|&(_, bytes)| bytes)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::CARRIED;

    #[test]
    fn compiled_modules_are_those_of_their_sources() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/otp/erlang");
        for (name, carried) in CARRIED {
            let build = tempfile::tempdir().unwrap();
            let status = Command::new("erlc")
                .args(["+deterministic", "+no_debug_info", "-o"])
                .arg(build.path())
                .arg(folder.join(format!("{name}.erl")))
                .status();
            assert!(status.expect("erlc, which the tests need").success());
            let compiled = std::fs::read(build.path().join(format!("{name}.beam"))).unwrap();
            assert!(
                compiled == *carried,
                "{name}.beam is older than {name}.erl: compile it as the source says"
            );
        }
    }
}
