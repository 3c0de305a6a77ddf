//! What is asked of a graph: which moments, which ways, how often. Answers do not depend on the number of threads.

use std::hash::Hash;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::Arc;

use hashbrown::HashMap;

use crate::belief::Stepper;
use crate::error::{Error, Result};
use crate::explanation::{Answer, Control, Explainer, Reasons};
use crate::graph::{Graph, Reader, BLOCK};
use crate::moments::{Bits, Moments};
use crate::space::{Space, Visit};
use crate::store::Mix;
use crate::task::{Code, Expr, Value, UNKNOWN};

/// A condition on an act and the moment that it leads to: the moment is in the set given for the act, or else in the other set.
#[derive(Clone)]
pub struct Happening {
    pub otherwise: Arc<Bits>,
    pub acts: HashMap<u32, Arc<Bits>>,
}

impl Happening {
    #[inline]
    fn has(&self, action: u32, moment: u32) -> bool {
        if self.acts.is_empty() {
            return self.otherwise.contains(moment);
        }
        self.acts.get(&action).unwrap_or(&self.otherwise).contains(moment)
    }
}

/// A way through the graph.
pub struct Way {
    pub start: u32,
    pub acts: Vec<u32>,
    pub end: u32,
}

/// Acts that lead from one set of moments into another.
pub struct Crossing {
    pub action: u32,
    pub count: u64,
    /// The first moment in which it does, and where it leads from there.
    pub first: u32,
    pub end: u32,
}

/// How many moments (or acts), and the first moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub count: u64,
    pub first: u32,
}

impl Default for Count {
    fn default() -> Self {
        Count { count: 0, first: u32::MAX }
    }
}

impl Count {
    pub fn add(&mut self, count: u64, first: u32) {
        self.count += count;
        self.first = self.first.min(first);
    }
}

/// What a character believes of a fluent: in which moments something else than what is so, in which nothing (`?`) of what is, and in which
/// what is so, by value.
pub struct Belief {
    pub wrong: Count,
    pub unknown: Count,
    pub right: Vec<(Value, Count)>,
}

/// Where random games ended: in moments of each stop, where nothing follows, or not at all.
pub struct Play {
    pub stops: Vec<u64>,
    pub dead_ends: u64,
    pub unfinished: u64,
}

/// Blocks that a thread takes at a time.
const GRAIN: usize = 128;

/// One who asks: the graph with what it is of, how many threads may work, and a way to stop them.
pub struct Analysis<'a> {
    pub graph: &'a Graph,
    pub space: &'a Space,
    pub reasons: &'a Reasons,
    pub control: &'a Arc<Control>,
    pub threads: usize,
    pub _visit: Visit<'a>,
}

impl<'a> Analysis<'a> {
    fn check(&self) -> Result<()> {
        if self.control.stop.load(Ordering::Relaxed) {
            return Err(Error::Stopped);
        }
        Ok(())
    }

    fn blocks(&self) -> usize {
        self.graph.len().div_ceil(BLOCK)
    }

    /// The blocks of moments that were expanded, the last perhaps in part.
    fn expanded_blocks(&self) -> usize {
        self.graph.expanded().div_ceil(BLOCK)
    }

