//! How many acts a goal is away at least: hmax over reachable values.
//!
//! For each fluent a set of the values reached so far (a bit mask; for numbers an interval), grown by a layer of actions at a time, triggers costing
//! nothing (Bonet and Geffner, "Planning as Heuristic Search", Artificial Intelligence 129, 2001, generalised to multi-valued and numeric
//! fluents). In a character's own world, what they believe of themselves is the world; what reads others' beliefs counts as possible. Consent
//! is ignored. So the estimate never exceeds the true number of acts.

use crate::belief::{Owner, NOBODY};
use crate::space::Space;
use crate::store::Cache;
use crate::task::{Arith, Code, Expr, Fluent, Kind, Op, Task, Value, FALSE, TRUE, UNKNOWN};

/// Unreachable, however many acts.
pub const NEVER: u16 = u16::MAX;

const SWEEPS_BEFORE_WIDENING: usize = 8;

/// The values that each fluent may have. Mask bit 0 is `?`; bit i the i-th value of the domain (bit 63: any later one). For a number
/// bit 1 says that the interval is not empty.
#[derive(Clone)]
struct Reach {
    masks: Vec<u64>,
    low: Vec<f64>,
    high: Vec<f64>,
}

/// What an expression may be worth.
#[derive(Clone, Copy, Debug)]
enum Range {
    Bool { yes: bool, no: bool },
    Number { low: f64, high: f64, unknown: bool },
    /// An entity fluent's mask, with the fluent that says what the bits mean.
    Entity { mask: u64, fluent: u32 },
    Constant(Code),
    Anything,
}

enum Test<'a> {
    Mask(u32, u64),
    Expr(&'a Expr),
}

enum Given<'a> {
    Bits(u64),
    Expr(&'a Expr),
}

struct Relaxed<'a> {
    clauses: Vec<Vec<Test<'a>>>,
    effects: Vec<(Option<&'a Expr>, u32, Given<'a>)>,
    /// Everything it can do is to set constants without condition: once done, it need not be looked at again.
    once: bool,
}

pub struct Heuristic<'a> {
    space: &'a Space,
    /// For each owner (the last: nobody): relaxed actions, then relaxed triggers.
    events: Vec<(Vec<Relaxed<'a>>, Vec<Relaxed<'a>>)>,
    known: Cache<u32>,
}

fn bit(fluent: &Fluent, code: Code) -> u64 {
    match fluent.kind {
        Kind::Boolean => 1 << code,
        Kind::Entity if code == UNKNOWN => 1,
        Kind::Entity => match fluent.domain.iter().position(|&d| d == code) {
            Some(i) if i < 62 => 1 << (i + 1),
            Some(_) => 1 << 63,
            None => 0,
        },
        Kind::Number => 1,
    }
}

/// Whether a path, in an owner's world, reads that world itself.
fn own(path: &[u8], owner: Owner) -> bool {
    path.iter().all(|&c| c == owner)
}

fn number(low: f64, high: f64, unknown: bool) -> Range {
    if low.is_nan() || high.is_nan() {
        Range::Number { low: f64::NEG_INFINITY, high: f64::INFINITY, unknown: true }
    } else {
        Range::Number { low, high, unknown }
    }
}

