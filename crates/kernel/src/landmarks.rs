//! A stronger estimate of how many acts a goal is away: LM-cut (Helmert and Domshlak, "Landmarks, Critical Paths and Abstractions: What's
//! the Difference Anyway?", ICAPS 2009).
//!
//! The world is relaxed to conditions that, once true, stay true: a fluent having one of a set of values, or some other formula having had one of its
//! fluents changed. Actions cost one, triggers nothing; all clauses of an event share its cost, and conditional effects count as
//! unconditional, so the estimate never exceeds the true number of acts. The goal is the disjunction of all ways in which the nominal fluents that it reads can make it
//! true, and of any change in the numbers that it reads.

use crate::belief::{Owner, NOBODY};
use crate::heuristic::{bit, own, NEVER};
use crate::space::Space;
use crate::task::{Code, Expr, Kind, FALSE, TRUE, UNKNOWN};

const UNREACHED: u16 = u16::MAX;
const NONE: u32 = u32::MAX;
const MAX_COMBINATIONS: usize = 1024;

enum Condition<'a> {
    Mask(u32, u64),
    /// True at first if the formula holds; made true by a change of any fluent that it reads.
    Formula(&'a Expr),
    /// A number changed.
    Changed(u32),
}

struct Operator {
    event: u32,
    needs: Vec<u32>,
    adds: Vec<u32>,
}

/// The relaxed world for one owner and one goal.
pub struct Landmarks<'a> {
    conditions: Vec<Condition<'a>>,
    operators: Vec<Operator>,
    /// For each condition the operators that need it, and those that add it.
    users: Vec<Vec<u32>>,
    adders: Vec<Vec<u32>>,
    is_action: Vec<bool>,
    goal: &'a Expr,
    /// Nominal fluents of the goal with their codes and the condition of each value.
    choices: Vec<(u32, Vec<(Code, u32)>)>,
    numbers: Vec<u32>,
    /// Too many combinations: the estimate says nothing.
    silent: bool,
    work: Work,
}

#[derive(Default)]
struct Work {
    value: Vec<u16>,
    missing: Vec<u32>,
    supporter: Vec<u32>,
    cost: Vec<u8>,
    buckets: Vec<Vec<u32>>,
    zone: Vec<bool>,
    before: Vec<bool>,
    stack: Vec<u32>,
    cut: Vec<u32>,
    /// Goals: each a list of conditions that together make the goal true.
    goals: Vec<Vec<u32>>,
    start: Vec<u32>,
}

impl<'a> Landmarks<'a> {
    pub fn new(space: &'a Space, owner: Owner, goal: &'a Expr) -> Self {
        let task = &space.task;
        let mut it = Landmarks {
            conditions: vec![],
            operators: vec![],
            users: vec![],
            adders: vec![],
            is_action: vec![],
            goal,
            choices: vec![],
            numbers: vec![],
            silent: false,
            work: Work::default(),
        };
        let mut support: Vec<u32> = vec![];
        let mut beliefs = false;
        goal.for_each_fluent(&mut |path, f| {
            beliefs |= !own(path, owner);
            if !support.contains(&f) {
                support.push(f);
            }
        });
        it.silent |= beliefs;
        let mut combinations = 1usize;
        for f in support {
            let def = &task.fluents[f as usize];
            let codes: Vec<Code> = match def.kind {
                Kind::Number => {
                    let c = it.condition(Condition::Changed(f));
                    it.numbers.push(c);
                    continue;
                }
                Kind::Boolean => vec![FALSE, TRUE],
                Kind::Entity => std::iter::once(UNKNOWN).chain(def.domain.iter().copied()).collect(),
            };
            combinations = combinations.saturating_mul(codes.len());
            let choices = codes.into_iter().map(|code| (code, it.condition(Condition::Mask(f, bit(def, code))))).collect();
            it.choices.push((f, choices));
        }
        it.silent |= combinations > MAX_COMBINATIONS;
        if it.silent {
            return it;
        }
        // Needs first, so that all conditions are known when it comes to what adds them.
        let mut drafts: Vec<(usize, Vec<u32>)> = vec![];
        for (i, event) in task.events.iter().enumerate() {
            if i < task.actions && owner != NOBODY && event.consenting.is_empty() {
                continue;
            }
            for clause in event.clauses.iter() {
                let mut masks: Vec<(u32, u64)> = vec![];
                let mut needs = vec![];
                for atom in clause.iter() {
                    let mut plain = true;
                    atom.test.for_each_fluent(&mut |path, _| plain &= own(path, owner));
                    if !plain {
                        continue;
                    }
                    match &atom.test {
                        Expr::Is { fluent, code, equal, .. } if task.fluents[*fluent as usize].kind != Kind::Number => {
                            let b = bit(&task.fluents[*fluent as usize], *code);
                            let mask = if *equal { b } else { !b | b & 1 << 63 };
                            match masks.iter_mut().find(|m| m.0 == *fluent) {
                                Some(known) => known.1 &= mask,
                                None => masks.push((*fluent, mask)),
                            }
                        }
                        other => needs.push(it.condition(Condition::Formula(other))),
                    }
                }
                if masks.iter().any(|m| m.1 == 0) {
                    continue;
                }
                needs.extend(masks.into_iter().map(|(fluent, mask)| it.condition(Condition::Mask(fluent, mask))));
                needs.sort_unstable();
                needs.dedup();
                drafts.push((i, needs));
            }
        }
        let mut numbers: Vec<Option<u32>> = vec![None; task.events.len()];
        for (i, needs) in drafts {
            let mut adds = vec![];
            for effect in task.events[i].effects.iter().filter(|e| own(&e.path, owner)) {
                let def = &task.fluents[effect.fluent as usize];
                let bits = match &effect.value {
                    Expr::Const(value) if def.kind != Kind::Number => {
                        bit(def, task.code(effect.fluent as usize, *value).unwrap_or(UNKNOWN))
                    }
                    _ => u64::MAX,
                };
                for (c, condition) in it.conditions.iter().enumerate() {
                    let adding = match condition {
                        Condition::Mask(f, mask) => *f == effect.fluent && mask & bits != 0,
                        Condition::Changed(f) => *f == effect.fluent,
                        Condition::Formula(expr) => {
                            let mut reads = false;
                            expr.for_each_fluent(&mut |_, f| reads |= f == effect.fluent);
                            reads
                        }
                    };
                    if adding && !needs.contains(&(c as u32)) && !adds.contains(&(c as u32)) {
                        adds.push(c as u32);
                    }
                }
            }
            if adds.is_empty() {
                continue;
            }
            let event = *numbers[i].get_or_insert_with(|| {
                it.is_action.push(i < task.actions);
                it.is_action.len() as u32 - 1
            });
            it.operators.push(Operator { event, needs, adds });
        }
        it.users = vec![vec![]; it.conditions.len()];
        it.adders = vec![vec![]; it.conditions.len()];
        for (o, operator) in it.operators.iter().enumerate() {
            operator.needs.iter().for_each(|&c| it.users[c as usize].push(o as u32));
            operator.adds.iter().for_each(|&c| it.adders[c as usize].push(o as u32));
        }
        it
    }

