//! Updates in one go, where events reach no deeper into belief than one mind. `belief.rs` defines what they are to give.
//!
//! In almost all worlds actions read no belief, tell at most what somebody believes, and triggers either read and change a world alone, or
//! are **perceptions**: they read a world and what one character believes, and change what that character believes. Then an
//! update and the first round of triggers at all levels come down to valuations. Let a *thread* be `(base, u, act, owner, v)`: the world of
//! `owner` that comes of the interned world `base`, taken to have the valuation `u` (a surprise may have revised it), by `act` (or none, if the owner does not
//! see it), `v` being its valuation then, with whatever the world around it puts on top, before its own triggers. For each other character d,
//! with b = bel(base, d):
//!
//! 1. if d sees the act at u: d's valuation is val(b), revised if that makes the act impossible; w = what the act makes of it. Else w = val(b).
//!    In both cases then what the act, at u, tells d.
//! 2. FIRE(v, w...) on valuations alone, in the order of declaration: plain triggers change v, d's perceptions change d's w.
//! 3. bel(., d) is the thread (b, val(b) or its revision, the act or none, d, w); b itself if nothing acts and w = val(b).
//!
//! This is a round: FIRE of a world reads what its minds were *before* their own triggers, and so do w; LEVEL then puts a round in each mind, and
//! that is 3. A round that changes nothing ends the update; one more round would change nothing if no plain trigger can fire at any v (FIRE saw
//! to that) and no perception at any (v, final valuation of d). The latter holds after FIRE too, unless d's own plain triggers changed it since: that is tested.
//! Whatever is not so simple (a test that fails, a chain of triggers that does not end soon, effects in conflict) is left to `belief.rs`, which also knows the errors.
//!
//! Perceptions of different characters touch nothing in common, and while a plain trigger waits all perceptions before it are used up; so what becomes of
//! d's w depends on v and w alone, not on other minds. Hence the result for one mind may be remembered by `(valuation, act, character, belief)`.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::belief::{strip, Builder, Owner, Stepper, Temp, NOBODY, TEMP};
use crate::error::Error;
use crate::perceptions::reader;
use crate::space::{LIST, SELF};
use crate::successors::List;
use crate::task::{EventDef, Expr, Task};

/// How far the effects of a trigger reach that reads the world and what one character believes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Touch {
    /// There is no trigger, or no effect.
    Nothing,
    /// The valuation that the character believes in.
    Valuation,
    /// What the character believes, at any depth.
    Mind,
    Anything,
}

/// What perceptions come to that fire one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain {
    /// The valuation believed after the last of them.
    pub(crate) end: u32,
    /// How many they are.
    pub(crate) length: u32,
    /// What the one touches that comes then, and is more than these.
    pub(crate) next: Touch,
}

impl Chain {
    fn pack(self) -> u64 {
        self.end as u64 | (self.length as u64) << 32 | (self.next as u64) << 48
    }

    fn unpack(packed: u64) -> Chain {
        let next = [Touch::Nothing, Touch::Valuation, Touch::Mind, Touch::Anything][(packed >> 48) as usize];
        Chain { end: packed as u32, length: (packed >> 32) as u16 as u32, next }
    }
}

/// Which events reach no deeper than one mind.
pub struct Shallow {
    /// All triggers do, and belief is not bounded.
    pub world: bool,
    pub actions: Vec<bool>,
    /// Actions with effects on belief.
    tells: Vec<bool>,
    /// Actions that one clause makes possible, which compares with constants: how they surprise somebody does not depend on where they happen.
    steady: Vec<bool>,
    /// For each trigger how far its effects reach.
    pub(crate) touches: Vec<Touch>,
}

fn reads_only(expr: &Expr, allowed: impl Fn(&[u8]) -> bool) -> bool {
    let mut only = true;
    expr.for_each_fluent(&mut |path, _| only &= allowed(path));
    only
}

