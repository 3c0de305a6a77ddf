//! The grounded world, read from the JSON that `chekhov.task` documents, and its expressions.

use std::collections::BTreeMap;
use std::sync::RwLock;

use hashbrown::HashMap;
use serde_json::value::RawValue;
use serde_json::Value as Json;

use crate::error::{Error, Result};

/// A value as a small number: 0 is `?`; booleans are 1 and 2; entity e is e+1; numbers are made by [`Numbers`].
pub type Code = u16;
pub const UNKNOWN: Code = 0;
pub const FALSE: Code = 1;
pub const TRUE: Code = 2;

const ZERO: i32 = 20_000;
const DIRECT: i32 = 19_999;
const FIRST_INDIRECT: usize = 40_000;

/// Numbers as codes: whole numbers of ordinary size directly, others by their place in a table. A code stands for one number only.
#[derive(Default)]
pub struct Numbers {
    table: RwLock<(HashMap<u64, Code>, Vec<f64>)>,
}

impl Numbers {
    pub fn code(&self, x: f64) -> Option<Code> {
        if !x.is_finite() {
            return Some(UNKNOWN);
        }
        if x.fract() == 0.0 && x.abs() <= DIRECT as f64 {
            return Some((x as i32 + ZERO) as Code);
        }
        if let Some(&code) = self.table.read().unwrap().0.get(&x.to_bits()) {
            return Some(code);
        }
        let mut table = self.table.write().unwrap();
        if let Some(&code) = table.0.get(&x.to_bits()) {
            return Some(code);
        }
        let code = FIRST_INDIRECT + table.1.len();
        if code > Code::MAX as usize {
            return None;
        }
        table.1.push(x);
        table.0.insert(x.to_bits(), code as Code);
        Some(code as Code)
    }

    #[inline]
    pub fn number(&self, code: Code) -> Option<f64> {
        if code == UNKNOWN {
            None
        } else if (code as usize) < FIRST_INDIRECT {
            Some((code as i32 - ZERO) as f64)
        } else {
            Some(self.table.read().unwrap().1[code as usize - FIRST_INDIRECT])
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Boolean,
    Number,
    Entity,
}

#[derive(Clone, Debug)]
pub struct Fluent {
    pub kind: Kind,
    /// Entity codes that it may take, `?` not counted.
    pub domain: Vec<Code>,
    pub bounds: Option<(f64, f64)>,
}

/// What an expression is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    Unknown,
    Bool(bool),
    Number(f64),
    Entity(Code),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arith {
    Add,
    Sub,
    Mul,
    Div,
}

pub type Path = Box<[u8]>;

#[derive(Clone, Debug)]
pub enum Expr {
    Const(Value),
    Fluent(Path, u32),
    Arith(Arith, Box<Expr>, Box<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Cmp(Op, Box<Expr>, Box<Expr>),
    /// A fluent compared for (in)equality with a constant: by far the most frequent test.
    Is {
        path: Path,
        fluent: u32,
        code: Code,
        equal: bool,
    },
    And(Box<[Expr]>),
    Or(Box<[Expr]>),
}

#[derive(Clone, Debug)]
pub struct Revision {
    pub path: Path,
    pub fluent: u32,
    pub op: Op,
    pub value: Expr,
    /// Whether the test reads its value where the action really happens, rather than in the belief.
    pub from_source: bool,
}

#[derive(Clone, Debug)]
pub struct Atom {
    pub test: Expr,
    pub revise: Box<[Revision]>,
}

#[derive(Clone, Debug)]
pub struct Effect {
    pub condition: Expr,
    pub path: Path,
    pub fluent: u32,
    pub value: Expr,
}

/// An action or a trigger; a trigger has nobody who consents or observes.
#[derive(Clone, Debug)]
pub struct EventDef {
    pub clauses: Box<[Box<[Atom]>]>,
    pub effects: Box<[Effect]>,
    pub consenting: Box<[u8]>,
    /// Nobody is asked, but everybody counts on it.
    pub natural: bool,
    /// For each character; empty for triggers.
    pub observers: Box<[Expr]>,
    /// Nothing in the precondition reads a belief.
    pub plain_precondition: bool,
    /// Nothing in the effects reads or sets a belief.
    pub plain_effects: bool,
    pub plain_observers: bool,
}

pub struct Task {
    pub characters: usize,
    pub entities: usize,
    pub fluents: Vec<Fluent>,
    /// Actions first, then triggers.
    pub events: Vec<EventDef>,
    pub actions: usize,
    pub utility: Expr,
    pub utilities: Vec<Expr>,
    pub belief_depth: Option<usize>,
    pub initial: Vec<(Vec<Code>, Vec<usize>)>,
    pub initial_root: usize,
    pub numbers: Numbers,
}

fn bad<T>(message: impl Into<String>) -> Result<T> {
    Err(Error::Task(message.into()))
}

fn list<'a>(json: &'a Json, what: &str) -> Result<&'a Vec<Json>> {
    json.as_array().ok_or_else(|| Error::Task(format!("{what} is not a list")))
}

/// What JSON says, however deep it goes.
pub fn read<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.disable_recursion_limit();
    T::deserialize(&mut reader).map_err(|e| Error::Task(e.to_string()))
}

