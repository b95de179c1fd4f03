//! Proc macros of the Dala actor runtime: [`macro@message`], [`macro@actor`], [`macro@protocol`], [`macro@Term`],
//! [`macro@native`], [`macro@beam`], [`macro@main`], [`macro@test`]. Used through the crate `dala`, which
//! re-exports them.
//!
//! ```
//! #[dala::message]
//! pub struct Add {
//!     pub by: i64,
//! }
//!
//! pub struct Counter {
//!     n: i64,
//! }
//!
//! #[dala::actor]
//! impl Counter {
//!     #[init]
//!     fn new(start: i64) -> Self {
//!         Counter { n: start }
//!     }
//!
//!     /// Takes a message type that exists.
//!     #[handler]
//!     fn add(&mut self, add: Add) {
//!         self.n += add.by;
//!     }
//!
//!     /// Makes the message type, `Reset { to: i64 }`, from the arguments.
//!     #[message]
//!     fn reset(&mut self, to: i64) -> i64 {
//!         std::mem::replace(&mut self.n, to)
//!     }
//! }
//!
//! #[dala::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let counter = Counter::spawn(40).await?;
//!     counter.tell(Add { by: 2 })?;
//!     assert_eq!(counter.reset(0).await?, 42);
//!     Ok(())
//! }
//! ```
//!
//! # Every name that is generated
//!
//! | for | name | what |
//! |---|---|---|
//! | `#[dala::message] T` | `impl Message for T`, `impl StableLayout for T` | shape, conversion to and from terms |
//! | `#[dala::actor] impl T` | `TRef` | typed reference: `Copy`, derefs to `dala::ActorRef<T>`, one method a handler, `TRef::of_pid` |
//! | | `T::spawn` | with the arguments of `#[init]`, gives a `dala::Spawning`; without `#[init]`, a method of the state |
//! | | `T::spawn_on` | instead, for a pinned actor: with its thread, and the arguments of `#[init]` or what makes the state |
//! | | `impl Actor for T`, `impl Handles<M> for T` | hooks, protocol table; one `Handles` a handler |
//! | `#[dala::protocol] trait P` | `PRef`, `impl P for A` | reference to any actor that has the protocol; for every such actor |
//! | `#[derive(dala::Term)] T` | `impl StableLayout for T` | conversion to and from terms |
//! | `#[dala::beam] trait C` | `CRef` | typed client of a server in Erlang or Elixir, instead of the trait |
//! | `#[dala::native] fn f` | `f`, a type | what `dala::natives![f]` names; hidden |
//! | `#[message] fn set_limit(..)` | `SetLimit` | the message type, with a field for each argument |
//!
//! Nothing else is visible. Generated code names only `::dala::__rt` and contains no `unsafe`.
//!
//! To read it: rust-analyzer's command *Expand macro recursively* on the attribute, or `cargo expand --test NAME` (of `cargo install
//! cargo-expand`; `--example NAME`, `--lib path::to::module`). Names that you wrote keep their place, so going to the definition of
//! `counter.reset(..)` leads to the handler, with its doc comment; checks lie in `const _` items, which have no name.
//!
//! # Mistakes
//! Each has a code and a page in `docs/errors/`. All mistakes of an item are reported at once, each on the token that
//! is wrong, and the item is still emitted, so that no second error follows from the first.
//!
//! # How it is built
//! `parse` (tokens to model) -> `model` (plain data) -> `check` (rules over a whole model) -> `expand` (model to
//! code). Layouts are never computed here: the code carries descriptions, and `const fn`s of `dala-ir` do the rest.

mod check;
mod diag;
mod expand;
mod fallback;
mod keywords;
mod model;
mod names;
mod parse;

use proc_macro::TokenStream;
use quote::quote;

use diag::Diagnostics;

