//! How many acts a goal is away at least: hmax over reachable values.
//!
//! For each fluent a set of the values reached so far (a bit mask; for numbers an interval), grown by a layer of actions at a time, triggers costing
//! nothing (Bonet and Geffner, "Planning as Heuristic Search", Artificial Intelligence 129, 2001, generalised to multi-valued and numeric
//! fluents). In a character's own world, what they believe of themselves is the world; what reads others' beliefs counts as possible. Consent
//! is ignored. So the estimate never exceeds the true number of acts.

use crate::belief::{Owner, NOBODY};
use crate::landmarks::Landmarks;
use crate::space::Space;
use crate::store::{Cache, Mix};
use crate::task::{Arith, Code, Expr, Fluent, Kind, Op, Task, Value, FALSE, TRUE, UNKNOWN};

/// Unreachable, however many acts.
pub const NEVER: u16 = u16::MAX;

const SWEEPS_BEFORE_WIDENING: usize = 8;

/// The values that each fluent may have. Mask bit 0 is `?`; bit i the i-th value of the domain (bit 63: any later one). For a number
/// bit 1 says that the interval is not empty.
#[derive(Default)]
struct Reach {
    masks: Vec<u64>,
    low: Vec<f64>,
    high: Vec<f64>,
}

/// What an expression may be worth.
#[derive(Clone, Copy, Debug)]
enum Range {
    Bool {
        yes: bool,
        no: bool,
    },
    Number {
        low: f64,
        high: f64,
        unknown: bool,
    },
    /// An entity fluent's mask, with the fluent that says what the bits mean.
    Entity {
        mask: u64,
        fluent: u32,
    },
    Constant(Code),
    Anything,
}

enum Given<'a> {
    Bits(u64),
    Expr(&'a Expr),
}

/// An event as it looks in an owner's world.
struct Relaxed<'a> {
    effects: Vec<(Option<&'a Expr>, u32, Given<'a>)>,
    is_action: bool,
    /// Everything it can do is to set constants without condition: once done, it need not be looked at again.
    once: bool,
}

/// A clause of a relaxed event's precondition: the event is enabled when, for each of a stretch of `tests`, the fluent may have a value of
/// the mask, and then `exprs` may hold.
struct Clause<'a> {
    event: u32,
    from: u32,
    to: u32,
    exprs: Vec<&'a Expr>,
}

/// The events that matter to an owner's goal, flattened.
struct Table<'a> {
    events: Vec<Relaxed<'a>>,
    clauses: Vec<Clause<'a>>,
    tests: Vec<(u32, u64)>,
    /// The bits of a packed valuation that matter; valuations that agree on them have one estimate.
    relevant: Vec<u64>,
}

/// The author's goal: one for each heuristic, made when it is first asked for.
struct Goal<'a> {
    table: Table<'a>,
    landmarks: Landmarks,
    /// With the minds of those who consent.
    minds: Option<Landmarks>,
}

pub struct Heuristic<'a> {
    space: &'a Space,
    /// For each character, for the sake of their utility. The author's goal has a table of its own.
    tables: Vec<Table<'a>>,
    goal: Option<Goal<'a>>,
    known: Cache<u32>,
    work: Work,
}

const NO_CLAUSE: u32 = u32::MAX;

/// Working space of one estimate.
#[derive(Default)]
struct Work {
    reach: Reach,
    /// For each fluent the clauses that wait for it to change, as a list through `next`.
    waiting: Vec<u32>,
    next: Vec<u32>,
    enabled: Vec<bool>,
    /// Clauses whose masks are satisfied but whose other conditions are not yet.
    polled: Vec<u32>,
    triggers: Vec<u32>,
    actions: Vec<u32>,
    /// Enabled events that may do more when more is reached.
    repeating: Vec<u32>,
    changed: Vec<u32>,
}

pub fn bit(fluent: &Fluent, code: Code) -> u64 {
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
pub fn own(path: &[u8], owner: Owner) -> bool {
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
                            number(
                                all.iter().copied().fold(f64::INFINITY, f64::min),
                                all.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                                unknown,
                            )
                        }
                        Arith::Div if c <= 0.0 && d >= 0.0 => number(f64::NAN, f64::NAN, true),
                        Arith::Div => {
                            let all = [a / c, a / d, b / c, b / d];
                            number(
                                all.iter().copied().fold(f64::INFINITY, f64::min),
                                all.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                                unknown,
                            )
                        }
                    }
                }
                (Range::Constant(UNKNOWN), Range::Number { .. } | Range::Constant(UNKNOWN))
                | (Range::Number { .. }, Range::Constant(UNKNOWN)) => Range::Constant(UNKNOWN),
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
        (Range::Number { low: a, high: b, unknown: u }, Range::Number { low: c, high: d, unknown: v }) => {
            number(a.min(c), b.max(d), u || v)
        }
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