fn index(json: &Json, below: usize, what: &str) -> Result<usize> {
    match json.as_u64() {
        Some(n) if (n as usize) < below => Ok(n as usize),
        _ => bad(format!("{what} is not a number below {below}: {json}")),
    }
}

impl Task {
    pub fn parse(text: &str) -> Result<Task> {
        // One event after the other: as a tree, all of a large world would take twenty times the memory of its text.
        let mut parts: BTreeMap<String, &RawValue> = read(text)?;
        let mut events =
            |group: &str| -> Result<Vec<&RawValue>> { read(parts.remove(group).ok_or_else(|| Error::Task(format!("no {group}")))?.get()) };
        let groups = [(events("actions")?, true), (events("triggers")?, false)];
        let parts: Result<serde_json::Map<String, Json>> = parts.into_iter().map(|(key, part)| Ok((key, read(part.get())?))).collect();
        let json = Json::Object(parts?);
        if json["version"] != 1 {
            return bad("unknown version of the task");
        }
        let mut task = Task {
            characters: json["characters"].as_u64().unwrap_or(0) as usize,
            entities: json["entities"].as_u64().unwrap_or(0) as usize,
            fluents: vec![],
            events: vec![],
            actions: 0,
            utility: Expr::Const(Value::Number(0.0)),
            utilities: vec![],
            belief_depth: json["belief_depth"].as_u64().map(|k| k as usize),
            initial: vec![],
            initial_root: 0,
            numbers: Numbers::default(),
        };
        if task.characters > 60 {
            return bad("more than 60 characters");
        }
        if task.entities > 60_000 {
            return bad("more than 60000 entities");
        }
        for fluent in list(&json["fluents"], "fluents")? {
            let kind = match fluent["kind"].as_str() {
                Some("boolean") => Kind::Boolean,
                Some("number") => Kind::Number,
                Some("entity") => Kind::Entity,
                _ => return bad("unknown kind of fluent"),
            };
            let mut domain = vec![];
            if kind == Kind::Entity {
                for value in list(&fluent["values"], "values")? {
                    match task.constant(value)? {
                        Value::Entity(code) => domain.push(code),
                        _ => return bad("a value of an entity fluent is not an entity"),
                    }
                }
            }
            let bounds = match fluent["bounds"].as_array().map(|b| b.as_slice()) {
                Some([lo, hi]) => Some((lo.as_f64().unwrap_or(f64::NEG_INFINITY), hi.as_f64().unwrap_or(f64::INFINITY))),
                _ => None,
            };
            task.fluents.push(Fluent { kind, domain, bounds });
        }
        for (group, is_of_actions) in groups {
            for event in group {
                let event = task.event(&read(event.get())?, is_of_actions)?;
                task.events.push(event);
            }
            if is_of_actions {
                task.actions = task.events.len();
            }
        }
        if task.events.len() >= 1 << 20 {
            return bad("more than a million events");
        }
        task.utility = task.expr(&json["utility"])?;
        for utility in list(&json["utilities"], "utilities")? {
            let utility = task.expr(utility)?;
            task.utilities.push(utility);
        }
        if task.utilities.len() != task.characters {
            return bad("not one utility for each character");
        }
        let nodes = list(&json["initial"]["nodes"], "initial nodes")?;
        for node in nodes {
            let values = list(&node["values"], "values")?;
            if values.len() != task.fluents.len() {
                return bad("an initial node lacks values");
            }
            let mut codes = vec![];
            for (f, value) in values.iter().enumerate() {
                let value = task.constant(value)?;
                codes.push(task.code(f, value)?);
            }
            let beliefs = list(&node["beliefs"], "beliefs")?;
            if beliefs.len() != task.characters {
                return bad("an initial node lacks beliefs");
            }
            let beliefs: Result<Vec<usize>> = beliefs.iter().map(|b| index(b, nodes.len(), "belief")).collect();
            task.initial.push((codes, beliefs?));
        }
        task.initial_root = index(&json["initial"]["root"], nodes.len(), "root")?;
        Ok(task)
    }

