//! Every word that has a meaning inside the macros' attributes, once.

/// Marks the constructor.
pub(crate) const INIT: &str = "init";
/// Marks a handler of a message type that exists.
pub(crate) const HANDLER: &str = "handler";
/// Marks a handler whose message type is made from its arguments.
pub(crate) const MESSAGE: &str = "message";
/// Marks the hook for exit signals of linked actors.
pub(crate) const ON_EXIT: &str = "on_exit";
/// Marks the hook for `DOWN` messages.
pub(crate) const ON_DOWN: &str = "on_down";
/// Marks the hook for messages that no handler takes.
pub(crate) const UNHANDLED: &str = "unhandled";
/// Marks the hook that runs last.
pub(crate) const TERMINATE: &str = "terminate";

/// Marks the hook that runs when nothing has come for a while.
pub(crate) const IDLE: &str = "idle";

/// All attributes of methods in an actor's impl block, in the order in which errors list them.
pub(crate) const METHOD_ATTRIBUTES: &[&str] =
    &[INIT, HANDLER, MESSAGE, ON_EXIT, ON_DOWN, UNHANDLED, IDLE, TERMINATE];

/// `#[dala::actor(name = "..")]`, `#[dala::message(name = "..")]`, `#[message(name = "..")]`.
pub(crate) const NAME: &str = "name";
/// `#[dala::actor(mailbox = N)]`.
pub(crate) const MAILBOX: &str = "mailbox";
/// `#[dala::actor(memory = "64MiB")]`.
pub(crate) const MEMORY: &str = "memory";
/// `#[dala::actor(messages = N)]`.
pub(crate) const MESSAGES: &str = "messages";
/// `#[dala::actor(overflow = "..")]`.
pub(crate) const OVERFLOW: &str = "overflow";
/// `#[dala::actor(qos = "..")]`.
pub(crate) const QOS: &str = "qos";
/// `#[dala::actor(pinned)]`.
pub(crate) const PINNED: &str = "pinned";
/// `#[handler(priority = "..")]`.
pub(crate) const PRIORITY: &str = "priority";
/// `#[dala::actor(deadline = "5ms")]`.
pub(crate) const DEADLINE: &str = "deadline";
/// `#[idle(after = "30s")]`.
pub(crate) const AFTER: &str = "after";
/// `#[dala::native(module = "..")]`.
pub(crate) const MODULE: &str = "module";
/// `#[dala::native(reductions = N)]`.
pub(crate) const REDUCTIONS: &str = "reductions";
/// `#[dala::native(blocking)]`.
pub(crate) const BLOCKING: &str = "blocking";
/// `#[dala::native(tagged)]`.
pub(crate) const TAGGED: &str = "tagged";
/// The attribute of `#[derive(dala::Term)]`, and its options beside `name` and `module`.
pub(crate) const TERM: &str = "term";
/// `#[term(map)]`: `%{field: ..}`.
pub(crate) const MAP: &str = "map";
/// `#[term(keyword)]`: `[field: ..]`.
pub(crate) const KEYWORD: &str = "keyword";
/// `#[term(tuple)]`: `{.., ..}`.
pub(crate) const TUPLE: &str = "tuple";
/// `#[term(record)]`: `{name, .., ..}`.
pub(crate) const RECORD: &str = "record";
/// `#[term(transparent)]`: the one field.
pub(crate) const TRANSPARENT: &str = "transparent";
/// `#[term(none = "undefined")]`.
pub(crate) const NONE: &str = "none";
/// `#[term(default)]` on a field.
pub(crate) const DEFAULT: &str = "default";
/// `#[call]` on a method of `#[dala::beam]`: what it is without.
pub(crate) const CALL: &str = "call";
/// `#[call(timeout = "10s")]`.
pub(crate) const TIMEOUT: &str = "timeout";
/// `#[cast]`.
pub(crate) const CAST: &str = "cast";
/// `#[info]`.
pub(crate) const INFO: &str = "info";
/// `#[dala::test(seeds = N)]`.
pub(crate) const SEEDS: &str = "seeds";
/// `#[dala::test(real)]`.
pub(crate) const REAL: &str = "real";
/// `#[dala::main(workers = N)]`, `#[dala::test(real, workers = N)]`.
pub(crate) const WORKERS: &str = "workers";

/// The lanes of a mailbox: the word in the attribute, the variant of `dala::Lane`.
pub(crate) const PRIORITIES: &[(&str, &str)] =
    &[("critical", "Critical"), ("high", "High"), ("normal", "Normal"), ("low", "Low")];

/// The classes: the word in the attribute, the variant of `dala::Qos`.
pub(crate) const CLASSES: &[(&str, &str)] = &[
    ("realtime", "Realtime"),
    ("user_facing", "UserFacing"),
    ("utility", "Utility"),
    ("background", "Background"),
];

/// What becomes of messages for a full lane: the word in the attribute, the variant of `dala::Overflow`.
pub(crate) const OVERFLOWS: &[(&str, &str)] =
    &[("wait", "Wait"), ("refuse", "Refuse"), ("drop_newest", "DropNewest"), ("drop_oldest", "DropOldest")];
