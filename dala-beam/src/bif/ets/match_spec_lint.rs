//! What is wrong with a match specification, in the words of `erlang:match_spec_test/3` on OTP.
//!
//! Only looked for where a specification is none: [`match_spec`](super::match_spec) says that, and not why.

use dala_ir::abi::{Atom, Word};
use dala_ir::term::print::{Style, print};
use dala_ir::term::view::{self, TermView};
use hashbrown::HashSet;

use super::match_spec::{Dialect, is_callable, variable};
use crate::bif::arguments::named;
use crate::trace::actions::Action;

/// The faults of `spec`, in the order in which OTP finds them: those of its first clause that has any.
pub(crate) fn lint(spec: Word, dialect: Dialect) -> Vec<String> {
    let Some(clauses) = view::list_to_vec(spec).filter(|clauses| !clauses.is_empty()) else {
        let is_list = view::cons(spec).is_some();
        return vec![format!("Match programs are not in a {}list.", if is_list { "proper " } else { "" })];
    };
    let mut lint = Lint { dialect, bound: HashSet::new(), found: Vec::new() };
    for clause in clauses {
        match view::tuple_elements(clause) {
            Some(&[head, guards, body]) => lint.clause(head, guards, body),
            _ => lint.found.push("Match program part is not a tuple of arity 3.".to_owned()),
        }
        if !lint.found.is_empty() {
            break;
        }
    }
    lint.found
}

struct Lint {
    dialect: Dialect,
    /// Numbers of the variables of the clause's head.
    bound: HashSet<u32>,
    found: Vec<String>,
}

impl Lint {
    fn clause(&mut self, head: Word, guards: Word, body: Word) {
        self.bound.clear();
        self.head(head);
        if self.found.is_empty() {
            self.expressions(guards, true);
            let is_empty = view::cons(body).is_none();
            if is_empty && self.dialect == Dialect::Table {
                self.found.push("Body clause does not return anything.".to_owned());
            } else {
                self.expressions(body, false);
            }
        }
    }

    fn head(&mut self, head: Word) {
        let is_variable =
            |term: Word| term.as_atom().is_some_and(|atom| atom == named!("_") || variable(atom).is_some());
        if self.dialect == Dialect::Trace && !is_variable(head) && view::tuple_elements(head).is_none() {
            if view::cons(head).is_none() && head != Word::NIL {
                return self.found.push("Match head is invalid in this context.".to_owned());
            }
            if view::list_len(head).is_none() {
                let text = print(head, Style::Readable);
                return self.found.push(format!("Match expression part {text} is not a proper list."));
            }
        }
        let mut pending = vec![head];
        while let Some(term) = pending.pop() {
            match term.view() {
                TermView::Atom(atom) => self.bound.extend(variable(atom)),
                TermView::Cons(head, tail) => pending.extend([tail, head]),
                TermView::Tuple(elements) => pending.extend(elements),
                TermView::Map(_) => {
                    for (key, value) in view::map(term).into_iter().flat_map(view::MapRef::iter) {
                        if is_variable(key) {
                            return self.found.push("Variable found in map key.".to_owned());
                        }
                        pending.push(value);
                    }
                }
                _ => {}
            }
        }
    }

    fn expressions(&mut self, list: Word, in_guard: bool) {
        match view::list_to_vec(list) {
            Some(all) => all.into_iter().for_each(|expression| self.expression(expression, in_guard)),
            None => {
                let kind = if view::cons(list).is_some() { "proper " } else { "" };
                self.found.push(format!("Match expression is not a {kind}list."));
            }
        }
    }

    /// Parts from the last to the first, as OTP compiles them.
    fn expression(&mut self, expression: Word, in_guard: bool) {
        let mut pending = vec![expression];
        while let Some(term) = pending.pop() {
            match term.view() {
                TermView::Atom(atom) => {
                    if let Some(number) = variable(atom).filter(|number| !self.bound.contains(number)) {
                        self.found.push(format!("Variable ${number} is unbound."));
                    }
                }
                TermView::Cons(head, tail) => pending.extend([head, tail]),
                TermView::Map(_) => {
                    for (key, value) in view::map(term).into_iter().flat_map(view::MapRef::iter) {
                        pending.extend([key, value]);
                    }
                }
                TermView::Tuple(&[inner]) if view::tuple_elements(inner).is_some() => {
                    pending.extend(view::tuple_elements(inner).unwrap_or_default());
                }
                TermView::Tuple(elements) => match elements {
                    [operator, arguments @ ..]
                        if operator.as_atom().is_some_and(|name| variable(name).is_none()) =>
                    {
                        let Some(name) = operator.as_atom() else { continue };
                        match self.call(term, name, arguments.len(), in_guard) {
                            Ok(true) => pending.extend(arguments),
                            Ok(false) => {}
                            Err(text) => self.found.push(text),
                        }
                    }
                    _ => {
                        let text = print(term, Style::Readable);
                        let hint = "(tuples are written {{ ... }})";
                        self.found.push(format!("{text} is neither a function call, nor a tuple {hint}."));
                    }
                },
                _ => {}
            }
        }
    }

    /// Whether the arguments of a call are to be looked at; a text when there is no such call.
    fn call(&self, call: Word, name: Atom, arity: usize, in_guard: bool) -> Result<bool, String> {
        let text = name.text();
        let special = |problem: &str| Err(format!("Special form '{text}' {problem}."));
        // Reserved words are not quoted.
        let quoted = |text: String| match text.split_once(&format!("'{}'", name.text())) {
            Some((before, after)) if name.text().bytes().all(|byte| byte.is_ascii_lowercase()) => {
                format!("{before}{}{after}", name.text())
            }
            _ => text,
        };
        let shown = || quoted(print(call, Style::Readable).to_string());
        match text {
            "const" if arity == 1 => return Ok(false),
            "const" => return special(&format!("called with more than one argument in {}", shown())),
            "self" if arity == 0 => return Ok(false),
            "self" => return special(&format!("called with arguments in {}", shown())),
            "andalso" | "orelse" | "and" | "or" if arity == 0 => {
                return special(&format!("called without arguments in {}", shown()));
            }
            "andalso" | "orelse" | "and" | "or" => return Ok(true),
            // To OTP these two are functions.
            "get_tcw" | "set_tcw" => {
                let is_there = Action::named(text, arity).is_some();
                let is_meant = self.dialect == Dialect::Trace && !(in_guard && text == "set_tcw");
                return match (is_there, is_meant) {
                    (true, true) => Ok(true),
                    (true, false) => {
                        Err(format!("Function {text}/{arity} cannot be called in this context."))
                    }
                    (false, _) => Err(format!("Function {text}/{arity} does_not_exist.")),
                };
            }
            _ => {}
        }
        if Action::is_name(text) {
            if self.dialect == Dialect::Table {
                // OTP's own slip.
                let text = if text == "set_seq_token" { "set_seq_trace" } else { text };
                return Err(format!("Special form '{text}' used in wrong dialect."));
            }
            let Some(action) = Action::named(text, arity) else {
                let takes_none = Action::named(text, 0).is_some();
                let problem = if takes_none { "arguments" } else { "wrong number of arguments" };
                return special(&format!("called with {problem} in {}", shown()));
            };
            return if in_guard && !action.is_question() {
                special("called in guard context")
            } else {
                Ok(true)
            };
        }
        if is_callable(name, arity) {
            return Ok(true);
        }
        let name = quoted(print(Word::atom(name), Style::Plain).to_string());
        Err(format!("Function {name}/{arity} does_not_exist."))
    }
}