impl Shallow {
    pub fn of(task: &Task) -> Shallow {
        let plain = |expr: &Expr| expr.is_plain();
        let action = |def: &EventDef| {
            let revisions = def.clauses.iter().flat_map(|clause| clause.iter()).flat_map(|atom| atom.revise.iter());
            def.plain_precondition
                && def.plain_observers
                && def.effects.iter().all(|effect| effect.path.len() <= 1 && plain(&effect.condition) && plain(&effect.value))
                && { revisions }.all(|revision| revision.path.is_empty() && plain(&revision.value))
        };
        let touch = |def: &EventDef| {
            let Some(reader) = reader(def) else {
                return Touch::Anything;
            };
            let path: &[u8] = reader.as_slice();
            let near = |p: &[u8]| p.is_empty() || p == path;
            if def.effects.iter().any(|effect| !reads_only(&effect.condition, near) || !reads_only(&effect.value, near)) {
                Touch::Anything
            } else if def.effects.iter().all(|effect| *effect.path == *path) {
                Touch::Valuation
            } else if reader.is_some() && def.effects.iter().all(|effect| effect.path.first() == reader.as_ref()) {
                Touch::Mind
            } else {
                Touch::Anything
            }
        };
        let (actions, triggers) = task.events.split_at(task.actions);
        let touches: Vec<Touch> = triggers.iter().map(touch).collect();
        Shallow {
            world: task.belief_depth.is_none() && touches.iter().all(|&touch| touch == Touch::Valuation),
            actions: actions.iter().map(action).collect(),
            tells: actions.iter().map(|def| def.effects.iter().any(|effect| !effect.path.is_empty())).collect(),
            steady: actions
                .iter()
                .map(|def| {
                    let mut revisions = def.clauses.iter().flat_map(|clause| clause.iter()).flat_map(|atom| atom.revise.iter());
                    def.clauses.len() == 1 && revisions.all(|revision| matches!(revision.value, Expr::Const(_)))
                })
                .collect(),
            touches,
        }
    }
}

/// What stands for an action where there is none: events are fewer.
const REST: u32 = (1 << 20) - 1;
/// Chains of triggers longer than this are left to `belief.rs`. All minds of a world together stay below its own limit.
const MAX_CHAIN: usize = 40;
const MAX_THREADS: usize = 1_000;

/// A world to be made, as the head of this module has it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Thread {
    base: u32,
    u: u32,
    act: u32,
    owner: Owner,
    v: u32,
}

impl Thread {
    fn key(self) -> [u64; 2] {
        [(self.base as u64) << 32 | self.u as u64, (self.owner as u64) << 52 | (self.act as u64) << 32 | self.v as u64]
    }
}

/// One character's belief in a state that is expanded.
#[derive(Clone, Copy)]
pub(crate) struct Mind<'a> {
    belief: u32,
    val: u32,
    list: List<'a>,
    /// Where in the list the actions are looked for next.
    at: usize,
    /// Where the belief leads by the actions of the list; empty if nothing is known.
    led: &'a [AtomicU32],
    /// It takes the state for just what it is: the belief is bisimilar to the state but for its owner.
    exact: bool,
}

/// What becomes of a mind, before it is made.
#[derive(Clone, Copy, Default)]
pub(crate) struct Change {
    /// Its valuation that the action starts from, what the action makes of that, and what the act tells and triggers make of that.
    u: u32,
    natural: u32,
    w: u32,
    /// Where the action stands in the list of its valuation, plus one; 0 if nowhere, or if the mind does not see it, or is surprised.
    at: u32,
}

impl Change {
    /// What d's belief `base` comes of, if it sees the action; and the place if nothing but the action makes it.
    #[inline]
    fn thread(self, base: u32, act: u32, sees: bool, d: usize) -> (Thread, Natural) {
        let act = if sees { act } else { REST };
        let natural = (self.at != 0 && self.w == self.natural).then(|| self.at - 1);
        (Thread { base, u: self.u, act, owner: d as Owner, v: self.w }, natural)
    }
}

/// Where a thread's action stands in the list of its base's valuation, if nothing but the action makes what comes of the base.
pub(crate) type Natural = Option<u32>;

/// Rows of states in the making, one after the other.
#[derive(Default)]
pub struct After {
    pub rows: Vec<u32>,
    /// If asked for: (number of the row, trigger that fired in the actual world, numbered from 0), each trigger at least once.
    pub fired: Option<Vec<(u32, u32)>>,
}

