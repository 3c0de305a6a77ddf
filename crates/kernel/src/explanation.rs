//! Why somebody acts: whether a character has an explanation for an action, and which.
//!
//! An explanation of act a for character c in c's own world w with budget n (docs/semantics.md, section 6) is a plan a = a1, ..., am, m <= n, that
//! raises c's utility, whose later acts all others involved agree to, and for which a1 matters: no agreed subsequence without a1 ends
//! with equal utility.
//!
//! Two searches share the work:
//!
//! * **reach**: can c's utility exceed a threshold from a world within r acts to which all *others* consent? Neither a1 nor c's own consent
//!   matters to it: on a shortest such plan every own act has an explanation. (Its suffix raises the utility; if an agreed subsequence without
//!   the act did as well, the plan would not be shortest.) So answers depend on the world, the threshold and r alone, grow
//!   with r, and are shared by all acts and all moments. Most queries end here, with no.
//! * **pairs**: only where reach says yes, a breadth-first search over pairs of a world and its *shadows*, the worlds that agreed
//!   subsequences dropping a1 have come to. A world in its own shadow is dropped; one whose utility no shadow equals is an explanation's end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use hashbrown::{HashMap, HashSet};

use crate::belief::{Owner, Stepper};
use crate::error::{Error, Result};
use crate::heuristic::Heuristic;
use crate::space::Space;
use crate::store::{Cache, Mix};
use crate::task::{Effect, EventDef, Expr};

/// Shared between the one who asked and the threads that work: a flag to stop, and how far they are.
#[derive(Default)]
pub struct Control {
    pub stop: AtomicBool,
    pub states: AtomicU64,
    pub depth: AtomicU64,
    pub bytes: AtomicU64,
    pub frontier: AtomicU64,
}

/// How far reasons may go. `acts` at least 1; no epistemic limit: `None`.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub acts: u16,
    pub beliefs: Option<u16>,
}

const SHARDS: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Query {
    node: u32,
    action: u32,
    character: Owner,
    budget: u16,
    /// Levels of belief still allowed below; `ALL` without an epistemic limit.
    levels: u16,
    bound: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    node: u32,
    character: Owner,
    levels: u16,
    /// What the world's bound on belief leaves at this epistemic depth: it decides what an act leads to.
    bound: u16,
    threshold: u64,
}

/// What is known of reach from a place: within `no` acts it fails ([`CLOSED`]: within any number), within `yes` it succeeds.
#[derive(Clone, Copy)]
struct Known {
    no: u16,
    yes: u16,
}

const ALL: u16 = u16::MAX;
/// Fails within any number of acts: the space was exhausted.
const CLOSED: u16 = u16::MAX;

/// The greedy look for a way is worth its while from so many acts on.
const PROBE_FROM: u16 = 3;
/// Greedy looks are given up after so many acts.
const PROBE_ACTS: usize = 128;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    Yes,
    /// No, and a larger budget would not help.
    No,
    /// No within the limits; they cut something off.
    Cut,
}

/// What all threads have found out about reasons.
pub struct Reasons {
    queries: Vec<Mutex<HashMap<Query, Answer>>>,
    places: Vec<Mutex<HashMap<Place, Known>>>,
}

