//! What can happen in a valuation: applicable actions, transitions, enabled triggers. One instance per thread, with caches.
//!
//! There are orders of magnitude fewer valuations than epistemic states, so whatever depends on valuations alone is remembered.
//! Events are found by decision trees over the fluents that their preconditions compare with constants (Helmert, "The Fast Downward Planning
//! System", JAIR 26, 2006, section 5.3.1).

use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::{Error, Event, Result};
use crate::space::Space;
use crate::store::{Block, Cache};
use crate::task::{Atom, Code, Expr};

const UNSET: u32 = u32::MAX - 1;
const NONE: u32 = u32::MAX;

/// What an event does to a valuation, as far as that depends on the valuation alone.
#[derive(Clone, Copy)]
pub struct Transition {
    /// The valuation after the event's effects, before triggers; `NONE` if two of them disagree.
    val: u32,
    /// Bit 63: the precondition holds. Bits below: which characters observe it. If the effects disagree: about which fluent.
    bits: u64,
    clash: u32,
}

impl Transition {
    /// The valuation after the effects, before triggers; None if they disagree, or read or set beliefs.
    #[inline]
    pub fn after(self) -> Option<u32> {
        (self.val != NONE).then_some(self.val)
    }
    /// Who observes it: a bit for each character.
    #[inline]
    pub fn observers(self) -> u64 {
        self.bits & !(1 << 63)
    }
    #[inline]
    pub fn possible(self) -> bool {
        self.bits >> 63 == 1
    }
    #[inline]
    pub fn observed_by(self, character: usize) -> bool {
        self.bits >> character & 1 == 1
    }
    /// The valuation after the effects; an error if they disagree.
    #[inline]
    pub fn valuation(self, event: u32, space: &Space) -> Result<u32> {
        if self.val != NONE {
            return Ok(self.val);
        }
        if self.clash == NONE {
            return Err(Error::Values { fluent: 0 });
        }
        let actions = space.task.actions;
        let event = if (event as usize) < actions { Event::Action(event as usize) } else { Event::Trigger(event as usize - actions) };
        Err(Error::Conflict { event, fluent: self.clash as usize, acts: vec![] })
    }
}

/// The actions that are possible in a valuation and read no belief, in order, with what they lead to as far as that is known: shared by
/// all threads, see [`Space::lists`].
///
/// An action takes [`List::stride`] words: the action with the lowest bits of who observes it; 0, or the valuation after it (before
/// triggers) plus one, or `NONE` if its effects disagree or read beliefs; further bits of who observes it. The rest is written before the valuation.
#[derive(Clone, Copy)]
pub struct List<'a> {
    words: &'a [AtomicU32],
    stride: usize,
}

const ACTION_BITS: u32 = 20;

impl List<'_> {
    /// Words for an action in a world with so many characters.
    pub fn stride(characters: usize) -> usize {
        2 + (characters.saturating_sub(32 - ACTION_BITS as usize)).div_ceil(32)
    }

    #[inline]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(self) -> usize {
        self.words.len() / self.stride
    }

    #[inline]
    pub fn action(self, i: usize) -> u32 {
        self.words[i * self.stride].load(Ordering::Relaxed) & ((1 << ACTION_BITS) - 1)
    }

    /// Where an action stands.
    #[inline]
    pub fn position(self, action: u32) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = (low + high) / 2;
            let found = self.action(middle);
            if found == action {
                return Some(middle);
            }
            if found < action {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        None
    }

    /// What is known of the action at a place.
    #[inline]
    fn known(self, i: usize) -> Option<Transition> {
        let words = &self.words[i * self.stride..(i + 1) * self.stride];
        let val = words[1].load(Ordering::Acquire);
        if val == 0 {
            return None;
        }
        let mut bits = (words[0].load(Ordering::Relaxed) >> ACTION_BITS) as u64;
        for (j, word) in words[2..].iter().enumerate() {
            bits |= (word.load(Ordering::Relaxed) as u64) << (32 - ACTION_BITS + 32 * j as u32);
        }
        Some(Transition { val: if val == NONE { NONE } else { val - 1 }, bits: bits | 1 << 63, clash: NONE })
    }

    fn tell(self, i: usize, transition: Transition) {
        let words = &self.words[i * self.stride..(i + 1) * self.stride];
        let bits = transition.bits & !(1 << 63);
        words[0].store(self.action(i) | (bits as u32) << ACTION_BITS, Ordering::Relaxed);
        for (j, word) in words[2..].iter().enumerate() {
            word.store((bits >> (32 - ACTION_BITS + 32 * j as u32)) as u32, Ordering::Relaxed);
        }
        words[1].store(if transition.val == NONE { NONE } else { transition.val + 1 }, Ordering::Release);
    }
}

