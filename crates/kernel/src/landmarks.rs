//! A stronger estimate of how many acts a goal is away: LM-cut (Helmert and Domshlak, "Landmarks, Critical Paths and Abstractions: What's
//! the Difference Anyway?", ICAPS 2009).
//!
//! The world is relaxed to conditions that, once true, stay true: a fluent having one of a set of values, or some other formula having had one of its
//! fluents changed. Actions cost one, triggers nothing; all clauses of an event share its cost, and conditional effects count as
//! unconditional, so the estimate never exceeds the true number of acts. The goal is the disjunction of all ways in which the nominal fluents that it reads can make it
//! true, and of any change in the numbers that it reads.
//!
//! **Minds.** Nobody consents to what they believe to be impossible. So the fluents stand once for the actual world and once for what each
//! character believes, and an action needs its precondition there, too, for all who consent. What a character believes changes by effects on
//! their belief, by what they observe (the effects, and what surprise takes over from the precondition), and by triggers in their own
//! world. What reads deeper beliefs counts as possible.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use hashbrown::HashMap;

use crate::belief::{Owner, NOBODY};
use crate::heuristic::{bit, NEVER};
use crate::space::Space;
use crate::task::{Atom, Code, EventDef, Expr, Kind, Op, Task, Value, FALSE, TRUE, UNKNOWN};

const UNREACHED: u16 = u16::MAX;
const NONE: u32 = u32::MAX;
const MAX_COMBINATIONS: usize = 1024;
/// An observation condition of more alternatives is taken as a whole, and a precondition of more is not asked of those who consent.
const MAX_ALTERNATIVES: usize = 24;

/// A fluent in a world: 0 is the actual one (or the owner's), 1 + c what character c believes.
type Place = (u8, u32);

#[derive(Clone)]
enum Condition {
    Mask(Place, u64),
    /// In a world. True at first if the formula holds; made true by a change of any fluent that it reads.
    Formula(u8, Expr),
    /// A number changed.
    Changed(Place),
}

/// Lists of numbers one behind the other: most time goes by in reading them.
#[derive(Default)]
struct Lists {
    starts: Vec<u32>,
    all: Vec<u32>,
}

impl Lists {
    fn new(lists: &[Vec<u32>]) -> Self {
        let mut starts = vec![0];
        starts.extend(lists.iter().scan(0, |end, list| {
            *end += list.len() as u32;
            Some(*end)
        }));
        Lists { starts, all: lists.concat() }
    }

    #[inline]
    fn of(&self, number: u32) -> &[u32] {
        &self.all[self.starts[number as usize] as usize..self.starts[number as usize + 1] as usize]
    }
}

/// An operator before all conditions are known: its event, needs, and which places it may give which values.
struct Draft {
    event: usize,
    needs: Vec<u32>,
    gives: Vec<(Place, u64)>,
}

/// The relaxed world for one owner and one goal.
struct Relaxed {
    owner: Owner,
    conditions: Vec<Condition>,
    /// The number of each condition while they are gathered: by its kind, its place, and its mask or where its formula is.
    known: HashMap<(u8, Place, u64), u32>,
    /// For each operator its event, how many conditions it needs, and what it adds.
    events: Vec<u32>,
    needed: Vec<u32>,
    adds: Lists,
    /// The operators that need nothing.
    free: Vec<u32>,
    /// For each condition the operators that need it, and those that add it.
    users: Lists,
    adders: Lists,
    is_action: Vec<bool>,
    goal: Expr,
    /// Nominal fluents of the goal with their codes and the condition of each value.
    choices: Vec<(Place, Vec<(Code, u32)>)>,
    numbers: Vec<u32>,
    /// Too many combinations: the estimate says nothing.
    silent: bool,
}

/// One thread's way to estimate.
pub struct Landmarks {
    relaxed: Arc<Relaxed>,
    /// The ways to the goal for values of what it reads.
    ways: HashMap<Box<[Code]>, Arc<[Vec<u32>]>>,
    work: Work,
}

/// The relaxed worlds that were made last, for all threads and requests: many ask for the same goal. By goal and whether with minds.
#[derive(Default)]
pub struct Made(Mutex<VecDeque<(String, bool, Arc<Relaxed>)>>);

/// So many of them are kept.
const MOST_MADE: usize = 8;

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
    goals: Arc<[Vec<u32>]>,
    start: Vec<u32>,
}

