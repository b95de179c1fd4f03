//! Match specifications (ERTS user's guide, "Match Specifications in Erlang"): compiled once, run per object.
//!
//! A pattern is a linear program over a stack of terms still to be matched; guards and bodies are postfix programs
//! over a stack of values. So nothing recurses on the depth of a specification or an object.

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::{BifResult, Exception};
use dala_ir::term::compare::eq_exact;
use dala_ir::term::view::{self, TermView};
use dala_ir::term::{TermWriter, map};
use hashbrown::HashMap;

use super::key::Prefix;
use crate::bif::arguments::{badarg, list, named, tuple};
use crate::bif::table::{self, BifFunction};
use crate::process::Process;
use crate::trace::actions::{Action, Actions};

/// Highest `$N` (OTP: 100 million; here what a byte-compiled pattern would sensibly have).
const MAX_VARIABLE: u32 = 100_000_000;

/// What a specification is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Objects of tables.
    Table,
    /// Calls: the object is the list of arguments, `_` stands for any, a body may be empty, and there are actions.
    Trace,
}

/// A compiled match specification. The words in it are those of the specification it was compiled from, which must
/// live as long.
#[derive(Debug)]
pub(crate) struct MatchSpec {
    clauses: Vec<Clause>,
}

#[derive(Debug)]
struct Clause {
    pattern: Vec<PatternOp>,
    /// The `$N` of each slot, ascending, for `$$`.
    variables: Vec<u32>,
    /// Key that the pattern asks for, if it is one term only.
    key: Option<Word>,
    /// What keys begin with, if the pattern says it of them.
    prefix: Option<Prefix>,
    guards: Vec<Vec<ValueOp>>,
    body: Vec<Vec<ValueOp>>,
}

#[derive(Clone, Debug)]
enum PatternOp {
    Any,
    /// Binds slot, or compares when it is bound.
    Variable(usize),
    Constant(Word),
    Cons,
    Tuple(usize),
    Map(Vec<Word>),
}

#[derive(Clone, Debug)]
enum ValueOp {
    Constant(Word),
    Variable(usize),
    /// `$_`
    Object,
    /// `$$`
    All,
    MakeTuple(usize),
    MakeCons,
    MakeMap(usize),
    Call(BifFunction, usize),
    /// `self()`
    Myself,
    /// What only specifications for traces do, with so many arguments.
    Act(Action, usize),
    /// Goes on at the given place when the top is `false` (resp. `true`), leaving it; else drops it.
    JumpUnless(usize, bool),
    /// The top must be a boolean.
    CheckBoolean,
}

/// What a program is compiled from, or must be done after its parts.
enum Task {
    Compile(Word),
    Emit(ValueOp),
    /// Emits the jump over what follows; patched by the matching `Land`.
    Jump(bool),
    Land,
}

impl MatchSpec {
    /// Compiles `spec`, a list of `{Head, Guards, Body}`, which may be empty; `key_position` (from 1) is where the table has its key.
    ///
    /// # Errors
    /// `badarg` when it is none.
    pub(crate) fn compile(spec: Word, key_position: usize) -> Result<MatchSpec, Exception> {
        let clauses = list(spec)?
            .into_iter()
            .map(|clause| match *tuple(clause)? {
                [head, guards, body] => {
                    Clause::compile(head, &list(guards)?, &list(body)?, key_position, Dialect::Table)
                }
                _ => badarg(),
            })
            .collect::<Result<_, _>>()?;
        Ok(MatchSpec { clauses })
    }

    /// Compiles a specification for traces.
    ///
    /// # Errors
    /// `badarg` when it is none.
    pub(crate) fn compile_for_traces(spec: Word) -> Result<MatchSpec, Exception> {
        let compile = |clause: Word| match *tuple(clause)? {
            [head, guards, body] => {
                let is_list = view::list_len(head).is_some();
                if !is_list && !is_variable(head) && view::tuple_elements(head).is_none() {
                    return badarg();
                }
                Clause::compile(head, &list(guards)?, &list(body)?, 1, Dialect::Trace)
            }
            _ => badarg(),
        };
        Ok(MatchSpec { clauses: list(spec)?.into_iter().map(compile).collect::<Result<_, _>>()? })
    }