/// A clause of an event's precondition: what the tree does not test is left to test.
struct Entry<'a> {
    event: u32,
    rest: Vec<&'a Atom>,
}

type Children<'a> = Vec<(Code, Branch<'a>)>;

struct Branch<'a> {
    /// Entries that need nothing further from the tree.
    here: Vec<Entry<'a>>,
    /// The variable tested, a child for each code, and a child for those who do not care.
    test: Option<(u32, Children<'a>, Box<Branch<'a>>)>,
}

type Required<'a> = (Vec<(u32, Code)>, Entry<'a>);

impl<'a> Branch<'a> {
    fn build(mut entries: Vec<Required<'a>>, depth: usize) -> Branch<'a> {
        let mut here = vec![];
        let mut further = vec![];
        for (required, entry) in entries.drain(..) {
            if required.len() == depth {
                here.push(entry);
            } else {
                further.push((required, entry));
            }
        }
        let Some(variable) = further.iter().map(|(required, _)| required[depth].0).min() else {
            return Branch { here, test: None };
        };
        let mut others = vec![];
        let mut by_code: Vec<(Code, Vec<Required<'a>>)> = vec![];
        for (required, entry) in further {
            let (v, code) = required[depth];
            if v != variable {
                others.push((required, entry));
            } else if let Some(group) = by_code.iter_mut().find(|g| g.0 == code) {
                group.1.push((required, entry));
            } else {
                by_code.push((code, vec![(required, entry)]));
            }
        }
        let children = by_code.into_iter().map(|(code, group)| (code, Branch::build(group, depth + 1))).collect();
        // Those that do not test this variable keep their place: their next variable is a later one.
        Branch { here, test: Some((variable, children, Box::new(Branch::build(others, depth)))) }
    }

    fn walk(&self, read: &impl Fn(u32) -> Code, found: &mut impl FnMut(&Entry<'a>)) {
        self.here.iter().for_each(&mut *found);
        if let Some((variable, children, others)) = &self.test {
            let code = read(*variable);
            if let Some((_, child)) = children.iter().find(|c| c.0 == code) {
                child.walk(read, found);
            }
            others.walk(read, found);
        }
    }
}

pub struct Valuations<'a> {
    space: &'a Space,
    transitions: Cache<Transition>,
    actions: Branch<'a>,
    /// Actions whose precondition reads beliefs.
    deep_actions: Vec<u32>,
    plain_triggers: Branch<'a>,
    has_plain_triggers: bool,
    first_plain: Vec<u32>,
    perceptions: Vec<Option<Branch<'a>>>,
    first_perceptions: Cache<u32>,
    deep_triggers: Vec<u32>,
    plain_utilities: Vec<bool>,
    /// What this thread reserved for lists.
    block: Block,
    found: Vec<u32>,
    scratch: Vec<u64>,
}

impl<'a> Valuations<'a> {
    pub fn new(space: &'a Space) -> Self {
        let task = &space.task;
        let fluents = task.fluents.len() as u32;
        let k = task.characters;
        let mut actions = vec![];
        let mut deep_actions = vec![];
        let mut plain = vec![];
        let mut perceptions: Vec<Vec<Required>> = (0..k).map(|_| vec![]).collect();
        let mut deep_triggers = vec![];
        for (i, event) in task.events.iter().enumerate() {
            let i = i as u32;
            // The one character whose beliefs the precondition reads, at depth one, if it is so simple.
            let mut reader: Option<u8> = None;
            let mut simple = true;
            for atom in event.clauses.iter().flat_map(|c| c.iter()) {
                atom.test.for_each_fluent(&mut |path, _| match path.len() {
                    0 => {}
                    1 if reader.is_none() || reader == Some(path[0]) => reader = Some(path[0]),
                    _ => simple = false,
                });
            }
            let is_action = (i as usize) < task.actions;
            let target = match (is_action, simple, reader) {
                (true, true, None) => &mut actions,
                (true, _, _) => {
                    deep_actions.push(i);
                    continue;
                }
                (false, true, None) => &mut plain,
                (false, true, Some(c)) => &mut perceptions[c as usize],
                (false, false, _) => {
                    deep_triggers.push(i);
                    continue;
                }
            };
            for clause in event.clauses.iter() {
                let mut required: Vec<(u32, Code)> = vec![];
                let mut rest = vec![];
                for atom in clause.iter() {
                    match &atom.test {
                        Expr::Is { path, fluent, code, equal: true } => {
                            let variable = fluent + if path.is_empty() { 0 } else { fluents };
                            if required.contains(&(variable, *code)) {
                                continue;
                            }
                            if required.iter().any(|r| r.0 == variable) {
                                rest.push(atom);
                            } else {
                                required.push((variable, *code));
                            }
                        }
                        _ => rest.push(atom),
                    }
                }
                required.sort_unstable();
                target.push((required, Entry { event: i, rest }));
            }
        }
        Valuations {
            space,
            transitions: Cache::new(18, Transition { val: NONE, bits: 0, clash: NONE }),
            actions: Branch::build(actions, 0),
            has_plain_triggers: !plain.is_empty(),
            deep_actions,
            plain_triggers: Branch::build(plain, 0),
            first_plain: vec![],
            perceptions: perceptions.into_iter().map(|entries| (!entries.is_empty()).then(|| Branch::build(entries, 0))).collect(),
            first_perceptions: Cache::new(20, NONE),
            deep_triggers,
            plain_utilities: task.utilities.iter().map(Expr::is_plain).collect(),
            block: Block::default(),
            found: vec![],
            scratch: vec![0; space.words],
        }
    }

    pub fn bytes(&self) -> usize {
        self.transitions.bytes() + self.first_perceptions.bytes() + 4 * self.first_plain.len()
    }

    /// What an event does to a valuation. Only the parts of the event that read no belief are filled in.
    #[inline]
    pub fn transition(&mut self, val: u32, event: u32) -> Transition {
        if let Some(known) = self.transitions.get(val as u64, event as u64) {
            return known;
        }
        let result = self.compute(val, event);
        self.transitions.put(val as u64, event as u64, result);
        result
    }

    /// As [`Valuations::transition`], not remembered.
    pub fn compute(&mut self, val: u32, event: u32) -> Transition {
        let space = self.space;
        let task = &space.task;
        let def = &task.events[event as usize];
        let row = space.vals.rows.row(val);
        let read = |_: &[u8], fluent: u32| space.get_in(row, fluent);
        let mut result = Transition { val: NONE, bits: 0, clash: NONE };
        if def.plain_precondition && def.clauses.iter().any(|clause| clause.iter().all(|a| a.test.holds(task, &read))) {
            result.bits |= 1 << 63;
        }
        if def.plain_observers {
            for (c, observer) in def.observers.iter().enumerate() {
                if observer.holds(task, &read) {
                    result.bits |= 1 << c;
                }
            }
        }
        if def.plain_effects {
            self.scratch.copy_from_slice(row);
            let mut given: Vec<(u32, Code)> = vec![];
            let mut fits = true;
            for effect in def.effects.iter() {
                if !effect.condition.holds(task, &read) {
                    continue;
                }
                let Ok(code) = task.code(effect.fluent as usize, effect.value.eval(task, &read)) else {
                    fits = false;
                    break;
                };
                if given.iter().any(|g| g.0 == effect.fluent && g.1 != code) {
                    result.clash = effect.fluent;
                    fits = false;
                    break;
                }
                given.push((effect.fluent, code));
                space.set_in(&mut self.scratch, effect.fluent, code);
            }
            if fits {
                result.val = space.vals.intern(&self.scratch).0;
            }
        }
        result
    }

    #[inline]
    pub fn has_plain_triggers(&self) -> bool {
        self.has_plain_triggers
    }

    /// The first trigger enabled that reads no belief; `u32::MAX` if there is none.
    #[inline]
    pub fn first_plain_trigger(&mut self, val: u32) -> u32 {
        if !self.has_plain_triggers {
            return NONE;
        }
        if let Some(&known) = self.first_plain.get(val as usize) {
            if known != UNSET {
                return known;
            }
        } else {
            let len = (val as usize + 1).max(self.first_plain.len() * 3 / 2);
            self.first_plain.resize(len, UNSET);
        }
        let space = self.space;
        let row = space.vals.rows.row(val);
        let mut first = NONE;
        self.plain_triggers.walk(&|v| space.get_in(row, v), &mut |entry| {
            if entry.event < first && entry.rest.iter().all(|a| a.test.holds(&space.task, &|_, f| space.get_in(row, f))) {
                first = entry.event;
            }
        });
        self.first_plain[val as usize] = first;
        first
    }

    /// Whether any trigger's precondition reads what this character believes.
    #[inline]
    pub fn perceives(&self, character: usize) -> bool {
        self.perceptions[character].is_some()
    }

    /// The first trigger enabled that reads the world and what one character believes of it, given both valuations.
    #[inline]
    pub fn first_perception(&mut self, character: usize, val: u32, believed: u32) -> u32 {
        let key = (val as u64) << 32 | believed as u64;
        if let Some(known) = self.first_perceptions.get(key, character as u64) {
            return known;
        }
        let first = self.find_perception(character, val, believed);
        self.first_perceptions.put(key, character as u64, first);
        first
    }

    /// As [`Valuations::first_perception`], not remembered.
    pub fn find_perception(&self, character: usize, val: u32, believed: u32) -> u32 {
        let space = self.space;
        let (here, there) = (space.vals.rows.row(val), space.vals.rows.row(believed));
        let fluents = space.task.fluents.len() as u32;
        let mut first = NONE;
        if let Some(tree) = &self.perceptions[character] {
            let read = |path: &[u8], f: u32| space.get_in(if path.is_empty() { here } else { there }, f);
            tree.walk(&|v| if v < fluents { space.get_in(here, v) } else { space.get_in(there, v - fluents) }, &mut |entry| {
                if entry.event < first && entry.rest.iter().all(|a| a.test.holds(&space.task, &read)) {
                    first = entry.event;
                }
            });
        }
        first
    }

    #[inline]
    pub fn has_deep_triggers(&self) -> bool {
        !self.deep_triggers.is_empty()
    }

    /// Triggers that read beliefs in more involved ways, in order.
    pub fn deep_triggers(&self) -> &[u32] {
        &self.deep_triggers
    }

    /// Actions whose precondition reads beliefs: to be tested one by one.
    pub fn deep_actions(&self) -> &[u32] {
        &self.deep_actions
    }

    pub fn plain_utility(&self, character: usize) -> bool {
        self.plain_utilities[character]
    }

    /// Writes the applicable actions that read no belief, in order, to `out`.
    #[inline]
    pub fn applicable(&mut self, val: u32, out: &mut Vec<u32>) {
        out.clear();
        match self.list(val) {
            Some(list) => out.extend((0..list.len()).map(|i| list.action(i))),
            None => self.find(val, out),
        }
    }

    fn find(&self, val: u32, out: &mut Vec<u32>) {
        let space = self.space;
        let row = space.vals.rows.row(val);
        self.actions.walk(&|v| space.get_in(row, v), &mut |entry| {
            if entry.rest.iter().all(|a| a.test.holds(&space.task, &|_, f| space.get_in(row, f))) {
                out.push(entry.event);
            }
        });
        out.sort_unstable();
        out.dedup();
    }

    /// The list of a valuation; None if there is no room for more of them.
    #[inline]
    pub fn list(&mut self, val: u32) -> Option<List<'a>> {
        let place = self.space.lists.get(val);
        if place != 0 {
            return Some(self.list_at(place));
        }
        self.make_list(val)
    }

    #[inline]
    fn list_at(&self, place: u32) -> List<'a> {
        let stride = self.space.list_stride;
        let len = self.space.arena.words(place, 1)[0].load(Ordering::Relaxed) as usize;
        List { words: self.space.arena.words(place + 1, len * stride), stride }
    }