impl Reach {
    fn eval(&self, task: &Task, owner: Owner, expr: &Expr) -> Range {
        match expr {
            Expr::Const(Value::Bool(b)) => Range::Bool { yes: *b, no: !*b },
            Expr::Const(Value::Number(x)) => number(*x, *x, false),
            Expr::Const(Value::Entity(code)) => Range::Constant(*code),
            Expr::Const(Value::Unknown) => Range::Constant(UNKNOWN),
            Expr::Fluent(path, f) => {
                if !own(path, owner) {
                    return Range::Anything;
                }
                let mask = self.masks[*f as usize];
                match task.fluents[*f as usize].kind {
                    Kind::Boolean => Range::Bool { yes: mask >> TRUE & 1 == 1, no: mask >> FALSE & 1 == 1 },
                    Kind::Number if mask & 2 == 0 => Range::Constant(UNKNOWN),
                    Kind::Number => number(self.low[*f as usize], self.high[*f as usize], mask & 1 == 1),
                    Kind::Entity => Range::Entity { mask, fluent: *f },
                }
            }
            Expr::Is { path, fluent, code, equal } => {
                if !own(path, owner) {
                    return Range::Bool { yes: true, no: true };
                }
                let (same, other) = self.may_be(task, *fluent, *code);
                if *equal {
                    Range::Bool { yes: same, no: other }
                } else {
                    Range::Bool { yes: other, no: same }
                }
            }
            Expr::Arith(op, a, b) => match (self.eval(task, owner, a), self.eval(task, owner, b)) {
                (Range::Number { low: a, high: b, unknown: u }, Range::Number { low: c, high: d, unknown: v }) => {
                    let unknown = u || v;
                    match op {
                        Arith::Add => number(a + c, b + d, unknown),
                        Arith::Sub => number(a - d, b - c, unknown),
                        Arith::Mul => {
                            let all = [a * c, a * d, b * c, b * d].map(|x| if x.is_nan() { 0.0 } else { x });
                            number(all.iter().copied().fold(f64::INFINITY, f64::min), all.iter().copied().fold(f64::NEG_INFINITY, f64::max), unknown)
                        }
                        Arith::Div if c <= 0.0 && d >= 0.0 => number(f64::NAN, f64::NAN, true),
                        Arith::Div => {
                            let all = [a / c, a / d, b / c, b / d];
                            number(all.iter().copied().fold(f64::INFINITY, f64::min), all.iter().copied().fold(f64::NEG_INFINITY, f64::max), unknown)
                        }
                    }
                }
                (Range::Constant(UNKNOWN), Range::Number { .. } | Range::Constant(UNKNOWN)) | (Range::Number { .. }, Range::Constant(UNKNOWN)) => {
                    Range::Constant(UNKNOWN)
                }
                _ => Range::Number { low: f64::NEG_INFINITY, high: f64::INFINITY, unknown: true },
            },
            Expr::If(c, a, b) => {
                let (yes, no) = self.truth(task, owner, c);
                match (yes, no) {
                    (true, false) => self.eval(task, owner, a),
                    (false, true) => self.eval(task, owner, b),
                    _ => join(self.eval(task, owner, a), self.eval(task, owner, b)),
                }
            }
            Expr::Cmp(op, a, b) => {
                let (yes, no) = relation(task, *op, self.eval(task, owner, a), self.eval(task, owner, b));
                Range::Bool { yes, no }
            }
            Expr::And(parts) => {
                let (mut yes, mut no) = (true, false);
                for part in parts.iter() {
                    let (y, n) = self.truth(task, owner, part);
                    yes &= y;
                    no |= n;
                }
                Range::Bool { yes, no }
            }
            Expr::Or(parts) => {
                let (mut yes, mut no) = (false, true);
                for part in parts.iter() {
                    let (y, n) = self.truth(task, owner, part);
                    yes |= y;
                    no &= n;
                }
                Range::Bool { yes, no }
            }
        }
    }

    fn truth(&self, task: &Task, owner: Owner, expr: &Expr) -> (bool, bool) {
        match self.eval(task, owner, expr) {
            Range::Bool { yes, no } => (yes, no),
            _ => (true, true),
        }
    }

    /// Whether a fluent may have the value, and whether it may have another.
    fn may_be(&self, task: &Task, fluent: u32, code: Code) -> (bool, bool) {
        let def = &task.fluents[fluent as usize];
        let mask = self.masks[fluent as usize];
        if def.kind == Kind::Number {
            let (low, high) = (self.low[fluent as usize], self.high[fluent as usize]);
            let some = mask & 2 != 0;
            return match task.numbers.number(code) {
                None => (mask & 1 == 1, some),
                Some(x) => (some && low <= x && x <= high, mask & 1 == 1 || some && (low < x || high > x)),
            };
        }
        let b = bit(def, code);
        (mask & b != 0, mask & !b != 0 || b == 1 << 63 && mask & b != 0)
    }