    fn constant(&self, json: &Json) -> Result<Value> {
        Ok(match json {
            Json::Null => Value::Unknown,
            Json::Bool(b) => Value::Bool(*b),
            Json::Number(n) => Value::Number(n.as_f64().unwrap_or(f64::NAN) + 0.0),
            Json::Array(parts) if parts.len() == 2 && parts[0] == "e" => {
                Value::Entity(index(&parts[1], self.entities, "entity")? as Code + 1)
            }
            _ => return bad(format!("not a value: {json}")),
        })
    }

    /// The code of a value of a fluent; a bounded number stops at its bounds.
    #[inline]
    pub fn code(&self, fluent: usize, value: Value) -> Result<Code> {
        match value {
            Value::Unknown => Ok(UNKNOWN),
            Value::Bool(b) => Ok(if b { TRUE } else { FALSE }),
            Value::Entity(code) => Ok(code),
            Value::Number(x) => {
                let x = match self.fluents[fluent].bounds {
                    Some((lo, hi)) => x.max(lo).min(hi),
                    None => x,
                };
                self.numbers.code(x + 0.0).ok_or(Error::Values { fluent })
            }
        }
    }

    #[inline]
    pub fn value(&self, fluent: usize, code: Code) -> Value {
        if code == UNKNOWN {
            return Value::Unknown;
        }
        match self.fluents[fluent].kind {
            Kind::Boolean => Value::Bool(code == TRUE),
            Kind::Entity => Value::Entity(code),
            Kind::Number => self.numbers.number(code).map_or(Value::Unknown, Value::Number),
        }
    }

    pub fn value_to_json(&self, value: Value) -> Json {
        match value {
            Value::Unknown => Json::Null,
            Value::Bool(b) => Json::Bool(b),
            Value::Number(x) if x.fract() == 0.0 && x.abs() < 1e15 => Json::from(x as i64),
            Value::Number(x) => Json::from(x),
            Value::Entity(code) => serde_json::json!(["e", code - 1]),
        }
    }

    fn path(&self, json: &Json) -> Result<Path> {
        let parts: Result<Vec<u8>> = list(json, "path")?.iter().map(|c| Ok(index(c, self.characters, "character")? as u8)).collect();
        Ok(parts?.into())
    }