impl<'a> Table<'a> {
    fn new(space: &'a Space, owner: Owner, goal: &Expr) -> Table<'a> {
        let task = &space.task;
        // Backward from the goal: a fluent matters if the goal or an event that changes what matters reads it.
        let mut matters = vec![false; task.fluents.len()];
        goal.for_each_fluent(&mut |path, f| matters[f as usize] |= own(path, owner));
        let mut kept = vec![false; task.events.len()];
        loop {
            let mut grown = false;
            for (i, event) in task.events.iter().enumerate() {
                if kept[i] || i < task.actions && owner != NOBODY && !event.expected() {
                    continue;
                }
                if !event.effects.iter().any(|e| own(&e.path, owner) && matters[e.fluent as usize]) {
                    continue;
                }
                kept[i] = true;
                grown = true;
                let mut read = |path: &[u8], f: u32| matters[f as usize] |= own(path, owner);
                for atom in event.clauses.iter().flat_map(|c| c.iter()) {
                    atom.test.for_each_fluent(&mut |path, f| read(path, f));
                }
                for effect in event.effects.iter().filter(|e| own(&e.path, owner)) {
                    effect.condition.for_each_fluent(&mut |path, f| read(path, f));
                    effect.value.for_each_fluent(&mut |path, f| read(path, f));
                }
            }
            if !grown {
                break;
            }
        }
        let mut table = Table { events: vec![], clauses: vec![], tests: vec![], relevant: vec![0; space.words] };
        for (f, _) in matters.iter().enumerate().filter(|(_, &m)| m) {
            space.mark(&mut table.relevant, f as u32);
        }
        for (i, event) in task.events.iter().enumerate().filter(|(i, _)| kept[*i]) {
            let number = table.events.len() as u32;
            for clause in event.clauses.iter() {
                let from = table.tests.len() as u32;
                let mut exprs = vec![];
                for atom in clause.iter() {
                    match &atom.test {
                        Expr::Is { path, fluent, code, equal } if task.fluents[*fluent as usize].kind != Kind::Number => {
                            if own(path, owner) {
                                let b = bit(&task.fluents[*fluent as usize], *code);
                                let mask = if *equal { b } else { !b | b & 1 << 63 };
                                match table.tests[from as usize..].iter_mut().find(|t| t.0 == *fluent) {
                                    Some(test) => test.1 &= mask,
                                    None => table.tests.push((*fluent, mask)),
                                }
                            }
                        }
                        other => exprs.push(other),
                    }
                }
                // What one fluent would have to be at once may contradict itself, as where somebody would have to perceive an
                // error in a world that is their own.
                if table.tests[from as usize..].iter().any(|t| t.1 == 0) {
                    table.tests.truncate(from as usize);
                    continue;
                }
                table.clauses.push(Clause { event: number, from, to: table.tests.len() as u32, exprs });
            }
            let mut effects = vec![];
            let mut once = true;
            for effect in event.effects.iter().filter(|e| own(&e.path, owner) && matters[e.fluent as usize]) {
                let def = &task.fluents[effect.fluent as usize];
                let given = match &effect.value {
                    Expr::Const(value) if def.kind != Kind::Number => {
                        Given::Bits(bit(def, task.code(effect.fluent as usize, *value).unwrap_or(UNKNOWN)))
                    }
                    other => Given::Expr(other),
                };
                let always = matches!(&effect.condition, Expr::Const(Value::Bool(true)))
                    || matches!(&effect.condition, Expr::And(parts) if parts.is_empty());
                once &= always && matches!(&effect.value, Expr::Const(_));
                effects.push(((!always).then_some(&effect.condition), effect.fluent, given));
            }
            table.events.push(Relaxed { effects, is_action: i < task.actions, once });
        }
        table
    }
}

impl<'a> Heuristic<'a> {
    pub fn new(space: &'a Space) -> Self {
        let task = &space.task;
        let tables = (0..task.characters).map(|c| Table::new(space, c as Owner, &task.utilities[c])).collect();
        Heuristic { space, tables, goal: None, known: Cache::new(21, 0), work: Work::default() }
    }

    pub fn bytes(&self) -> usize {
        self.known.bytes()
    }

    /// What is known under a key, if it answers the question for `most`.
    fn recall(&self, key: (u64, u64), most: u16) -> Option<u16> {
        let known = self.known.get(key.0, key.1)?;
        let (bound, exact) = (known as u16, known >> 16 == 1);
        (exact || bound > most).then_some(bound)
    }

