//! Events of OTP's logger as events of the crate `tracing`. One test a subscriber and a system.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use dala::Runtime;
use dala_beam::otp::logger::Console;
use dala_beam::otp::{boot, logger};
use dala_beam::process::{Ended, Entry, System, SystemOptions};
use dala_ir::abi::{Atom, Word};
use dala_ir::term::print::{Style, print};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// An event: its level, target and fields.
#[derive(Clone, Debug)]
struct Seen {
    level: Level,
    target: String,
    fields: BTreeMap<&'static str, String>,
}

impl Seen {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

#[derive(Clone, Default)]
struct Collected(Arc<Mutex<Vec<Seen>>>);

impl Collected {
    fn all(&self) -> Vec<Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The one event whose text has this in it.
    #[track_caller]
    fn event_with(&self, part: &str) -> Seen {
        let mut events = self.all();
        events.retain(|event| event.field("message").contains(part));
        assert_eq!(events.len(), 1, "{part:?}: {events:#?}\nof {:#?}", self.all());
        events.remove(0)
    }
}

impl<S: Subscriber> Layer<S> for Collected {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let (level, target) = (*event.metadata().level(), event.metadata().target().to_owned());
        let mut seen = Seen { level, target, fields: BTreeMap::new() };
        event.record(&mut seen);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    }
}

/// Programs that log.
struct Program {
    _runtime: Runtime,
    system: Arc<System>,
}

impl Program {
    /// Of the modules in the files of `tests/tracing_modules`.
    fn new(file: &str, applications: &[&str]) -> Program {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tracing_modules").join(file);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let compiler = if file.ends_with(".ex") { "elixirc" } else { "erlc" };
        let status = Command::new(compiler).arg("-o").arg(folder.path()).arg(&source).status();
        assert!(status.expect("the compiler, which the tests need").success());
        let runtime = Runtime::builder().workers(2).build().expect("the runtime starts");
        let options = SystemOptions { paths: vec![folder.path().to_owned()], ..SystemOptions::default() };
        let system = System::new(runtime.handle().clone(), options);
        boot::start(&system, applications).expect("OTP starts");
        for entry in std::fs::read_dir(folder.path()).expect("it is there").flatten() {
            let module = entry.path().file_stem().expect("a name").to_string_lossy().into_owned();
            system.code.ensure_loaded(Atom::new(&module)).expect("it loads");
        }
        Program { _runtime: runtime, system }
    }

    /// Runs `module:function()` to its end; what it returned.
    fn run(&self, module: &str, function: &str) -> String {
        let (sender, receiver) = mpsc::channel();
        let entry = Entry::Function(Atom::new(module), Atom::new(function), Word::NIL);
        self.system.start_process(entry, None, Some(sender)).expect("a process starts");
        match receiver.recv().expect("it ends") {
            Ended::Value(value) => print(value.root(), Style::Plain).to_string(),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn events_of_otps_logger_reach_the_subscriber() {
    let collected = Collected::default();
    let subscriber = tracing_subscriber::registry().with(collected.clone());
    let guard = tracing::subscriber::set_default(subscriber);
    let program = Program::new("logging.erl", &[]);
    logger::to_tracing(&program.system, Console::Replaced).expect("the logger runs");
    // Only the thread that asked has it.
    drop(guard);
    let pid = program.run("logging", "main");

    let levels = [
        ("emergency", Level::ERROR),
        ("alert", Level::ERROR),
        ("critical", Level::ERROR),
        ("error", Level::ERROR),
        ("warning", Level::WARN),
        ("notice", Level::INFO),
        ("info", Level::INFO),
        ("debug", Level::DEBUG),
    ];
    for (name, level) in levels {
        let event = collected.event_with(&format!("of {name}:"));
        assert_eq!((event.level, event.target.as_str(), event.field("level")), (level, "otp", name));
        assert_eq!(event.field("message"), format!("of {name}: caf\u{e9} \u{1f41f}"));
        assert_eq!((event.field("module"), event.field("function")), ("logging", "main/0"));
        assert!(event.field("file").ends_with("logging.erl"), "{event:?}");
        assert!(event.field("line").parse::<u32>().is_ok(), "{event:?}");
        assert_eq!((event.field("pid"), event.field("domain")), (pid.as_str(), "shop.orders"));
    }
    // The logger's own level and filters come first.
    assert!(!collected.all().iter().any(|event| event.field("message").contains("unheard")));
    // A report by its own function, and one without.
    assert_eq!(collected.event_with("sold").field("message"), "sold 3 of tea");
    assert!(collected.event_with("stock").field("message").contains("stock: 7"));
    // A text that is none does not end the handler.
    assert_eq!(collected.event_with("behind").level, Level::ERROR);
    // What the emulator and OTP's servers report of crashes.
    let crash = collected.event_with("with exit value");
    assert_eq!((crash.level, crash.field("level")), (Level::ERROR, "error"));
    assert!(crash.field("message").contains("out_of_tea"), "{crash:?}");
    let report = collected.event_with("crasher:");
    assert!(report.field("message").contains("no_cups"), "{report:?}");
    assert_eq!(report.field("domain"), "otp.sasl");
    // The default handler is gone, and ours there once.
    assert_eq!(program.run("logging", "handlers"), "[dala_tracing]");
    logger::to_tracing(&program.system, Console::Replaced).expect("the logger runs");
    assert_eq!(program.run("logging", "handlers"), "[dala_tracing]");
}

#[test]
fn events_of_elixirs_logger_reach_the_subscriber_beside_the_console() {
    let collected = Collected::default();
    let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(collected.clone()));
    let program = Program::new("logging.ex", &["elixir"]);
    logger::to_tracing(&program.system, Console::Kept).expect("the logger runs");
    drop(guard);
    assert_eq!(program.run("Elixir.Logging", "main"), "[dala_tracing,default]");
    let event = collected.event_with("tea is ready");
    assert_eq!((event.level, event.field("level")), (Level::WARN, "warning"));
    assert_eq!((event.field("module"), event.field("function")), ("Elixir.Logging", "main/0"));
    assert_eq!(event.field("domain"), "elixir");
}