impl Reasons {
    pub fn new() -> Self {
        Reasons { queries: (0..SHARDS).map(|_| Mutex::default()).collect(), places: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    fn shard(words: [u64; 3]) -> usize {
        let mut mix = Mix::new();
        words.into_iter().for_each(|w| mix.add(w));
        (mix.finish() >> 58) as usize
    }

    fn query(&self, q: &Query) -> &Mutex<HashMap<Query, Answer>> {
        &self.queries[Self::shard([q.node as u64, q.action as u64, (q.character as u64) << 32 | (q.budget as u64) << 16 | q.levels as u64])]
    }

    fn place(&self, p: &Place) -> &Mutex<HashMap<Place, Known>> {
        &self.places[Self::shard([p.node as u64, p.character as u64, p.threshold])]
    }

    pub fn bytes(&self) -> usize {
        self.queries.iter().map(|m| m.lock().unwrap().capacity() * (size_of::<(Query, Answer)>() + 1)).sum::<usize>()
            + self.places.iter().map(|m| m.lock().unwrap().capacity() * (size_of::<(Place, Known)>() + 1)).sum::<usize>()
    }
}

impl Default for Reasons {
    fn default() -> Self {
        Self::new()
    }
}

/// One thread's way to ask about reasons.
pub struct Explainer<'a> {
    pub stepper: Stepper<'a>,
    pub heuristic: Heuristic<'a>,
    space: &'a Space,
    reasons: &'a Reasons,
    pub control: Arc<Control>,
    /// Worlds that were looked at, those in minds and, as an exploration counts them, its moments; and how many may be.
    pub looked: u64,
    pub most_looked: u64,
    /// Whether the valuation after an act in an owner's world can be told without building the world.
    previews: Vec<bool>,
    /// For each owner (the last: nobody) the actions whose effects on the world's own valuation read nothing else.
    own_effects: Vec<Vec<bool>>,
    preview_cache: Cache<u32>,
    /// Reused by `expand`.
    actions: Vec<u32>,
}

impl<'a> Explainer<'a> {
    pub fn new(space: &'a Space, reasons: &'a Reasons, control: &Arc<Control>) -> Self {
        let task = &space.task;
        let owners = || (0..task.characters).map(Some).chain([None]);
        let mine = |path: &[u8], owner: Option<usize>| path.iter().all(|&c| Some(c as usize) == owner);
        let foreign = |expr: &Expr, owner| {
            let mut foreign = false;
            expr.for_each_fluent(&mut |path, _| foreign |= path.len() > 1 || !mine(path, owner));
            foreign
        };
        let reads_others = |effect: &Effect, owner| foreign(&effect.condition, owner) || foreign(&effect.value, owner);
        let previews = owners()
            .map(|owner| {
                // Each trigger either leaves the valuation alone, or reads nothing but the valuation.
                task.events[task.actions..].iter().all(|t| {
                    !t.effects.iter().any(|e| mine(&e.path, owner))
                        || !t.clauses.iter().flat_map(|c| c.iter()).any(|atom| foreign(&atom.test, owner))
                            && !t.effects.iter().any(|e| reads_others(e, owner))
                })
            })
            .collect();
        let own_effects = owners()
            .map(|owner| {
                let plain = |action: &EventDef| !action.effects.iter().any(|e| mine(&e.path, owner) && reads_others(e, owner));
                task.events[..task.actions].iter().map(plain).collect()
            })
            .collect();
        Explainer {
            stepper: Stepper::new(space),
            heuristic: Heuristic::new(space),
            space,
            reasons,
            control: control.clone(),
            looked: 0,
            most_looked: u64::MAX,
            previews,
            own_effects,
            preview_cache: Cache::new(21, 0),
            actions: vec![],
        }
    }

    pub fn bytes(&self) -> usize {
        self.stepper.bytes() + self.heuristic.bytes() + self.preview_cache.bytes()
    }

    /// Whether more worlds were looked at than may be.
    pub fn spent(&self) -> bool {
        self.looked > self.most_looked
    }

    fn check(&self) -> Result<()> {
        if self.spent() || self.control.stop.load(Ordering::Relaxed) {
            return Err(Error::Stopped);
        }
        Ok(())
    }

    /// The valuation at rest after an act in an owner's world (`None`: the actual one), where it does not depend on others' beliefs.
    pub fn preview(&mut self, val: u32, action: u32, owner: Option<usize>) -> Result<Option<u32>> {
        let slot = owner.unwrap_or(self.space.characters());
        if !self.previews[slot] || !self.own_effects[slot][action as usize] {
            return Ok(None);
        }
        let key = (val as u64, (action as u64) << 8 | slot as u64);
        if let Some(known) = self.preview_cache.get(key.0, key.1) {
            return Ok(Some(known));
        }
        let after = self.stepper.own_valuation(val, action, owner)?;
        let Some(after) = self.stepper.settle_valuation(after, owner)? else {
            return Ok(None);
        };
        self.preview_cache.put(key.0, key.1, after);
        Ok(Some(after))
    }

    // -----------------------------------------------------------------------------------------------------------------