    fn learn(&mut self, key: (u64, u64), bound: u16, exact: bool) -> u16 {
        self.known.put(key.0, key.1, bound as u32 | (exact as u32) << 16);
        bound
    }

    fn goal(&mut self, goal: &'a Expr) -> &mut Goal<'a> {
        let space = self.space;
        self.goal.get_or_insert_with(|| Goal {
            table: Table::new(space, NOBODY, goal),
            landmarks: Landmarks::new(space, goal, false),
            minds: None,
        })
    }

    /// The part of a valuation that matters to a table, as two words.
    fn projection(space: &Space, table: &Table, val: u32) -> (u64, u64) {
        let row = space.vals.rows.row(val);
        let (mut a, mut b) = (Mix::new(), Mix::new());
        b.add(1);
        for (word, mask) in row.iter().zip(&table.relevant) {
            a.add(word & mask);
            b.add(word & mask);
        }
        (a.finish(), b.finish())
    }

    /// A lower bound on the acts until a character's utility exceeds `threshold`, from a valuation of their own world at rest where it does
    /// not yet; exact as hmax up to `most`, and some number above `most` otherwise.
    pub fn until_better(&mut self, val: u32, character: usize, threshold: f64, most: u16) -> u16 {
        if most == 0 {
            return 1;
        }
        let space = self.space;
        let task = &space.task;
        let utility = &task.utilities[character];
        let owner = character as Owner;
        let table = &self.tables[character];
        let (a, b) = Self::projection(space, table, val);
        let key = (a ^ (character as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15), b ^ threshold.to_bits());
        if let Some(bound) = self.recall(key, most) {
            return bound;
        }
        let (bound, exact) = self.work.layers(space, table, val, owner, most, &|reach| match reach.eval(task, owner, utility) {
            Range::Number { high, .. } => high > threshold,
            Range::Bool { yes, no } => yes && 1.0 > threshold || no && 0.0 > threshold,
            Range::Constant(_) | Range::Entity { .. } => false,
            Range::Anything => true,
        });
        self.learn(key, bound, exact)
    }

    /// A lower bound on the acts until the goal, the same in every call, holds in the actual world.
    pub fn until_goal(&mut self, val: u32, goal: &'a Expr, most: u16) -> u16 {
        let space = self.space;
        let (a, b) = Self::projection(space, &self.goal(goal).table, val);
        let key = (a, b ^ 0x9e37_79b9_7f4a_7c15);
        if let Some(bound) = self.recall(key, most) {
            return bound;
        }
        let told = self.goal.as_mut().expect("made above");
        let (mut bound, mut exact) =
            self.work.layers(space, &told.table, val, NOBODY, most, &|reach| reach.truth(&space.task, NOBODY, goal).0);
        if bound <= most && bound > 0 {
            let cut = told.landmarks.bound(space, &[val], most);
            (bound, exact) = (bound.max(cut), cut <= most || cut == NEVER);
        }
        self.learn(key, bound, exact)
    }

    /// As `until_goal`, for a whole state: those who consent must believe in what they do.
    pub fn until_goal_in(&mut self, state: u32, goal: &'a Expr, most: u16) -> u16 {
        let space = self.space;
        // A bound on belief of 0 replaces what the characters believe altogether.
        if space.task.belief_depth == Some(0) {
            return 0;
        }
        let key = (state as u64, u64::MAX - 1);
        if let Some(bound) = self.recall(key, most) {
            return bound;
        }
        let row = space.states.rows.row(state);
        let vals: Vec<u32> = std::iter::once(row[0]).chain(row[1..].iter().map(|&b| space.node_val(b))).collect();
        let minds = &mut self.goal(goal).minds;
        let bound = minds.get_or_insert_with(|| Landmarks::new(space, goal, true)).bound(space, &vals, most);
        self.learn(key, bound, bound <= most || bound == NEVER)
    }
}

impl Work {
    fn layers(&mut self, space: &Space, table: &Table, val: u32, owner: Owner, most: u16, goal: &dyn Fn(&Reach) -> bool) -> (u16, bool) {
        let task = &space.task;
        self.start(space, table, val);
        for clause in 0..table.clauses.len() as u32 {
            self.place(task, table, owner, clause);
        }
        let mut layer = 0;
        loop {
            self.rest(task, table, owner);
            if goal(&self.reach) {
                return (layer, true);
            }
            if layer >= most {
                return (layer + 1, false);
            }
            let mut changed = false;
            let batch = std::mem::take(&mut self.actions);
            for &event in &batch {
                changed |= self.apply(task, &table.events[event as usize], owner, layer > 200);
            }
            for i in 0..self.repeating.len() {
                let event = &table.events[self.repeating[i] as usize];
                if event.is_action {
                    changed |= self.apply(task, event, owner, layer > 200);
                }
            }
            for &event in &batch {
                if !table.events[event as usize].once {
                    self.repeating.push(event);
                }
            }
            if !changed {
                return (NEVER, true);
            }
            self.recheck(task, table, owner);
            layer += 1;
        }
    }