    /// `pattern` alone, with the object as the body (`match_object`) or the list of variables (`match`).
    pub(crate) fn of_pattern(
        pattern: Word,
        is_object: bool,
        key_position: usize,
    ) -> Result<MatchSpec, Exception> {
        let body = [Word::atom(atoms::TRUE)];
        let mut clause = Clause::compile(pattern, &[], &body, key_position, Dialect::Table)?;
        clause.body = vec![vec![if is_object { ValueOp::Object } else { ValueOp::All }]];
        Ok(MatchSpec { clauses: vec![clause] })
    }

    /// The keys that objects must have one of to match; `None` when any key may match.
    pub(crate) fn keys(&self) -> Option<Vec<Word>> {
        self.clauses.iter().map(|clause| clause.key).collect()
    }

    /// What the keys of all objects that match begin with, if there is one clause and it says so.
    pub(crate) fn prefix(&self) -> Option<Prefix> {
        match self.clauses.as_slice() {
            [clause] => clause.prefix,
            _ => None,
        }
    }

    /// The result of the first clause that matches `object`, built on the heap of `p`; `None` when none does.
    pub(crate) fn run(&self, p: &mut Process, object: Word) -> Option<Word> {
        self.run_with(p, object, &mut Actions::default())
    }

    /// As [`run`](MatchSpec::run), with what actions ask for in `actions`.
    pub(crate) fn run_with(&self, p: &mut Process, object: Word, actions: &mut Actions) -> Option<Word> {
        let mut slots = Vec::new();
        for clause in &self.clauses {
            if clause.matches(object, &mut slots) && clause.guards_hold(p, object, &slots, actions) {
                return Some(clause.result(p, object, &slots, actions));
            }
        }
        None
    }

    /// Whether the first clause that matches `object` gives `true`.
    pub(crate) fn is_true(&self, p: &mut Process, object: Word) -> bool {
        self.run(p, object) == Some(Word::atom(atoms::TRUE))
    }
}

impl Clause {
    fn compile(
        head: Word,
        guards: &[Word],
        body: &[Word],
        key_position: usize,
        dialect: Dialect,
    ) -> Result<Clause, Exception> {
        let mut numbers: HashMap<u32, usize> = HashMap::new();
        let pattern = compile_pattern(head, &mut numbers)?;
        let key_pattern = view::tuple_elements(head)
            .and_then(|elements| elements.get(key_position.wrapping_sub(1)))
            .copied();
        let key = key_pattern.filter(|&key| is_ground(key));
        let prefix = key_pattern.and_then(|tuple| {
            let elements = view::tuple_elements(tuple)?;
            let len = elements.iter().take_while(|&&element| is_ground(element)).count();
            (len > 0).then_some(Prefix { tuple, len })
        });
        let compile_all = |expressions: &[Word], in_guard: bool| {
            expressions
                .iter()
                .map(|&expression| compile_value(expression, &numbers, dialect, in_guard))
                .collect::<Result<Vec<_>, _>>()
        };
        let guards = compile_all(guards, true)?;
        let body = compile_all(body, false)?;
        if body.is_empty() && dialect == Dialect::Table {
            return badarg();
        }
        let mut variables: Vec<(u32, usize)> = numbers.into_iter().collect();
        variables.sort_unstable();
        // Slots were given in the order of first use; `$$` wants them by number.
        let mut by_slot = vec![0; variables.len()];
        for &(number, slot) in &variables {
            by_slot[slot] = number;
        }
        Ok(Clause { pattern, variables: by_slot, key, prefix, guards, body })
    }

    fn matches(&self, object: Word, slots: &mut Vec<Word>) -> bool {
        slots.clear();
        slots.resize(self.variables.len(), Word::NONE);
        let mut pending = vec![object];
        for op in &self.pattern {
            let Some(term) = pending.pop() else { return false };
            match op {
                PatternOp::Any => {}
                PatternOp::Variable(slot) => {
                    if slots[*slot].is_none() {
                        slots[*slot] = term;
                    } else if !eq_exact(slots[*slot], term) {
                        return false;
                    }
                }
                PatternOp::Constant(constant) => {
                    if !eq_exact(*constant, term) {
                        return false;
                    }
                }
                PatternOp::Cons => match view::cons(term) {
                    Some((head, tail)) => pending.extend([tail, head]),
                    None => return false,
                },
                PatternOp::Tuple(len) => match view::tuple_elements(term) {
                    Some(elements) if elements.len() == *len => pending.extend(elements.iter().rev()),
                    _ => return false,
                },
                PatternOp::Map(keys) => {
                    if view::map(term).is_none() {
                        return false;
                    }
                    for &key in keys.iter().rev() {
                        match map::get(term, key) {
                            Some(value) => pending.push(value),
                            None => return false,
                        }
                    }
                }
            }
        }
        true
    }

