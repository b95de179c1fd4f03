//! Parsing modules. Never panics, whatever the text; what it returns is well typed by instruction, and has still to
//! be verified.

use std::collections::HashMap;

use smallvec::SmallVec;

use super::lexer::{Token, tokenize};
use super::literal::{self, bytes_from_hex};
use super::printer::SEGMENT_KINDS;
use super::typing;
use crate::abi::Atom;
use crate::ir::inst::{BuildSegment, Segment, SegmentFlags};
use crate::ir::ops::{ImmediateKind, Rest};
use crate::ir::{
    Block, BlockCall, BlockData, Constant, FuncId, Function, Immediate, Import, ImportId, InstData, Lambda,
    LambdaId, LiteralId, Location, MessageId, Module, Op, Terminator, Type, Value,
};

/// Why a text is no module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ParseError {
    /// Line, from 1.
    pub line: u32,
    /// What is wrong there.
    pub message: String,
}

impl ParseError {
    pub(crate) fn new(line: u32, message: String) -> ParseError {
        ParseError { line, message }
    }
}

/// The tokens that are left.
pub(crate) struct Tokens {
    tokens: Vec<(Token, u32)>,
    at: usize,
}

impl Tokens {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    pub(crate) fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    pub(crate) fn error(&self, message: String) -> ParseError {
        let last = self.at.min(self.tokens.len()).saturating_sub(1);
        ParseError::new(self.tokens.get(last).map_or(0, |(_, line)| *line), message)
    }