    /// What is left of the world's bound on belief at an epistemic depth; `ALL` without one.
    fn bound(&self, depth: usize) -> u16 {
        self.space.task.belief_depth.map_or(ALL, |k| k.saturating_sub(depth).min(ALL as usize - 1) as u16)
    }

    fn levels_below(levels: u16) -> Option<u16> {
        match levels {
            ALL => Some(ALL),
            0 => None,
            n => Some(n - 1),
        }
    }

    /// The levels of belief that a reason at epistemic depth 1 may go down.
    pub fn levels(limits: Limits) -> u16 {
        // Depth L is the last where reasons of several acts are allowed: at depth 1 there are L - 1 below it, and one more for single acts.
        limits.beliefs.map_or(ALL, |l| l)
    }

    /// Whether every character who consents to an action in an actual state has an explanation.
    pub fn explained(&mut self, state: u32, action: u32, limits: Limits) -> Result<Answer> {
        let space = self.space;
        let beliefs = &space.states.rows.row(state)[1..];
        let consenting = &space.task.events[action as usize].consenting;
        for &c in consenting.iter() {
            if !self.stepper.possible_in(beliefs[c as usize], action) {
                return Ok(Answer::No);
            }
        }
        for &c in consenting.iter() {
            let answer = self.explains(beliefs[c as usize], c, action, limits.acts, Self::levels(limits), 1)?;
            if answer != Answer::Yes {
                return Ok(answer);
            }
        }
        Ok(Answer::Yes)
    }

    /// Whether all of `others` (those who consent, but the owner) agree to an act in the owner's world.
    fn others_agree(&mut self, node: u32, owner: Owner, action: u32, budget: u16, levels: u16, depth: usize) -> Result<Answer> {
        let consenting = &self.space.task.events[action as usize].consenting;
        if consenting.iter().all(|&d| d == owner) {
            return Ok(Answer::Yes);
        }
        for &d in consenting.iter().filter(|&&d| d != owner) {
            let b = self.space.node_belief(node, d as usize);
            if !self.stepper.possible_in(b, action) {
                return Ok(Answer::No);
            }
        }
        let Some(below) = Self::levels_below(levels) else {
            return Ok(Answer::Cut);
        };
        let budget = if crate::fault("short_budget") { budget.max(2) - 1 } else { budget };
        for &d in consenting.iter().filter(|&&d| d != owner) {
            let b = self.space.node_belief(node, d as usize);
            let answer = self.explains(b, d, action, budget, below, depth + 1)?;
            if answer != Answer::Yes {
                return Ok(answer);
            }
        }
        Ok(Answer::Yes)
    }

    /// Whether character c, in their own world at an epistemic depth, has an explanation of an act that is possible there.
    /// `levels` is how many levels of belief may lie below; 0: a reason may have one act only.
    pub fn explains(&mut self, node: u32, c: Owner, action: u32, budget: u16, levels: u16, depth: usize) -> Result<Answer> {
        let threshold = self.stepper.utility_in(node, c as usize);
        let most = budget - 1;
        let val = self.space.node_val(node);
        let previewed = self.preview(val, action, Some(c as usize))?;
        if let Some(after) = previewed {
            // The act alone may do, or nothing may; neither needs the world itself.
            if self.stepper.plain_utility_at(after, c as usize).is_some_and(|u| u > threshold) {
                return Ok(Answer::Yes);
            }
            if self.stepper.plain_utility_at(after, c as usize).is_some() {
                if levels == 0 || most == 0 {
                    return Ok(Answer::Cut);
                }
                let bound = self.heuristic.until_better(after, c as usize, threshold, most);
                if bound > most {
                    return Ok(if bound == crate::heuristic::NEVER { Answer::No } else { Answer::Cut });
                }
            }
        }
        let query = Query { node, action, character: c, budget, levels, bound: self.bound(depth) };
        if let Some(&known) = self.reasons.query(&query).lock().unwrap().get(&query) {
            return Ok(known);
        }
        let after = self.stepper.imagine(node, action, c, depth)?;
        let answer = if self.stepper.utility_in(after, c as usize) > threshold {
            Answer::Yes
        } else if levels == 0 || most == 0 {
            Answer::Cut
        } else if after == node {
            Answer::No
        } else if self.refuted(after, c, threshold, most, levels, depth) {
            Answer::Cut
        } else if self.probe_pairs(node, c, after, threshold, budget, levels, depth)? {
            Answer::Yes
        } else {
            match self.reach(after, c, threshold, most, levels, depth)? {
                Answer::Yes => match self.pairs(node, c, action, after, budget, levels, depth)? {
                    Some(_) => Answer::Yes,
                    None => Answer::Cut,
                },
                no => no,
            }
        };
        self.reasons.query(&query).lock().unwrap().insert(query, answer);
        Ok(answer)
    }

