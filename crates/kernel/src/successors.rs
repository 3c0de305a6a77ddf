//! What can happen in a valuation: applicable actions, transitions, enabled triggers. One instance per thread, with caches.
//!
//! There are orders of magnitude fewer valuations than epistemic states, so whatever depends on valuations alone is remembered.
//! `clauses` finds the events.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::clauses::{Clause, Finder};
use crate::error::{Error, Event, Result};
use crate::perceptions::{reader, Perceptions};
use crate::space::{Space, FIRST_TRIGGER, LIST};
use crate::store::{Block, Cache};
use crate::task::{Atom, Code, EventDef, Expr};

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
/// all threads, see [`Space::known`].
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

pub struct Valuations<'a> {
    space: &'a Space,
    actions: Finder<'a>,
    /// Actions whose precondition reads beliefs.
    deep_actions: Vec<u32>,
    plain_triggers: Finder<'a>,
    perceptions: Vec<Option<Perceptions<'a>>>,
    anybody_perceives: bool,
    /// The first perception of those without a witness, by character and two valuations.
    first_perceptions: Cache<u32>,
    deep_triggers: Vec<u32>,
    plain_utilities: Vec<bool>,
    /// For each action of a world without characters, if it always does the same: (word of the valuation, bits that it sets, what to).
    changes: Vec<Option<Vec<(usize, u64, u64)>>>,
    /// What this thread reserved for lists.
    block: Block,
    found: Vec<u32>,
    scratch: Vec<u64>,
}

impl<'a> Valuations<'a> {
    pub fn new(space: &'a Space) -> Self {
        let task = &space.task;
        let k = task.characters;
        let (mut actions, mut deep_actions, mut plain, mut deep_triggers) = (vec![], vec![], vec![], vec![]);
        let mut perceptions: Vec<Vec<u32>> = vec![vec![]; k];
        for (i, event) in task.events.iter().enumerate() {
            let i = i as u32;
            match ((i as usize) < task.actions, reader(event)) {
                (true, Some(None)) => actions.extend(event.clauses.iter().map(|clause| Self::clause(i, clause))),
                (true, _) => deep_actions.push(i),
                (false, Some(None)) => plain.extend(event.clauses.iter().map(|clause| Self::clause(i, clause))),
                (false, Some(Some(c))) => perceptions[c as usize].push(i),
                (false, None) => deep_triggers.push(i),
            }
        }
        let perceptions: Vec<Option<Perceptions>> =
            perceptions.iter().map(|events| (!events.is_empty()).then(|| Perceptions::new(space, events))).collect();
        Valuations {
            space,
            actions: Finder::new(actions),
            deep_actions,
            plain_triggers: Finder::new(plain),
            anybody_perceives: perceptions.iter().any(Option::is_some),
            perceptions,
            first_perceptions: Cache::new(18, NONE),
            deep_triggers,
            plain_utilities: task.utilities.iter().map(Expr::is_plain).collect(),
            changes: task.events[..task.actions].iter().map(|def| Self::changes(space, def).filter(|_| k == 0)).collect(),
            block: Block::default(),
            found: vec![],
            scratch: vec![0; space.words],
        }
    }

    /// What an event changes, if it always does the same and no two effects are of one fluent.
    fn changes(space: &Space, def: &EventDef) -> Option<Vec<(usize, u64, u64)>> {
        let (mut mask, mut bits) = (vec![0; space.words], vec![0; space.words]);
        for (i, effect) in def.effects.iter().enumerate() {
            let always = matches!(&effect.condition, Expr::And(parts) if parts.is_empty());
            let Expr::Const(value) = effect.value else { return None };
            if !always || !effect.path.is_empty() || def.effects[..i].iter().any(|other| other.fluent == effect.fluent) {
                return None;
            }
            space.mark(&mut mask, effect.fluent);
            space.set_in(&mut bits, effect.fluent, space.task.code(effect.fluent as usize, value).ok()?);
        }
        Some((0..space.words).filter(|&word| mask[word] != 0).map(|word| (word, mask[word], bits[word])).collect())
    }