    fn start(&mut self, space: &Space, table: &Table, val: u32) {
        let task = &space.task;
        let n = task.fluents.len();
        self.reach.masks.clear();
        self.reach.masks.resize(n, 0);
        self.reach.low.clear();
        self.reach.low.resize(n, 0.0);
        self.reach.high.clear();
        self.reach.high.resize(n, 0.0);
        let row = space.vals.rows.row(val);
        for (f, def) in task.fluents.iter().enumerate() {
            let code = space.get_in(row, f as u32);
            if def.kind != Kind::Number {
                self.reach.masks[f] = space.bit(f as u32, code);
            } else if let Some(x) = task.numbers.number(code) {
                self.reach.masks[f] = 2;
                self.reach.low[f] = x;
                self.reach.high[f] = x;
            } else {
                self.reach.masks[f] = 1;
            }
        }
        self.waiting.clear();
        self.waiting.resize(n, NO_CLAUSE);
        self.next.clear();
        self.next.resize(table.clauses.len(), NO_CLAUSE);
        self.enabled.clear();
        self.enabled.resize(table.events.len(), false);
        self.polled.clear();
        self.triggers.clear();
        self.actions.clear();
        self.repeating.clear();
        self.changed.clear();
    }

    /// Lets a clause wait for the first of its tests that fails, or enables its event.
    #[inline]
    fn place(&mut self, task: &Task, table: &Table, owner: Owner, number: u32) {
        let clause = &table.clauses[number as usize];
        if self.enabled[clause.event as usize] {
            return;
        }
        for &(fluent, mask) in &table.tests[clause.from as usize..clause.to as usize] {
            if self.reach.masks[fluent as usize] & mask == 0 {
                self.next[number as usize] = self.waiting[fluent as usize];
                self.waiting[fluent as usize] = number;
                return;
            }
        }
        if !clause.exprs.iter().all(|e| self.reach.truth(task, owner, e).0) {
            self.polled.push(number);
            return;
        }
        self.enabled[clause.event as usize] = true;
        if table.events[clause.event as usize].is_action {
            self.actions.push(clause.event);
        } else {
            self.triggers.push(clause.event);
        }
    }

    fn apply(&mut self, task: &Task, event: &Relaxed, owner: Owner, widen: bool) -> bool {
        let mut any = false;
        for (condition, fluent, given) in &event.effects {
            if condition.is_some_and(|c| !self.reach.truth(task, owner, c).0) {
                continue;
            }
            let changed = match given {
                Given::Bits(bits) => {
                    let mask = &mut self.reach.masks[*fluent as usize];
                    let new = *bits & !*mask != 0;
                    *mask |= bits;
                    new
                }
                Given::Expr(expr) => {
                    let range = self.reach.eval(task, owner, expr);
                    self.reach.add(task, *fluent, range, widen)
                }
            };
            if changed {
                any = true;
                self.changed.push(*fluent);
            }
        }
        any
    }

    /// Looks again at the clauses that wait for what has changed.
    fn recheck(&mut self, task: &Task, table: &Table, owner: Owner) {
        if self.changed.is_empty() {
            return;
        }
        while let Some(fluent) = self.changed.pop() {
            let mut clause = std::mem::replace(&mut self.waiting[fluent as usize], NO_CLAUSE);
            while clause != NO_CLAUSE {
                let next = self.next[clause as usize];
                self.place(task, table, owner, clause);
                clause = next;
            }
        }
        for clause in std::mem::take(&mut self.polled) {
            self.place(task, table, owner, clause);
        }
    }

    /// Fires triggers until they add nothing.
    fn rest(&mut self, task: &Task, table: &Table, owner: Owner) {
        let mut sweeps = 0;
        loop {
            while let Some(event) = self.triggers.pop() {
                let relaxed = &table.events[event as usize];
                self.apply(task, relaxed, owner, false);
                if !relaxed.once {
                    self.repeating.push(event);
                }
                self.recheck(task, table, owner);
            }
            let mut changed = false;
            for i in 0..self.repeating.len() {
                let relaxed = &table.events[self.repeating[i] as usize];
                if !relaxed.is_action {
                    changed |= self.apply(task, relaxed, owner, sweeps > SWEEPS_BEFORE_WIDENING);
                }
            }
            if !changed {
                return;
            }
            self.recheck(task, table, owner);
            sweeps += 1;
        }
    }
}