    /// Actions that a character may expect in a world: possible, with somebody who consents, or natural.
    fn expected(&mut self, node: u32, out: &mut Vec<u32>) {
        self.looked += 1;
        let space = self.space;
        let row = space.nodes.row(node);
        self.stepper.applicable(row[0], &row[2..], out);
        out.retain(|&a| space.task.events[a as usize].expected());
    }

    /// Whether reach is known to fail, though a larger budget might help.
    fn refuted(&self, node: u32, c: Owner, threshold: f64, r: u16, levels: u16, depth: usize) -> bool {
        let known = self.known(&Place { node, character: c, levels, bound: self.bound(depth), threshold: threshold.to_bits() });
        known.no >= r && known.no != CLOSED
    }

    fn known(&self, place: &Place) -> Known {
        self.reasons.place(place).lock().unwrap().get(place).copied().unwrap_or(Known { no: 0, yes: u16::MAX })
    }

    fn learn(&self, place: Place, no: u16, yes: u16) {
        let mut shard = self.reasons.place(&place).lock().unwrap();
        let known = shard.entry(place).or_insert(Known { no: 0, yes: u16::MAX });
        known.no = known.no.max(no);
        known.yes = known.yes.min(yes);
    }

    /// Whether c's utility can exceed the threshold within r >= 1 acts from a world, others consenting.
    fn reach(&mut self, start: u32, c: Owner, threshold: f64, r: u16, levels: u16, depth: usize) -> Result<Answer> {
        let bound = self.bound(depth);
        let place = |node: u32| Place { node, character: c, levels, bound, threshold: threshold.to_bits() };
        let known = self.known(&place(start));
        if known.yes <= r {
            return Ok(Answer::Yes);
        }
        if known.no >= r {
            return Ok(if known.no == CLOSED { Answer::No } else { Answer::Cut });
        }
        self.check()?;
        if r >= PROBE_FROM && self.probe(start, c, threshold, r, levels, depth)? {
            return Ok(Answer::Yes);
        }
        // (node, parent in `order`)
        let mut order: Vec<(u32, u32)> = vec![(start, u32::MAX)];
        let mut levels_at: Vec<usize> = vec![0];
        let mut visited: HashSet<u32> = HashSet::from_iter([start]);
        let mut cut = false;
        let mut worlds = vec![];
        for i in 0..r {
            let left = r - i;
            let (from, to) = (*levels_at.last().expect("a level"), order.len());
            if from == to {
                break;
            }
            levels_at.push(to);
            for at in from..to {
                self.check()?;
                let node = order[at].0;
                if at > 0 {
                    let known = self.known(&place(node));
                    if known.yes <= left {
                        self.learn_path(&order, at, left, &place);
                        return Ok(Answer::Yes);
                    }
                    if known.no >= left {
                        cut |= known.no != CLOSED;
                        continue;
                    }
                }
                match self.expand(node, c, threshold, left, levels, depth, &mut worlds)? {
                    Answer::Yes => {
                        self.learn_path(&order, at, left, &place);
                        return Ok(Answer::Yes);
                    }
                    Answer::Cut => cut = true,
                    Answer::No => {}
                }
                for &(after, _) in &worlds {
                    if visited.insert(after) {
                        order.push((after, at as u32));
                    }
                }
            }
        }
        // Everything visited fails within what was left there.
        levels_at.push(order.len());
        for (i, window) in levels_at.windows(2).enumerate() {
            for &(node, _) in &order[window[0]..window[1]] {
                let left = r.saturating_sub(i as u16);
                if left > 0 || !cut {
                    self.learn(place(node), if cut { left } else { CLOSED }, u16::MAX);
                }
            }
        }
        Ok(if cut { Answer::Cut } else { Answer::No })
    }