    pub fn expr(&self, json: &Json) -> Result<Expr> {
        let parts = list(json, "expression")?;
        let op = parts.first().and_then(Json::as_str).unwrap_or("");
        let at = |i: usize| -> Result<Box<Expr>> {
            match parts.get(i) {
                Some(part) => Ok(Box::new(self.expr(part)?)),
                None => bad("an expression lacks an operand"),
            }
        };
        let compare = |op: Op| -> Result<Expr> {
            let (left, right) = (at(1)?, at(2)?);
            if matches!(op, Op::Eq | Op::Ne) {
                let (fluent, value) = match (&*left, &*right) {
                    (Expr::Fluent(path, f), Expr::Const(v)) | (Expr::Const(v), Expr::Fluent(path, f)) => {
                        (Some((path.clone(), *f)), Some(*v))
                    }
                    _ => (None, None),
                };
                if let (Some((path, fluent)), Some(value)) = (fluent, value) {
                    let kind = self.fluents[fluent as usize].kind;
                    let code = match (kind, value) {
                        (_, Value::Unknown) => Some(UNKNOWN),
                        (Kind::Boolean, Value::Bool(_)) | (Kind::Entity, Value::Entity(_)) => Some(self.code(fluent as usize, value)?),
                        (Kind::Number, Value::Number(x)) => self.numbers.code(x + 0.0),
                        _ => return bad("a fluent is compared with a value of another kind"),
                    };
                    if let Some(code) = code {
                        return Ok(Expr::Is { path, fluent, code, equal: op == Op::Eq });
                    }
                }
            }
            Ok(Expr::Cmp(op, left, right))
        };
        let all = || -> Result<Box<[Expr]>> {
            let parts: Result<Vec<Expr>> = parts[1..].iter().map(|p| self.expr(p)).collect();
            Ok(parts?.into())
        };
        match op {
            "v" if parts.len() == 2 => Ok(Expr::Const(self.constant(&parts[1])?)),
            "f" if parts.len() == 3 => Ok(Expr::Fluent(self.path(&parts[1])?, index(&parts[2], self.fluents.len(), "fluent")? as u32)),
            "+" => Ok(Expr::Arith(Arith::Add, at(1)?, at(2)?)),
            "-" => Ok(Expr::Arith(Arith::Sub, at(1)?, at(2)?)),
            "*" => Ok(Expr::Arith(Arith::Mul, at(1)?, at(2)?)),
            "/" => Ok(Expr::Arith(Arith::Div, at(1)?, at(2)?)),
            "if" => Ok(Expr::If(at(1)?, at(2)?, at(3)?)),
            "==" => compare(Op::Eq),
            "!=" => compare(Op::Ne),
            "<" => compare(Op::Lt),
            "<=" => compare(Op::Le),
            ">" => compare(Op::Gt),
            ">=" => compare(Op::Ge),
            "and" => Ok(Expr::And(all()?)),
            "or" => Ok(Expr::Or(all()?)),
            _ => bad(format!("unknown expression {json}")),
        }
    }

    fn event(&self, json: &Json, is_action: bool) -> Result<EventDef> {
        let mut clauses = vec![];
        for clause in list(&json["precondition"], "precondition")? {
            let mut atoms = vec![];
            for atom in list(clause, "clause")? {
                let mut revise = vec![];
                for revision in list(&atom["revise"], "revise")? {
                    let op = match revision["op"].as_str() {
                        Some("==") => Op::Eq,
                        Some("!=") => Op::Ne,
                        Some("<") => Op::Lt,
                        Some("<=") => Op::Le,
                        Some(">") => Op::Gt,
                        Some(">=") => Op::Ge,
                        _ => return bad("unknown operator of a revision"),
                    };
                    revise.push(Revision {
                        path: self.path(&revision["path"])?,
                        fluent: index(&revision["fluent"], self.fluents.len(), "fluent")? as u32,
                        op,
                        value: self.expr(&revision["value"])?,
                        from_source: revision["at"] == "source",
                    });
                }
                atoms.push(Atom { test: self.expr(&atom["test"])?, revise: revise.into() });
            }
            clauses.push(atoms.into_boxed_slice());
        }
        let mut effects = vec![];
        for effect in list(&json["effects"], "effects")? {
            effects.push(Effect {
                condition: self.expr(&effect["condition"])?,
                path: self.path(&effect["path"])?,
                fluent: index(&effect["fluent"], self.fluents.len(), "fluent")? as u32,
                value: self.expr(&effect["value"])?,
            });
        }
        let (mut consenting, mut observers) = (vec![], vec![]);
        if is_action {
            for c in list(&json["consenting"], "consenting")? {
                let c = index(c, self.characters, "character")? as u8;
                if !consenting.contains(&c) {
                    consenting.push(c);
                }
            }
            for observer in list(&json["observers"], "observers")? {
                observers.push(self.expr(observer)?);
            }
            if observers.len() != self.characters {
                return bad("not one observer condition for each character");
            }
        }
        let plain_precondition = clauses.iter().flat_map(|c| c.iter()).all(|a: &Atom| a.test.is_plain());
        let plain_effects = effects.iter().all(|e| e.path.is_empty() && e.condition.is_plain() && e.value.is_plain());
        let plain_observers = observers.iter().all(Expr::is_plain);
        Ok(EventDef {
            clauses: clauses.into(),
            effects: effects.into(),
            consenting: consenting.into(),
            natural: is_action && json["natural"] == true,
            observers: observers.into(),
            plain_precondition,
            plain_effects,
            plain_observers,
        })
    }
}