    /// Has all threads work on runs of blocks, whichever is free, each with a worker of its own; gives the workers.
    fn share<W: Send>(
        &self,
        blocks: usize,
        worker: impl Fn() -> W + Sync,
        run: impl Fn(&mut W, std::ops::Range<usize>) -> Result<()> + Sync,
    ) -> Result<Vec<W>> {
        let next = AtomicUsize::new(0);
        let work = || -> Result<W> {
            let mut worker = worker();
            loop {
                let from = next.fetch_add(GRAIN, Ordering::Relaxed);
                if from >= blocks {
                    return Ok(worker);
                }
                self.check()?;
                run(&mut worker, from..(from + GRAIN).min(blocks))?;
            }
        };
        let threads = self.threads.min(blocks.div_ceil(GRAIN)).max(1);
        if threads == 1 {
            return Ok(vec![work()?]);
        }
        std::thread::scope(|scope| {
            let handles: Vec<_> = (0..threads)
                .map(|_| std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work).expect("a thread can be started"))
                .collect();
            let results: Vec<Result<W>> = handles.into_iter().map(|h| h.join().expect("a worker does not panic")).collect();
            results.into_iter().collect()
        })
    }

    /// The moments of a run of blocks, before an end.
    fn moments(range: &std::ops::Range<usize>, end: usize) -> std::ops::Range<u32> {
        (range.start * BLOCK) as u32..(range.end * BLOCK).min(end) as u32
    }

    /// Shows every moment that was expanded with its acts to tallies, one for each thread, each in order.
    fn tally<T: Send + Default>(&self, each: impl Fn(&mut T, u32, &[u32], &[u32]) + Sync) -> Result<Vec<T>> {
        let workers = self.share(
            self.expanded_blocks(),
            || (self.graph.reader(), T::default()),
            |(reader, tally), range| {
                for moment in Self::moments(&range, self.graph.expanded()) {
                    let (actions, targets) = reader.acts(moment);
                    each(tally, moment, actions, targets);
                }
                Ok(())
            },
        )?;
        Ok(workers.into_iter().map(|worker| worker.1).collect())
    }

    /// The set of the moments before an end for which a test holds.
    fn select<W: Send>(&self, end: usize, worker: impl Fn() -> W + Sync, test: impl Fn(&mut W, u32) -> bool + Sync) -> Result<Moments> {
        let words: Vec<AtomicU64> = (0..end.div_ceil(BLOCK)).map(|_| AtomicU64::new(0)).collect();
        self.share(words.len(), worker, |worker, range| {
            for (word, moments) in words[range.clone()].iter().zip(range) {
                let mut bits = 0;
                for moment in Self::moments(&(moments..moments + 1), end) {
                    bits |= (test(worker, moment) as u64) << (moment as usize % BLOCK);
                }
                word.store(bits, Ordering::Relaxed);
            }
            Ok(())
        })?;
        Ok(Bits::of_words(words.into_iter().map(AtomicU64::into_inner).collect(), self.graph.len()).into())
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Which moments

    pub fn all(&self) -> Moments {
        Bits::range(0, self.graph.len(), self.graph.len()).into()
    }

    /// The moments whose acts are not known.
    pub fn unexplored(&self) -> Moments {
        Bits::range(self.graph.expanded(), self.graph.len(), self.graph.len()).into()
    }

    /// The moments that were expanded and that nothing follows.
    pub fn last(&self) -> Result<Moments> {
        self.select(self.graph.expanded(), || self.graph.reader(), |reader, moment| reader.acts(moment).0.is_empty())
    }

    /// The moments in which an action is done.
    pub fn taken(&self, action: u32) -> Result<Moments> {
        self.select(self.graph.expanded(), || self.graph.reader(), |reader, moment| reader.acts(moment).0.binary_search(&action).is_ok())
    }

    /// The moments in which a condition holds.
    pub fn holding(&self, condition: &Expr) -> Result<Moments> {
        let (graph, space) = (self.graph, self.space);
        self.select(
            graph.len(),
            || (),
            |_, moment| {
                let row = space.states.rows.row(graph.state(moment));
                condition.holds(&space.task, &|path: &[u8], f| space.read(row[0], &row[1..], path, f))
            },
        )
    }

    /// The sources, and what can follow them without an event to avoid.
    pub fn reach(&self, sources: &Moments, avoiding: Option<&Happening>) -> Result<Moments> {
        let expanded = self.graph.expanded();
        let mut reached = Bits::clone(&sources.bits());
        let mut pending = reached.clone();
        let mut reader = self.graph.reader();
        // Most acts lead on to higher numbers, so few sweeps are needed.
        let mut word = 0;
        let mut again: Option<usize> = None;
        loop {
            if word == pending.words.len() {
                match again.take() {
                    Some(first) => word = first,
                    None => return Ok(reached.into()),
                }
            }
            if word % GRAIN == 0 {
                self.check()?;
            }
            while pending.words[word] != 0 {
                let moment = (word * BLOCK) as u32 + pending.words[word].trailing_zeros();
                pending.words[word] &= pending.words[word] - 1;
                if moment as usize >= expanded {
                    continue;
                }
                let (actions, targets) = reader.acts(moment);
                for (&action, &target) in actions.iter().zip(targets) {
                    if avoiding.is_some_and(|avoiding| avoiding.has(action, target)) || !reached.insert(target) {
                        continue;
                    }
                    pending.insert(target);
                    let at = target as usize / BLOCK;
                    if at < word {
                        again = Some(again.map_or(at, |first| first.min(at)));
                    }
                }
            }
            word += 1;
        }
    }

    /// The moments from which an event lies ahead, with none to avoid before it; and those that the event holds of without an act.
    ///
    /// Sweeps downwards and upwards by turns, until nothing changes: most acts lead to higher numbers, so that few are needed. What is
    /// found while others sweep does not change where it ends.
    pub fn can_reach(&self, targets: &Happening, avoiding: Option<&Happening>) -> Result<Moments> {
        let (expanded, blocks) = (self.graph.expanded(), self.expanded_blocks());
        let ahead: Vec<AtomicU64> = (0..self.graph.len().div_ceil(BLOCK)).map(|_| AtomicU64::new(0)).collect();
        let leads = |actions: &[u32], ends: &[u32], own: (usize, u64)| {
            actions.iter().zip(ends).any(|(&action, &end)| {
                let word = end as usize / BLOCK;
                let bits = if word == own.0 { own.1 } else { ahead[word].load(Ordering::Relaxed) };
                targets.has(action, end)
                    || bits >> (end as usize % BLOCK) & 1 == 1 && !avoiding.is_some_and(|avoiding| avoiding.has(action, end))
            })
        };
        let mut upwards = false;
        loop {
            let changed = AtomicBool::new(false);
            self.share(
                blocks,
                || self.graph.reader(),
                |reader, range| {
                    for i in range {
                        let word = if upwards { i } else { blocks - 1 - i };
                        let before = ahead[word].load(Ordering::Relaxed);
                        let count = BLOCK.min(expanded - word * BLOCK);
                        let mut bits = before;
                        for j in 0..count {
                            let j = if upwards { j } else { count - 1 - j };
                            if bits >> j & 1 == 0 {
                                let (actions, ends) = reader.acts((word * BLOCK + j) as u32);
                                bits |= (leads(actions, ends, (word, bits)) as u64) << j;
                            }
                        }
                        if bits != before {
                            ahead[word].store(bits, Ordering::Relaxed);
                            changed.store(true, Ordering::Relaxed);
                        }
                    }
                    Ok(())
                },
            )?;
            if !changed.into_inner() {
                let ahead = ahead.into_iter().map(AtomicU64::into_inner).collect();
                return Ok(Bits::of_words(ahead, self.graph.len()).or(&targets.otherwise).into());
            }
            upwards = !upwards;
        }
    }

    /// A shortest way from one of the sources to an event; of several the one from the first source, and with the first acts.
    pub fn way(&self, sources: &Moments, targets: &Happening, avoiding: Option<&Happening>) -> Result<Option<Way>> {
        let mut seen = Bits::clone(&sources.bits());
        if let Some(there) = seen.iter().find(|&source| targets.otherwise.contains(source)) {
            return Ok(Some(Way { start: there, acts: vec![], end: there }));
        }
        // A queue meets moments in the order of (length, source, acts) of the first way to each.
        let mut order: Vec<(u32, u32)> = seen.iter().map(|moment| (moment, u32::MAX)).collect();
        let mut reader = self.graph.reader();
        let mut at = 0;
        while at < order.len() {
            if at % (GRAIN * BLOCK) == 0 {
                self.check()?;
            }
            let moment = order[at].0;
            if (moment as usize) < self.graph.expanded() {
                let (actions, ends) = reader.acts(moment);
                for (&action, &end) in actions.iter().zip(ends) {
                    if targets.has(action, end) {
                        return Ok(Some(self.traced(&order, at, action, end, avoiding)));
                    }
                    if !avoiding.is_some_and(|avoiding| avoiding.has(action, end)) && seen.insert(end) {
                        order.push((end, at as u32));
                    }
                }
            }
            at += 1;
        }
        Ok(None)
    }

    /// The way that a queue took to one of its moments, with a last act.
    fn traced(&self, order: &[(u32, u32)], at: usize, action: u32, end: u32, avoiding: Option<&Happening>) -> Way {
        let mut reader = self.graph.reader();
        let mut acts = vec![action];
        let (mut moment, mut before) = order[at];
        while before != u32::MAX {
            let from = order[before as usize].0;
            let (actions, ends) = reader.acts(from);
            let led = actions
                .iter()
                .zip(ends)
                .find(|(&action, &end)| end == moment && !avoiding.is_some_and(|avoiding| avoiding.has(action, end)));
            acts.push(*led.expect("a queue follows acts").0);
            (moment, before) = order[before as usize];
        }
        acts.reverse();
        Way { start: moment, acts, end }
    }

    // -----------------------------------------------------------------------------------------------------------------
    // How often

    /// For each action in how many moments it is possible, and done.
    pub fn acts(&self) -> Result<Vec<(u64, u64)>> {
        let actions = self.space.task.actions;
        let taken = self.tally(|tally: &mut Vec<u64>, _, acts, _| {
            tally.resize(actions, 0);
            acts.iter().for_each(|&action| tally[action as usize] += 1);
        })?;
        let possible = self.share(
            self.blocks(),
            || (Stepper::new(self.space), vec![], vec![0u64; actions]),
            |(stepper, found, tally), range| {
                for moment in Self::moments(&range, self.graph.len()) {
                    let row = self.space.states.rows.row(self.graph.state(moment));
                    stepper.applicable(row[0], &row[1..], found);
                    found.iter().for_each(|&action| tally[action as usize] += 1);
                }
                Ok(())
            },
        )?;
        let mut counts = vec![(0, 0); actions];
        for (_, _, tally) in possible {
            counts.iter_mut().zip(tally).for_each(|(count, n)| count.0 += n);
        }
        for tally in taken {
            counts.iter_mut().zip(tally).for_each(|(count, n)| count.1 += n);
        }
        Ok(counts)
    }

    /// For each character who consents to an action in how many moments they have a reason for it where it is possible, and the first.
    pub fn reasons(&self, action: u32) -> Result<Vec<(u8, Count)>> {
        let space = self.space;
        let consenting = &space.task.events[action as usize].consenting;
        let tallies = self.share(
            self.blocks(),
            || (self.explainer(), vec![Count::default(); consenting.len()]),
            |(explainer, tally), range| {
                for moment in Self::moments(&range, self.graph.len()) {
                    let state = self.graph.state(moment);
                    if !explainer.stepper.possible(state, action) {
                        continue;
                    }
                    for (&c, count) in consenting.iter().zip(tally.iter_mut()) {
                        let had = self.has_reason(explainer, space.states.rows.row(state)[1 + c as usize], c, action);
                        if had.map_err(|error| self.told(error, moment, action))? {
                            count.add(1, moment);
                        }
                    }
                }
                Ok(())
            },
        )?;
        let mut counts = vec![Count::default(); consenting.len()];
        for (_, tally) in tallies {
            counts.iter_mut().zip(tally).for_each(|(count, more)| count.add(more.count, more.first));
        }
        Ok(consenting.iter().copied().zip(counts).collect())
    }

    fn explainer(&self) -> Explainer<'a> {
        Explainer::new(self.space, self.reasons, self.control)
    }

    /// An error that comes up where an action is thought about, with the story that leads there.
    fn told(&self, error: Error, moment: u32, action: u32) -> Error {
        let mut acts = self.graph.story(moment);
        acts.push(action as usize);
        error.after(&acts)
    }

    /// Whether a character's own world has a reason for an act in it.
    fn has_reason(&self, explainer: &mut Explainer<'a>, world: u32, c: u8, action: u32) -> Result<bool> {
        let limits = self.graph.limits;
        Ok(explainer.stepper.possible_in(world, action)
            && explainer.explains(world, c, action, limits.acts, Explainer::levels(limits), 1)? == Answer::Yes)
    }

    /// For each character and action how many moments there are in which the character does it, has a reason for it in what they believe, and
    /// would have none if they knew how things stand: the actual values, and what all others believe.
    ///
    /// Where that mind does not come to rest, or thinking in it has no next moment, there is nothing to be told.
    pub fn misled(&self) -> Result<Vec<((u8, u32), Count)>> {
        let space = self.space;
        let tallies = self.share(
            self.expanded_blocks(),
            || (self.explainer(), self.graph.reader(), HashMap::<(u8, u32), Count>::new()),
            |(explainer, reader, tally), range| {
                let mut informed: Vec<Option<Option<u32>>> = vec![];
                for moment in Self::moments(&range, self.graph.expanded()) {
                    let state = self.graph.state(moment);
                    informed.clear();
                    informed.resize(space.characters(), None);
                    let (actions, _) = reader.acts(moment);
                    for &action in actions {
                        for &c in space.task.events[action as usize].consenting.iter() {
                            let world = *informed[c as usize].get_or_insert_with(|| explainer.stepper.informed(state, c).ok());
                            let believed = space.states.rows.row(state)[1 + c as usize];
                            let Some(world) = world.filter(|&world| world != believed) else {
                                continue;
                            };
                            let had = match self.has_reason(explainer, world, c, action) {
                                Err(Error::Stopped) => return Err(Error::Stopped),
                                had => had.unwrap_or(true),
                            };
                            let told = |error| self.told(error, moment, action);
                            if !had && self.has_reason(explainer, believed, c, action).map_err(told)? {
                                tally.entry((c, action)).or_default().add(1, moment);
                            }
                        }
                    }
                }
                Ok(())
            },
        )?;
        Ok(Self::sum(tallies.into_iter().map(|tally| tally.2)))
    }

    /// Tallies of one kind in one, in order of keys.
    fn sum<K: Hash + Ord>(tallies: impl Iterator<Item = HashMap<K, Count>>) -> Vec<(K, Count)> {
        let mut sum: HashMap<K, Count> = HashMap::new();
        for (key, count) in tallies.flatten() {
            sum.entry(key).or_default().add(count.count, count.first);
        }
        let mut sum: Vec<(K, Count)> = sum.into_iter().collect();
        sum.sort_by(|a, b| a.0.cmp(&b.0));
        sum
    }

    /// The acts that lead from a moment of one set to a moment of another, by action.
    pub fn crossings(&self, sources: &Moments, targets: &Moments) -> Result<Vec<Crossing>> {
        let (sources, targets) = (sources.bits(), targets.bits());
        let tallies = self.tally(|tally: &mut HashMap<u32, Crossing>, moment, actions, ends| {
            if !sources.contains(moment) {
                return;
            }
            for (&action, &end) in actions.iter().zip(ends) {
                if targets.contains(end) {
                    tally.entry(action).or_insert(Crossing { action, count: 0, first: moment, end }).count += 1;
                }
            }
        })?;
        let mut found: HashMap<u32, Crossing> = HashMap::new();
        for crossing in tallies.into_iter().flat_map(HashMap::into_values) {
            match found.get_mut(&crossing.action) {
                None => {
                    found.insert(crossing.action, crossing);
                }
                Some(known) => {
                    let count = known.count + crossing.count;
                    if crossing.first < known.first {
                        *known = crossing;
                    }
                    known.count = count;
                }
            }
        }
        let mut found: Vec<Crossing> = found.into_values().collect();
        found.sort_by_key(|crossing| crossing.action);
        Ok(found)
    }

    /// For each fluent its values, with how many moments have each, in the order of the first.
    pub fn values(&self) -> Result<Vec<Vec<(Value, Count)>>> {
        let space = self.space;
        let tallies = self.share(self.blocks(), HashMap::<u32, Count>::new, |tally, range| {
            for moment in Self::moments(&range, self.graph.len()) {
                tally.entry(space.states.rows.first(self.graph.state(moment))).or_default().add(1, moment);
            }
            Ok(())
        })?;
        // Of words of packed valuations there are few.
        let mut by_word: HashMap<(usize, u64), Count> = HashMap::new();
        for (val, count) in Self::sum(tallies.into_iter()) {
            for (word, &bits) in space.vals.rows.row(val).iter().enumerate() {
                by_word.entry((word, bits)).or_default().add(count.count, count.first);
            }
        }
        let mut found: Vec<HashMap<Code, Count>> = vec![HashMap::new(); space.task.fluents.len()];
        let mut row = vec![0; space.words];
        for ((word, bits), count) in by_word {
            row[word] = bits;
            for f in space.in_word(word) {
                found[f as usize].entry(space.get_in(&row, f)).or_default().add(count.count, count.first);
            }
        }
        Ok(found.into_iter().enumerate().map(|(f, values)| self.in_order(f, values)).collect())
    }

    /// The values of a fluent in the order of their first moments.
    fn in_order(&self, fluent: usize, values: HashMap<Code, Count>) -> Vec<(Value, Count)> {
        let mut values: Vec<(Value, Count)> =
            values.into_iter().map(|(code, count)| (self.space.task.value(fluent, code), count)).collect();
        values.sort_by_key(|(_, count)| count.first);
        values
    }

    /// For each character what they believe of each fluent.
    pub fn beliefs(&self) -> Result<Vec<Vec<Belief>>> {
        let space = self.space;
        let characters = space.characters();
        let tallies = self.share(self.blocks(), HashMap::<(u8, u32, u32), Count>::new, |tally, range| {
            for moment in Self::moments(&range, self.graph.len()) {
                let row = space.states.rows.row(self.graph.state(moment));
                for (c, &belief) in row[1..].iter().enumerate() {
                    tally.entry((c as u8, row[0], space.node_val(belief))).or_default().add(1, moment);
                }
            }
            Ok(())
        })?;
        let mut by_word: HashMap<(u8, usize, u64, u64), Count> = HashMap::new();
        for ((c, val, believed), count) in Self::sum(tallies.into_iter()) {
            let words = space.vals.rows.row(val).iter().zip(space.vals.rows.row(believed));
            for (word, (&actual, &believed)) in words.enumerate() {
                by_word.entry((c, word, actual, believed)).or_default().add(count.count, count.first);
            }
        }
        let fluents = space.task.fluents.len();
        let mut right: Vec<Vec<HashMap<Code, Count>>> = vec![vec![HashMap::new(); fluents]; characters];
        let mut astray = vec![vec![(Count::default(), Count::default()); fluents]; characters];
        let (mut here, mut there) = (vec![0; space.words], vec![0; space.words]);
        for ((c, word, actual, believed), count) in by_word {
            here[word] = actual;
            there[word] = believed;
            for f in space.in_word(word) {
                let (actual, believed) = (space.get_in(&here, f), space.get_in(&there, f));
                let (wrong, unknown) = &mut astray[c as usize][f as usize];
                let tally = if actual == believed {
                    right[c as usize][f as usize].entry(actual).or_default()
                } else if believed == UNKNOWN {
                    unknown
                } else {
                    wrong
                };
                tally.add(count.count, count.first);
            }
        }
        Ok(right
            .into_iter()
            .zip(astray)
            .map(|(right, astray)| {
                let fluents = right.into_iter().zip(astray).enumerate();
                fluents.map(|(f, (right, (wrong, unknown)))| Belief { wrong, unknown, right: self.in_order(f, right) }).collect()
            })
            .collect())
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Going on for ever, and at random

    /// The sets of moments that one cannot leave and in which one can go on for ever: the strongly connected components without a way out, in
    /// the order of their first moments. None of them has a moment that nothing follows, or that was not expanded.
    pub fn traps(&self) -> Result<Vec<Moments>> {
        let ends = self.last()?.or(&self.unexplored());
        let escape = Happening { otherwise: ends.bits(), acts: HashMap::new() };
        let closed = Bits::clone(&self.all().bits()).minus(&self.can_reach(&escape, None)?.bits());
        // Tarjan's algorithm (1972), its recursion unrolled, on the moments from which there is no end; all that follows them is among them.
        let members: Vec<u32> = closed.iter().collect();
        let mut ranks = vec![0u32; closed.words.len()];
        let mut before = 0;
        for (rank, word) in ranks.iter_mut().zip(&closed.words) {
            *rank = before;
            before += word.count_ones();
        }
        let place = |moment: u32| {
            let (word, bit) = (moment as usize / BLOCK, moment as usize % BLOCK);
            ranks[word] + (closed.words[word] & ((1 << bit) - 1)).count_ones()
        };
        let mut starts = Vec::with_capacity(members.len() + 1);
        let mut targets: Vec<u32> = vec![];
        let mut reader = self.graph.reader();
        for &moment in &members {
            starts.push(targets.len());
            targets.extend(reader.acts(moment).1.iter().map(|&end| place(end)));
        }
        starts.push(targets.len());
        const NONE: u32 = u32::MAX;
        let mut number = vec![NONE; members.len()];
        let mut low = vec![0u32; members.len()];
        let mut component = vec![NONE; members.len()];
        let (mut stack, mut work): (Vec<u32>, Vec<(u32, usize)>) = (vec![], vec![]);
        let (mut counter, mut components) = (0, 0);
        let mut found = vec![];
        for root in 0..members.len() as u32 {
            if number[root as usize] != NONE {
                continue;
            }
            work.push((root, starts[root as usize]));
            while let Some(&mut (v, ref mut edge)) = work.last_mut() {
                let at = v as usize;
                if number[at] == NONE {
                    number[at] = counter;
                    low[at] = counter;
                    counter += 1;
                    stack.push(v);
                    if counter.is_multiple_of(1 << 16) {
                        self.check()?;
                    }
                }
                if *edge < starts[at + 1] {
                    let w = targets[*edge] as usize;
                    *edge += 1;
                    if number[w] == NONE {
                        work.push((w as u32, starts[w]));
                    } else if component[w] == NONE {
                        low[at] = low[at].min(number[w]);
                    }
                    continue;
                }
                work.pop();
                if let Some(&(parent, _)) = work.last() {
                    low[parent as usize] = low[parent as usize].min(low[at]);
                }
                if low[at] == number[at] {
                    let from = stack.iter().rposition(|&s| s == v).expect("it is on the stack");
                    let mut inside = stack.split_off(from);
                    inside.iter().for_each(|&w| component[w as usize] = components);
                    let bottom = inside
                        .iter()
                        .all(|&w| targets[starts[w as usize]..starts[w as usize + 1]].iter().all(|&t| component[t as usize] == components));
                    components += 1;
                    if bottom {
                        inside.sort_unstable();
                        found.push(Moments::list(inside.iter().map(|&w| members[w as usize]).collect(), self.graph.len()));
                    }
                }
            }
        }
        found.sort_by_key(|trap| trap.next(0));
        Ok(found)
    }

    /// Random play: from the start, each of the acts from a moment being as likely as any other, until a moment of one of the stops (the first
    /// of them counts), one that nothing follows, one that was not expanded, or the most acts.
    pub fn play(&self, stops: &[Moments], games: u64, seed: u64, most_acts: u64) -> Result<Play> {
        let stops: Vec<Arc<Bits>> = stops.iter().map(Moments::bits).collect();
        // Blocks are the unit of sharing; here a run of blocks stands for as many games.
        let tallies = self.share(
            games as usize,
            || {
                let readers: Vec<Reader> = (0..OPEN_BLOCKS).map(|_| self.graph.reader()).collect();
                (readers, Play { stops: vec![0; stops.len()], dead_ends: 0, unfinished: 0 })
            },
            |(readers, tally), range| {
                for game in range {
                    let mut dice = Dice::new(seed, game as u64);
                    let mut moment = 0u32;
                    let mut acts = 0;
                    loop {
                        if let Some(stop) = stops.iter().position(|stop| stop.contains(moment)) {
                            tally.stops[stop] += 1;
                            break;
                        }
                        if moment as usize >= self.graph.expanded() {
                            tally.unfinished += 1;
                            break;
                        }
                        let (_, ends) = readers[moment as usize / BLOCK % OPEN_BLOCKS].acts(moment);
                        if ends.is_empty() {
                            tally.dead_ends += 1;
                            break;
                        }
                        if acts == most_acts {
                            tally.unfinished += 1;
                            break;
                        }
                        moment = ends[dice.below(ends.len() as u64) as usize];
                        acts += 1;
                    }
                    if game % 16 == 0 {
                        self.check()?;
                    }
                }
                Ok(())
            },
        )?;
        let mut sum = Play { stops: vec![0; stops.len()], dead_ends: 0, unfinished: 0 };
        for (_, tally) in tallies {
            sum.stops.iter_mut().zip(tally.stops).for_each(|(count, more)| *count += more);
            sum.dead_ends += tally.dead_ends;
            sum.unfinished += tally.unfinished;
        }
        Ok(sum)
    }
}

/// Blocks that a player keeps open: most games pass through the same first ones.
const OPEN_BLOCKS: usize = 64;

/// Random numbers that depend on a seed and the number of the game alone (SplitMix64: Steele, Lea and Flood, OOPSLA 2014).
struct Dice(u64);

impl Dice {
    fn new(seed: u64, game: u64) -> Dice {
        let mut mix = Mix::new();
        mix.add(seed);
        mix.add(game);
        Dice(mix.finish())
    }

    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^= x >> 31;
        ((x as u128 * n as u128) >> 64) as u64
    }
}