    /// A short greedy look for a way to exceed the threshold, before the search that covers everything. Consent is asked for the acts that it
    /// comes to, nearest to the goal first, not for all that could be done.
    fn probe(&mut self, start: u32, c: Owner, threshold: f64, r: u16, levels: u16, depth: usize) -> Result<bool> {
        let bound = self.bound(depth);
        let place = |node: u32| Place { node, character: c, levels, bound, threshold: threshold.to_bits() };
        let mut order: Vec<(u32, u32)> = vec![(start, u32::MAX)];
        let mut left_at: Vec<u16> = vec![r];
        let mut visited: HashSet<u32> = HashSet::from_iter([start]);
        let mut open = BinaryHeap::new();
        self.open_acts(start, c, threshold, r, 0, &mut open);
        for _ in 0..PROBE_ACTS {
            let Some((_, _, Reverse(action), at)) = open.pop() else {
                return Ok(false);
            };
            let (node, left) = (order[at as usize].0, left_at[at as usize]);
            if self.others_agree(node, c, action, left, levels, depth)? != Answer::Yes {
                continue;
            }
            let after = self.stepper.imagine(node, action, c, depth)?;
            if self.stepper.utility_in(after, c as usize) > threshold {
                self.learn_path(&order, at as usize, left, &place);
                return Ok(true);
            }
            if left == 1 || !visited.insert(after) {
                continue;
            }
            order.push((after, at));
            left_at.push(left - 1);
            let known = self.known(&place(after));
            if known.yes < left {
                self.learn_path(&order, order.len() - 1, left - 1, &place);
                return Ok(true);
            }
            if known.no < left - 1 {
                self.open_acts(after, c, threshold, left - 1, order.len() as u32 - 1, &mut open);
            }
        }
        Ok(false)
    }

    /// Puts the acts that c may expect in a world, with `left` acts left, into the order in which a probe looks at them: by the distance that
    /// remains after them, then the latest world first, then by declaration.
    fn open_acts(
        &mut self,
        node: u32,
        c: Owner,
        threshold: f64,
        left: u16,
        at: u32,
        open: &mut BinaryHeap<(Reverse<u16>, u32, Reverse<u32>, u32)>,
    ) {
        let mut actions = std::mem::take(&mut self.actions);
        self.expected(node, &mut actions);
        let val = self.space.node_val(node);
        for &action in &actions {
            let mut bound = 1;
            // An error here comes up again where the act is really tried.
            if let Ok(Some(after)) = self.preview(val, action, Some(c as usize)) {
                if let Some(u) = self.stepper.plain_utility_at(after, c as usize) {
                    bound = if u > threshold { 0 } else { self.heuristic.until_better(after, c as usize, threshold, left - 1).max(1) };
                    if bound > left - 1 && bound > 0 {
                        continue;
                    }
                }
            }
            open.push((Reverse(bound), at, Reverse(action), at));
        }
        self.actions = actions;
    }

    /// A short greedy look for an explanation, before everything is covered: as `pairs`, but nearest first and given up soon.
    #[allow(clippy::too_many_arguments)]
    fn probe_pairs(&mut self, start: u32, c: Owner, after: u32, threshold: f64, budget: u16, levels: u16, depth: usize) -> Result<bool> {
        let mut order: Vec<(u32, Vec<u32>, u16)> = vec![(after, vec![start], budget - 1)];
        let mut visited: HashSet<(u32, Vec<u32>)> = HashSet::from_iter([(after, vec![start])]);
        let mut open = BinaryHeap::new();
        self.open_acts(after, c, threshold, budget - 1, 0, &mut open);
        for _ in 0..PROBE_ACTS {
            let Some((_, _, Reverse(action), at)) = open.pop() else {
                return Ok(false);
            };
            let (node, left) = (order[at as usize].0, order[at as usize].2);
            if self.all_agree(node, c, action, left, levels, depth)? != Answer::Yes {
                continue;
            }
            let after = self.stepper.imagine(node, action, c, depth)?;
            let shadows = self.cast(&order[at as usize].1, c, action, left, levels, depth)?;
            if shadows.contains(&after) {
                continue;
            }
            if self.ends(after, c, threshold, &shadows) {
                return Ok(true);
            }
            if left > 1 && visited.insert((after, shadows.clone())) {
                order.push((after, shadows, left - 1));
                self.open_acts(after, c, threshold, left - 1, order.len() as u32 - 1, &mut open);
            }
        }
        Ok(false)
    }