    fn guards_hold(&self, p: &mut Process, object: Word, slots: &[Word], actions: &mut Actions) -> bool {
        self.guards.iter().all(|guard| {
            self.evaluate(p, guard, object, slots, false, actions) == Ok(Word::atom(atoms::TRUE))
        })
    }

    fn result(&self, p: &mut Process, object: Word, slots: &[Word], actions: &mut Actions) -> Word {
        let mut result = Word::NIL;
        for expression in &self.body {
            result = match self.evaluate(p, expression, object, slots, true, actions) {
                Ok(value) => value,
                // What OTP gives for a body that raises.
                Err(Failed) => return Word::atom(atoms::EXIT_UPPER),
            };
        }
        result
    }

    /// Runs `code`. With `copies`, parts of the object are copied to the heap, so that the value outlives it.
    fn evaluate(
        &self,
        p: &mut Process,
        code: &[ValueOp],
        object: Word,
        slots: &[Word],
        copies: bool,
        actions: &mut Actions,
    ) -> Result<Word, Failed> {
        let mut stack: Vec<Word> = Vec::new();
        let mut at = 0;
        let take = |p: &mut Process, word: Word| if copies { p.heap.copy(word) } else { word };
        while let Some(op) = code.get(at) {
            at += 1;
            let value = match op {
                ValueOp::Constant(word) => *word,
                ValueOp::Variable(slot) => take(p, slots[*slot]),
                ValueOp::Object => take(p, object),
                ValueOp::Myself => Word::pid(p.pid),
                ValueOp::All => {
                    let mut order: Vec<usize> = (0..slots.len()).collect();
                    order.sort_unstable_by_key(|&slot| self.variables[slot]);
                    let values: Vec<Word> = order.into_iter().map(|slot| take(p, slots[slot])).collect();
                    p.heap.list(&values, Word::NIL)
                }
                ValueOp::MakeTuple(len) => {
                    let elements = stack.split_off(stack.len() - len);
                    p.heap.tuple(&elements)
                }
                ValueOp::MakeCons => {
                    let (Some(tail), Some(head)) = (stack.pop(), stack.pop()) else { return Err(Failed) };
                    p.heap.cons(head, tail)
                }
                ValueOp::MakeMap(len) => {
                    let pairs = stack.split_off(stack.len() - 2 * len);
                    let pairs: Vec<(Word, Word)> =
                        pairs.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
                    map::from_pairs(&mut p.heap, &pairs)
                }
                ValueOp::Call(function, arity) => {
                    let arguments = stack.split_off(stack.len() - arity);
                    match function(p, &arguments) {
                        BifResult::Value(value) => value,
                        _ => return Err(Failed),
                    }
                }
                ValueOp::Act(action, arity) => {
                    let arguments = stack.split_off(stack.len() - arity);
                    actions.act(p, *action, &arguments).ok_or(Failed)?
                }
                ValueOp::JumpUnless(target, wanted) => {
                    let Some(&top) = stack.last() else { return Err(Failed) };
                    match crate::bif::arguments::as_boolean(top) {
                        Some(value) if value == *wanted => {
                            stack.pop();
                        }
                        Some(_) => at = *target,
                        None => return Err(Failed),
                    }
                    continue;
                }
                ValueOp::CheckBoolean => {
                    match stack.last().copied().and_then(crate::bif::arguments::as_boolean) {
                        Some(_) => continue,
                        None => return Err(Failed),
                    }
                }
            };
            stack.push(value);
        }
        stack.pop().ok_or(Failed)
    }
}

/// A guard or body raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Failed;

