//! Epistemic states with belief without end: representation, update, rest, interning.
//!
//! Every state has exactly one believed state per character, so an epistemic state is a finite deterministic Moore machine:
//! a valuation for each node, and a pointer `bel(n, c)` for each character. Two states are the same moment exactly if the machines are bisimilar, and
//! the store keeps **no two bisimilar nodes**: equality of moments is equality of ids.
//!
//! *Owner* is not part of a node but a parameter of every update: `None` for the actual world, `Some(c)` where the node is c's
//! own world. **Introspection**: for every node b reached as `bel(n, c)`, `bel(b, c) = b`; every update keeps it. A node of the actual
//! world is never pointed to, so actual states live in a table of their own (`Space::states`) whose rows are compared directly.
//!
//! An update of a node builds *temporary* nodes, found again by the key `(base, operation, owner, assignments)`: that closes
//! cycles. Then the temporaries are interned, one strongly connected component after the other, bottom up:
//!
//! 1. a component bisimilar to one that it points into is that one (without this test, equal moments get several ids);
//! 2. else it is minimised by refinement, put into a canonical order, and looked up by content.
//!
//! By induction over components the store stays minimal. `docs/semantics.md` gives the meaning of each operation.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::error::{Error, Event, Result};
use crate::shallow::{After, Change, Mind, Natural, Thread, Touch};
use crate::space::{Space, LOCAL, SELF};
use crate::store::{Block, Cache};
use crate::successors::Valuations;
use crate::task::{compare, Code, Effect, Expr, Kind, Op, Value, UNKNOWN};

/// A character as owner of a world, or the actual world.
pub type Owner = u8;
pub const NOBODY: Owner = u8::MAX;

/// An assignment laid on top of an update: path (normalised), fluent, value.
pub type Assign = (Box<[u8]>, u32, Code);

const SET: u32 = 1 << 21;
const LEVEL: u32 = SET + 1;
const FIRE: u32 = SET + 2;
const PHI: u32 = SET + 3;
const BOUND: u32 = SET + 4;
/// What is remembered of an action by itself, at rest, stands beside what a bound leaves of belief, from here on; assignments are fewer.
const IMAGINED: u64 = 1 << 32;

pub(crate) const TEMP: u32 = 1 << 31;
const MAX_FIRINGS: usize = 3_000;
const MAX_ROUNDS: usize = 300;
const MAX_TEMPORARIES: usize = 100_000;

pub(crate) struct Temp {
    pub(crate) base: u32,
    pub(crate) op: u32,
    pub(crate) owner: Owner,
    pub(crate) assigns: u32,
    pub(crate) val: u32,
    /// Its id once it has one, else [`SELF`].
    pub(crate) settled: u32,
}

/// The temporaries of one update, kept for reuse.
#[derive(Default)]
pub(crate) struct Builder {
    pub(crate) temps: Vec<Temp>,
    /// k beliefs for each temporary: an id, or `TEMP` plus the number of a temporary.
    pub(crate) beliefs: Vec<u32>,
    /// Of `shallow.rs`: what each temporary is made of; the first one that it leads back to; those that are open, in order.
    pub(crate) threads: Vec<(Thread, Natural)>,
    pub(crate) changes: Vec<Change>,
    /// A thread, and somebody else whose world that would be just so.
    pub(crate) alike: Vec<(u32, u32)>,
    pub(crate) low: Vec<usize>,
    pub(crate) open: Vec<usize>,
}

/// What [`Stepper::firing`] tells: triggers, numbered from 0, with the states before and after them, and those that fire in minds, with their owners.
pub struct Firing {
    pub fired: Vec<(u32, [u32; 2])>,
    pub noticed: Vec<(Owner, u32)>,
}

/// One thread's way into the space: it steps worlds, with caches of its own.
pub struct Stepper<'a> {
    pub space: &'a Space,
    pub valuations: Valuations<'a>,
    /// Results of operations on interned nodes.
    memo: Cache<u32>,
    /// For each node a bit for each owner: known to be at rest.
    quiet: Vec<u64>,
    lists: Vec<Arc<[Assign]>>,
    list_ids: HashMap<Arc<[Assign]>, u32>,
    pub(crate) builders: Vec<Builder>,
    utilities: Cache<f64>,
    pub(crate) scratch: Vec<u64>,
    /// The triggers that fired in the actual world in the making of the last `initial`, numbered from 0; one can fire several times.
    pub fired: Vec<u32>,
    /// Where asked for, the rows of the actual world before and after each of them.
    watched: Option<Vec<[Vec<u32>; 2]>>,
    /// Those that fire meanwhile in what somebody believes of the actual world.
    noticed: Vec<(Owner, u32)>,
    /// Whether `shallow.rs` is used.
    pub(crate) shallow: bool,
    /// Whether perceptions may fire together: no trigger reads several minds.
    together: bool,
    pub(crate) changes: Vec<Change>,
    pub(crate) minds: Vec<Mind<'a>>,
    pub(crate) block: Block,
    after: After,
}

pub(crate) fn strip(path: &[u8], owner: Owner) -> &[u8] {
    let mut path = path;
    while let Some((&first, rest)) = path.split_first() {
        if first != owner {
            break;
        }
        path = rest;
    }
    path
}

impl<'a> Stepper<'a> {
    pub fn new(space: &'a Space) -> Self {
        let none: Arc<[Assign]> = Arc::from(vec![]);
        // A deliberate fault is one of what is done by the book.
        let sound = !crate::FAULTS.iter().any(|fault| crate::fault(fault));
        let valuations = Valuations::new(space);
        Stepper {
            space,
            together: sound && valuations.anybody_perceives() && !valuations.has_deep_triggers(),
            valuations,
            memo: Cache::new(24, 0),
            quiet: vec![],
            lists: vec![none.clone()],
            list_ids: HashMap::from_iter([(none, 0)]),
            builders: vec![],
            utilities: Cache::new(20, 0.0),
            scratch: vec![0; space.words],
            fired: vec![],
            watched: None,
            noticed: vec![],
            shallow: space.shallow.world && sound,
            changes: vec![],
            minds: vec![],
            block: Block::default(),
            after: After::default(),
        }
    }

    fn k(&self) -> usize {
        self.space.task.characters
    }