impl EventDef {
    /// Whether characters count on such an act in their plans.
    pub fn expected(&self) -> bool {
        self.natural || !self.consenting.is_empty()
    }
}

impl Expr {
    pub const TRUE: Expr = Expr::Const(Value::Bool(true));

    /// Calls `visit` with every fluent that the expression reads.
    pub fn for_each_fluent<'a>(&'a self, visit: &mut impl FnMut(&'a Path, u32)) {
        match self {
            Expr::Const(_) => {}
            Expr::Fluent(path, f) | Expr::Is { path, fluent: f, .. } => visit(path, *f),
            Expr::Arith(_, a, b) | Expr::Cmp(_, a, b) => {
                a.for_each_fluent(visit);
                b.for_each_fluent(visit);
            }
            Expr::If(a, b, c) => {
                a.for_each_fluent(visit);
                b.for_each_fluent(visit);
                c.for_each_fluent(visit);
            }
            Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|p| p.for_each_fluent(visit)),
        }
    }

    /// Whether it reads no belief.
    pub fn is_plain(&self) -> bool {
        let mut plain = true;
        self.for_each_fluent(&mut |path, _| plain &= path.is_empty());
        plain
    }

    /// The value, with fluents read by `read`.
    pub fn eval(&self, task: &Task, read: &impl Fn(&[u8], u32) -> Code) -> Value {
        match self {
            Expr::Const(v) => *v,
            Expr::Fluent(path, f) => task.value(*f as usize, read(path, *f)),
            Expr::Is { path, fluent, code, equal } => Value::Bool((read(path, *fluent) == *code) == *equal),
            Expr::Arith(op, a, b) => match (a.eval(task, read), b.eval(task, read)) {
                (Value::Number(x), Value::Number(y)) => number(match op {
                    Arith::Add => x + y,
                    Arith::Sub => x - y,
                    Arith::Mul => x * y,
                    Arith::Div => x / y,
                }),
                _ => Value::Unknown,
            },
            Expr::If(c, a, b) => if c.holds(task, read) { a } else { b }.eval(task, read),
            Expr::Cmp(op, a, b) => Value::Bool(compare(*op, a.eval(task, read), b.eval(task, read))),
            Expr::And(parts) => Value::Bool(parts.iter().all(|p| p.holds(task, read))),
            Expr::Or(parts) => Value::Bool(parts.iter().any(|p| p.holds(task, read))),
        }
    }

    #[inline]
    pub fn holds(&self, task: &Task, read: &impl Fn(&[u8], u32) -> Code) -> bool {
        match self {
            Expr::Is { path, fluent, code, equal } => (read(path, *fluent) == *code) == *equal,
            // One fluent in two minds, as when somebody sees what they had wrong: equal values have equal codes.
            Expr::Cmp(op @ (Op::Eq | Op::Ne), a, b) => match (&**a, &**b) {
                (Expr::Fluent(p, f), Expr::Fluent(q, g)) if f == g => (read(p, *f) == read(q, *g)) == (*op == Op::Eq),
                _ => compare(*op, a.eval(task, read), b.eval(task, read)),
            },
            other => other.eval(task, read) == Value::Bool(true),
        }
    }

    /// As a utility: a number, a truth value counting 1 or 0; NaN if unknown.
    pub fn utility(&self, task: &Task, read: &impl Fn(&[u8], u32) -> Code) -> f64 {
        match self.eval(task, read) {
            Value::Number(x) => x,
            Value::Bool(b) => b as u8 as f64,
            _ => f64::NAN,
        }
    }
}

/// An arithmetic result: what is not finite is unknown, and there is one zero.
fn number(x: f64) -> Value {
    if x.is_finite() {
        Value::Number(x + 0.0)
    } else {
        Value::Unknown
    }
}

pub fn compare(op: Op, a: Value, b: Value) -> bool {
    match op {
        Op::Eq => a == b,
        Op::Ne => a != b,
        _ => match (a, b) {
            (Value::Number(x), Value::Number(y)) => match op {
                Op::Lt => x < y,
                Op::Le => x <= y,
                Op::Gt => x > y,
                _ => x >= y,
            },
            _ => a == b && matches!(op, Op::Le | Op::Ge),
        },
    }
}