    /// Adds what a value may be to a fluent. Returns whether anything is new.
    fn add(&mut self, task: &Task, fluent: u32, range: Range, widen: bool) -> bool {
        let f = fluent as usize;
        let def = &task.fluents[f];
        let before = (self.masks[f], self.low[f], self.high[f]);
        match range {
            Range::Bool { yes, no } => self.masks[f] |= (yes as u64) << TRUE | (no as u64) << FALSE,
            Range::Constant(code) => self.masks[f] |= bit(def, code),
            Range::Number { mut low, mut high, unknown } => {
                if let Some((least, most)) = def.bounds {
                    low = low.max(least).min(most);
                    high = high.max(least).min(most);
                }
                if self.masks[f] & 2 != 0 {
                    if widen && low < self.low[f] {
                        low = def.bounds.map_or(f64::NEG_INFINITY, |b| b.0);
                    }
                    if widen && high > self.high[f] {
                        high = def.bounds.map_or(f64::INFINITY, |b| b.1);
                    }
                    low = low.min(self.low[f]);
                    high = high.max(self.high[f]);
                }
                self.low[f] = low;
                self.high[f] = high;
                self.masks[f] |= 2 | unknown as u64;
            }
            Range::Entity { mask, fluent: from } => {
                if from == fluent {
                    self.masks[f] |= mask;
                } else {
                    let source = &task.fluents[from as usize];
                    if mask >> 63 == 1 {
                        self.masks[f] = u64::MAX;
                    }
                    if mask & 1 == 1 {
                        self.masks[f] |= 1;
                    }
                    for (i, &code) in source.domain.iter().enumerate().take(62) {
                        if mask >> (i + 1) & 1 == 1 {
                            self.masks[f] |= bit(def, code);
                        }
                    }
                }
            }
            Range::Anything => match def.kind {
                Kind::Boolean => self.masks[f] |= 1 << TRUE | 1 << FALSE,
                Kind::Entity => self.masks[f] = u64::MAX,
                Kind::Number => {
                    let (low, high) = def.bounds.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
                    self.low[f] = low;
                    self.high[f] = high;
                    self.masks[f] |= 3;
                }
            },
        }
        before != (self.masks[f], self.low[f], self.high[f])
    }
}

fn join(a: Range, b: Range) -> Range {
    match (a, b) {
        (Range::Bool { yes: a, no: b }, Range::Bool { yes: c, no: d }) => Range::Bool { yes: a || c, no: b || d },
        (Range::Number { low: a, high: b, unknown: u }, Range::Number { low: c, high: d, unknown: v }) => number(a.min(c), b.max(d), u || v),
        (Range::Number { low, high, .. }, Range::Constant(UNKNOWN)) | (Range::Constant(UNKNOWN), Range::Number { low, high, .. }) => {
            number(low, high, true)
        }
        (Range::Bool { .. }, Range::Number { .. }) | (Range::Number { .. }, Range::Bool { .. }) => {
            Range::Number { low: f64::NEG_INFINITY, high: f64::INFINITY, unknown: true }
        }
        _ => Range::Anything,
    }
}

fn relation(task: &Task, op: Op, a: Range, b: Range) -> (bool, bool) {
    match (a, b) {
        (Range::Number { low: a, high: b, unknown: u }, Range::Number { low: c, high: d, unknown: v }) => {
            let unknown = u || v;
            match op {
                Op::Lt => (a < d, b >= c || unknown),
                Op::Le => (a <= d || u && v, b > c || unknown),
                Op::Gt => (b > c, a <= d || unknown),
                Op::Ge => (b >= c || u && v, a < d || unknown),
                Op::Eq => (a <= d && c <= b || u && v, !(a == b && c == d && a == c) || unknown),
                Op::Ne => (!(a == b && c == d && a == c) || unknown, a <= d && c <= b || u && v),
            }
        }
        (Range::Entity { mask, fluent }, Range::Constant(code)) | (Range::Constant(code), Range::Entity { mask, fluent }) => {
            let b = bit(&task.fluents[fluent as usize], code);
            let (same, other) = (mask & b != 0, mask & !b != 0 || b == 1 << 63);
            match op {
                Op::Ne => (other, same),
                _ => (same, other),
            }
        }
        (Range::Constant(a), Range::Constant(b)) => match op {
            Op::Ne => (a != b, a == b),
            Op::Lt | Op::Gt => (false, true),
            _ => (a == b, a != b),
        },
        _ => (true, true),
    }
}

