//! Types of messages as Elixir writes them.

use std::collections::BTreeMap;

use dala_ir::abi::form::{Body, Form};
use dala_ir::abi::shape::{FieldType, Shape};

/// Types that Elixir has under names that a Rust type may give.
const BUILT_IN: &[&str] = &[
    "any",
    "arity",
    "as_boolean",
    "atom",
    "binary",
    "bitstring",
    "boolean",
    "byte",
    "char",
    "charlist",
    "float",
    "fun",
    "function",
    "identifier",
    "integer",
    "iodata",
    "iolist",
    "keyword",
    "list",
    "map",
    "mfa",
    "module",
    "node",
    "none",
    "number",
    "pid",
    "port",
    "reference",
    "server",
    "string",
    "struct",
    "term",
    "timeout",
    "tuple",
];

/// The types that have a name, by Rust's name: Elixir's name, and the definition once it is known.
#[derive(Default)]
pub(super) struct Types {
    pub(super) named: BTreeMap<&'static str, (String, Option<String>)>,
    /// What goes before a name where the module with the definitions is another, with a dot.
    pub(super) module: String,
}

impl Types {
    pub(super) fn of(&mut self, ty: FieldType) -> String {
        match ty {
            FieldType::Bool => "boolean".to_owned(),
            FieldType::I8 => "-128..127".to_owned(),
            FieldType::I16 => "-32_768..32_767".to_owned(),
            FieldType::I32 => "-2_147_483_648..2_147_483_647".to_owned(),
            FieldType::U8 => "0..255".to_owned(),
            FieldType::U16 => "0..65_535".to_owned(),
            FieldType::U32 => "0..4_294_967_295".to_owned(),
            FieldType::U64 | FieldType::U128 => "non_neg_integer".to_owned(),
            FieldType::I64 | FieldType::I128 | FieldType::Integer => "integer".to_owned(),
            FieldType::F32 | FieldType::F64 => "number | :nan | :infinity | :\"-infinity\"".to_owned(),
            FieldType::Char => "char".to_owned(),
            FieldType::Atom => "atom".to_owned(),
            FieldType::Pid | FieldType::Actor(_) => "pid".to_owned(),
            FieldType::Unit => ":ok".to_owned(),
            FieldType::String => "String.t()".to_owned(),
            FieldType::Binary => "binary".to_owned(),
            FieldType::Reference => "reference".to_owned(),
            FieldType::List(item) => format!("[{}]", self.of(*item)),
            FieldType::Option(some) => format!("{} | nil", self.of(*some)),
            FieldType::Boxed(value) => self.of(*value),
            FieldType::Result(FieldType::Unit, error) => format!(":ok | {{:error, {}}}", self.of(*error)),
            FieldType::Result(ok, error) => {
                format!("{{:ok, {}}} | {{:error, {}}}", self.of(*ok), self.of(*error))
            }
            FieldType::Tuple(items) => {
                let items: Vec<String> = items.iter().map(|&item| self.of(item)).collect();
                format!("{{{}}}", items.join(", "))
            }
            FieldType::Map(key, value) => format!("%{{optional({}) => {}}}", self.of(*key), self.of(*value)),
            FieldType::Nested(nested) => self.named(nested.type_name, |types| {
                let shapes = (nested.shapes)().all().iter();
                shapes.map(|shape| types.shape(shape)).collect()
            }),
            FieldType::Data(data) => self
                .named(data.type_name, |types| (data.forms)().iter().map(|form| types.form(form)).collect()),
            _ => "term".to_owned(),
        }
    }

    fn named(&mut self, rust: &'static str, alternatives: impl FnOnce(&mut Types) -> Vec<String>) -> String {
        if let Some((name, _)) = self.named.get(rust) {
            return format!("{}{name}", self.module);
        }
        let short = rust.rsplit("::").next().unwrap_or(rust);
        let mut name = snake(short);
        while BUILT_IN.contains(&&*name) || self.named.values().any(|(taken, _)| *taken == name) {
            name.push('_');
        }
        // Known before its parts are looked at: it may contain itself.
        self.named.insert(rust, (name.clone(), None));
        let module = std::mem::take(&mut self.module);
        let alternatives = alternatives(self).join(" | ");
        self.module = module;
        self.named.insert(rust, (name.clone(), Some(alternatives)));
        format!("{}{name}", self.module)
    }

    fn shape(&mut self, shape: &Shape) -> String {
        let fields: String = shape.fields().iter().map(|field| format!(", {}", self.of(field.ty))).collect();
        match fields.is_empty() {
            true => literal(shape.name().text()),
            false => format!("{{{}{fields}}}", literal(shape.name().text())),
        }
    }

    fn form(&mut self, form: &Form) -> String {
        let pairs = |types: &mut Types| {
            let pairs: Vec<String> = form
                .fields
                .iter()
                .map(|field| format!("{}: {}", key(field.name), types.of(field.ty)))
                .collect();
            pairs.join(", ")
        };
        let items = |types: &mut Types| {
            let items: Vec<String> = form.fields.iter().map(|field| types.of(field.ty)).collect();
            items.join(", ")
        };
        let body = match form.body {
            Body::Elements | Body::Value => items(self),
            Body::Map => format!("%{{{}}}", pairs(self)),
            Body::Struct(module) => {
                format!("%{}{{{}}}", module.strip_prefix("Elixir.").unwrap_or(module), pairs(self))
            }
            _ => format!("[{}]", pairs(self)),
        };
        match (form.tag, form.body) {
            (Some(tag), _) if body.is_empty() => literal(tag),
            (Some(tag), _) => format!("{{{}, {body}}}", literal(tag)),
            (None, Body::Elements) => format!("{{{body}}}"),
            (None, _) => body,
        }
    }
}

pub(super) fn is_plain(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_lowercase() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// An atom as Elixir writes it.
pub(super) fn literal(atom: &str) -> String {
    match is_plain(atom) {
        true => format!(":{atom}"),
        false => format!(":{atom:?}"),
    }
}

/// A name for a type that Elixir has not.
pub(super) fn type_name(mut name: String) -> String {
    while BUILT_IN.contains(&&*name) {
        name.push('_');
    }
    name
}

/// A key of a map as Elixir writes it before a colon.
pub(super) fn key(name: &str) -> String {
    if is_plain(name) { name.to_owned() } else { format!("{name:?}") }
}

/// `OpenAccount` is `open_account`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars().filter(char::is_ascii_alphanumeric) {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