    fn condition(&mut self, condition: Condition<'a>) -> u32 {
        let same = |other: &Condition| match (&condition, other) {
            (Condition::Mask(f, m), Condition::Mask(g, n)) => f == g && m == n,
            (Condition::Changed(f), Condition::Changed(g)) => f == g,
            (Condition::Formula(a), Condition::Formula(b)) => std::ptr::eq(*a, *b),
            _ => false,
        };
        match self.conditions.iter().position(same) {
            Some(i) => i as u32,
            None => {
                self.conditions.push(condition);
                self.conditions.len() as u32 - 1
            }
        }
    }

    /// A lower bound on the acts from a valuation until `reached` holds of the goal's value, counted up to `most + 1`.
    ///
    /// `read` gives the valuation's codes.
    pub fn bound(&mut self, space: &Space, val: u32, reached: &dyn Fn(crate::task::Value) -> bool, most: u16) -> u16 {
        if self.silent {
            return 0;
        }
        let task = &space.task;
        let row = space.vals.rows.row(val);
        let read = |_: &[u8], f: u32| space.get_in(row, f);
        let work = &mut self.work;
        // The ways to the goal.
        work.goals.clear();
        let mut at = vec![0usize; self.choices.len()];
        let mut codes: Vec<Code> = vec![0; self.choices.len()];
        loop {
            for (i, (_, choices)) in self.choices.iter().enumerate() {
                codes[i] = choices[at[i]].0;
            }
            let chosen = |_: &[u8], f: u32| match self.choices.iter().position(|c| c.0 == f) {
                Some(i) => codes[i],
                None => space.get_in(row, f),
            };
            if reached(self.goal.eval(task, &chosen)) {
                let way: Vec<u32> = self
                    .choices
                    .iter()
                    .zip(&at)
                    .filter(|((f, c), &i)| space.get_in(row, *f) != c[i].0)
                    .map(|((_, c), &i)| c[i].1)
                    .collect();
                if way.is_empty() {
                    return 0;
                }
                work.goals.push(way);
            }
            let Some(i) = (0..at.len()).find(|&i| at[i] + 1 < self.choices[i].1.len()) else {
                break;
            };
            at[..i].fill(0);
            at[i] += 1;
        }
        for &c in &self.numbers {
            work.goals.push(vec![c]);
        }
        // Fewer conditions are easier to meet: drop the ways that include another.
        work.goals.sort_by_key(Vec::len);
        let mut kept: Vec<Vec<u32>> = vec![];
        for way in work.goals.drain(..) {
            if !kept.iter().any(|k| k.iter().all(|c| way.contains(c))) {
                kept.push(way);
            }
        }
        work.goals = kept;
        work.start.clear();
        for (c, condition) in self.conditions.iter().enumerate() {
            let holds = match condition {
                Condition::Mask(f, mask) => space.bit(*f, space.get_in(row, *f)) & mask != 0,
                Condition::Formula(expr) => expr.holds(task, &read),
                Condition::Changed(_) => false,
            };
            if holds {
                work.start.push(c as u32);
            }
        }
        work.cost.clear();
        work.cost.extend(self.is_action.iter().map(|&a| a as u8));
        let mut total = 0;
        loop {
            let distance = self.distances();
            if distance == UNREACHED {
                return NEVER;
            }
            if distance == 0 {
                return total;
            }
            total += 1;
            if total > most {
                return total;
            }
            self.cut();
            for i in 0..self.work.cut.len() {
                let event = self.operators[self.work.cut[i] as usize].event;
                self.work.cost[event as usize] = 0;
            }
        }
    }