    /// The shadows after an act: those before it, and what it makes of those in which all agree to it; in order, each once.
    fn cast(&mut self, shadows: &[u32], c: Owner, action: u32, budget: u16, levels: u16, depth: usize) -> Result<Vec<u32>> {
        let mut cast = shadows.to_vec();
        for &shadow in shadows {
            if self.stepper.possible_in(shadow, action) && self.all_agree(shadow, c, action, budget, levels, depth)? == Answer::Yes {
                cast.push(self.stepper.imagine(shadow, action, c, depth)?);
            }
        }
        cast.sort_unstable();
        cast.dedup();
        Ok(cast)
    }

    /// Whether a world ends an explanation: it is better than the threshold, and no shadow is just as good.
    fn ends(&mut self, world: u32, c: Owner, threshold: f64, shadows: &[u32]) -> bool {
        let utility = self.stepper.utility_in(world, c as usize);
        utility > threshold && (crate::fault("minimality") || !shadows.iter().any(|&s| self.stepper.utility_in(s, c as usize) == utility))
    }

    /// The worlds that c may come to from a world by an act that the others agree to, each with its distance from a better utility at least.
    /// `Yes` if one act suffices; `Cut` if the budget kept something out.
    #[allow(clippy::too_many_arguments)]
    fn expand(
        &mut self,
        node: u32,
        c: Owner,
        threshold: f64,
        left: u16,
        levels: u16,
        depth: usize,
        out: &mut Vec<(u32, u16)>,
    ) -> Result<Answer> {
        out.clear();
        let space = self.space;
        let mut cut = false;
        let mut actions = std::mem::take(&mut self.actions);
        self.expected(node, &mut actions);
        let mut found = false;
        for &action in &actions {
            let mut bound = 0;
            if let Some(after) = self.preview(space.node_val(node), action, Some(c as usize))? {
                if let Some(u) = self.stepper.plain_utility_at(after, c as usize) {
                    if u <= threshold || u.is_nan() {
                        bound = self.heuristic.until_better(after, c as usize, threshold, left - 1);
                        if bound > left - 1 {
                            cut |= bound != crate::heuristic::NEVER;
                            continue;
                        }
                    }
                }
            }
            // Most acts of others are refused: ask before building the world that the act leads to.
            match self.others_agree(node, c, action, left, levels, depth)? {
                Answer::Yes => {}
                Answer::Cut => {
                    cut = true;
                    continue;
                }
                Answer::No => continue,
            }
            let after = self.stepper.imagine(node, action, c, depth)?;
            if self.stepper.utility_in(after, c as usize) > threshold {
                found = true;
                break;
            }
            if left == 1 {
                cut = true;
            } else {
                out.push((after, bound));
            }
        }
        self.actions = actions;
        Ok(if found {
            Answer::Yes
        } else if cut {
            Answer::Cut
        } else {
            Answer::No
        })
    }

    /// Place `at` succeeds with `left` acts left; so do those on the way there, each with the budget that it had.
    fn learn_path(&self, order: &[(u32, u32)], at: usize, left: u16, place: &impl Fn(u32) -> Place) {
        let (mut at, mut budget) = (at as u32, left);
        while at != u32::MAX {
            self.learn(place(order[at as usize].0), 0, budget);
            at = order[at as usize].1;
            budget += 1;
        }
    }