/// `N` of the atom `'$N'`.
pub(super) fn variable(atom: Atom) -> Option<u32> {
    let digits = atom.text().strip_prefix('$')?;
    let has_zeros = digits.len() > 1 && digits.starts_with('0');
    if digits.is_empty() || has_zeros || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|&number| number < MAX_VARIABLE)
}

/// Whether only `term` itself matches it.
fn is_ground(term: Word) -> bool {
    let mut pending = vec![term];
    while let Some(term) = pending.pop() {
        match term.view() {
            _ if is_variable(term) => return false,
            TermView::Cons(head, tail) => pending.extend([tail, head]),
            TermView::Tuple(elements) => pending.extend(elements),
            // A map pattern matches any map that has its keys.
            TermView::Map(_) => return false,
            _ => {}
        }
    }
    true
}

fn is_variable(term: Word) -> bool {
    term.as_atom().is_some_and(|atom| atom == named!("_") || variable(atom).is_some())
}

fn compile_pattern(head: Word, numbers: &mut HashMap<u32, usize>) -> Result<Vec<PatternOp>, Exception> {
    let mut ops = Vec::new();
    let mut pending = vec![head];
    while let Some(term) = pending.pop() {
        ops.push(match term.view() {
            TermView::Atom(atom) if atom == named!("_") => PatternOp::Any,
            TermView::Atom(atom) => match variable(atom) {
                Some(number) => {
                    let next = numbers.len();
                    PatternOp::Variable(*numbers.entry(number).or_insert(next))
                }
                None => PatternOp::Constant(term),
            },
            TermView::Cons(head, tail) => {
                pending.extend([tail, head]);
                PatternOp::Cons
            }
            TermView::Tuple(elements) => {
                pending.extend(elements.iter().rev());
                PatternOp::Tuple(elements.len())
            }
            TermView::Map(_) => {
                let pairs: Vec<(Word, Word)> =
                    view::map(term).into_iter().flat_map(view::MapRef::iter).collect();
                if pairs.iter().any(|&(key, _)| is_variable(key)) {
                    return badarg();
                }
                pending.extend(pairs.iter().rev().map(|&(_, value)| value));
                PatternOp::Map(pairs.into_iter().map(|(key, _)| key).collect())
            }
            _ => PatternOp::Constant(term),
        });
    }
    Ok(ops)
}

/// Guard functions that match specifications may call, by their number of arguments: fewer than guards of Erlang may.
const CALLABLE: [&[&str]; 3] = [
    &[
        "is_atom",
        "is_float",
        "is_integer",
        "is_list",
        "is_number",
        "is_pid",
        "is_port",
        "is_reference",
        "is_tuple",
        "is_map",
        "is_binary",
        "is_function",
        "not",
        "abs",
        "hd",
        "length",
        "map_size",
        "node",
        "round",
        "size",
        "bit_size",
        "byte_size",
        "tl",
        "trunc",
        "float",
        "+",
        "-",
        "bnot",
    ],
    &[
        "is_map_key",
        "xor",
        "element",
        "map_get",
        "binary_part",
        "+",
        "-",
        "*",
        "/",
        "div",
        "rem",
        "band",
        "bor",
        "bxor",
        "bsl",
        "bsr",
        ">",
        ">=",
        "<",
        "=<",
        "=:=",
        "==",
        "=/=",
        "/=",
    ],
    &["is_record", "binary_part"],
];

/// Whether match specifications may call this function.
pub(super) fn is_callable(function: Atom, arity: usize) -> bool {
    (function.text() == "node" && arity == 0)
        || CALLABLE.get(arity.wrapping_sub(1)).is_some_and(|names| names.contains(&function.text()))
}