/// Makes a struct or an enum a message.
///
/// A struct with fields is a tuple in Erlang, `struct Deposit { amount, memo }` is `{deposit, Amount, Memo}`; one
/// without is the atom. An enum is one such shape for each variant. The type becomes `#[repr(C)]`, so that compiled
/// Erlang code reads its fields where they lie.
///
/// Field types are those with `dala::StableLayout`: scalars, `String`, `dala::Bytes`, `Vec`, arrays, `Option`,
/// `Result`, tuples, `Box`, `HashMap`, `BTreeMap`, `dala::Atom`, `dala::Pid`, and messages. The type may contain itself
/// behind a `Box` or in a `Vec`. It has no parameters.
///
/// # Options
/// - `#[dala::message(name = "put")]` on a struct, `#[message(name = "put")]` on a variant: the atom, instead of the
///   type's name in small letters with underscores (`OpenAccount` is `open_account`).
#[proc_macro_attribute]
pub fn message(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let (mut item, mut diagnostics) = match read(&item) {
        Ok(item) => item,
        Err(error) => return fallback::unread(error, item.into()).into(),
    };
    let message = parse::message::message(arguments.into(), &mut item, &mut diagnostics);
    if let Some(message) = &message {
        check::messages::message(message, &mut diagnostics);
    }
    match message {
        Some(message) if diagnostics.is_empty() => {
            let repr = expand::message::repr(&message);
            let impls = expand::message::impls(&message);
            quote!(#repr #item #impls).into()
        }
        _ => fallback::item(diagnostics, &item).into(),
    }
}

/// Makes the type of an impl block an actor, whose handlers are the block's methods.
///
/// # Methods
/// | attribute | form |
/// |---|---|
/// | `#[init]` | `fn(args..) -> Self` or `-> Result<Self, E>` with `E: Display`, may be `async`; runs in the new actor. `T::spawn(args..).await` waits for it and gives its error |
/// | `#[handler]` | `fn(&mut self, message: M) -> R`, where `M` is a `#[dala::message]` type |
/// | `#[message]` | `fn(&mut self, args..) -> R`; makes the message type from name and arguments |
/// | `#[on_exit]` | `fn(&mut self, from: Pid, reason: &ExitReason)`: a linked actor ended. Without it, this one ends too |
/// | `#[on_down]` | `fn(&mut self, down: &Down)`: a watched actor ended |
/// | `#[unhandled]` | `fn(&mut self, message: &Unhandled)`: what no handler takes, before it becomes a dead letter |
/// | `#[idle(after = "30s")]` | `fn(&mut self)`: nothing has come for that long; once until something comes again |
/// | `#[terminate]` | `fn(&mut self, reason: &ExitReason)`: the last thing the actor does, whatever ends it |
///
/// `ctx: &mut dala::Context<Self>` may be a further parameter of each, at any place.
/// Handlers may be `async`: they borrow `self` while they wait, and the actor takes no other message meanwhile. One
/// that only reads may take `&self`, unless it is async. Replies have `dala::StableLayout`.
///
/// A handler may give its reply otherwise than by returning it:
/// - with a parameter `reply: ReplyTo<R>`, at any place: when and where it likes (`dala::ReplyTo`);
/// - with `-> Concurrent<R>`: from a future that goes on beside the actor (`dala::Concurrent`);
/// - with `-> Blocking<R>`: from a function that blocks a thread of a pool (`dala::Blocking`).
///
/// The type may have parameters (`impl<T: Send + 'static> Cache<T>`), its messages may not; its reference is then
/// `CacheRef<Cache<T>>`.
///
/// # Options
/// - `#[dala::actor(name = "counter")]`: name for people, instead of the type's.
/// - `#[dala::actor(mailbox = 1024)]`: messages that Rust senders may have waiting in each lane.
/// - `#[dala::actor(memory = "64MiB")]`: bytes that it may hold, in messages that wait and by what it says of itself; it ends
///   when that is more (`dala::MemoryLimit`). `messages = 10_000`: messages that may wait, the same.
/// - `#[dala::actor(qos = "background")]`, also `utility`, `user_facing` (the default), `realtime`: its share of the workers.
/// - `#[dala::actor(deadline = "5ms")]`: by when it is to be done each time that it has something to do (`dala::Qos`).
/// - `#[dala::actor(overflow = "drop_oldest")]`, also `wait` (the default), `refuse`, `drop_newest`: what becomes of
///   messages for a lane that is full (`dala::Overflow`).
/// - `#[dala::actor(pinned)]`: the actor stays on one thread, so that its state need not be `Send`; it is made there by
///   `T::spawn_on(&thread, ..)` with the arguments of its `#[init]`, or without one by `T::spawn_on(&thread, || ..)`.
/// - `#[handler(priority = "critical")]`, also `high`, `normal`, `low`: the lane that the message is sent in.
/// - `#[message(name = "put")]`: the atom of the message, instead of the method's name.
#[proc_macro_attribute]
pub fn actor(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let (mut item, mut diagnostics) = match read(&item) {
        Ok(item) => item,
        Err(error) => return fallback::unread(error, item.into()).into(),
    };
    let actor = parse::actor::actor(arguments.into(), &mut item, &mut diagnostics);
    match actor {
        Some(mut actor) => {
            check::handlers::actor(&mut actor, &mut diagnostics);
            let lints = fallback::lints(&diagnostics);
            let items = expand::actor::items(&actor);
            let client = expand::client::items(&actor);
            let errors = diagnostics.into_tokens();
            quote!(#errors #lints #item #items #client).into()
        }
        None => fallback::item(diagnostics, &item).into(),
    }
}

/// Makes a trait a protocol: a list of messages that actors of several types handle.
///
/// Every actor that handles the messages with these replies has the trait; nothing is to be written. `NameRef::from` the
/// reference of such an actor gives a reference that does not say which type it is, with one method for each of the protocol,
/// `tell` and `call`.
///
/// # Methods
/// `fn put(&mut self, put: Put) -> bool;` takes a `#[dala::message]` type. `#[message] fn get(&mut self, key: u64) -> u64;`
/// makes the message type, `Get`, from the arguments, as in an actor; actors handle it by `#[handler]`.
///
/// ```
/// #[dala::protocol]
/// trait Store {
///     #[message]
///     fn put(&mut self, value: u64) -> u64;
/// }
///
/// struct Last(u64);
/// #[dala::actor]
/// impl Last {
///     #[handler]
///     fn put(&mut self, put: Put) -> u64 {
///         std::mem::replace(&mut self.0, put.value)
///     }
/// }
///
/// struct Sum(u64);
/// #[dala::actor]
/// impl Sum {
///     #[handler]
///     fn put(&mut self, put: Put) -> u64 {
///         self.0 += put.value;
///         self.0
///     }
/// }
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let stores = [StoreRef::from(*Last(1).spawn()?), StoreRef::from(*Sum(1).spawn()?)];
///     assert_eq!(stores[0].put(5).await?, 1);
///     assert_eq!(stores[1].call(Put { value: 5 }).await?, 6);
///     Ok(())
/// }
/// ```
#[proc_macro_attribute]
pub fn protocol(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let (item, mut diagnostics) = match read(&item) {
        Ok(item) => item,
        Err(error) => return fallback::unread(error, item.into()).into(),
    };
    match parse::protocol::protocol(arguments.into(), &item, &mut diagnostics) {
        Some(protocol) if diagnostics.is_empty() => expand::protocol::items(&protocol).into(),
        _ => diagnostics.into_tokens().into(),
    }
}

/// Makes a struct or enum plain data, which has a form in Erlang and Elixir: a field of messages, a reply, an argument of
/// native functions. Nothing is required of its memory; it is converted where it crosses the border.
///
/// ```
/// /// `%Cart.Item{name: "tea", price: 250, note: nil}`
/// #[derive(dala::Term)]
/// #[term(module = "Elixir.Cart.Item")]
/// struct Item {
///     name: String,
///     price: u64,
///     note: Option<String>,
/// }
///
/// /// `:empty`, `{:full, [item]}`, `{:error, %{code: 7, reason: "late"}}`
/// #[derive(dala::Term)]
/// enum State {
///     Empty,
///     Full(Vec<Item>),
///     #[term(map)]
///     Error { code: u8, reason: String },
/// }
///
/// let item = Item { name: "tea".to_owned(), price: 250, note: None };
/// assert_eq!(
///     dala::message::convert::text_of(&State::Full(vec![item])),
///     "{full,[#{'__struct__' => 'Elixir.Cart.Item',name => <<\"tea\">>,note => nil,price => 250}]}"
/// );
/// ```
///
/// # Forms
/// | of a struct | term | default for |
/// |---|---|---|
/// | `#[term(map)]` | `%{field: value}` | fields with names |
/// | `#[term(module = "Elixir.Name")]` | `%Name{field: value}` | |
/// | `#[term(keyword)]` | `[field: value]` | |
/// | `#[term(tuple)]` | `{value, value}` | fields without names |
/// | `#[term(record)]` | `{:name, value, value}` | |
/// | `#[term(transparent)]` | the value of its one field | one field without a name |
/// | | `:name` | no fields |
///
/// A variant of an enum is `:name`, or `{:name, value, value}`; with `#[term(map)]` or `#[term(keyword)]` on it
/// `{:name, %{field: value}}` or `{:name, [field: value]}`.
///
/// Keys that the type does not have are ignored. A key that is missing is a misfit, unless its field is an `Option` or has
/// `#[term(default)]`.
///
/// # Options
/// - `#[term(name = "..")]` on a record, an empty struct or a variant: its atom, instead of the type's name in small letters;
///   on a field: its key.
/// - `#[term(none = "undefined")]` on a field: the atom for `None`, instead of `nil`; on the type: that of all its fields
///   whose type is written `Option<..>`.
/// - `#[term(default)]` on a field: it may be missing, and is then `Default::default()`.
#[proc_macro_derive(Term, attributes(term))]
pub fn term(item: TokenStream) -> TokenStream {
    let item = match syn::parse::<syn::DeriveInput>(item) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error().into(),
    };
    let mut diagnostics = Diagnostics::default();
    match parse::data::data(&item, &mut diagnostics) {
        Some(data) => expand::data::impls(&data).into(),
        None => fallback::term(diagnostics, &item).into(),
    }
}

/// Gives Erlang and Elixir a function in Rust: `dala::natives![name]` lists it for `System::add_natives` of `dala-beam`.
///
/// ```
/// /// Elixir: `Fast.Math.gcd(12, 18)`.
/// #[dala::native(module = "Elixir.Fast.Math")]
/// fn gcd(a: u64, b: u64) -> u64 {
///     if b == 0 { a } else { gcd(b, a % b) }
/// }
///
/// #[dala::native(module = "Elixir.Fast.Files", blocking)]
/// fn read(path: String) -> std::io::Result<String> {
///     std::fs::read_to_string(path)
/// }
///
/// let functions = dala::natives![gcd, read];
/// assert_eq!(functions[0].to_string(), "Fast.Math.gcd/2");
/// ```
///
/// The function stays callable from Rust. Its arguments and its value have `dala::StableLayout`; one that returns a
/// `Result` (or a type whose name ends so) gives Erlang the value, and raises the error (`E: Display`). A panic is an
/// exception too (`dala::native`).
///
/// A plain `fn` runs on the scheduler's worker and should take microseconds. While an `async fn` waits, or a
/// `blocking` one runs on a thread of its own, its process waits and the worker goes on; when the process is killed,
/// an `async` one is dropped.
///
/// # Options
/// - `module = "Elixir.Name"`: the module, as Erlang knows it. It may exist: the function then takes the place of the
///   module's own of that name and arity.
/// - `name = "put!"`: the function's name, instead of that in Rust.
/// - `reductions = 50`: what a call is charged with, instead of 1; 4000 are about a millisecond.
/// - `blocking`: it blocks its thread, or computes for long.
/// - `tagged`: a `Result` is `{:ok, value}` or `{:error, error}` instead, as of Elixir's functions without `!`; the error
///   then has `dala::StableLayout`.
#[proc_macro_attribute]
pub fn native(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let (item, mut diagnostics) = match read(&item) {
        Ok(item) => item,
        Err(error) => return fallback::unread(error, item.into()).into(),
    };
    match parse::native::native(arguments.into(), &item, &mut diagnostics) {
        Some(native) if diagnostics.is_empty() => {
            let items = expand::native::items(&native);
            quote!(#item #items).into()
        }
        _ => fallback::item(diagnostics, &item).into(),
    }
}

/// Makes the typed client of a `gen_server` (Elixir: `GenServer`) of a list of its messages.
///
/// ```
/// #[derive(dala::Term)]
/// enum CartError {
///     Full,
/// }
///
/// #[dala::beam(module = "Elixir.Cart")]
/// trait Cart {
///     /// `handle_call({:add, item}, _from, state)`, which replies `{:ok, count}` or `{:error, :full}`.
///     fn add(&self, item: String) -> Result<u32, CartError>;
///
///     /// `handle_call(:total, ..)`, for which a call may wait longer.
///     #[call(timeout = "30s")]
///     fn total(&self) -> u64;
///
///     /// `handle_cast({:note, text}, state)`
///     #[cast]
///     fn note(&self, text: String);
///
///     /// `handle_info(:clear_cart, state)`
///     #[info(name = "clear_cart")]
///     fn clear(&self);
/// }
///
/// async fn fill(cart: CartRef) -> Result<u32, dala::server::ServerError> {
///     cart.note("for Monday".to_owned())?;
///     match cart.add("tea".to_owned()).await? {
///         Ok(count) => Ok(count),
///         Err(CartError::Full) => Ok(0),
///     }
/// }
/// ```
///
/// The trait itself is not there afterwards: `CartRef` stands for it, with a method for each of the trait's. It is made by
/// `CartRef::from` the server (`dala_beam::interop::Server`), by pid or by name, and derefs to `dala::server::Remote`, which
/// stops the server. Arguments and replies have `dala::StableLayout`; what goes wrong is a `dala::server::ServerError`, also
/// a reply of another type.
///
/// # Options
/// - `#[dala::beam(module = "Elixir.Cart")]`: the module, which `CartRef::MODULE` says to whoever starts a server.
/// - `#[call]`, which each method is, `#[cast]`, `#[info]`: how the message travels. `name = ".."` is its atom, instead of the
///   method's name, and `timeout = "10s"` how long a call waits, instead of 5 s.
#[proc_macro_attribute]
pub fn beam(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let (item, mut diagnostics) = match read(&item) {
        Ok(item) => item,
        Err(error) => return fallback::unread(error, item.into()).into(),
    };
    match parse::beam::client(arguments.into(), &item, &mut diagnostics) {
        Some(client) if diagnostics.is_empty() => expand::beam::items(&client).into(),
        _ => diagnostics.into_tokens().into(),
    }
}

/// Starts the runtime and runs `async fn main()` on it; when that returns, the actors are shut down in order.
///
/// # Options
/// - `#[dala::main(workers = 2)]`: number of worker threads, instead of one a core.
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let (item, mut diagnostics) = match read(&item) {
        Ok(item) => item,
        Err(error) => return fallback::unread(error, item.into()).into(),
    };
    match parse::main::main(arguments.into(), &item, &mut diagnostics) {
        Some(main) if diagnostics.is_empty() => expand::main::function(&main).into(),
        _ => fallback::main(diagnostics, item).into(),
    }
}

/// Makes an `async fn` a test of actors: in a [simulation](../dala/sim/index.html) with virtual time, once for each of ten
/// seeds, or on a real runtime. It may return a `Result`; an `Err` fails it.
///
/// ```
/// use std::time::Duration;
///
/// #[dala::test(seeds = 50)]
/// async fn an_hour_passes_at_once() {
///     dala::sleep(Duration::from_secs(3600)).await;
/// }
///
/// #[dala::test(real)]
/// async fn the_port_is_free() -> std::io::Result<()> {
///     tokio::net::TcpListener::bind("127.0.0.1:0").await?;
///     Ok(())
/// }
/// ```
///
/// # Options
/// - `seeds = 50`: how many simulations, instead of ten. `DALA_SIM_SEED=17` runs one.
/// - `real`: on a runtime with threads, where tokio's timers and sockets work; then `workers = 4` instead of two.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let (item, mut diagnostics) = match read(&item) {
        Ok(item) => item,
        Err(error) => return fallback::unread(error, item.into()).into(),
    };
    match parse::test::test(arguments.into(), &item, &mut diagnostics) {
        Some(test) if diagnostics.is_empty() => expand::test::function(&test).into(),
        _ => fallback::item(diagnostics, &item).into(),
    }
}

/// The item under an attribute.
fn read(tokens: &TokenStream) -> syn::Result<(syn::Item, Diagnostics)> {
    Ok((syn::parse(tokens.clone())?, Diagnostics::default()))
}