/// The world that a path leads to from a world; `None` for deeper beliefs. `owner` is whose world number 0 is.
fn world(path: &[u8], from: u8, owner: Owner) -> Option<u8> {
    let mut at = from;
    for &c in path {
        if at == 0 && c == owner || at == c + 1 {
            continue;
        }
        if at != 0 {
            return None;
        }
        at = c + 1;
    }
    Some(at)
}

/// A formula as alternatives of conjunctions; `None` if they are too many.
fn alternatives(expr: &Expr) -> Option<Vec<Vec<&Expr>>> {
    match expr {
        Expr::And(parts) => {
            let mut all = vec![vec![]];
            for part in parts.iter() {
                let more = alternatives(part)?;
                if all.len() * more.len() > MAX_ALTERNATIVES {
                    return None;
                }
                all = all.iter().flat_map(|a: &Vec<&Expr>| more.iter().map(move |b| [a.as_slice(), b].concat())).collect();
            }
            Some(all)
        }
        Expr::Or(parts) => {
            let mut all = vec![];
            for part in parts.iter() {
                all.extend(alternatives(part)?);
                if all.len() > MAX_ALTERNATIVES {
                    return None;
                }
            }
            Some(all)
        }
        Expr::Const(Value::Bool(true)) => Some(vec![vec![]]),
        Expr::Const(Value::Bool(false)) => Some(vec![]),
        other => Some(vec![vec![other]]),
    }
}

/// The bits that an assigned value may have.
fn given(task: &Task, fluent: u32, value: &Expr) -> u64 {
    let def = &task.fluents[fluent as usize];
    match value {
        Expr::Const(value) if def.kind != Kind::Number => bit(def, task.code(fluent as usize, *value).unwrap_or(UNKNOWN)),
        _ => u64::MAX,
    }
}

impl Relaxed {
    /// `minds`: with what the characters believe; the estimate is then asked for whole states.
    fn new(space: &Space, owner: Owner, goal: &Expr, minds: bool) -> Self {
        let task = &space.task;
        let mut it = Relaxed {
            owner,
            conditions: vec![],
            known: HashMap::new(),
            events: vec![],
            needed: vec![],
            adds: Lists::default(),
            free: vec![],
            users: Lists::default(),
            adders: Lists::default(),
            is_action: vec![],
            goal: goal.clone(),
            choices: vec![],
            numbers: vec![],
            silent: false,
        };
        let mut support: Vec<Place> = vec![];
        goal.for_each_fluent(&mut |path, f| match world(path, 0, owner) {
            Some(w) if minds || w == 0 => {
                if !support.contains(&(w, f)) {
                    support.push((w, f));
                }
            }
            _ => it.silent = true,
        });
        let mut combinations = 1usize;
        for place in support {
            let def = &task.fluents[place.1 as usize];
            let codes: Vec<Code> = match def.kind {
                Kind::Number => {
                    let c = it.condition(Condition::Changed(place));
                    it.numbers.push(c);
                    continue;
                }
                Kind::Boolean => vec![FALSE, TRUE],
                Kind::Entity => std::iter::once(UNKNOWN).chain(def.domain.iter().copied()).collect(),
            };
            combinations = combinations.saturating_mul(codes.len());
            let choices = codes.into_iter().map(|code| (code, it.condition(Condition::Mask(place, bit(def, code))))).collect();
            it.choices.push((place, choices));
        }
        it.silent |= combinations > MAX_COMBINATIONS;
        if it.silent {
            return it;
        }
        let mut drafts = vec![];
        for (i, event) in task.events.iter().enumerate() {
            if i < task.actions && owner != NOBODY && !event.expected() {
                continue;
            }
            for clause in event.clauses.iter() {
                let Some(needs) = it.needs(task, clause.iter().map(|atom| &atom.test), 0, minds) else {
                    continue;
                };
                let mut gives = vec![];
                for effect in event.effects.iter() {
                    match world(&effect.path, 0, owner) {
                        Some(w) if minds || w == 0 => gives.push(((w, effect.fluent), given(task, effect.fluent, &effect.value))),
                        _ => {}
                    }
                }
                if !minds {
                    drafts.push(Draft { event: i, needs, gives });
                    continue;
                }
                if i >= task.actions {
                    drafts.push(Draft { event: i, needs, gives });
                    continue;
                }
                for needs in it.consented(task, event, needs, owner) {
                    for c in (0..task.characters as u8).filter(|&c| c != owner) {
                        it.observed(task, event, i, clause, &needs, c, &mut drafts);
                    }
                    drafts.push(Draft { event: i, needs, gives: gives.clone() });
                }
            }
            if minds && i >= task.actions {
                // In the world of each character.
                for c in (0..task.characters as u8).filter(|&c| c != owner) {
                    let gives: Vec<_> = Self::own_effects(task, event, c);
                    if gives.is_empty() {
                        continue;
                    }
                    for clause in event.clauses.iter() {
                        if let Some(needs) = it.needs(task, clause.iter().map(|atom| &atom.test), c + 1, true) {
                            drafts.push(Draft { event: i, needs, gives: gives.clone() });
                        }
                    }
                }
            }
        }
        it.assemble(task, drafts);
        it
    }