    /// Takes the sign if it is next.
    pub(crate) fn eat(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Punctuation(next) if *next == sign);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn expect(&mut self, sign: &str) -> Result<(), ParseError> {
        if self.eat(sign) {
            return Ok(());
        }
        let found = self.next();
        Err(self.error(format!("expected `{sign}`, found {found}")))
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Word(next) if next == word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<(), ParseError> {
        if self.eat_word(word) {
            return Ok(());
        }
        let found = self.next();
        Err(self.error(format!("expected `{word}`, found {found}")))
    }

    pub(super) fn word(&mut self) -> Result<String, ParseError> {
        match self.next() {
            Token::Word(word) => Ok(word),
            found => Err(self.error(format!("expected a word, found {found}"))),
        }
    }

    pub(crate) fn number(&mut self) -> Result<u32, ParseError> {
        self.parsed("a number")
    }

    /// A number of some type; `what` it is for.
    pub(super) fn parsed<T: std::str::FromStr>(&mut self, what: &str) -> Result<T, ParseError> {
        let token = self.next();
        let number = if let Token::Number(text) = &token { text.parse().ok() } else { None };
        number.ok_or_else(|| self.error(format!("expected {what}, found {token}")))
    }

    /// `open ITEM, .. close`
    pub(super) fn separated<T>(
        &mut self,
        open: &str,
        close: &str,
        mut item: impl FnMut(&mut Tokens) -> Result<T, ParseError>,
    ) -> Result<Vec<T>, ParseError> {
        self.expect(open)?;
        let mut items = Vec::new();
        while !self.eat(close) {
            if !items.is_empty() {
                self.expect(",")?;
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// `PREFIXn =`, where `n` must be the next number.
    pub(super) fn in_order(&mut self, prefix: &str, expected: usize) -> Result<(), ParseError> {
        if self.entity(prefix)? != expected {
            return Err(self.error(format!("expected `{prefix}{expected}`")));
        }
        self.expect("=")
    }

    pub(super) fn atom(&mut self) -> Result<Atom, ParseError> {
        match self.next() {
            Token::Atom(text) => Atom::try_new(&text).map_err(|error| self.error(error.to_string())),
            found => Err(self.error(format!("expected an atom in quotes, found {found}"))),
        }
    }

    /// A word made of `prefix` and a number.
    pub(super) fn entity(&mut self, prefix: &str) -> Result<usize, ParseError> {
        let token = self.next();
        let number = match &token {
            Token::Word(word) => word.strip_prefix(prefix).and_then(|digits| digits.parse::<u32>().ok()),
            _ => None,
        };
        match number {
            Some(number) => Ok(number as usize),
            None => Err(self.error(format!("expected `{prefix}N`, found {token}"))),
        }
    }

    fn is_entity(&self, prefix: &str) -> bool {
        matches!(self.peek(), Token::Word(word) if word.strip_prefix(prefix).is_some_and(|digits| {
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        }))
    }
}

/// Parses the type of a term.
///
/// # Errors
/// The first thing that is not of the text form.
pub fn parse_type(text: &str) -> Result<crate::types::TermType, ParseError> {
    let mut tokens = Tokens { tokens: tokenize(text)?, at: 0 };
    let ty = typing::term_type(&mut tokens)?;
    match tokens.next() {
        Token::End => Ok(ty),
        found => Err(tokens.error(format!("{found} stands behind the type"))),
    }
}

/// Parses a module.
///
/// # Errors
/// The first thing that is not of the text form.
pub fn parse_module(text: &str) -> Result<Module, ParseError> {
    let mut tokens = Tokens { tokens: tokenize(text)?, at: 0 };
    tokens.expect_word("module")?;
    let mut module = Module::new(tokens.atom()?);
    let mut numbers = Vec::new();
    loop {
        let keyword = match tokens.next() {
            Token::Word(word) => word,
            Token::End => break,
            found => return Err(tokens.error(format!("expected a declaration, found {found}"))),
        };
        match keyword.as_str() {
            "file" => match tokens.next() {
                Token::String(text) => module.files.push(text),
                found => return Err(tokens.error(format!("expected a file name, found {found}"))),
            },
            "import" => {
                tokens.in_order("import", module.imports.len())?;
                let name = tokens.atom()?;
                tokens.expect(":")?;
                let function = tokens.atom()?;
                tokens.expect("/")?;
                module.imports.push(Import { module: name, function, arity: tokens.number()? });
            }
            "literal" => {
                tokens.in_order("lit", module.literals.len())?;
                module.literals.push(literal::parse(&mut tokens)?);
            }
            "lambda" => {
                tokens.in_order("lambda", module.lambdas.len())?;
                let function = FuncId::new(tokens.entity("fn")?);
                tokens.expect_word("free")?;
                let free = tokens.number()?;
                tokens.expect_word("index")?;
                let index = tokens.number()?;
                tokens.expect_word("uniq")?;
                module.lambdas.push(Lambda { function, free, index, old_uniq: tokens.number()? });
            }
            "export" => {
                let name = tokens.atom()?;
                tokens.expect("/")?;
                let arity = tokens.number()?;
                tokens.expect("=")?;
                module.exports.push((name, arity, FuncId::new(tokens.entity("fn")?)));
            }
            "on_load" => module.on_load = Some(FuncId::new(tokens.entity("fn")?)),
            "function" => {
                numbers.push(tokens.entity("fn")?);
                let function = FunctionParser::new(&mut tokens).function()?;
                module.functions.push(function);
            }
            other => {
                if !typing::declaration(other, &mut tokens, &mut module)? {
                    return Err(tokens.error(format!("`{other}` begins no declaration")));
                }
            }
        }
    }
    if numbers.iter().enumerate().any(|(index, &number)| index != number) {
        return Err(tokens.error("functions must be numbered in order from fn0".into()));
    }
    Ok(module)
}

struct FunctionParser<'a> {
    tokens: &'a mut Tokens,
    /// Types by number in the text, with the order of definition.
    types: HashMap<usize, (Type, usize)>,
    blocks: HashMap<usize, usize>,
    locations: Vec<Location>,
    known_locations: HashMap<(u32, u32), u32>,
    /// Lines of instructions, for errors found when all is read.
    lines: Vec<u32>,
}

impl<'a> FunctionParser<'a> {
    fn new(tokens: &'a mut Tokens) -> FunctionParser<'a> {
        FunctionParser {
            tokens,
            types: HashMap::new(),
            blocks: HashMap::new(),
            locations: vec![Location { file: 0, line: 0 }],
            known_locations: HashMap::new(),
            lines: Vec::new(),
        }
    }

    fn function(mut self) -> Result<Function, ParseError> {
        let name = self.tokens.atom()?;
        self.tokens.expect("/")?;
        let arity = self.tokens.number()?;
        self.tokens.expect("{")?;
        let mut blocks = Vec::new();
        while !self.tokens.eat("}") {
            blocks.push(self.block(blocks.len())?);
        }
        // Numbers without gaps stay; else definitions are numbered as they come.
        let count = self.types.len();
        let is_dense = self.types.keys().all(|&number| number < count);
        let mut value_types = vec![Type::Term; count];
        for (&number, &(ty, order)) in &self.types {
            value_types[if is_dense { number } else { order }] = ty;
        }
        let value = |value: &mut Value, this: &Self| match this.types.get(&value.index()) {
            Some((_, order)) => {
                *value = Value::new(if is_dense { value.index() } else { *order });
                Ok(())
            }
            None => Err(this.tokens.error(format!("{value} is never defined in '{name}'/{arity}"))),
        };
        for block in &mut blocks {
            let BlockData { params, insts, terminator } = block;
            for parameter in params.iter_mut() {
                value(parameter, &self)?;
            }
            for inst in insts.iter_mut() {
                for operand in inst.args.iter_mut().chain(&mut inst.result) {
                    value(operand, &self)?;
                }
            }
            let mut result = Ok(());
            terminator.for_each_value_mut(|operand| {
                if result.is_ok() {
                    result = value(operand, &self);
                }
            });
            result?;
            let blocks = &self.blocks;
            let mut missing = None;
            for call in terminator.successors_mut() {
                match blocks.get(&call.block.index()) {
                    Some(&index) => call.block = Block::new(index),
                    None => missing = Some(call.block),
                }
            }
            if let Some(block) = missing {
                return Err(self.tokens.error(format!("{block} does not exist in '{name}'/{arity}")));
            }
        }
        self.check_insts(&blocks, &value_types)?;
        Ok(Function { name, arity, blocks, value_types, locations: self.locations })
    }

    fn check_insts(&self, blocks: &[BlockData], types: &[Type]) -> Result<(), ParseError> {
        let mut lines = self.lines.iter();
        for block in blocks {
            let last = match &block.terminator {
                Terminator::Attempt { inst, .. }
                | Terminator::Try { inst, .. }
                | Terminator::TailCall(inst) => Some(inst),
                _ => None,
            };
            for inst in block.insts.iter().chain(last) {
                let line = lines.next().copied().unwrap_or(0);
                inst.check(|value| types.get(value.index()).copied())
                    .map_err(|error| ParseError::new(line, error.to_string()))?;
            }
        }
        Ok(())
    }

    fn define(&mut self, number: usize, ty: Type) -> Result<Value, ParseError> {
        let order = self.types.len();
        if self.types.insert(number, (ty, order)).is_some() {
            return Err(self.tokens.error(format!("v{number} is defined twice")));
        }
        Ok(Value::new(number))
    }

    fn block(&mut self, index: usize) -> Result<BlockData, ParseError> {
        let number = self.tokens.entity("block")?;
        if self.blocks.insert(number, index).is_some() {
            return Err(self.tokens.error(format!("block{number} is defined twice")));
        }
        self.tokens.expect("(")?;
        let mut params = Vec::new();
        while !self.tokens.eat(")") {
            if !params.is_empty() {
                self.tokens.expect(",")?;
            }
            let number = self.tokens.entity("v")?;
            self.tokens.expect(":")?;
            let name = self.tokens.word()?;
            let Some(&ty) = Type::ALL.iter().find(|ty| ty.name() == name) else {
                return Err(self.tokens.error(format!("`{name}` is no type")));
            };
            params.push(self.define(number, ty)?);
        }
        self.tokens.expect(":")?;
        let mut insts = Vec::new();
        loop {
            let result = if self.tokens.is_entity("v") {
                let number = self.tokens.entity("v")?;
                self.tokens.expect("=")?;
                Some(number)
            } else {
                None
            };
            let word = self.tokens.word()?;
            match Op::from_name(&word) {
                Some(op) => {
                    let mut inst = self.inst(op)?;
                    inst.location = self.location()?;
                    inst.result = match (result, op.result()) {
                        (Some(number), Some(ty)) => Some(self.define(number, ty)?),
                        (None, None) => None,
                        (Some(_), None) => return Err(self.tokens.error(format!("`{word}` has no result"))),
                        (None, Some(_)) => return Err(self.tokens.error(format!("`{word}` has a result"))),
                    };
                    insts.push(inst);
                }
                None if result.is_some() => return Err(self.tokens.error(format!("`{word}` is no op"))),
                None => return Ok(BlockData { params, insts, terminator: self.terminator(&word)? }),
            }
        }
    }

    fn location(&mut self) -> Result<u32, ParseError> {
        if !self.tokens.eat("@") {
            return Ok(0);
        }
        let file = self.tokens.number()?;
        self.tokens.expect(":")?;
        let line = self.tokens.number()?;
        let locations = &mut self.locations;
        Ok(*self.known_locations.entry((file, line)).or_insert_with(|| {
            locations.push(Location { file, line });
            (locations.len() - 1) as u32
        }))
    }

    fn values(&mut self) -> Result<SmallVec<[Value; 4]>, ParseError> {
        let mut values = SmallVec::new();
        if self.tokens.is_entity("v") {
            values.push(Value::new(self.tokens.entity("v")?));
            while self.tokens.eat(",") {
                values.push(Value::new(self.tokens.entity("v")?));
            }
        }
        Ok(values)
    }

    /// An op's immediate and operands, behind its name.
    fn inst(&mut self, op: Op) -> Result<InstData, ParseError> {
        let last = self.tokens.at.min(self.tokens.tokens.len()).saturating_sub(1);
        self.lines.push(self.tokens.tokens.get(last).map_or(0, |(_, line)| *line));
        let immediate = self.immediate(op.immediate())?;
        let args = if op.operands().is_empty() && op.rest() == Rest::None {
            SmallVec::new()
        } else {
            self.operands()?
        };
        Ok(InstData { op, args, immediate, result: None, location: 0 })
    }

    /// Operands: values up to something else than `, vN`.
    fn operands(&mut self) -> Result<SmallVec<[Value; 4]>, ParseError> {
        let mut values = SmallVec::new();
        if !self.tokens.is_entity("v") || self.is_next_line_result() {
            return Ok(values);
        }
        values.push(Value::new(self.tokens.entity("v")?));
        while matches!(self.tokens.peek(), Token::Punctuation(",")) {
            self.tokens.at += 1;
            if !self.tokens.is_entity("v") {
                self.tokens.at -= 1;
                break;
            }
            values.push(Value::new(self.tokens.entity("v")?));
        }
        Ok(values)
    }

    /// Whether `vN =` comes: the next instruction's result, not an operand.
    fn is_next_line_result(&self) -> bool {
        matches!(self.tokens.tokens.get(self.tokens.at + 1), Some((Token::Punctuation("="), _)))
    }

    fn constant(&mut self) -> Result<Constant, ParseError> {
        if self.tokens.is_entity("lit") {
            return Ok(Constant::Literal(LiteralId::new(self.tokens.entity("lit")?)));
        }
        match self.tokens.next() {
            Token::Number(text) => {
                match text.parse().ok().map(Constant::Int).filter(|int| int.word().is_some()) {
                    Some(constant) => Ok(constant),
                    None => Err(self.tokens.error(format!("{text} is no small integer"))),
                }
            }
            Token::Atom(text) => {
                Atom::try_new(&text).map(Constant::Atom).map_err(|error| self.tokens.error(error.to_string()))
            }
            Token::Punctuation("[") => {
                self.tokens.expect("]")?;
                Ok(Constant::Nil)
            }
            found => Err(self.tokens.error(format!("{found} is no constant"))),
        }
    }

    fn flags(&mut self) -> SegmentFlags {
        let signed = self.tokens.eat_word("signed");
        SegmentFlags { signed, little: self.tokens.eat_word("little") }
    }

    fn unit(&mut self) -> Result<u16, ParseError> {
        let unit = self.tokens.number()?;
        u16::try_from(unit).map_err(|_| self.tokens.error(format!("{unit} is no unit")))
    }

    fn immediate(&mut self, kind: ImmediateKind) -> Result<Immediate, ParseError> {
        Ok(match kind {
            ImmediateKind::None => Immediate::None,
            ImmediateKind::Constant | ImmediateKind::Small => Immediate::Constant(self.constant()?),
            ImmediateKind::Function => Immediate::Function(FuncId::new(self.tokens.entity("fn")?)),
            ImmediateKind::Import => Immediate::Import(ImportId::new(self.tokens.entity("import")?)),
            ImmediateKind::Lambda => Immediate::Lambda(LambdaId::new(self.tokens.entity("lambda")?)),
            ImmediateKind::Message => Immediate::Message(MessageId::new(self.tokens.entity("msg")?)),
            ImmediateKind::Index | ImmediateKind::Element | ImmediateKind::Unit => {
                Immediate::Index(self.tokens.number()?)
            }
            ImmediateKind::ArityAndTag => Immediate::ArityAndTag(self.tokens.number()?, self.tokens.atom()?),
            ImmediateKind::Segment => {
                self.tokens.expect("[")?;
                let segment = Segment { unit: self.unit()?, flags: self.flags() };
                self.tokens.expect("]")?;
                Immediate::Segment(segment)
            }
            ImmediateKind::Bits => {
                let bit_len = self.tokens.number()?;
                let Token::String(text) = self.tokens.next() else {
                    return Err(self.tokens.error("expected bits in \"HEX\"".into()));
                };
                match bytes_from_hex(&text) {
                    Some(bytes) => Immediate::Bits { bit_len, bytes: bytes.into() },
                    None => return Err(self.tokens.error("bits are an even number of digits".into())),
                }
            }
            ImmediateKind::Segments => Immediate::Segments(self.bracketed(Self::build_segment)?),
            ImmediateKind::Indices => Immediate::Indices(self.bracketed(|this| this.tokens.number())?),
        })
    }

    fn bracketed<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, ParseError>,
    ) -> Result<Box<[T]>, ParseError> {
        self.tokens.expect("[")?;
        let mut items = Vec::new();
        while !self.tokens.eat("]") {
            if !items.is_empty() {
                self.tokens.expect(",")?;
            }
            items.push(item(self)?);
        }
        Ok(items.into())
    }

    fn build_segment(&mut self) -> Result<BuildSegment, ParseError> {
        let name = self.tokens.word()?;
        let Some(&(kind, _)) = SEGMENT_KINDS.iter().find(|(_, row)| *row == name) else {
            return Err(self.tokens.error(format!("`{name}` is no kind of segment")));
        };
        let unit = self.unit()?;
        let flags = self.flags();
        let has_size = self.tokens.eat_word("sized");
        self.tokens.expect("#")?;
        Ok(BuildSegment { kind, unit, flags, has_size, number: self.tokens.number()? })
    }

    fn call(&mut self) -> Result<BlockCall, ParseError> {
        let block = Block::new(self.tokens.entity("block")?);
        self.tokens.expect("(")?;
        let args = self.values()?;
        self.tokens.expect(")")?;
        Ok(BlockCall { block, args })
    }

    fn terminator_inst(&mut self) -> Result<InstData, ParseError> {
        let word = self.tokens.word()?;
        match Op::from_name(&word) {
            Some(op) => self.inst(op),
            None => Err(self.tokens.error(format!("`{word}` is no op"))),
        }
    }

    fn cases<K>(
        &mut self,
        mut key: impl FnMut(&mut Self) -> Result<K, ParseError>,
    ) -> Result<(Vec<(K, BlockCall)>, BlockCall), ParseError> {
        self.tokens.expect("{")?;
        let mut cases = Vec::new();
        loop {
            if self.tokens.eat_word("else") {
                let default = self.call()?;
                self.tokens.expect("}")?;
                return Ok((cases, default));
            }
            let key = key(self)?;
            self.tokens.expect("=>")?;
            cases.push((key, self.call()?));
            self.tokens.expect(",")?;
        }
    }

    fn terminator(&mut self, word: &str) -> Result<Terminator, ParseError> {
        Ok(match word {
            "jump" => Terminator::Jump(self.call()?),
            "branch" => {
                let condition = Value::new(self.tokens.entity("v")?);
                self.tokens.expect(",")?;
                let then = self.call()?;
                self.tokens.expect(",")?;
                Terminator::Branch { condition, then, otherwise: self.call()? }
            }
            "switch" => {
                let value = Value::new(self.tokens.entity("v")?);
                let (cases, default) = self.cases(Self::constant)?;
                Terminator::Switch { value, cases, default }
            }
            "switch_arity" => {
                let value = Value::new(self.tokens.entity("v")?);
                let (cases, default) = self.cases(|this| this.tokens.number())?;
                Terminator::SwitchArity { value, cases, default }
            }
            "attempt" => {
                let mut inst = self.terminator_inst()?;
                self.tokens.expect("->")?;
                let ok = self.call()?;
                self.tokens.expect(",")?;
                let fail = self.call()?;
                inst.location = self.location()?;
                Terminator::Attempt { inst, ok, fail }
            }
            "try" => {
                let mut inst = self.terminator_inst()?;
                let ok = if self.tokens.eat("->") { Some(self.call()?) } else { None };
                self.tokens.expect(",")?;
                self.tokens.expect_word("unwind")?;
                let unwind = self.call()?;
                inst.location = self.location()?;
                Terminator::Try { inst, ok, unwind }
            }
            "return" => Terminator::Return(Value::new(self.tokens.entity("v")?)),
            "tail" => {
                let mut inst = self.terminator_inst()?;
                inst.location = self.location()?;
                Terminator::TailCall(inst)
            }
            "recv_next" => {
                let got = self.call()?;
                self.tokens.expect(",")?;
                let empty = self.call()?;
                Terminator::RecvNext { got, empty, location: self.location()? }
            }
            "wait" => Terminator::Wait(self.call()?),
            "wait_timeout" => {
                let time = Value::new(self.tokens.entity("v")?);
                self.tokens.expect(",")?;
                let woken = self.call()?;
                self.tokens.expect(",")?;
                let expired = self.call()?;
                let unwind = if self.tokens.eat(",") {
                    self.tokens.expect_word("unwind")?;
                    Some(self.call()?)
                } else {
                    None
                };
                Terminator::WaitTimeout { time, woken, expired, unwind, location: self.location()? }
            }
            "unreachable" => Terminator::Unreachable,
            _ => return Err(self.tokens.error(format!("`{word}` is neither op nor terminator"))),
        })
    }
}