impl<'a> Heuristic<'a> {
    pub fn new(space: &'a Space) -> Self {
        let task = &space.task;
        let k = task.characters;
        let owners = (0..k as Owner).chain([NOBODY]);
        let events = owners
            .map(|owner| {
                let relaxed: Vec<Option<Relaxed>> = task.events.iter().enumerate().map(|(i, _)| relax(task, i, owner)).collect();
                let (mut actions, mut triggers) = (vec![], vec![]);
                for (i, event) in relaxed.into_iter().enumerate() {
                    if let Some(event) = event {
                        if i < task.actions {
                            actions.push(event);
                        } else {
                            triggers.push(event);
                        }
                    }
                }
                (actions, triggers)
            })
            .collect();
        Heuristic { space, events, known: Cache::new(21, 0) }
    }

    pub fn bytes(&self) -> usize {
        self.known.bytes()
    }

    /// A lower bound on the acts until a character's utility exceeds `threshold`, from a valuation of their own world; exact
    /// as hmax up to `most`, and some number above `most` otherwise.
    pub fn until_better(&mut self, val: u32, character: usize, threshold: f64, most: u16) -> u16 {
        let task = &self.space.task;
        let utility = &task.utilities[character];
        let owner = character as Owner;
        let key = ((val as u64) << 8 | owner as u64, threshold.to_bits());
        if let Some(known) = self.known.get(key.0, key.1) {
            let (bound, exact) = (known as u16, known >> 16 == 1);
            if exact || bound > most {
                return bound;
            }
        }
        let (bound, exact) = self.layers(val, owner, most, &|reach| match reach.eval(task, owner, utility) {
            Range::Number { high, .. } => high > threshold,
            Range::Bool { yes, no } => yes && 1.0 > threshold || no && 0.0 > threshold,
            Range::Constant(_) | Range::Entity { .. } => false,
            Range::Anything => true,
        });
        self.known.put(key.0, key.1, bound as u32 | (exact as u32) << 16);
        bound
    }

    /// A lower bound on the acts until the goal holds in the actual world. `id` tells goals apart.
    pub fn until_goal(&mut self, val: u32, goal: &Expr, id: u64, most: u16) -> u16 {
        let task = &self.space.task;
        let key = ((val as u64) << 8 | NOBODY as u64, id);
        if let Some(known) = self.known.get(key.0, key.1) {
            let (bound, exact) = (known as u16, known >> 16 == 1);
            if exact || bound > most {
                return bound;
            }
        }
        let (bound, exact) = self.layers(val, NOBODY, most, &|reach| reach.truth(task, NOBODY, goal).0);
        self.known.put(key.0, key.1, bound as u32 | (exact as u32) << 16);
        bound
    }