    /// What an event does in the world of character c to that world's own values.
    fn own_effects(task: &Task, event: &EventDef, c: u8) -> Vec<(Place, u64)> {
        let mine = event.effects.iter().filter(|e| world(&e.path, c + 1, NOBODY) == Some(c + 1));
        mine.map(|e| ((c + 1, e.fluent), given(task, e.fluent, &e.value))).collect()
    }

    /// The conditions that a conjunction in a world stands for; `None` if it contradicts itself.
    fn needs<'a>(&mut self, task: &Task, tests: impl Iterator<Item = &'a Expr>, from: u8, minds: bool) -> Option<Vec<u32>> {
        let mut masks: Vec<(Place, u64)> = vec![];
        let mut needs = vec![];
        for test in tests {
            let mut plain = true;
            test.for_each_fluent(&mut |path, _| plain &= world(path, from, self.owner).is_some_and(|w| minds || w == 0));
            if !plain {
                continue;
            }
            match test {
                Expr::Is { path, fluent, code, equal } if task.fluents[*fluent as usize].kind != Kind::Number => {
                    let place = (world(path, from, self.owner).expect("a plain test"), *fluent);
                    let b = bit(&task.fluents[*fluent as usize], *code);
                    let mask = if *equal { b } else { !b | b & 1 << 63 };
                    match masks.iter_mut().find(|m| m.0 == place) {
                        Some(known) => known.1 &= mask,
                        None => masks.push((place, mask)),
                    }
                }
                other => needs.push(self.formula(from, other)),
            }
        }
        if masks.iter().any(|m| m.1 == 0) {
            return None;
        }
        needs.extend(masks.into_iter().map(|(place, mask)| self.condition(Condition::Mask(place, mask))));
        needs.sort_unstable();
        needs.dedup();
        Some(needs)
    }

    /// The needs of an action together with what those who consent have to believe, in all alternatives.
    fn consented(&mut self, task: &Task, event: &EventDef, needs: Vec<u32>, owner: Owner) -> Vec<Vec<u32>> {
        let mut all = vec![needs];
        for &c in event.consenting.iter().filter(|&&c| c != owner) {
            if all.len() * event.clauses.len() > MAX_ALTERNATIVES {
                continue;
            }
            let mut believed = vec![];
            for clause in event.clauses.iter() {
                believed.extend(self.needs(task, clause.iter().map(|atom| &atom.test), c + 1, true));
            }
            all = all.iter().flat_map(|a| believed.iter().map(move |b| [a.as_slice(), b].concat())).collect();
        }
        for needs in &mut all {
            needs.sort_unstable();
            needs.dedup();
        }
        all
    }

    /// What character c comes to believe by observing an action.
    #[allow(clippy::too_many_arguments)]
    fn observed(&mut self, task: &Task, event: &EventDef, number: usize, clause: &[Atom], needs: &[u32], c: u8, drafts: &mut Vec<Draft>) {
        if crate::fault("deaf_minds") {
            return;
        }
        let mut gives = Self::own_effects(task, event, c);
        for revision in clause.iter().flat_map(|atom| atom.revise.iter()) {
            if world(&revision.path, c + 1, NOBODY) != Some(c + 1) {
                continue;
            }
            let bits = match (revision.op, task.fluents[revision.fluent as usize].kind) {
                (Op::Eq, _) => given(task, revision.fluent, &revision.value) | 1,
                (_, Kind::Boolean) => continue,
                _ => bit(&task.fluents[revision.fluent as usize], UNKNOWN),
            };
            gives.push(((c + 1, revision.fluent), bits));
        }
        if gives.is_empty() {
            return;
        }
        let condition = &event.observers[c as usize];
        let ways = alternatives(condition).unwrap_or_else(|| vec![vec![condition]]);
        for way in ways {
            if let Some(seen) = self.needs(task, way.into_iter(), 0, true) {
                let mut needs = [needs, &seen].concat();
                needs.sort_unstable();
                needs.dedup();
                drafts.push(Draft { event: number, needs, gives: gives.clone() });
            }
        }
    }

    /// Makes operators of what the goal depends on.
    fn assemble(&mut self, task: &Task, drafts: Vec<Draft>) {
        let mut reading: Vec<Vec<Vec<(u32, u64)>>> = vec![vec![vec![]; task.fluents.len()]; task.characters + 1];
        for (c, condition) in self.conditions.iter().enumerate() {
            match condition {
                Condition::Mask((w, f), mask) => reading[*w as usize][*f as usize].push((c as u32, *mask)),
                Condition::Changed((w, f)) => reading[*w as usize][*f as usize].push((c as u32, u64::MAX)),
                Condition::Formula(from, expr) => expr.for_each_fluent(&mut |path, f| {
                    let w = world(path, *from, self.owner).expect("a plain formula");
                    reading[w as usize][f as usize].push((c as u32, u64::MAX));
                }),
            }
        }
        // Event, needs and what is added.
        let mut operators: Vec<(usize, Vec<u32>, Vec<u32>)> = vec![];
        for draft in drafts {
            let mut adds: Vec<u32> = vec![];
            for ((w, f), bits) in draft.gives {
                adds.extend(reading[w as usize][f as usize].iter().filter(|(_, mask)| mask & bits != 0).map(|r| r.0));
            }
            adds.retain(|c| !draft.needs.contains(c));
            adds.sort_unstable();
            adds.dedup();
            if !adds.is_empty() {
                operators.push((draft.event, draft.needs, adds));
            }
        }
        // Backward from the goal.
        let mut matters = vec![false; self.conditions.len()];
        for c in self.choices.iter().flat_map(|(_, codes)| codes.iter().map(|c| c.1)).chain(self.numbers.iter().copied()) {
            matters[c as usize] = true;
        }
        let mut kept = vec![false; operators.len()];
        loop {
            let mut grown = false;
            for (o, (_, needs, adds)) in operators.iter().enumerate() {
                if !kept[o] && adds.iter().any(|&c| matters[c as usize]) {
                    kept[o] = true;
                    grown = true;
                    needs.iter().for_each(|&c| matters[c as usize] = true);
                }
            }
            if !grown {
                break;
            }
        }
        // Only the conditions that matter, numbered anew.
        self.known = HashMap::new();
        let mut renamed = vec![NONE; self.conditions.len()];
        let mut conditions = vec![];
        for (c, condition) in self.conditions.iter().enumerate().filter(|(c, _)| matters[*c]) {
            renamed[c] = conditions.len() as u32;
            conditions.push(condition.clone());
        }
        self.conditions = conditions;
        let rename = |list: &[u32]| -> Vec<u32> { list.iter().map(|&c| renamed[c as usize]).filter(|&c| c != NONE).collect() };
        self.choices.iter_mut().flat_map(|(_, codes)| codes.iter_mut()).for_each(|(_, c)| *c = renamed[*c as usize]);
        self.numbers = rename(&self.numbers);
        let mut numbers: Vec<Option<u32>> = vec![None; task.events.len()];
        let (mut users, mut adders) = (vec![vec![]; self.conditions.len()], vec![vec![]; self.conditions.len()]);
        let mut added = vec![];
        for (i, needs, adds) in operators.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(o, _)| o) {
            let event = *numbers[i].get_or_insert_with(|| {
                self.is_action.push(i < task.actions);
                self.is_action.len() as u32 - 1
            });
            let (operator, needs, adds) = (self.events.len() as u32, rename(&needs), rename(&adds));
            needs.iter().for_each(|&c| users[c as usize].push(operator));
            adds.iter().for_each(|&c| adders[c as usize].push(operator));
            if needs.is_empty() {
                self.free.push(operator);
            }
            self.events.push(event);
            self.needed.push(needs.len() as u32);
            added.push(adds);
        }
        (self.adds, self.users, self.adders) = (Lists::new(&added), Lists::new(&users), Lists::new(&adders));
    }

    fn condition(&mut self, condition: Condition) -> u32 {
        let key = match condition {
            Condition::Mask(place, mask) => (0, place, mask),
            Condition::Changed(place) => (1, place, 0),
            Condition::Formula(..) => unreachable!("a formula is known by where it is"),
        };
        self.numbered(key, || condition)
    }

    fn formula(&mut self, from: u8, expr: &Expr) -> u32 {
        self.numbered((2, (from, 0), std::ptr::from_ref(expr).addr() as u64), || Condition::Formula(from, expr.clone()))
    }

    fn numbered(&mut self, key: (u8, Place, u64), condition: impl FnOnce() -> Condition) -> u32 {
        *self.known.entry(key).or_insert_with(|| {
            self.conditions.push(condition());
            self.conditions.len() as u32 - 1
        })
    }
}