    #[cold]
    fn make_list(&mut self, val: u32) -> Option<List<'a>> {
        let space = self.space;
        if space.characters() == 0 {
            // A valuation is met once for each state that has it: there is nothing to be remembered.
            return None;
        }
        let mut found = std::mem::take(&mut self.found);
        found.clear();
        self.find(val, &mut found);
        let stride = space.list_stride;
        let place = space.take(&mut self.block, 1 + found.len() * stride);
        if let Some(place) = place {
            let words = space.arena.words(place, 1 + found.len() * stride);
            words[0].store(found.len() as u32, Ordering::Relaxed);
            for (i, &action) in found.iter().enumerate() {
                words[1 + i * stride].store(action, Ordering::Relaxed);
            }
        }
        self.found = found;
        place.map(|place| self.list_at(space.lists.claim(val, place)))
    }

    /// What the action at a place of a valuation's list does to it.
    #[inline]
    pub fn listed(&mut self, val: u32, list: List, i: usize) -> Transition {
        match list.known(i) {
            Some(known) => known,
            None => {
                let transition = self.compute(val, list.action(i));
                list.tell(i, transition);
                transition
            }
        }
    }

    /// What an action does to a valuation, found in its list if it is there.
    #[inline]
    pub fn acted(&mut self, val: u32, action: u32) -> Transition {
        if let Some(list) = self.list(val) {
            if let Some(i) = list.position(action) {
                return self.listed(val, list, i);
            }
        }
        self.transition(val, action)
    }
}