    /// hmax of every condition under the present costs, and the supporter of every operator. Returns that of the goal.
    fn distances(&mut self) -> u16 {
        let work = &mut self.work;
        let n = self.conditions.len();
        work.value.clear();
        work.value.resize(n, UNREACHED);
        work.missing.clear();
        work.missing.extend(self.operators.iter().map(|o| o.needs.len() as u32));
        work.supporter.clear();
        work.supporter.resize(self.operators.len(), NONE);
        work.buckets.iter_mut().for_each(Vec::clear);
        if work.buckets.is_empty() {
            work.buckets.push(vec![]);
        }
        for &c in &work.start {
            work.value[c as usize] = 0;
            work.buckets[0].push(c);
        }
        let add = |work: &mut Work, o: usize, at: u16| {
            let operator = &self.operators[o];
            let value = at + work.cost[operator.event as usize] as u16;
            for &c in &operator.adds {
                if work.value[c as usize] > value {
                    work.value[c as usize] = value;
                    if work.buckets.len() <= value as usize {
                        work.buckets.resize_with(value as usize + 1, Vec::new);
                    }
                    work.buckets[value as usize].push(c);
                }
            }
        };
        for o in 0..self.operators.len() {
            if work.missing[o] == 0 {
                add(work, o, 0);
            }
        }
        let mut level = 0;
        while level < work.buckets.len() {
            let Some(c) = work.buckets[level].pop() else {
                level += 1;
                continue;
            };
            if work.value[c as usize] != level as u16 {
                continue;
            }
            // Mark as done: a second entry of the same value must not count twice.
            work.value[c as usize] = level as u16;
            for &o in &self.users[c as usize] {
                if work.missing[o as usize] == 0 {
                    continue;
                }
                work.missing[o as usize] -= 1;
                if work.missing[o as usize] == 0 {
                    work.supporter[o as usize] = c;
                    add(work, o as usize, level as u16);
                }
            }
        }
        work.goals.iter().map(|way| way.iter().map(|&c| work.value[c as usize]).max().unwrap_or(0)).min().unwrap_or(UNREACHED)
    }

    /// The operators that enter the goal zone from before it: one of them is in every plan.
    fn cut(&mut self) {
        let work = &mut self.work;
        let n = self.conditions.len();
        work.zone.clear();
        work.zone.resize(n, false);
        work.stack.clear();
        // Each way to the goal is an operator without cost, whose supporter is its farthest condition.
        for way in &work.goals {
            if way.iter().all(|&c| work.value[c as usize] != UNREACHED) {
                let far = *way.iter().max_by_key(|&&c| (work.value[c as usize], c)).expect("a way has conditions");
                if !work.zone[far as usize] {
                    work.zone[far as usize] = true;
                    work.stack.push(far);
                }
            }
        }
        while let Some(c) = work.stack.pop() {
            for &o in &self.adders[c as usize] {
                let supporter = work.supporter[o as usize];
                if work.missing[o as usize] == 0
                    && work.cost[self.operators[o as usize].event as usize] == 0
                    && supporter != NONE
                    && !work.zone[supporter as usize]
                {
                    work.zone[supporter as usize] = true;
                    work.stack.push(supporter);
                }
            }
        }
        work.before.clear();
        work.before.resize(n, false);
        work.cut.clear();
        for &c in &work.start {
            if !work.zone[c as usize] {
                work.before[c as usize] = true;
                work.stack.push(c);
            }
        }
        let enter = |work: &mut Work, o: u32| {
            let operator = &self.operators[o as usize];
            let mut enters = false;
            for &c in &operator.adds {
                if work.zone[c as usize] {
                    enters = true;
                } else if !work.before[c as usize] {
                    work.before[c as usize] = true;
                    work.stack.push(c);
                }
            }
            if enters && work.cost[operator.event as usize] > 0 {
                work.cut.push(o);
            }
        };
        for (o, operator) in self.operators.iter().enumerate() {
            if operator.needs.is_empty() {
                enter(work, o as u32);
            }
        }
        while let Some(c) = work.stack.pop() {
            for &o in &self.users[c as usize] {
                if work.supporter[o as usize] == c {
                    enter(work, o);
                }
            }
        }
    }
}