    /// Bytes of this thread's caches.
    pub fn bytes(&self) -> usize {
        self.memo.bytes() + self.quiet.len() * 8 + self.utilities.bytes() + self.valuations.bytes()
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Assignments

    fn list(&mut self, mut assigns: Vec<Assign>) -> u32 {
        if assigns.is_empty() {
            return 0;
        }
        // Sorting is stable, so of equal targets the last given stands last and is the one kept.
        assigns.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        let mut kept: Vec<Assign> = Vec::with_capacity(assigns.len());
        for assign in assigns {
            match kept.last_mut() {
                Some(last) if last.0 == assign.0 && last.1 == assign.1 => *last = assign,
                _ => kept.push(assign),
            }
        }
        let kept: Arc<[Assign]> = kept.into();
        if let Some(&id) = self.list_ids.get(&kept) {
            return id;
        }
        let id = self.lists.len() as u32;
        self.lists.push(kept.clone());
        self.list_ids.insert(kept, id);
        id
    }

    /// The effects of an event that apply in a view, as (path as written, fluent, value). Two that disagree are an error.
    pub(crate) fn applying(&self, event: u32, val: u32, beliefs: &[u32]) -> Result<Vec<(&'a Effect, Code)>> {
        let task = &self.space.task;
        let read = |path: &[u8], fluent: u32| self.space.read(val, beliefs, path, fluent);
        let mut found: Vec<(&'a Effect, Code)> = vec![];
        for effect in task.events[event as usize].effects.iter() {
            if effect.condition.holds(task, &read) {
                let code = task.code(effect.fluent as usize, effect.value.eval(task, &read))?;
                if found.iter().any(|(e, c)| e.fluent == effect.fluent && e.path == effect.path && *c != code) {
                    return Err(Error::Conflict { event: self.event(event), fluent: effect.fluent as usize, acts: vec![] });
                }
                found.push((effect, code));
            }
        }
        Ok(found)
    }

    fn event(&self, event: u32) -> Event {
        let actions = self.space.task.actions;
        if (event as usize) < actions {
            Event::Action(event as usize)
        } else {
            Event::Trigger(event as usize - actions)
        }
    }

    /// Layers 1 and 2 of an update of a valuation, and what is left for the beliefs (path normalised for the owner, not empty).
    fn update(&mut self, event: u32, owner: Owner, val: u32, beliefs: &[u32]) -> Result<(u32, Vec<Assign>)> {
        let applying = self.applying(event, val, beliefs)?;
        let space = self.space;
        self.scratch.copy_from_slice(space.vals.rows.row(val));
        let mut rest = vec![];
        for (effect, code) in &applying {
            if effect.path.is_empty() {
                space.set_in(&mut self.scratch, effect.fluent, *code);
            }
        }
        for (effect, code) in &applying {
            if !effect.path.is_empty() {
                let path = strip(&effect.path, owner);
                if path.is_empty() {
                    space.set_in(&mut self.scratch, effect.fluent, *code);
                } else {
                    rest.push((path.into(), effect.fluent, *code));
                }
            }
        }
        Ok((space.vals.intern(&self.scratch).0, rest))
    }

    fn with_assigned(&mut self, val: u32, assigns: &[Assign]) -> u32 {
        if assigns.iter().all(|a| !a.0.is_empty()) {
            return val;
        }
        let space = self.space;
        self.scratch.copy_from_slice(space.vals.rows.row(val));
        for (path, fluent, code) in assigns {
            if path.is_empty() {
                space.set_in(&mut self.scratch, *fluent, *code);
            }
        }
        space.vals.intern(&self.scratch).0
    }

    /// The assignments that go on to character c, with c stripped.
    fn onward(&mut self, assigns: &[Assign], c: usize) -> u32 {
        if !assigns.iter().any(|a| a.0.first() == Some(&(c as u8))) {
            return 0;
        }
        let mine =
            assigns.iter().filter(|a| a.0.first() == Some(&(c as u8))).map(|a| (strip(&a.0[1..], c as u8).into(), a.1, a.2)).collect();
        self.list(mine)
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Tests

    /// Whether the precondition of an event holds in a view.
    pub fn holds(&mut self, event: u32, val: u32, beliefs: &[u32]) -> bool {
        let def = &self.space.task.events[event as usize];
        if def.plain_precondition {
            return self.valuations.transition(val, event).possible();
        }
        let task = &self.space.task;
        let read = |path: &[u8], fluent: u32| self.space.read(val, beliefs, path, fluent);
        def.clauses.iter().any(|clause| clause.iter().all(|atom| atom.test.holds(task, &read)))
    }

    /// Writes the actions that can be done in a view to `out`: those that read no belief in order, then the others.
    pub fn applicable(&mut self, val: u32, beliefs: &[u32], out: &mut Vec<u32>) {
        self.valuations.applicable(val, out);
        for i in 0..self.valuations.deep_actions().len() {
            let action = self.valuations.deep_actions()[i];
            if self.holds(action, val, beliefs) {
                out.push(action);
            }
        }
    }

    /// Whether an action can be done in an actual state.
    pub fn possible(&mut self, state: u32, action: u32) -> bool {
        let row = self.space.states.rows.row(state);
        self.holds(action, row[0], &row[1..])
    }

    /// Whether an action can be done in a believed world.
    pub fn possible_in(&mut self, node: u32, action: u32) -> bool {
        let row = self.space.nodes.row(node);
        self.holds(action, row[0], &row[2..])
    }

    fn observes(&mut self, action: u32, c: usize, val: u32, beliefs: &[u32]) -> bool {
        let task = &self.space.task;
        if action as usize >= task.actions {
            return false;
        }
        let def = &task.events[action as usize];
        if def.plain_observers {
            return self.valuations.transition(val, action).observed_by(c);
        }
        def.observers[c].holds(task, &|path: &[u8], fluent| self.space.read(val, beliefs, path, fluent))
    }

    /// What c has to revise on seeing an action where it happens, not holding it to be possible in their own world.
    pub(crate) fn revision(
        &self,
        action: u32,
        c: usize,
        here: &impl Fn(&[u8], u32) -> Code,
        there: &impl Fn(&[u8], u32) -> Code,
    ) -> Vec<Assign> {
        let task = &self.space.task;
        let mut found: Vec<Assign> = vec![];
        for clause in task.events[action as usize].clauses.iter() {
            if !clause.iter().all(|atom| atom.test.holds(task, here)) {
                continue;
            }
            for revision in clause.iter().flat_map(|atom| atom.revise.iter()) {
                let fluent = revision.fluent as usize;
                let at_source = revision.value.eval(task, here);
                let compared = if revision.from_source { at_source } else { revision.value.eval(task, there) };
                if compare(revision.op, task.value(fluent, there(&revision.path, revision.fluent)), compared) {
                    continue;
                }
                let path: Box<[u8]> = strip(&revision.path, c as u8).into();
                let known = if revision.op == Op::Eq { task.code(fluent, at_source).unwrap_or(UNKNOWN) } else { UNKNOWN };
                if known == UNKNOWN && task.fluents[fluent].kind == Kind::Boolean {
                    continue;
                }
                if known == UNKNOWN && found.iter().any(|(p, f, code)| *p == path && *f == revision.fluent && *code != UNKNOWN) {
                    continue;
                }
                found.push((path, revision.fluent, known));
            }
            if crate::fault("first_clause_only") {
                break;
            }
        }
        found
    }

    /// What c has to revise on seeing an action that c's belief b holds to be impossible.
    fn surprise(&mut self, action: u32, c: usize, val: u32, beliefs: &[u32], b: u32) -> u32 {
        let space = self.space;
        let row = space.nodes.row(b);
        if self.holds(action, row[0], &row[2..]) {
            return 0;
        }
        if crate::fault("no_surprise") {
            return 0;
        }
        let here = |path: &[u8], fluent: u32| space.read(val, beliefs, path, fluent);
        let there = |path: &[u8], fluent: u32| space.read(row[0], &row[2..], path, fluent);
        let found = self.revision(action, c, &here, &there);
        self.list(found)
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Updates of believed worlds

    fn key(base: u32, op: u32, owner: Owner) -> u64 {
        (base as u64) << 32 | (op as u64) << 8 | owner as u64
    }

    /// The node that an operation makes of an interned node.
    fn build(&mut self, base: u32, op: u32, owner: Owner, assigns: u32) -> Result<u32> {
        if let Some(done) = self.memo.get(Self::key(base, op, owner), assigns as u64) {
            return Ok(done);
        }
        let mut builder = self.builders.pop().unwrap_or_default();
        builder.temps.clear();
        builder.beliefs.clear();
        let result = self.build_with(&mut builder, base, op, owner, assigns);
        self.builders.push(builder);
        result
    }

    fn build_with(&mut self, builder: &mut Builder, base: u32, op: u32, owner: Owner, assigns: u32) -> Result<u32> {
        let root = self.reference(builder, base, op, owner, assigns)?;
        if root & TEMP == 0 {
            return Ok(root);
        }
        let mut i = 0;
        while i < builder.temps.len() {
            if i > MAX_TEMPORARIES {
                return Err(Error::Minds);
            }
            self.point(builder, i)?;
            i += 1;
        }
        if builder.temps.len() == 1 {
            let val = builder.temps[0].val;
            for b in builder.beliefs.iter_mut() {
                if *b & TEMP != 0 {
                    *b = SELF;
                }
            }
            builder.temps[0].settled = self.space.intern_node(val, &builder.beliefs);
        } else {
            self.settle_components(builder);
        }
        for temp in &builder.temps {
            self.memo.put(Self::key(temp.base, temp.op, temp.owner), temp.assigns as u64, temp.settled);
        }
        Ok(builder.temps[0].settled)
    }

    /// The interned node or the temporary for a key; a temporary is made with its valuation, its beliefs follow in `point`.
    fn reference(&mut self, builder: &mut Builder, base: u32, op: u32, owner: Owner, assigns: u32) -> Result<u32> {
        if op == SET {
            let row = self.space.nodes.row(base);
            if self.lists[assigns as usize].iter().all(|(path, fluent, code)| self.space.read(row[0], &row[2..], path, *fluent) == *code) {
                return Ok(base);
            }
        }
        if let Some(done) = self.memo.get(Self::key(base, op, owner), assigns as u64) {
            return Ok(done);
        }
        if let Some(i) = builder.temps.iter().position(|t| t.base == base && t.op == op && t.owner == owner && t.assigns == assigns) {
            return Ok(TEMP | i as u32);
        }
        let space = self.space;
        let row = space.nodes.row(base);
        let val = if op >= SET {
            row[0]
        } else if space.task.events[op as usize].plain_effects {
            self.valuations.transition(row[0], op).valuation(op, self.space)?
        } else {
            self.update(op, owner, row[0], &row[2..])?.0
        };
        let list = self.lists[assigns as usize].clone();
        let val = self.with_assigned(val, &list);
        builder.temps.push(Temp { base, op, owner, assigns, val, settled: SELF });
        Ok(TEMP | (builder.temps.len() - 1) as u32)
    }

    /// The beliefs of temporary i.
    fn point(&mut self, builder: &mut Builder, i: usize) -> Result<()> {
        let Temp { base, op, owner, assigns, .. } = builder.temps[i];
        let space = self.space;
        let row = space.nodes.row(base);
        let (val, beliefs) = (row[0], &row[2..]);
        let mut list: Vec<Assign> = vec![];
        if op < SET && !space.task.events[op as usize].plain_effects {
            list = self.update(op, owner, val, beliefs)?.1;
        }
        list.extend(self.lists[assigns as usize].iter().cloned());
        debug_assert_eq!(builder.beliefs.len(), i * self.k());
        for c in 0..self.k() {
            let b = beliefs[c];
            let pointer = if c == owner as usize {
                TEMP | i as u32
            } else if op == LEVEL {
                if self.is_quiet(b, c as Owner) {
                    b
                } else {
                    let fired = self.fire(b, c as Owner)?;
                    self.reference(builder, fired, LEVEL, c as Owner, 0)?
                }
            } else {
                let onward = self.onward(&list, c);
                if op < SET && self.observes(op, c, val, beliefs) {
                    let revised = self.surprise(op, c, val, beliefs, b);
                    let b = if revised == 0 { b } else { self.build(b, SET, c as Owner, revised)? };
                    self.reference(builder, b, op, c as Owner, onward)?
                } else if onward != 0 {
                    self.reference(builder, b, SET, c as Owner, onward)?
                } else {
                    b
                }
            };
            builder.beliefs.push(pointer);
        }
        Ok(())
    }

    /// Tarjan's algorithm over the temporaries; interned nodes are leaves. Components come out bottom up.
    fn settle_components(&mut self, builder: &mut Builder) {
        let n = builder.temps.len();
        let k = self.k();
        let mut number = vec![usize::MAX; n];
        let mut low = vec![0usize; n];
        let mut on_stack = vec![false; n];
        let (mut stack, mut counter) = (vec![], 0);
        let mut work: Vec<(usize, usize)> = vec![];
        let mut root = 0;
        loop {
            let Some(&mut (v, ref mut edge)) = work.last_mut() else {
                while root < n && number[root] != usize::MAX {
                    root += 1;
                }
                if root == n {
                    return;
                }
                work.push((root, 0));
                continue;
            };
            if *edge == 0 {
                number[v] = counter;
                low[v] = counter;
                counter += 1;
                stack.push(v);
                on_stack[v] = true;
            }
            if *edge < k {
                let target = builder.beliefs[v * k + *edge];
                *edge += 1;
                if target & TEMP != 0 {
                    let w = (target & !TEMP) as usize;
                    if number[w] == usize::MAX {
                        work.push((w, 0));
                    } else if on_stack[w] {
                        low[v] = low[v].min(number[w]);
                    }
                }
                continue;
            }
            work.pop();
            if let Some(&(parent, _)) = work.last() {
                low[parent] = low[parent].min(low[v]);
            }
            if low[v] == number[v] {
                let at = stack.iter().position(|&s| s == v).expect("v is on the stack");
                let members: Vec<usize> = stack.split_off(at);
                for &m in &members {
                    on_stack[m] = false;
                }
                self.settle(builder, &members);
            }
        }
    }

    /// Gives the members of one component their ids.
    #[allow(clippy::needless_range_loop)] // c numbers a character in several tables at once
    pub(crate) fn settle(&mut self, builder: &mut Builder, members: &[usize]) {
        let space = self.space;
        let k = self.k();
        let local = |builder: &Builder, m: usize, c: usize| -> Option<usize> {
            let b = builder.beliefs[m * k + c];
            if b & TEMP == 0 {
                return None;
            }
            members.iter().position(|&x| x == (b & !TEMP) as usize)
        };
        // Beliefs outside the component are settled by now: replace them by ids.
        for &m in members {
            for c in 0..k {
                let b = builder.beliefs[m * k + c];
                if b & TEMP != 0 && !members.contains(&((b & !TEMP) as usize)) {
                    builder.beliefs[m * k + c] = builder.temps[(b & !TEMP) as usize].settled;
                }
            }
        }
        if members.len() == 1 {
            let m = members[0];
            let row: Vec<u32> =
                (0..k).map(|c| if builder.beliefs[m * k + c] & TEMP != 0 { SELF } else { builder.beliefs[m * k + c] }).collect();
            builder.temps[m].settled = space.intern_node(builder.temps[m].val, &row);
            return;
        }
        // All members may be one and the same: by far the most frequent case.
        let (val, first) = (builder.temps[members[0]].val, &builder.beliefs[members[0] * k..(members[0] + 1) * k]);
        let alike = |m: usize, c: usize| builder.beliefs[m * k + c] == first[c] || builder.beliefs[m * k + c] & first[c] & TEMP != 0;
        if members[1..].iter().all(|&m| builder.temps[m].val == val && (0..k).all(|c| alike(m, c))) {
            let row: Vec<u32> = first.iter().map(|&b| if b & TEMP != 0 { SELF } else { b }).collect();
            let made = space.intern_node(val, &row);
            members.iter().for_each(|&m| builder.temps[m].settled = made);
            return;
        }
        let n = members.len();
        let vals: Vec<u32> = members.iter().map(|&m| builder.temps[m].val).collect();
        let inside: Vec<Vec<Option<usize>>> = members.iter().map(|&m| (0..k).map(|c| local(builder, m, c)).collect()).collect();
        let outside = |i: usize, c: usize| builder.beliefs[members[i] * k + c];

        // 1. Collapse into a component that is pointed to.
        let mut components: Vec<(u32, u32)> = vec![];
        for i in 0..n {
            for c in 0..k {
                if inside[i][c].is_none() && !components.contains(&space.component(outside(i, c))) {
                    components.push(space.component(outside(i, c)));
                }
            }
        }
        for (first, len) in components {
            for m in first..first + len {
                if space.node_val(m) != vals[0] {
                    continue;
                }
                let mut image = vec![SELF; n];
                image[0] = m;
                let mut pending = vec![0];
                let mut closes = true;
                'closing: while let Some(i) = pending.pop() {
                    if space.node_val(image[i]) != vals[i] {
                        closes = false;
                        break;
                    }
                    for c in 0..k {
                        let target = space.node_belief(image[i], c);
                        match inside[i][c] {
                            None if outside(i, c) != target => {
                                closes = false;
                                break 'closing;
                            }
                            Some(j) if image[j] == SELF => {
                                image[j] = target;
                                pending.push(j);
                            }
                            Some(j) if image[j] != target => {
                                closes = false;
                                break 'closing;
                            }
                            _ => {}
                        }
                    }
                }
                if closes {
                    for (i, &member) in members.iter().enumerate() {
                        builder.temps[member].settled = image[i];
                    }
                    return;
                }
            }
        }

        // 2. Minimise by refinement.
        let mut class: Vec<usize> = vec![0; n];
        let mut classes = 0;
        loop {
            let mut signatures: Vec<Vec<u64>> = vec![];
            let mut next = vec![0; n];
            for i in 0..n {
                let mut signature = vec![class[i] as u64, vals[i] as u64];
                for c in 0..k {
                    signature.push(match inside[i][c] {
                        Some(j) => 1 << 40 | class[j] as u64,
                        None => outside(i, c) as u64,
                    });
                }
                next[i] = signatures.iter().position(|s| *s == signature).unwrap_or_else(|| {
                    signatures.push(signature);
                    signatures.len() - 1
                });
            }
            class = next;
            if signatures.len() == classes {
                break;
            }
            classes = signatures.len();
        }
        let representative: Vec<usize> = (0..classes).map(|q| class.iter().position(|&x| x == q).expect("no class is empty")).collect();
        let ids: Vec<u32> = if classes == 1 {
            let i = representative[0];
            let row: Vec<u32> = (0..k).map(|c| if inside[i][c].is_some() { SELF } else { outside(i, c) }).collect();
            vec![space.intern_node(vals[i], &row)]
        } else {
            // 3. The least of the strings that breadth-first walks from the classes of least valuation spell.
            let least = (0..classes).map(|q| vals[representative[q]]).min().expect("there are classes");
            let mut best: Option<(Vec<u32>, Vec<usize>)> = None;
            for start in (0..classes).filter(|&q| vals[representative[q]] == least) {
                let mut order = vec![start];
                let mut place = vec![usize::MAX; classes];
                place[start] = 0;
                let mut string = vec![];
                let mut at = 0;
                while at < order.len() {
                    let i = representative[order[at]];
                    string.push(vals[i]);
                    for c in 0..k {
                        string.push(match inside[i][c] {
                            None => outside(i, c),
                            Some(j) => {
                                let q = class[j];
                                if place[q] == usize::MAX {
                                    place[q] = order.len();
                                    order.push(q);
                                }
                                LOCAL + place[q] as u32
                            }
                        });
                    }
                    at += 1;
                }
                if best.as_ref().is_none_or(|(s, _)| string < *s) {
                    best = Some((string, place));
                }
            }
            let (string, place) = best.expect("there are classes");
            let first = space.intern_component(&string);
            place.iter().map(|&p| first + p as u32).collect()
        };
        for (i, &member) in members.iter().enumerate() {
            builder.temps[member].settled = ids[class[i]];
        }
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Rest

    /// The first trigger, in order of declaration, that can fire in a view.
    #[inline]
    fn first_trigger(&mut self, val: u32, beliefs: &[u32]) -> Option<u32> {
        if crate::fault("trigger_order") {
            let task = &self.space.task;
            return (task.actions as u32..task.events.len() as u32).rev().find(|&t| self.holds(t, val, beliefs));
        }
        let mut first = self.valuations.first_plain_trigger(val);
        for (c, &b) in beliefs.iter().enumerate() {
            if self.valuations.perceives(c) {
                let believed = if b == SELF { val } else { self.space.node_val(b) };
                first = self.valuations.first_perception_before(first, c, val, believed);
            }
        }
        if self.valuations.has_deep_triggers() {
            for i in 0..self.valuations.deep_triggers().len() {
                let t = self.valuations.deep_triggers()[i];
                if t >= first {
                    break;
                }
                if self.holds(t, val, beliefs) {
                    first = t;
                }
            }
        }
        (first != u32::MAX).then_some(first)
    }

    fn is_quiet(&self, node: u32, owner: Owner) -> bool {
        self.quiet.get(node as usize).is_some_and(|bits| bits >> owner & 1 == 1)
    }

    /// Marks a world, and all that is believed in it, at any depth, if no trigger can fire in any of them.
    fn find_quiet(&mut self, node: u32, owner: Owner) -> bool {
        let space = self.space;
        let (mut pending, mut marked) = (vec![(node, owner)], vec![]);
        while let Some((n, o)) = pending.pop() {
            if self.is_quiet(n, o) {
                continue;
            }
            if self.first_trigger(space.node_val(n), space.node_beliefs(n)).is_some() {
                marked.into_iter().for_each(|(n, o): (u32, Owner)| self.quiet[n as usize] &= !(1 << o));
                return false;
            }
            self.mark(n, o);
            marked.push((n, o));
            pending.extend(space.node_beliefs(n).iter().enumerate().map(|(c, &b)| (b, c as Owner)).filter(|&(_, c)| c != o));
        }
        true
    }

    fn mark(&mut self, node: u32, owner: Owner) {
        if self.quiet.len() <= node as usize {
            self.quiet.resize((node as usize + 1).max(self.quiet.len() * 2), 0);
        }
        self.quiet[node as usize] |= 1 << owner;
    }

    fn mark_quiet(&mut self, node: u32, owner: Owner) {
        let mut pending = vec![(node, owner)];
        while let Some((n, o)) = pending.pop() {
            if self.is_quiet(n, o) {
                continue;
            }
            self.mark(n, o);
            for c in (0..self.k()).filter(|&c| c != o as usize) {
                pending.push((self.space.node_belief(n, c), c as Owner));
            }
        }
    }

    /// Fires triggers in a believed world until none can.
    fn fire(&mut self, node: u32, owner: Owner) -> Result<u32> {
        if let Some(done) = self.memo.get(Self::key(node, FIRE, owner), 0) {
            return Ok(done);
        }
        let mut row = [0u32; 64];
        let row = &mut row[..self.k() + 1];
        self.open(node, owner, row);
        let fired = if self.fire_row(row, owner)? { self.space.intern_node(row[0], &row[1..]) } else { node };
        self.memo.put(Self::key(node, FIRE, owner), 0, fired);
        Ok(fired)
    }

    fn triggers(&self, fired: &[u32]) -> Vec<usize> {
        let mut triggers: Vec<usize> = fired.iter().map(|&t| t as usize - self.space.task.actions).collect();
        triggers.sort_unstable();
        triggers.dedup();
        triggers
    }

    fn endless(&self, owner: Option<Owner>, fired: &[u32]) -> Error {
        Error::EndlessTriggers { owner: owner.map(usize::from), triggers: self.triggers(fired), acts: vec![] }
    }

    fn growth(&self, owner: Option<Owner>, fired: &[u32]) -> Error {
        Error::Growth { owner: owner.map(usize::from), triggers: self.triggers(&fired[fired.len().saturating_sub(50)..]), acts: vec![] }
    }

    /// One round at a believed world: its own triggers, then a round in each belief.
    fn phi(&mut self, node: u32, owner: Owner) -> Result<u32> {
        if let Some(done) = self.memo.get(Self::key(node, PHI, owner), 0) {
            return Ok(done);
        }
        let mut row = [0u32; 64];
        let row = &mut row[..self.k() + 1];
        self.open(node, owner, row);
        let changed = self.fire_row(row, owner)?;
        if !changed && self.find_quiet(node, owner) {
            self.memo.put(Self::key(node, PHI, owner), 0, node);
            return Ok(node);
        }
        let fired = if changed { self.space.intern_node(row[0], &row[1..]) } else { node };
        let at_rest = (0..self.k()).all(|c| c == owner as usize || self.is_quiet(row[1 + c], c as Owner));
        let result = if at_rest { fired } else { self.build(fired, LEVEL, owner, 0)? };
        if result == node {
            // The round undid what it did.
            let mut row = vec![0; self.k() + 1];
            self.open(node, owner, &mut row);
            let fired = self.fired_in_round(&row, owner);
            if !fired.is_empty() {
                return Err(self.endless(Some(owner), &fired));
            }
            self.mark_quiet(node, owner);
        }
        self.memo.put(Self::key(node, PHI, owner), 0, result);
        Ok(result)
    }

    /// The triggers that fire in a scratch row until none can, or there is no next moment.
    fn fired_in_row(&mut self, row: &mut [u32], owner: Owner) -> Vec<u32> {
        let mut fired = vec![];
        while fired.len() < MAX_FIRINGS {
            let Some(t) = self.first_trigger(row[0], &row[1..]) else {
                break;
            };
            fired.push(t);
            if self.trigger(row, t, owner).is_err() {
                break;
            }
        }
        fired
    }

    /// The triggers that a round fires, at any level: only for naming the guilty.
    fn fired_in_round(&mut self, row: &[u32], owner: Owner) -> Vec<u32> {
        let (mut fired, mut seen) = (vec![], vec![]);
        let mut pending = vec![(row.to_vec(), owner)];
        while let Some((mut row, o)) = pending.pop() {
            fired.extend(self.fired_in_row(&mut row, o));
            for c in (0..self.k()).filter(|&c| c != o as usize) {
                if !self.is_quiet(row[1 + c], c as Owner) && !seen.contains(&(row[1 + c], c)) {
                    seen.push((row[1 + c], c));
                    let mut next = vec![0; row.len()];
                    self.open(row[1 + c], c as Owner, &mut next);
                    pending.push((next, c as Owner));
                }
            }
        }
        fired
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Bounded belief

    /// The world everybody in which takes it for what everybody believes.
    fn flat(&self, val: u32) -> u32 {
        let beliefs = [SELF; 64];
        self.space.intern_node(val, &beliefs[..self.k()])
    }

    fn bound(&mut self, node: u32, owner: Owner, depth: usize) -> u32 {
        if depth == 0 {
            return self.flat(self.space.node_val(node));
        }
        if let Some(done) = self.memo.get(Self::key(node, BOUND, owner), depth as u64) {
            return done;
        }
        let space = self.space;
        let row: Vec<u32> = (0..self.k())
            .map(|c| if c == owner as usize { SELF } else { self.bound(space.node_belief(node, c), c as Owner, depth - 1) })
            .collect();
        let result = space.intern_node(space.node_val(node), &row);
        self.memo.put(Self::key(node, BOUND, owner), depth as u64, result);
        result
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Steps

    /// What `owner`, in their own world at an epistemic depth, takes an action to lead to. Not required to be possible there.
    pub fn imagine(&mut self, node: u32, action: u32, owner: Owner, depth: usize) -> Result<u32> {
        if let Some(made) = self.imagined(node, action, owner) {
            return Ok(made);
        }
        let bound = self.space.task.belief_depth.map_or(IMAGINED - 1, |k| k.saturating_sub(depth) as u64);
        let known = (Self::key(node, action, owner), IMAGINED | bound);
        if let Some(made) = self.memo.get(known.0, known.1) {
            return Ok(made);
        }
        let mut row = [0u32; 64];
        let row = &mut row[..self.k() + 1];
        let world = self.space.nodes.row(node);
        self.act(world[0], &world[2..], action, owner, row)?;
        self.rest(row, owner, depth)?;
        let result = self.space.intern_node(row[0], &row[1..]);
        self.mark_quiet(result, owner);
        self.memo.put(known.0, known.1, result);
        Ok(result)
    }

    /// The world of a character who knows how things stand in an actual state, and what all others believe there; at rest, and
    /// bounded like what anybody believes.
    pub fn informed(&mut self, state: u32, owner: Owner) -> Result<u32> {
        let mut row = [0u32; 64];
        let row = &mut row[..self.k() + 1];
        row.copy_from_slice(self.space.states.rows.row(state));
        row[1 + owner as usize] = SELF;
        self.rest(row, owner, 1)?;
        let result = self.space.intern_node(row[0], &row[1..]);
        self.mark_quiet(result, owner);
        Ok(result)
    }

    /// Interns a machine given as a valuation and a belief of each character for each of its nodes. Returns the id of each node.
    pub fn intern_machine(&mut self, vals: &[u32], beliefs: &[Vec<usize>]) -> Vec<u32> {
        let mut builder = Builder::default();
        for (&val, beliefs) in vals.iter().zip(beliefs) {
            builder.temps.push(Temp { base: 0, op: 0, owner: NOBODY, assigns: 0, val, settled: SELF });
            builder.beliefs.extend(beliefs.iter().map(|&b| TEMP | b as u32));
        }
        self.settle_components(&mut builder);
        builder.temps.iter().map(|temp| temp.settled).collect()
    }

    /// The initial state, at rest.
    pub fn initial(&mut self) -> Result<u32> {
        let space = self.space;
        let initial = &space.task.initial;
        let vals: Result<Vec<u32>> = initial.iter().map(|(codes, _)| space.valuation(codes)).collect();
        let beliefs: Vec<Vec<usize>> = initial.iter().map(|(_, beliefs)| beliefs.clone()).collect();
        let ids = self.intern_machine(&vals?, &beliefs);
        let root = space.task.initial_root;
        let (codes, beliefs) = &initial[root];
        let mut row = vec![space.valuation(codes)?];
        row.extend(beliefs.iter().map(|&b| ids[b]));
        self.fired.clear();
        self.rest(&mut row, NOBODY, 0)?;
        Ok(space.states.intern(&row).0)
    }

    /// The actual state after an action, at rest. Not required to be possible.
    pub fn step(&mut self, state: u32, action: u32) -> Result<u32> {
        let mut after = std::mem::take(&mut self.after);
        after.rows.clear();
        let result = self.expand(state, &[action], &mut after);
        let id = result.map(|()| self.space.states.intern(&after.rows).0).map_err(|(_, error)| error);
        self.after = after;
        id
    }

    /// The row of the state after an action.
    pub(crate) fn step_row(&mut self, before: &[u32], action: u32, row: &mut [u32]) -> Result<()> {
        self.fired.clear();
        self.act(before[0], &before[1..], action, NOBODY, row)?;
        self.rest(row, NOBODY, 0)
    }

    /// The triggers that fire in the actual world after an action, in order, each with the states before and after it (which are not at rest);
    /// and those that fire in what somebody believes of it, of which each knows.
    pub fn firing(&mut self, state: u32, action: u32) -> Result<Firing> {
        let before = self.space.states.rows.row(state).to_vec();
        let mut row = vec![0; before.len()];
        self.watched = Some(vec![]);
        self.noticed.clear();
        let stepped = self.step_row(&before, action, &mut row);
        let rows = self.watched.take().unwrap_or_default();
        stepped?;
        let fired =
            self.fired.iter().zip(&rows).map(|(&t, rows)| (t, rows.each_ref().map(|row| self.space.states.intern(row).0))).collect();
        Ok(Firing { fired, noticed: std::mem::take(&mut self.noticed) })
    }

    /// Copies a believed world to a scratch row, whose owner's belief is [`SELF`].
    ///
    /// A scratch row stands for a world that nothing points to yet. What its beliefs say of the owner may be a world that is bisimilar to
    /// it: interning the row finds that out.
    fn open(&self, node: u32, owner: Owner, out: &mut [u32]) {
        let world = self.space.nodes.row(node);
        out[0] = world[0];
        out[1..].copy_from_slice(&world[2..]);
        out[1 + owner as usize] = SELF;
    }

    /// The scratch row of the world after an action, not at rest yet.
    fn act(&mut self, val: u32, beliefs: &[u32], action: u32, owner: Owner, out: &mut [u32]) -> Result<()> {
        let def = &self.space.task.events[action as usize];
        let (next, rest) = if def.plain_effects {
            (self.valuations.transition(val, action).valuation(action, self.space)?, vec![])
        } else {
            self.update(action, owner, val, beliefs)?
        };
        out[0] = next;
        for c in 0..self.k() {
            if c == owner as usize {
                out[1 + c] = SELF;
                continue;
            }
            let b = beliefs[c];
            let onward = if rest.is_empty() { 0 } else { self.onward(&rest, c) };
            out[1 + c] = if self.observes(action, c, val, beliefs) {
                let revised = self.surprise(action, c, val, beliefs, b);
                let b = if revised == 0 { b } else { self.build(b, SET, c as Owner, revised)? };
                self.build(b, action, c as Owner, onward)?
            } else if onward != 0 && !crate::fault("inertia") {
                self.build(b, SET, c as Owner, onward)?
            } else {
                b
            };
        }
        Ok(())
    }

    /// Brings a scratch row at an epistemic depth to rest, and bounds its beliefs.
    fn rest(&mut self, row: &mut [u32], owner: Owner, depth: usize) -> Result<()> {
        self.rest_triggers(row, owner)?;
        if let Some(bound) = self.space.task.belief_depth.map(|k| k.saturating_sub(depth)) {
            let mut seen: Vec<Vec<u32>> = vec![];
            loop {
                let mut changed = false;
                for c in (0..self.k()).filter(|&c| c != owner as usize) {
                    // Nobody models a mind here: everybody is taken to believe this world itself.
                    let bounded = if bound == 0 { self.flat(row[0]) } else { self.bound(row[1 + c], c as Owner, bound - 1) };
                    changed |= bounded != row[1 + c];
                    row[1 + c] = bounded;
                }
                if !changed {
                    break;
                }
                let fired = if seen.iter().any(|s| s == row) { self.fired_in_round(row, owner) } else { vec![] };
                if !fired.is_empty() {
                    return Err(self.endless((owner != NOBODY).then_some(owner), &fired));
                }
                seen.push(row.to_vec());
                self.rest_triggers(row, owner)?;
                if seen.len() > MAX_ROUNDS {
                    return Err(self.growth(None, &[]));
                }
            }
        }
        Ok(())
    }

    /// Fires triggers in a scratch row until none can. Returns whether any did.
    fn fire_row(&mut self, row: &mut [u32], owner: Owner) -> Result<bool> {
        if self.together && self.watched.is_none() {
            let (mut before, logged) = ([0u32; 64], self.fired.len());
            let before = &mut before[..row.len()];
            before.copy_from_slice(row);
            if let Some(fired) = self.fire_together(row, owner) {
                return Ok(fired);
            }
            // It has to be told what is wrong.
            row.copy_from_slice(before);
            self.fired.truncate(logged);
        }
        self.fire_in_order(row, owner)
    }

    fn fire_in_order(&mut self, row: &mut [u32], owner: Owner) -> Result<bool> {
        let Some(mut t) = self.first_trigger(row[0], &row[1..]) else {
            return Ok(false);
        };
        let mut seen: Vec<Vec<u32>> = vec![];
        let mut fired: Vec<u32> = vec![];
        loop {
            seen.push(row.to_vec());
            fired.push(t);
            if owner == NOBODY {
                self.fired.push(t - self.space.task.actions as u32);
            }
            self.trigger(row, t, owner)?;
            if let (NOBODY, Some(rows), Some(before)) = (owner, &mut self.watched, seen.last()) {
                rows.push([before.clone(), row.to_vec()]);
            }
            if let Some(at) = seen.iter().position(|s| s == row) {
                return Err(self.endless((owner != NOBODY).then_some(owner), &fired[at..]));
            }
            if fired.len() > MAX_FIRINGS {
                return Err(self.growth((owner != NOBODY).then_some(owner), &fired));
            }
            match self.first_trigger(row[0], &row[1..]) {
                Some(next) => t = next,
                None => return Ok(true),
            }
        }
    }

    /// Notes the triggers that a round fires in somebody's mind.
    fn watch_mind(&mut self, node: u32, owner: Owner) {
        let mut row = vec![0; self.k() + 1];
        self.open(node, owner, &mut row);
        let fired = self.fired_in_row(&mut row, owner);
        let actions = self.space.task.actions as u32;
        self.noticed.extend(fired.iter().map(|t| (owner, t - actions)));
    }

    /// As [`Stepper::fire_row`], but where nothing else can happen, all perceptions of a character at once that change their valuation alone. None if
    /// something goes wrong, or goes on for long.
    ///
    /// It comes to the same: until another trigger is enabled, what becomes of a character's valuation depends on that and on the world's alone. Other triggers are
    /// not enabled by what others come to believe, unless they read several minds, or are perceptions that reach beyond their character's mind:
    /// then one trigger fires at a time.
    fn fire_together(&mut self, row: &mut [u32], owner: Owner) -> Option<bool> {
        let own = (owner != NOBODY && self.valuations.perceives(owner as usize)).then_some(owner as usize);
        let mut firings = 0;
        let mut ends = [0u32; 64];
        loop {
            let val = row[0];
            let alone = |it: &mut Self| own.is_none_or(|c| it.valuations.first_perception(c, val, val) == u32::MAX);
            if self.valuations.first_plain_trigger(val) == u32::MAX && alone(self) {
                let (mut more, mut beyond, mut length) = (false, false, 0);
                for (c, &b) in row[1..].iter().enumerate().filter(|&(c, _)| c != owner as usize) {
                    let chain = self.perceptions(c, val, self.space.node_val(b))?;
                    ends[c] = chain.end;
                    length += chain.length as usize;
                    more |= chain.next != Touch::Nothing;
                    beyond |= chain.next == Touch::Anything;
                }
                if !beyond && length > 0 {
                    firings += length;
                    for (c, b) in row[1..].iter_mut().enumerate().filter(|&(c, _)| c != owner as usize) {
                        if owner == NOBODY {
                            self.log_perceptions(c, val, self.space.node_val(*b));
                        }
                        *b = self.revalued(*b, c, ends[c]);
                    }
                }
                if !more {
                    return (firings <= MAX_FIRINGS).then_some(firings > 0);
                }
            }
            let Some(t) = self.first_trigger(val, &row[1..]) else {
                return Some(firings > 0);
            };
            if owner == NOBODY {
                self.fired.push(t - self.space.task.actions as u32);
            }
            self.trigger(row, t, owner).ok()?;
            firings += 1;
            if firings > MAX_FIRINGS {
                return None;
            }
        }
    }

    /// A character's world with another valuation.
    fn revalued(&self, node: u32, owner: usize, val: u32) -> u32 {
        if val == self.space.node_val(node) {
            return node;
        }
        let mut beliefs = [0u32; 64];
        let beliefs = &mut beliefs[..self.k()];
        beliefs.copy_from_slice(self.space.node_beliefs(node));
        beliefs[owner] = SELF;
        self.space.intern_node(val, beliefs)
    }

    fn rest_triggers(&mut self, row: &mut [u32], owner: Owner) -> Result<()> {
        let mut rounds: Vec<Vec<u32>> = vec![];
        loop {
            let before = row.to_vec();
            let mut changed = self.fire_row(row, owner)?;
            for c in (0..self.k()).filter(|&c| c != owner as usize) {
                if !self.is_quiet(row[1 + c], c as Owner) {
                    if owner == NOBODY && self.watched.is_some() {
                        self.watch_mind(row[1 + c], c as Owner);
                    }
                    let b = self.phi(row[1 + c], c as Owner)?;
                    changed |= b != row[1 + c];
                    row[1 + c] = b;
                }
            }
            if !changed {
                return Ok(());
            }
            rounds.push(before);
            if let Some(at) = rounds.iter().position(|r| r == row) {
                let fired = rounds[at..].to_vec().iter().flat_map(|r| self.fired_in_round(r, owner)).collect::<Vec<u32>>();
                return Err(self.endless((owner != NOBODY).then_some(owner), &fired));
            }
            if rounds.len() > MAX_ROUNDS {
                let fired = self.fired_in_round(row, owner);
                return Err(self.growth((owner != NOBODY).then_some(owner), &fired));
            }
        }
    }

    /// Fires one trigger in a scratch row.
    fn trigger(&mut self, row: &mut [u32], t: u32, owner: Owner) -> Result<()> {
        let (val, rest) = self.update(t, owner, row[0], &row[1..])?;
        for c in (0..self.k()).filter(|&c| c != owner as usize) {
            let mut mine = rest.iter().filter(|assign| assign.0[0] == c as u8).peekable();
            if mine.peek().is_none() {
                continue;
            }
            let b = row[1 + c];
            row[1 + c] = if mine.clone().all(|assign| assign.0.len() == 1) {
                let space = self.space;
                self.scratch.copy_from_slice(space.vals.rows.row(space.node_val(b)));
                mine.for_each(|&(_, fluent, code)| space.set_in(&mut self.scratch, fluent, code));
                let believed = space.vals.intern(&self.scratch).0;
                self.revalued(b, c, believed)
            } else {
                let onward = self.onward(&rest, c);
                self.build(b, SET, c as Owner, onward)?
            };
        }
        row[0] = val;
        Ok(())
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Values

    /// A character's utility in a believed world; NaN if unknown.
    pub fn utility_in(&mut self, node: u32, character: usize) -> f64 {
        let row = self.space.nodes.row(node);
        self.utility_at(row[0], &row[2..], character)
    }

    fn utility_at(&mut self, val: u32, beliefs: &[u32], character: usize) -> f64 {
        let utility = &self.space.task.utilities[character];
        let plain = self.valuations.plain_utility(character);
        if plain {
            if let Some(u) = self.utilities.get(val as u64, character as u64) {
                return u;
            }
        }
        let u = utility.utility(&self.space.task, &|path: &[u8], f| self.space.read(val, beliefs, path, f));
        if plain {
            self.utilities.put(val as u64, character as u64, u);
        }
        u
    }

    /// What an expression is worth in an actual state.
    pub fn evaluate(&self, state: u32, expr: &Expr) -> Value {
        let row = self.space.states.rows.row(state);
        expr.eval(&self.space.task, &|path: &[u8], f| self.space.read(row[0], &row[1..], path, f))
    }

    /// What an expression is worth in a believed world.
    pub fn evaluate_in(&self, node: u32, expr: &Expr) -> Value {
        let row = self.space.nodes.row(node);
        expr.eval(&self.space.task, &|path: &[u8], f| self.space.read(row[0], &row[2..], path, f))
    }

    /// A character's utility in a valuation of their own world, if it depends on nothing else.
    #[inline]
    pub fn plain_utility_at(&mut self, val: u32, character: usize) -> Option<f64> {
        self.valuations.plain_utility(character).then(|| self.utility_at(val, &[], character))
    }

    /// The valuation after an event in an owner's world, before triggers. Only for events whose effects on that valuation read nothing else.
    pub fn own_valuation(&mut self, val: u32, event: u32, owner: Option<usize>) -> Result<u32> {
        let space = self.space;
        let task = &space.task;
        if task.events[event as usize].plain_effects {
            return self.valuations.transition(val, event).valuation(event, space);
        }
        let row = space.vals.rows.row(val);
        let read = |_: &[u8], fluent: u32| space.get_in(row, fluent);
        self.scratch.copy_from_slice(row);
        // The owner's beliefs about this world are a later layer than the world's own effects.
        for layer in [true, false] {
            for effect in task.events[event as usize].effects.iter() {
                let mine = effect.path.iter().all(|&c| Some(c as usize) == owner);
                if mine && effect.path.is_empty() == layer && effect.condition.holds(task, &read) {
                    let code = task.code(effect.fluent as usize, effect.value.eval(task, &read))?;
                    space.set_in(&mut self.scratch, effect.fluent, code);
                }
            }
        }
        Ok(space.vals.intern(&self.scratch).0)
    }

    /// Fires the triggers that read and change nothing but a world's own valuation, until none can. None if that never ends here.
    ///
    /// Only for owners in whose worlds no other trigger changes the valuation.
    pub fn settle_valuation(&mut self, val: u32, owner: Option<usize>) -> Result<Option<u32>> {
        let mut val = val;
        for _ in 0..MAX_FIRINGS {
            let mut t = self.valuations.first_plain_trigger(val);
            if let Some(c) = owner.filter(|&c| self.valuations.perceives(c)) {
                t = t.min(self.valuations.first_perception(c, val, val));
            }
            if t == u32::MAX {
                return Ok(Some(val));
            }
            let next = self.own_valuation(val, t, owner)?;
            if next == val {
                return Ok(None);
            }
            val = next;
        }
        Ok(None)
    }
}
