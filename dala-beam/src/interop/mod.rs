//! Rust and BEAM actors together: who sends what to whom, and in which form it arrives.
//!
//! - **BEAM to Rust** (`inbound`): a term sent to a native actor is converted once, straight into the payload of a
//!   message of that actor's protocol. `GenServer.call` (`$gen_call`) becomes a call whose reply goes back as a term.
//!   What does not convert reaches the actor's `unhandled` hook and the dead letters; a caller exits with the reason. A call
//!   by `gen:call` takes neither monitor nor message for that (`gen_call`).
//! - **Rust to BEAM** ([`Server`]): a message travels as it is, its payload in the node; the receiving process builds
//!   the term when its `receive` first looks at it. Calls speak OTP's `gen` protocol (OTP manual, `gen_server`), and their
//!   replies take no actor of their own (`reply`).
//! - **Types** (`typing`): what native functions take and give, and what actors take, is told to the IR; code that knows whom it
//!   sends to sends without a tuple (`typed_send`).
//! - **Children** ([`ActorKind`]): Elixir's supervisors start native actors, through `Dala.Actor`.
//! - **Applications** ([`ApplicationSpec`]): supervisors in Rust start OTP's applications.
//! - **Development** ([`Watch`]): sources that change are loaded while the app runs.
//! - **Reports** (`report`): what crashes in Rust is in OTP's log, with the stack of the process that waited for it.
//! - **Functions** (`native`): Erlang code calls functions in Rust as if they were built in;
//!   see [`dala::native`](mod@dala::native).
//!
//! Links, monitors, exit signals, names and supervision need nothing from here: the core does them for all actors.

mod application;
mod elixir;
pub(crate) mod elixir_modules;
mod elixir_types;
mod function;
pub(crate) mod gen_call;
pub(crate) mod inbound;
mod kinds;
pub(crate) mod layouts;
pub(crate) mod native;
mod outbound;
mod outside;
pub(crate) mod reply;
pub(crate) mod report;
mod start;
mod typed_send;
pub(crate) mod typing;
mod watch;

pub use application::ApplicationSpec;
pub use dala::server::ServerError;
pub use elixir::elixir_module;
pub use elixir_modules::ElixirModules;
pub use function::FunctionError;
pub use gen_call::GenCalls;
pub(crate) use kinds::KindError;
pub use kinds::{ActorKind, ActorKinds};
pub use native::{NativeCalls, NativeTableError};
pub use outbound::Server;
pub(crate) use outside::Outside;
pub use start::{ServerSpec, StartError};
pub use watch::{Reloaded, Watch};