impl Landmarks {
    /// Of a goal in the actual world. `minds`: with what the characters believe; the estimate is then asked for whole states.
    pub fn new(space: &Space, goal: &Expr, minds: bool) -> Self {
        let text = format!("{goal:?}");
        let mut made = space.relaxed.0.lock().unwrap();
        let known = made.iter().find(|(goal, with, _)| *with == minds && *goal == text).map(|made| made.2.clone());
        let relaxed = known.unwrap_or_else(|| {
            let relaxed = Arc::new(Relaxed::new(space, NOBODY, goal, minds));
            made.truncate(MOST_MADE - 1);
            made.push_front((text, minds, relaxed.clone()));
            relaxed
        });
        Landmarks { relaxed, ways: HashMap::new(), work: Work::default() }
    }

    /// A lower bound on the acts until the goal holds, counted up to `most + 1`. `vals` are the valuations of the actual world and, with minds,
    /// of what each character believes.
    pub fn bound(&mut self, space: &Space, vals: &[u32], most: u16) -> u16 {
        if self.relaxed.silent {
            return 0;
        }
        let task = &space.task;
        let owner = self.relaxed.owner;
        let get = |(w, f): Place| space.get(vals[w as usize], f);
        let work = &mut self.work;
        // The ways to the goal depend on what the goal reads, and that takes few values.
        let support = self.relaxed.choices.iter().map(|c| c.0).chain(self.relaxed.numbers.iter().map(|&c| {
            match self.relaxed.conditions[c as usize] {
                Condition::Changed(place) => place,
                _ => unreachable!("numbers are conditions of change"),
            }
        }));
        let key: Box<[Code]> = support.map(get).collect();
        let goals = match self.ways.get(&key) {
            Some(goals) => goals.clone(),
            None => {
                let goals: Arc<[Vec<u32>]> =
                    Self::ways(&self.relaxed.goal, &self.relaxed.choices, &self.relaxed.numbers, task, &get, owner).into();
                self.ways.insert(key, goals.clone());
                goals
            }
        };
        if goals.iter().any(Vec::is_empty) {
            return 0;
        }
        work.goals = goals;
        work.start.clear();
        for (c, condition) in self.relaxed.conditions.iter().enumerate() {
            let holds = match condition {
                Condition::Mask(place, mask) => space.bit(place.1, get(*place)) & mask != 0,
                Condition::Formula(from, expr) => {
                    let read = |path: &[u8], f: u32| get((world(path, *from, owner).expect("a plain formula"), f));
                    expr.holds(task, &read)
                }
                Condition::Changed(_) => false,
            };
            if holds {
                work.start.push(c as u32);
            }
        }
        // What can be reached does not depend on costs, so that each supporter is new in each round.
        work.supporter.clear();
        work.supporter.resize(self.relaxed.events.len(), NONE);
        work.cost.clear();
        work.cost.extend(self.relaxed.is_action.iter().map(|&a| a as u8));
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
                let event = self.relaxed.events[self.work.cut[i] as usize];
                self.work.cost[event as usize] = 0;
            }
        }
    }

    /// The ways to the goal: lists of conditions that together make it true; an empty one if it holds.
    fn ways(
        goal: &Expr,
        choices: &[(Place, Vec<(Code, u32)>)],
        numbers: &[u32],
        task: &Task,
        get: &dyn Fn(Place) -> Code,
        owner: Owner,
    ) -> Vec<Vec<u32>> {
        let mut ways: Vec<Vec<u32>> = numbers.iter().map(|&c| vec![c]).collect();
        let mut at = vec![0usize; choices.len()];
        loop {
            let chosen = |path: &[u8], f: u32| {
                let place = (world(path, 0, owner).expect("the goal reads no deeper belief"), f);
                choices.iter().position(|c| c.0 == place).map_or_else(|| get(place), |i| choices[i].1[at[i]].0)
            };
            if goal.eval(task, &chosen) == Value::Bool(true) {
                let changed = choices.iter().zip(&at).filter(|((place, codes), &i)| get(*place) != codes[i].0);
                ways.push(changed.map(|((_, codes), &i)| codes[i].1).collect());
            }
            let Some(i) = (0..at.len()).find(|&i| at[i] + 1 < choices[i].1.len()) else {
                break;
            };
            at[..i].fill(0);
            at[i] += 1;
        }
        // Fewer conditions are easier to meet: drop the ways that include another.
        ways.sort_by_key(Vec::len);
        let mut kept: Vec<Vec<u32>> = vec![];
        for way in ways {
            if !kept.iter().any(|k| k.iter().all(|c| way.contains(c))) {
                kept.push(way);
            }
        }
        kept
    }

    /// hmax of every condition under the present costs, and the supporter of every operator. Returns that of the goal.
    fn distances(&mut self) -> u16 {
        let work = &mut self.work;
        let n = self.relaxed.conditions.len();
        work.value.clear();
        work.value.resize(n, UNREACHED);
        work.missing.clear();
        work.missing.extend_from_slice(&self.relaxed.needed);
        work.buckets.iter_mut().for_each(Vec::clear);
        if work.buckets.is_empty() {
            work.buckets.push(vec![]);
        }
        for &c in &work.start {
            work.value[c as usize] = 0;
            work.buckets[0].push(c);
        }
        let relaxed = &*self.relaxed;
        let add = |work: &mut Work, o: u32, at: u16| {
            let value = at + work.cost[relaxed.events[o as usize] as usize] as u16;
            for &c in relaxed.adds.of(o) {
                if work.value[c as usize] > value {
                    work.value[c as usize] = value;
                    if work.buckets.len() <= value as usize {
                        work.buckets.resize_with(value as usize + 1, Vec::new);
                    }
                    work.buckets[value as usize].push(c);
                }
            }
        };
        for &o in &relaxed.free {
            add(work, o, 0);
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
            for &o in relaxed.users.of(c) {
                if work.missing[o as usize] == 0 {
                    continue;
                }
                work.missing[o as usize] -= 1;
                if work.missing[o as usize] == 0 {
                    work.supporter[o as usize] = c;
                    add(work, o, level as u16);
                }
            }
        }
        work.goals.iter().map(|way| way.iter().map(|&c| work.value[c as usize]).max().unwrap_or(0)).min().unwrap_or(UNREACHED)
    }

    /// The operators that enter the goal zone from before it: one of them is in every plan.
    fn cut(&mut self) {
        let work = &mut self.work;
        let relaxed = &*self.relaxed;
        let n = relaxed.conditions.len();
        work.zone.clear();
        work.zone.resize(n, false);
        work.stack.clear();
        // Each way to the goal is an operator without cost, whose supporter is its farthest condition.
        for way in work.goals.iter() {
            if way.iter().all(|&c| work.value[c as usize] != UNREACHED) {
                let far = *way.iter().max_by_key(|&&c| (work.value[c as usize], c)).expect("a way has conditions");
                if !work.zone[far as usize] {
                    work.zone[far as usize] = true;
                    work.stack.push(far);
                }
            }
        }
        while let Some(c) = work.stack.pop() {
            for &o in relaxed.adders.of(c) {
                let supporter = work.supporter[o as usize];
                if work.missing[o as usize] == 0
                    && work.cost[relaxed.events[o as usize] as usize] == 0
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
            let mut enters = false;
            for &c in relaxed.adds.of(o) {
                if work.zone[c as usize] {
                    enters = true;
                } else if !work.before[c as usize] {
                    work.before[c as usize] = true;
                    work.stack.push(c);
                }
            }
            if enters && work.cost[relaxed.events[o as usize] as usize] > 0 {
                work.cut.push(o);
            }
        };
        for &o in &relaxed.free {
            enter(work, o);
        }
        while let Some(c) = work.stack.pop() {
            for &o in relaxed.users.of(c) {
                if work.supporter[o as usize] == c {
                    enter(work, o);
                }
            }
        }
    }
}