fn compile_value(
    expression: Word,
    numbers: &HashMap<u32, usize>,
    dialect: Dialect,
    in_guard: bool,
) -> Result<Vec<ValueOp>, Exception> {
    let mut ops: Vec<ValueOp> = Vec::new();
    let mut jumps: Vec<usize> = Vec::new();
    let mut tasks = vec![Task::Compile(expression)];
    while let Some(task) = tasks.pop() {
        let term = match task {
            Task::Compile(term) => term,
            Task::Emit(op) => {
                ops.push(op);
                continue;
            }
            Task::Jump(wanted) => {
                jumps.push(ops.len());
                ops.push(ValueOp::JumpUnless(0, wanted));
                continue;
            }
            Task::Land => {
                let here = ops.len();
                if let Some(ValueOp::JumpUnless(target, _)) = jumps.pop().and_then(|jump| ops.get_mut(jump)) {
                    *target = here;
                }
                continue;
            }
        };
        match term.view() {
            TermView::Atom(atom) if atom == named!("$_") => ops.push(ValueOp::Object),
            TermView::Atom(atom) if atom == named!("$$") => ops.push(ValueOp::All),
            TermView::Atom(atom) => match variable(atom) {
                Some(number) => match numbers.get(&number) {
                    Some(&slot) => ops.push(ValueOp::Variable(slot)),
                    None => return badarg(),
                },
                None => ops.push(ValueOp::Constant(term)),
            },
            TermView::Cons(head, tail) => {
                tasks.extend([Task::Emit(ValueOp::MakeCons), Task::Compile(tail), Task::Compile(head)]);
            }
            TermView::Map(_) => {
                let pairs: Vec<(Word, Word)> =
                    view::map(term).into_iter().flat_map(view::MapRef::iter).collect();
                tasks.push(Task::Emit(ValueOp::MakeMap(pairs.len())));
                for &(key, value) in pairs.iter().rev() {
                    tasks.extend([Task::Compile(value), Task::Compile(key)]);
                }
            }
            TermView::Tuple(&[inner]) if view::tuple_elements(inner).is_some() => {
                let elements = tuple(inner)?;
                tasks.push(Task::Emit(ValueOp::MakeTuple(elements.len())));
                tasks.extend(elements.iter().rev().map(|&element| Task::Compile(element)));
            }
            TermView::Tuple(&[tag, constant]) if tag == Word::atom(named!("const")) => {
                ops.push(ValueOp::Constant(constant));
            }
            TermView::Tuple(&[tag]) if tag == Word::atom(named!("self")) => ops.push(ValueOp::Myself),
            TermView::Tuple(&[operator, ref arguments @ ..]) => {
                let operator =
                    operator.as_atom().filter(|_| !is_variable(operator)).ok_or(Exception::badarg())?;
                if operator == named!("andalso") || operator == named!("orelse") {
                    if arguments.is_empty() {
                        return badarg();
                    }
                    let wanted = operator == named!("andalso");
                    // A, jump to the end unless wanted, B, jump .., Z, end.
                    let mut program = Vec::new();
                    for (place, &argument) in arguments.iter().enumerate() {
                        program.push(Task::Compile(argument));
                        if place + 1 < arguments.len() {
                            program.push(Task::Jump(wanted));
                        }
                    }
                    program.push(Task::Emit(ValueOp::CheckBoolean));
                    program.extend((1..arguments.len()).map(|_| Task::Land));
                    tasks.extend(program.into_iter().rev());
                } else if (operator == named!("and") || operator == named!("or")) && !arguments.is_empty() {
                    // Of any number of arguments, all of which are evaluated.
                    let function = table::lookup(atoms::ERLANG, operator, 2).ok_or(Exception::badarg())?;
                    let call = ValueOp::Call(table::row(function).function, 2);
                    tasks.push(Task::Emit(ValueOp::CheckBoolean));
                    tasks.extend((1..arguments.len()).map(|_| Task::Emit(call.clone())));
                    tasks.extend(arguments.iter().rev().map(|&argument| Task::Compile(argument)));
                } else if dialect == Dialect::Trace
                    && let Some(action) = Action::named(operator.text(), arguments.len())
                {
                    if in_guard && !action.is_question() {
                        return badarg();
                    }
                    tasks.push(Task::Emit(ValueOp::Act(action, arguments.len())));
                    tasks.extend(arguments.iter().rev().map(|&argument| Task::Compile(argument)));
                } else if is_callable(operator, arguments.len()) {
                    let function = table::lookup(atoms::ERLANG, operator, arguments.len() as u32)
                        .ok_or(Exception::badarg())?;
                    tasks.push(Task::Emit(ValueOp::Call(table::row(function).function, arguments.len())));
                    tasks.extend(arguments.iter().rev().map(|&argument| Task::Compile(argument)));
                } else {
                    return badarg();
                }
            }
            TermView::Tuple(&[]) => return badarg(),
            _ => ops.push(ValueOp::Constant(term)),
        }
    }
    Ok(ops)
}
