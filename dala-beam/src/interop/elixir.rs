//! The Elixir module of a Rust actor: a function for each of its messages, with types.
//!
//! Elixir's compiler and Dialyzer know nothing of Rust; what they need stands in a protocol's shapes.

use std::fmt::Write as _;

use dala::actor::{Actor, Protocol};
use dala_ir::abi::shape::Shape;

use super::elixir_types::{Types, is_plain, key, literal, type_name};
use super::layouts;

/// Words that name no variable in Elixir.
const RESERVED: &[&str] = &[
    "after", "and", "catch", "do", "else", "end", "false", "fn", "in", "nil", "not", "or", "rescue",
    "server", "timeout", "true", "when",
];

/// The text of an Elixir module called `module` with a function for each message that actors of type `A` take: calls, and
/// `cast_..` beside those whose reply says nothing; `@doc`s have the doc comments of their handlers. In its `Messages` each message with fields is a record, to send and to match on. Write it to a file of the Elixir project, in a test that fails when the
/// file is another, or in a build script.
///
/// ```
/// struct Counter { total: i64 }
///
/// #[dala::actor]
/// impl Counter {
///     #[message]
///     fn add(&mut self, by: i64) -> i64 {
///         self.total += by;
///         self.total
///     }
/// }
///
/// let text = dala_beam::interop::elixir_module::<Counter>("Counter");
/// assert!(text.contains("@spec add(server, integer, timeout) :: integer\n"));
/// assert!(text.contains("def add(server, by, timeout \\\\ 5000), do: GenServer.call(server, {:add, by}, timeout)\n"));
/// ```
pub fn elixir_module<A: Actor>(module: &str) -> String {
    let protocol = A::protocol().and_then(|protocol| protocol.downcast_ref::<Protocol>());
    let mut types = Types::default();
    let mut functions = String::new();
    for entry in protocol.map_or(&[][..], Protocol::entries) {
        let reply = types.of(entry.reply());
        for shape in entry.shapes().all() {
            function(&mut functions, shape, entry.documentation(), &reply, &mut types);
        }
    }
    let mut text = format!(
        "# Made by Dala from the Rust actor {}: what is written here is lost.\ndefmodule {module} do\n  \
         @moduledoc \"Messages of the Rust actor `{}`.\"\n\n  \
         @typedoc \"Its pid, or a name that it has.\"\n  @type server :: GenServer.server()\n{}",
        A::NAME,
        A::NAME,
        layouts::attribute(A::NAME, protocol),
    );
    let records = records(module, protocol, &mut types);
    for definition in types.named.values().filter_map(|(name, body)| Some((name, body.as_ref()?))) {
        let _ = write!(text, "\n  @type {} :: {}\n", definition.0, definition.1);
    }
    text + &records + &functions + "end\n"
}

/// The messages with fields, as records of a module within: here their macros would be in the way of the functions.
fn records(module: &str, protocol: Option<&Protocol>, types: &mut Types) -> String {
    types.module = format!("{module}.");
    let mut records = String::new();
    let entries = protocol.map_or(&[][..], Protocol::entries).iter();
    for shape in entries.flat_map(|entry| entry.shapes().all()).filter(|shape| !shape.fields().is_empty()) {
        let (name, tag) = (identifier(shape.name().text()), literal(shape.name().text()));
        let (mut defaults, mut typed) = (String::new(), String::new());
        for field in shape.fields() {
            let name =
                if is_plain(field.name) { field.name.to_owned() } else { format!("field_{}", field.name) };
            let _ = write!(defaults, ", {}: nil", key(&name));
            let _ = write!(typed, ", {}: {}", key(&name), types.of(field.ty));
        }
        let _ = write!(
            records,
            "\n    Record.defrecord({}, {tag}{defaults})\n    @type {} :: record({}{typed})\n",
            literal(&name),
            type_name(name.clone()),
            literal(&name),
        );
    }
    types.module.clear();
    if records.is_empty() {
        return records;
    }
    format!(
        "\n  defmodule Messages do\n    \
         @moduledoc \"Messages of the Rust actor as records, to send and to match on: `require {module}.Messages`.\"\n    \
         require Record\n{records}  end\n"
    )
}

fn function(text: &mut String, shape: &Shape, documentation: &str, reply: &str, types: &mut Types) {
    let atom = shape.name().text();
    let name = identifier(atom);
    let (mut variables, mut arguments) = (Vec::new(), Vec::new());
    for field in shape.fields() {
        variables.push(variable(field.name));
        arguments.push(types.of(field.ty));
    }
    let message = match variables.is_empty() {
        true => literal(atom),
        false => format!("{{{}, {}}}", literal(atom), variables.join(", ")),
    };
    let list = |items: &[String]| items.iter().map(|item| format!(", {item}")).collect::<String>();
    let (variables, arguments) = (list(&variables), list(&arguments));
    let _ = write!(
        text,
        "\n{}  \
         @spec {name}(server{arguments}, timeout) :: {reply}\n  \
         def {name}(server{variables}, timeout \\\\ 5000), do: GenServer.call(server, {message}, timeout)\n",
        doc(documentation, &format!("Sends `{message}` and waits for the reply.")),
    );
    if reply == ":ok" {
        let _ = write!(
            text,
            "\n{}  \
             @spec cast_{name}(server{arguments}) :: :ok\n  \
             def cast_{name}(server{variables}), do: GenServer.cast(server, {message})\n",
            doc(documentation, &format!("Sends `{message}` and does not wait.")),
        );
    }
}

/// `@doc`: what the handler's comment says, then how the function sends.
fn doc(documentation: &str, sends: &str) -> String {
    let lines: Vec<&str> = documentation.lines().collect();
    let escaped = |text: &str| text.replace('\\', "\\\\").replace("#{", "\\#{");
    if lines.is_empty() {
        return format!("  @doc \"{}\"\n", escaped(sends).replace('"', "\\\""));
    }
    let mut text = String::from("  @doc \"\"\"\n");
    for line in lines.into_iter().chain(["", sends]) {
        match line.is_empty() {
            true => text.push('\n'),
            false => {
                let _ = writeln!(text, "  {}", escaped(line).replace("\"\"\"", "\\\"\"\""));
            }
        }
    }
    text + "  \"\"\"\n"
}

/// A function's name.
fn identifier(atom: &str) -> String {
    let mut name: String =
        atom.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    name.make_ascii_lowercase();
    if !is_plain(&name) || RESERVED.contains(&&*name) {
        name.insert_str(0, "message_");
    }
    name
}

/// A parameter's name; fields without one have their position.
fn variable(field: &str) -> String {
    match is_plain(field) {
        false => format!("field_{field}"),
        true if RESERVED.contains(&field) => format!("{field}_"),
        true => field.to_owned(),
    }
}