    fn layers(&self, val: u32, owner: Owner, most: u16, goal: &dyn Fn(&Reach) -> bool) -> (u16, bool) {
        let space = self.space;
        let task = &space.task;
        let n = task.fluents.len();
        let mut reach = Reach { masks: vec![0; n], low: vec![0.0; n], high: vec![0.0; n] };
        let row = space.vals.rows.row(val);
        for f in 0..n {
            let code = space.get_in(row, f as u32);
            let def = &task.fluents[f];
            if def.kind == Kind::Number {
                match task.numbers.number(code) {
                    None => reach.masks[f] = 1,
                    Some(x) => {
                        reach.masks[f] = 2;
                        reach.low[f] = x;
                        reach.high[f] = x;
                    }
                }
            } else {
                reach.masks[f] = bit(def, code);
            }
        }
        let slot = if owner == NOBODY { task.characters } else { owner as usize };
        let (actions, triggers) = &self.events[slot];
        let mut waiting: Vec<u32> = (0..actions.len() as u32).collect();
        let mut waiting_triggers: Vec<u32> = (0..triggers.len() as u32).collect();
        let mut layer = 0;
        loop {
            let mut sweeps = 0;
            loop {
                let mut changed = false;
                waiting_triggers.retain(|&t| {
                    let trigger = &triggers[t as usize];
                    if !enabled(task, owner, trigger, &reach) {
                        return true;
                    }
                    for (condition, fluent, given) in &trigger.effects {
                        if condition.is_some_and(|c| !reach.truth(task, owner, c).0) {
                            continue;
                        }
                        changed |= apply(task, owner, &mut reach, None, *fluent, given, sweeps > SWEEPS_BEFORE_WIDENING);
                    }
                    !trigger.once
                });
                sweeps += 1;
                if !changed {
                    break;
                }
            }
            if goal(&reach) {
                return (layer, true);
            }
            if layer >= most {
                return (layer + 1, false);
            }
            let before = reach.clone();
            let mut changed = false;
            let widen = layer > 200;
            waiting.retain(|&a| {
                let action = &actions[a as usize];
                if !enabled(task, owner, action, &before) {
                    return true;
                }
                for (condition, fluent, given) in &action.effects {
                    if condition.is_some_and(|c| !before.truth(task, owner, c).0) {
                        continue;
                    }
                    changed |= apply(task, owner, &mut reach, Some(&before), *fluent, given, widen);
                }
                !action.once
            });
            if !changed {
                return (NEVER, true);
            }
            layer += 1;
        }
    }
}

fn enabled(task: &Task, owner: Owner, event: &Relaxed, reach: &Reach) -> bool {
    event.clauses.iter().any(|clause| {
        clause.iter().all(|test| match test {
            Test::Mask(f, mask) => reach.masks[*f as usize] & mask != 0,
            Test::Expr(expr) => reach.truth(task, owner, expr).0,
        })
    })
}

fn apply(task: &Task, owner: Owner, reach: &mut Reach, before: Option<&Reach>, fluent: u32, given: &Given, widen: bool) -> bool {
    match given {
        Given::Bits(bits) => {
            let mask = &mut reach.masks[fluent as usize];
            let new = *bits & !*mask != 0;
            *mask |= bits;
            new
        }
        Given::Expr(expr) => {
            let range = before.unwrap_or(reach).eval(task, owner, expr);
            reach.add(task, fluent, range, widen)
        }
    }
}

/// An event as it looks in an owner's world; None if it can do nothing there.
fn relax(task: &Task, index: usize, owner: Owner) -> Option<Relaxed<'_>> {
    let event = &task.events[index];
    if index < task.actions && owner != NOBODY && event.consenting.is_empty() {
        return None;
    }
    let mut clauses = vec![];
    for clause in event.clauses.iter() {
        let mut tests = vec![];
        for atom in clause.iter() {
            match &atom.test {
                Expr::Is { path, fluent, code, equal } if task.fluents[*fluent as usize].kind != Kind::Number => {
                    if own(path, owner) {
                        let b = bit(&task.fluents[*fluent as usize], *code);
                        tests.push(Test::Mask(*fluent, if *equal { b } else { !b | b & 1 << 63 }));
                    }
                }
                other => tests.push(Test::Expr(other)),
            }
        }
        clauses.push(tests);
    }
    let mut effects = vec![];
    let mut once = true;
    for effect in event.effects.iter() {
        if !own(&effect.path, owner) {
            continue;
        }
        let def = &task.fluents[effect.fluent as usize];
        let given = match &effect.value {
            Expr::Const(value) if def.kind != Kind::Number => {
                let code = task.code(effect.fluent as usize, *value).unwrap_or(UNKNOWN);
                Given::Bits(bit(def, code))
            }
            other => Given::Expr(other),
        };
        let condition = (!matches!(effect.condition, Expr::Const(Value::Bool(true))) && !matches!(&effect.condition, Expr::And(p) if p.is_empty())).then_some(&effect.condition);
        once &= condition.is_none() && matches!(&effect.value, Expr::Const(_));
        effects.push((condition, effect.fluent, given));
    }
    (!effects.is_empty()).then_some(Relaxed { clauses, effects, once })
}