    /// A clause that reads no belief.
    fn clause(event: u32, clause: &'a [Atom]) -> Clause<'a> {
        let mut made = Clause { event, tests: vec![], rest: vec![] };
        for atom in clause {
            match &atom.test {
                Expr::Is { fluent, code, equal, .. } => made.tests.push((*fluent, *code, *equal)),
                other => made.rest.push(other),
            }
        }
        made
    }

    pub fn bytes(&self) -> usize {
        self.first_perceptions.bytes()
    }

    /// What an event does to a valuation. Only the parts of the event that read no belief are filled in.
    #[inline]
    pub fn transition(&mut self, val: u32, event: u32) -> Transition {
        let key = (event as u64) << 32 | val as u64;
        if let Some([_, bits, rest]) = self.space.transitions.get([key]) {
            return Transition { val: rest as u32, bits, clash: (rest >> 32) as u32 };
        }
        let result = self.compute(val, event);
        self.space.transitions.put([key, result.bits, (result.clash as u64) << 32 | result.val as u64]);
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

    /// The valuation after an action that is possible in a world without characters; None if that is not so simple.
    #[inline]
    pub fn after_possible(&mut self, val: u32, action: u32) -> Option<u32> {
        let space = self.space;
        let Some(changes) = &self.changes[action as usize] else {
            return self.compute(val, action).after();
        };
        self.scratch.copy_from_slice(space.vals.rows.row(val));
        for &(word, mask, bits) in changes {
            self.scratch[word] = self.scratch[word] & !mask | bits;
        }
        Some(space.vals.intern(&self.scratch).0)
    }

    #[inline]
    pub fn has_plain_triggers(&self) -> bool {
        !self.plain_triggers.is_empty()
    }

    /// The first trigger enabled that reads no belief; `u32::MAX` if there is none.
    #[inline]
    pub fn first_plain_trigger(&mut self, val: u32) -> u32 {
        if self.plain_triggers.is_empty() {
            return NONE;
        }
        // 0 is not known, 1 none, and then the triggers.
        let known = self.space.known.get(val, FIRST_TRIGGER);
        if known != 0 {
            return if known == 1 { NONE } else { known - 2 };
        }
        let space = self.space;
        let row = space.vals.rows.row(val);
        let mut first = NONE;
        self.plain_triggers.find(&|f| space.get_in(row, f), &mut |clause| {
            if clause.event < first && clause.rest.iter().all(|test| test.holds(&space.task, &|_, f| space.get_in(row, f))) {
                first = clause.event;
            }
        });
        space.known.claim(val, FIRST_TRIGGER, if first == NONE { 1 } else { first + 2 });
        first
    }

    #[inline]
    pub fn anybody_perceives(&self) -> bool {
        self.anybody_perceives
    }

    /// Whether any trigger's precondition reads what this character believes.
    #[inline]
    pub fn perceives(&self, character: usize) -> bool {
        self.perceptions[character].is_some()
    }

    /// The first trigger enabled that reads the world and what one character believes of it, given both valuations; `u32::MAX` if there is none.
    #[inline]
    pub fn first_perception(&mut self, character: usize, val: u32, believed: u32) -> u32 {
        self.first_perception_before(NONE, character, val, believed)
    }

    /// The same if it comes before another trigger, else that one.
    #[inline]
    pub fn first_perception_before(&mut self, other: u32, character: usize, val: u32, believed: u32) -> u32 {
        match &self.perceptions[character] {
            Some(perceptions) => perceptions.first(self.space, character, val, believed, other, &mut self.first_perceptions),
            None => other,
        }
    }

    /// Whether it is sure without a look that a character perceives nothing.
    #[inline]
    pub fn perceives_nothing(&self, character: usize, val: u32, believed: u32) -> bool {
        match &self.perceptions[character] {
            Some(perceptions) => val == believed && perceptions.all_witnessed(),
            None => true,
        }
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
        self.actions.find(&|f| space.get_in(row, f), &mut |clause| {
            if clause.rest.iter().all(|test| test.holds(&space.task, &|_, f| space.get_in(row, f))) {
                out.push(clause.event);
            }
        });
        out.sort_unstable();
        out.dedup();
    }

    /// The list of a valuation; None if there is no room for more of them.
    #[inline]
    pub fn list(&mut self, val: u32) -> Option<List<'a>> {
        let place = self.space.known.get(val, LIST);
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
        place.map(|place| self.list_at(space.known.claim(val, LIST, place)))
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

    /// Where an action stands in the list of a valuation.
    #[inline]
    pub fn place(&mut self, val: u32, action: u32) -> Option<(List<'a>, usize)> {
        let list = self.list(val)?;
        Some((list, list.position(action)?))
    }

    /// What an action does to a valuation, found in its list if it is there.
    #[inline]
    pub fn acted(&mut self, val: u32, action: u32) -> Transition {
        match self.place(val, action) {
            Some((list, at)) => self.listed(val, list, at),
            None => self.transition(val, action),
        }
    }
}