    /// The search over pairs. Gives the acts after the first, or None.
    #[allow(clippy::too_many_arguments)]
    fn pairs(&mut self, start: u32, c: Owner, first: u32, after: u32, budget: u16, levels: u16, depth: usize) -> Result<Option<Vec<u32>>> {
        let threshold = self.stepper.utility_in(start, c as usize);
        // (world, shadows, parent, act)
        let mut order: Vec<(u32, Box<[u32]>, u32, u32)> = vec![(after, Box::new([start]), u32::MAX, first)];
        let mut visited: HashSet<(u32, Box<[u32]>)> = HashSet::new();
        visited.insert((after, Box::new([start])));
        let mut from = 0;
        let mut actions = vec![];
        let space = self.space;
        for place in 2..=budget {
            // The budget of the act at this place, and how many acts may follow it.
            let left = budget - place + 1;
            let to = order.len();
            if from == to {
                break;
            }
            for at in from..to {
                self.check()?;
                let node = order[at].0;
                self.expected(node, &mut actions);
                let acts = std::mem::take(&mut actions);
                for &action in &acts {
                    if let Some(after) = self.preview(space.node_val(node), action, Some(c as usize))? {
                        if let Some(u) = self.stepper.plain_utility_at(after, c as usize) {
                            if (u <= threshold || u.is_nan())
                                && self.heuristic.until_better(after, c as usize, threshold, left - 1) > left - 1
                            {
                                continue;
                            }
                        }
                    }
                    let after = self.stepper.imagine(node, action, c, depth)?;
                    let utility = self.stepper.utility_in(after, c as usize);
                    let better = utility > threshold;
                    if !better && (left == 1 || self.reach(after, c, threshold, left - 1, levels, depth)? != Answer::Yes) {
                        continue;
                    }
                    if self.all_agree(node, c, action, left, levels, depth)? != Answer::Yes {
                        continue;
                    }
                    let shadows = self.cast(&order[at].1, c, action, left, levels, depth)?;
                    if shadows.contains(&after) && !crate::fault("minimality") {
                        continue;
                    }
                    if better && self.ends(after, c, threshold, &shadows) {
                        let mut plan = vec![action];
                        let mut at = at;
                        while order[at].2 != u32::MAX {
                            plan.push(order[at].3);
                            at = order[at].2 as usize;
                        }
                        plan.reverse();
                        return Ok(Some(plan));
                    }
                    let shadows: Box<[u32]> = shadows.into();
                    if left > 1 && visited.insert((after, shadows.clone())) {
                        order.push((after, shadows, at as u32, action));
                    }
                }
                actions = acts;
            }
            from = to;
        }
        Ok(None)
    }

    /// Whether everybody who consents agrees to an act in the owner's world, the owner included.
    fn all_agree(&mut self, node: u32, owner: Owner, action: u32, budget: u16, levels: u16, depth: usize) -> Result<Answer> {
        let others = self.others_agree(node, owner, action, budget, levels, depth)?;
        if others != Answer::Yes || !self.space.task.events[action as usize].consenting.contains(&owner) {
            return Ok(others);
        }
        self.explains(node, owner, action, budget, levels, depth)
    }

    /// A shortest explanation of an act that is possible in c's own world.
    pub fn explanation(
        &mut self,
        node: u32,
        c: Owner,
        action: u32,
        limits: Limits,
        depth: usize,
    ) -> Result<std::result::Result<Vec<u32>, Answer>> {
        let levels = match limits.beliefs {
            None => ALL,
            // A reason at depth e may go L - e + 1 levels further down, the last for single acts; at depth L + 1 it has none.
            Some(l) => match (l + 1).checked_sub(depth as u16) {
                Some(levels) => levels,
                None => return Ok(Err(Answer::Cut)),
            },
        };
        let threshold = self.stepper.utility_in(node, c as usize);
        let after = self.stepper.imagine(node, action, c, depth)?;
        if self.stepper.utility_in(after, c as usize) > threshold {
            return Ok(Ok(vec![action]));
        }
        match self.explains(node, c, action, limits.acts, levels, depth)? {
            Answer::Yes => {}
            no => return Ok(Err(no)),
        }
        match self.pairs(node, c, action, after, limits.acts, levels, depth)? {
            Some(mut rest) => {
                rest.insert(0, action);
                Ok(Ok(rest))
            }
            None => Ok(Err(Answer::Cut)),
        }
    }
}