impl After {
    pub fn clear(&mut self) {
        self.rows.clear();
        self.fired.iter_mut().for_each(Vec::clear);
    }
}

impl<'a> Stepper<'a> {
    /// Asks for the memory that expanding a state looks at; first with `near` false, some states ahead, then with it true, a few states ahead.
    #[inline]
    pub fn foresee(&self, state: u32, near: bool) {
        let space = self.space;
        let row = space.states.rows.row(state);
        if !self.shallow {
            return;
        }
        if !near {
            space.known.prefetch(row[0]);
            for &belief in &row[1..] {
                space.nodes.prefetch(belief);
                space.led.prefetch(belief);
            }
            return;
        }
        space.arena.prefetch(space.known.get(row[0], LIST));
        for (c, &belief) in row[1..].iter().enumerate() {
            space.known.prefetch(space.node_val(belief));
            space.arena.prefetch(space.led.get(belief, c));
        }
    }

    /// The rows of the states after some actions from one state, given in order, at rest, are added to `after`. An error comes with its action.
    pub fn expand(&mut self, state: u32, actions: &[u32], after: &mut After) -> std::result::Result<(), (u32, Error)> {
        let space = self.space;
        let row = space.states.rows.row(state);
        let width = row.len();
        let mut minds = std::mem::take(&mut self.minds);
        minds.clear();
        let mut list = if self.shallow { self.valuations.list(row[0]) } else { None };
        for &belief in row[1..].iter().take_while(|_| list.is_some()) {
            let val = space.node_val(belief);
            let Some(there) = self.valuations.list(val) else {
                list = None;
                break;
            };
            let exact = val == row[0] && *space.node_beliefs(belief) == row[1..];
            minds.push(Mind { belief, val, list: there, at: 0, led: self.led_row(minds.len(), belief, there), exact });
        }
        let (mut at, listed) = (0, list.map_or(0, |list| list.len()));
        let mut failed = None;
        for &action in actions {
            let start = after.rows.len();
            after.rows.extend_from_slice(row);
            let out = &mut after.rows[start..];
            let number = (start / width) as u32;
            self.fired.clear();
            let log = after.fired.is_some();
            let done = if !self.shallow || !space.shallow.actions[action as usize] {
                None
            } else if width == 1 {
                self.bare_step(action, out, log)
            } else {
                while at < listed && list.is_some_and(|list| list.action(at) < action) {
                    at += 1;
                }
                match list {
                    Some(list) if at < listed && list.action(at) == action => self.listed_step(row[0], list, at, &mut minds, out, log),
                    _ => self.full_step(row[0], action, out, log),
                }
            };
            if done.is_none() {
                if let Err(error) = self.step_row(row, action, out) {
                    failed = Some((action, error));
                    break;
                }
            }
            if let Some(fired) = &mut after.fired {
                fired.extend(self.fired.iter().map(|&trigger| (number, trigger)));
            }
        }
        self.minds = minds;
        failed.map_or(Ok(()), Err)
    }

    /// In a world without characters.
    fn bare_step(&mut self, action: u32, out: &mut [u32], log: bool) -> Option<()> {
        let after = self.valuations.after_possible(out[0], action)?;
        out[0] = self.fire_valuations(after, NOBODY, &mut [], log)?;
        Some(())
    }

    /// The action at a place of the list of the state's valuation.
    #[inline]
    fn listed_step(&mut self, val: u32, list: List, at: usize, minds: &mut [Mind<'a>], out: &mut [u32], log: bool) -> Option<()> {
        let action = list.action(at);
        if self.space.shallow.tells[action as usize] {
            return self.full_step(val, action, out, log);
        }
        let transition = self.valuations.listed(val, list, at);
        let after = transition.after()?;
        if self.valuations.first_plain_trigger(after) != u32::MAX {
            return self.full_step(val, action, out, log);
        }
        let observers = transition.observers();
        out[0] = after;
        // Those who take the state for just what it is, see the act and perceive nothing else take what comes of it for just what it is, too: every
        // other mind becomes in their world what it becomes here, and each of them takes the others' worlds for their own.
        let mut exact = 0u64;
        for (c, mind) in minds.iter_mut().enumerate() {
            let perceives = self.valuations.perceives(c);
            if mind.exact && observers >> c & 1 == 1 {
                let known = mind.led.get(at).map_or(0, |known| known.load(Ordering::Acquire));
                if known == 0 && self.perceive(c, after, after)? == after {
                    exact |= 1 << c;
                    continue;
                }
            }
            let (made, expected) = if observers >> c & 1 == 0 {
                if !perceives {
                    continue;
                }
                let w = self.perceive(c, after, mind.val)?;
                if w == mind.val {
                    continue;
                }
                if log {
                    self.log_perceptions(c, after, mind.val);
                }
                (self.world(Thread { base: mind.belief, u: mind.val, act: REST, owner: c as Owner, v: w }, None)?, w)
            } else {
                let there = mind.list;
                while mind.at < there.len() && there.action(mind.at) < action {
                    mind.at += 1;
                }
                if mind.at < there.len() && there.action(mind.at) == action {
                    let natural = self.valuations.listed(mind.val, there, mind.at).after()?;
                    let w = if perceives { self.perceive(c, after, natural)? } else { natural };
                    if w == natural {
                        let known = mind.led.get(mind.at).map_or(0, |known| known.load(Ordering::Acquire));
                        if known != 0 {
                            (known - 1, w)
                        } else {
                            let thread = Thread { base: mind.belief, u: mind.val, act: action, owner: c as Owner, v: w };
                            let made = self.world(thread, Some(mind.at as u32))?;
                            mind.led = self.led_row(c, mind.belief, there);
                            (made, w)
                        }
                    } else {
                        if log {
                            self.log_perceptions(c, after, natural);
                        }
                        (self.world(Thread { base: mind.belief, u: mind.val, act: action, owner: c as Owner, v: w }, None)?, w)
                    }
                } else {
                    self.surprised(val, action, c, mind.belief, after, log)?
                }
            };
            out[1 + c] = made;
            // Only a plain trigger in the mind itself can have made it another than the world around it left it.
            if self.valuations.has_plain_triggers() {
                let end = self.space.node_val(made);
                if end != expected && self.perceive(c, after, end)? != end {
                    return None;
                }
            }
        }
        if exact != 0 {
            for c in (0..minds.len()).filter(|c| exact >> c & 1 == 1) {
                out[1 + c] = SELF;
            }
            let made = self.space.intern_node(after, &out[1..]);
            for (c, mind) in minds.iter_mut().enumerate().filter(|(c, _)| exact >> c & 1 == 1) {
                out[1 + c] = made;
                self.lead(Thread { base: mind.belief, u: val, act: action, owner: c as Owner, v: after }, at as u32, made);
                mind.led = self.led_row(c, mind.belief, list);
            }
        }
        Some(())
    }

    /// What becomes of c's belief b who sees an action that b holds to be impossible, and the valuation that the perceptions left it with.
    #[inline]
    fn surprised(&mut self, val: u32, action: u32, c: usize, b: u32, after: u32, log: bool) -> Option<(u32, u32)> {
        if !self.space.shallow.steady[action as usize] {
            let u = self.revised(val, action, c, self.space.node_val(b))?;
            return self.revised_world(u, action, c, b, after, log);
        }
        // The revision and what the action makes of it do not depend on where it happens.
        let key = (c as u64) << 52 | (action as u64) << 32 | b as u64;
        let (own, made) = match self.space.surprises.get([key]) {
            Some([_, own, made]) => (own as u32, made as u32),
            None => {
                let u = self.revised(val, action, c, self.space.node_val(b))?;
                let own = self.own(u, action, c as Owner)?;
                let made = self.world(Thread { base: b, u, act: action, owner: c as Owner, v: own }, None)?;
                self.space.surprises.put([key, own as u64, made as u64]);
                (own, made)
            }
        };
        if self.perceive(c, after, own)? == own {
            return Some((made, own));
        }
        let u = self.revised(val, action, c, self.space.node_val(b))?;
        self.revised_world(u, action, c, b, after, log)
    }

    fn revised_world(&mut self, u: u32, action: u32, c: usize, b: u32, after: u32, log: bool) -> Option<(u32, u32)> {
        let own = self.own(u, action, c as Owner)?;
        let w = self.perceive(c, after, own)?;
        if log && w != own {
            self.log_perceptions(c, after, own);
        }
        Some((self.world(Thread { base: b, u, act: action, owner: c as Owner, v: w }, None)?, w))
    }

    /// A step by the book: any shallow action, any triggers.
    fn full_step(&mut self, val: u32, action: u32, out: &mut [u32], log: bool) -> Option<()> {
        let mut changes = std::mem::take(&mut self.changes);
        changes.clear();
        changes.resize(out.len() - 1, Change::default());
        let done = self.full_step_with(val, action, &mut changes, out, log);
        self.changes = changes;
        done
    }

    fn full_step_with(&mut self, val: u32, action: u32, changes: &mut [Change], out: &mut [u32], log: bool) -> Option<()> {
        let v = self.own(val, action, NOBODY)?;
        let sees = self.minds_after(val, action, NOBODY, &out[1..], changes)?;
        let after = self.fire_valuations(v, NOBODY, changes, log)?;
        out[0] = after;
        for (c, change) in changes.iter().enumerate() {
            let (thread, natural) = change.thread(out[1 + c], action, sees >> c & 1 == 1, c);
            let made = self.world(thread, natural)?;
            let end = self.space.node_val(made);
            if end != thread.v && self.perceive(c, after, end)? != end {
                return None;
            }
            out[1 + c] = made;
        }
        Some(())
    }

    /// The world that an owner, in a world at rest, takes an action to lead to; None if that is not so simple.
    pub(crate) fn imagined(&mut self, node: u32, action: u32, owner: Owner) -> Option<u32> {
        if !self.shallow || !self.space.shallow.actions[action as usize] {
            return None;
        }
        let u = self.space.node_val(node);
        let v = self.own(u, action, owner)?;
        let place = if self.space.shallow.tells[action as usize] { None } else { self.valuations.place(u, action) };
        let natural = place.map(|(_, at)| at as u32);
        self.world(Thread { base: node, u, act: action, owner, v }, natural)
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Valuations

    /// What an action makes of a valuation in its owner's world.
    fn own(&mut self, u: u32, action: u32, owner: Owner) -> Option<u32> {
        if !self.space.shallow.tells[action as usize] {
            return self.valuations.acted(u, action).after();
        }
        let space = self.space;
        let applying = self.applying(action, u, &[]).ok()?;
        self.scratch.copy_from_slice(space.vals.rows.row(u));
        for own in [false, true] {
            for (effect, code) in &applying {
                if effect.path.is_empty() != own && strip(&effect.path, owner).is_empty() {
                    space.set_in(&mut self.scratch, effect.fluent, *code);
                }
            }
        }
        Some(space.vals.intern(&self.scratch).0)
    }

    /// The valuation of c's world who sees an action happen that is impossible there, where the valuation is `here`.
    fn revised(&mut self, here: u32, action: u32, c: usize, there: u32) -> Option<u32> {
        if self.valuations.acted(there, action).possible() {
            return Some(there);
        }
        let space = self.space;
        let found = self.revision(action, c, &|_: &[u8], f| space.get(here, f), &|_: &[u8], f| space.get(there, f));
        self.scratch.copy_from_slice(space.vals.rows.row(there));
        for (_, fluent, code) in found {
            space.set_in(&mut self.scratch, fluent, code);
        }
        Some(space.vals.intern(&self.scratch).0)
    }

    /// Step 1 of the head of this module. Returns who sees the act.
    fn minds_after(&mut self, u: u32, act: u32, owner: Owner, beliefs: &[u32], changes: &mut [Change]) -> Option<u64> {
        let space = self.space;
        let place = if act == REST { None } else { self.valuations.place(u, act) };
        let sees = match place {
            Some((list, at)) => self.valuations.listed(u, list, at).observers(),
            None if act == REST => 0,
            None => self.valuations.transition(u, act).observers(),
        };
        let tells = act != REST && space.shallow.tells[act as usize];
        let told = if tells { self.applying(act, u, &[]).ok()? } else { vec![] };
        for (d, (&b, change)) in beliefs.iter().zip(changes).enumerate() {
            if d == owner as usize {
                continue;
            }
            let val = space.node_val(b);
            *change = Change { u: val, natural: val, w: val, at: 0 };
            if sees >> d & 1 == 1 {
                let place = if val == u { place } else { self.valuations.place(val, act) };
                match place {
                    Some((list, at)) if !tells => {
                        change.natural = self.valuations.listed(val, list, at).after()?;
                        change.at = at as u32 + 1;
                    }
                    _ => {
                        change.u = self.revised(u, act, d, val)?;
                        change.natural = self.own(change.u, act, d as Owner)?;
                    }
                }
                change.w = change.natural;
            }
            if told.iter().any(|(effect, _)| *effect.path == [d as u8]) {
                self.scratch.copy_from_slice(space.vals.rows.row(change.w));
                for (effect, code) in told.iter().filter(|(effect, _)| *effect.path == [d as u8]) {
                    space.set_in(&mut self.scratch, effect.fluent, *code);
                }
                change.w = space.vals.intern(&self.scratch).0;
            }
        }
        Some(sees)
    }

    /// Step 2: the triggers of a world fire until none can. Returns its valuation.
    fn fire_valuations(&mut self, mut v: u32, owner: Owner, changes: &mut [Change], log: bool) -> Option<u32> {
        let actions = self.space.task.actions as u32;
        // In their own world, what somebody perceives would change that world itself.
        let own = (owner != NOBODY && self.valuations.perceives(owner as usize)).then_some(owner as usize);
        let mut left = MAX_CHAIN;
        loop {
            let plain = self.valuations.first_plain_trigger(v);
            if plain == u32::MAX {
                break;
            }
            if left == 0 || own.is_some_and(|c| self.valuations.first_perception(c, v, v) < plain) {
                return None;
            }
            left -= 1;
            let (mut first, mut who) = (plain, None);
            for (c, change) in changes.iter().enumerate() {
                if c != owner as usize && self.valuations.perceives(c) {
                    let t = self.valuations.first_perception(c, v, change.w);
                    if t < first {
                        (first, who) = (t, Some(c));
                    }
                }
            }
            if log {
                self.fired.push(first - actions);
            }
            match who {
                None => v = self.valuations.transition(v, first).after()?,
                Some(c) => changes[c].w = self.perceived(first, v, changes[c].w)?,
            }
        }
        if !self.valuations.anybody_perceives() {
            return Some(v);
        }
        for (c, change) in changes.iter_mut().enumerate() {
            if c != owner as usize {
                let seen = self.perceive(c, v, change.w)?;
                if log && seen != change.w {
                    self.log_perceptions(c, v, change.w);
                }
                change.w = seen;
            }
        }
        if own.is_some_and(|c| self.perceive(c, v, v) != Some(v)) {
            return None;
        }
        Some(v)
    }

    /// What c's valuation w comes to by c's perceptions in a world of valuation v where no plain trigger can fire.
    #[inline]
    fn perceive(&mut self, c: usize, v: u32, w: u32) -> Option<u32> {
        if self.valuations.first_perception(c, v, w) == u32::MAX {
            return Some(w);
        }
        self.perceptions(c, v, w).map(|chain| chain.end)
    }

    /// The perceptions of c, believing in valuation w, in a world of valuation v where nothing else can happen, as far as they change c's valuation alone.
    /// None if they do not come to an end soon.
    pub(crate) fn perceptions(&mut self, c: usize, v: u32, w: u32) -> Option<Chain> {
        let mut chain = Chain { end: w, length: 0, next: Touch::Nothing };
        if self.valuations.perceives_nothing(c, v, w) {
            return Some(chain);
        }
        let key = [(v as u64) << 32 | w as u64, c as u64];
        if let Some([.., known]) = self.space.sights.get(key) {
            return Some(Chain::unpack(known));
        }
        let mut first = self.valuations.first_perception(c, v, w);
        while first != u32::MAX {
            chain.next = self.space.shallow.touches[first as usize - self.space.task.actions];
            if chain.next != Touch::Valuation {
                break;
            }
            if chain.length == MAX_CHAIN as u32 {
                return None;
            }
            chain.end = self.perceived(first, v, chain.end)?;
            chain.length += 1;
            chain.next = Touch::Nothing;
            first = self.valuations.first_perception(c, v, chain.end);
        }
        self.space.sights.put([key[0], key[1], chain.pack()]);
        Some(chain)
    }

    /// Adds the perceptions that fire in [`Stepper::perceive`] to the log.
    pub(crate) fn log_perceptions(&mut self, c: usize, v: u32, mut w: u32) {
        let actions = self.space.task.actions as u32;
        for _ in 0..MAX_CHAIN {
            let t = self.valuations.first_perception(c, v, w);
            if t == u32::MAX || self.space.shallow.touches[(t - actions) as usize] != Touch::Valuation {
                return;
            }
            self.fired.push(t - actions);
            let Some(next) = self.perceived(t, v, w) else {
                return;
            };
            w = next;
        }
    }

    /// The believed valuation after one perception.
    fn perceived(&mut self, trigger: u32, v: u32, w: u32) -> Option<u32> {
        let space = self.space;
        let task = &space.task;
        let read = |path: &[u8], fluent: u32| space.get(if path.is_empty() { v } else { w }, fluent);
        self.scratch.copy_from_slice(space.vals.rows.row(w));
        let mut given: Vec<(u32, u16)> = vec![];
        for effect in task.events[trigger as usize].effects.iter() {
            if effect.condition.holds(task, &read) {
                let code = task.code(effect.fluent as usize, effect.value.eval(task, &read)).ok()?;
                if given.iter().any(|&(f, c)| f == effect.fluent && c != code) {
                    return None;
                }
                given.push((effect.fluent, code));
                space.set_in(&mut self.scratch, effect.fluent, code);
            }
        }
        Some(space.vals.intern(&self.scratch).0)
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Worlds

    /// Where c's world `base` leads by the actions of its valuation's list, if nothing around it interferes: 0 or an id plus one. Empty if
    /// nothing is known.
    #[inline]
    fn led_row(&self, c: usize, base: u32, list: List) -> &'a [AtomicU32] {
        let place = self.space.led.get(base, c);
        if place == 0 {
            return &[];
        }
        self.space.arena.words(place, list.len())
    }

    #[inline]
    fn led(&self, c: usize, base: u32, at: u32) -> Option<u32> {
        let place = self.space.led.get(base, c);
        if place == 0 {
            return None;
        }
        let known = self.space.arena.words(place + at, 1)[0].load(Ordering::Acquire);
        (known != 0).then(|| known - 1)
    }

    fn lead(&mut self, thread: Thread, at: u32, to: u32) {
        let Thread { base, u, owner, .. } = thread;
        let mut place = self.space.led.get(base, owner as usize);
        if place == 0 {
            let Some(list) = self.valuations.list(u) else {
                return;
            };
            let Some(taken) = self.space.take(&mut self.block, list.len()) else {
                return;
            };
            place = self.space.led.claim(base, owner as usize, taken);
        }
        self.space.arena.words(place + at, 1)[0].store(to + 1, Ordering::Release);
    }

    /// The world at rest that comes of a thread.
    fn world(&mut self, thread: Thread, natural: Natural) -> Option<u32> {
        let mut weaving = self.builders.pop().unwrap_or_default();
        weaving.temps.clear();
        weaving.beliefs.clear();
        weaving.threads.clear();
        weaving.low.clear();
        weaving.open.clear();
        weaving.changes.clear();
        weaving.alike.clear();
        let made = self.weave(&mut weaving, thread, natural);
        self.builders.push(weaving);
        made
    }

    /// Asks for the memory where what comes of a thread may be found.
    #[inline]
    fn foresee_thread(&self, (thread, natural): (Thread, Natural)) {
        if natural.is_some() {
            self.space.led.prefetch(thread.base);
        } else if thread.act != REST || thread.u != thread.v {
            self.space.worlds.prefetch(thread.key());
        }
    }

    /// A walk (Tarjan's) over the threads that one leads to. An interned world, or `TEMP` plus the number of a thread in the making.
    fn weave(&mut self, weaving: &mut Builder, thread: Thread, natural: Natural) -> Option<u32> {
        let space = self.space;
        let Thread { base, u, act, owner, v } = thread;
        if act == REST && v == space.node_val(base) {
            return Some(base);
        }
        if let Some(i) = weaving.threads.iter().position(|t| t.0 == thread) {
            let settled = weaving.temps[i].settled;
            return Some(if settled == SELF { TEMP | i as u32 } else { settled });
        }
        let known = match natural {
            Some(at) => self.led(owner as usize, base, at),
            None => space.worlds.get(thread.key()).map(|[.., made]| made as u32),
        };
        if known.is_some() {
            return known;
        }
        let i = weaving.temps.len();
        if i == MAX_THREADS {
            return None;
        }
        let beliefs = space.node_beliefs(base);
        let k = beliefs.len();
        let start = weaving.changes.len();
        weaving.changes.resize(start + k, Change::default());
        let sees = self.minds_after(u, act, owner, beliefs, &mut weaving.changes[start..])?;
        let val = self.fire_valuations(v, owner, &mut weaving.changes[start..], false)?;
        for (d, &belief) in beliefs.iter().enumerate().filter(|&(d, _)| d != owner as usize) {
            self.foresee_thread(weaving.changes[start + d].thread(belief, act, sees >> d & 1 == 1, d));
        }
        // If d, who sees the act here as the owner does, believes just what the owner believes, and no trigger fires in either's world, these
        // worlds differ in their owner alone: each takes the other's for their own. They are bisimilar.
        let plainly = act != REST && !space.shallow.tells[act as usize] && val == v && sees >> owner & 1 == 1;
        let alike = if plainly { sees } else { 0 };
        weaving.temps.push(Temp { base, op: act, owner, assigns: 0, val, settled: SELF });
        weaving.threads.push((thread, natural));
        weaving.beliefs.extend_from_slice(beliefs);
        weaving.low.push(i);
        weaving.open.push(i);
        for (d, &belief) in beliefs.iter().enumerate() {
            let change = weaving.changes[start + d];
            let alike = belief == base && alike >> d & 1 == 1 && change.u == u && change.natural == v && change.w == v;
            let made = if d == owner as usize {
                TEMP | i as u32
            } else if alike {
                weaving.alike.push((i as u32, d as u32));
                TEMP | i as u32
            } else {
                let (thread, natural) = change.thread(belief, act, sees >> d & 1 == 1, d);
                let made = self.weave(weaving, thread, natural)?;
                if self.valuations.has_plain_triggers() {
                    let end = if made & TEMP == 0 { space.node_val(made) } else { weaving.temps[(made & !TEMP) as usize].val };
                    if end != thread.v && self.perceive(d, val, end)? != end {
                        return None;
                    }
                }
                if made & TEMP != 0 {
                    weaving.low[i] = weaving.low[i].min(weaving.low[(made & !TEMP) as usize]);
                }
                made
            };
            weaving.beliefs[i * k + d] = made;
        }
        weaving.changes.truncate(start);
        if weaving.low[i] < i {
            return Some(TEMP | i as u32);
        }
        let first = weaving.open.iter().rposition(|&j| j == i).expect("a thread in the making is open");
        if first + 1 == weaving.open.len() {
            let row = &mut weaving.beliefs[i * k..(i + 1) * k];
            row.iter_mut().filter(|b| **b & TEMP != 0).for_each(|b| *b = SELF);
            weaving.temps[i].settled = space.intern_node(val, row);
            weaving.open.pop();
        } else {
            let members = weaving.open.split_off(first);
            self.settle(weaving, &members);
            for &member in members.iter().filter(|&&member| member != i) {
                let (thread, natural) = weaving.threads[member];
                self.remember(thread, natural, weaving.temps[member].settled);
            }
        }
        let made = weaving.temps[i].settled;
        self.remember(thread, natural, made);
        while let Some((j, d)) = weaving.alike.pop_if(|alike| alike.0 as usize >= i) {
            let (thread, natural) = weaving.threads[j as usize];
            self.remember(Thread { owner: d as Owner, ..thread }, natural, weaving.temps[j as usize].settled);
        }
        Some(made)
    }

    fn remember(&mut self, thread: Thread, natural: Natural, made: u32) {
        match natural {
            Some(at) => self.lead(thread, at, made),
            None => {
                let [base, event] = thread.key();
                self.space.worlds.put([base, event, made as u64]);
            }
        }
    }
}
