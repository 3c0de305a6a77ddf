//! What is asked of a graph: which moments, which ways, how often. Answers do not depend on the number of threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use hashbrown::HashMap;

use crate::belief::Stepper;
use crate::error::{Error, Result};
use crate::explanation::Control;
use crate::graph::{Graph, BLOCK};
use crate::space::Space;
use crate::store::Mix;
use crate::task::{Expr, Value};

/// A set of the moments of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moments {
    words: Vec<u64>,
    /// How many moments the graph has.
    of: usize,
}

impl Moments {
    pub fn none(of: usize) -> Moments {
        Moments { words: vec![0; of.div_ceil(BLOCK)], of }
    }

    /// The moments from one on, before another.
    pub fn range(from: usize, to: usize, of: usize) -> Moments {
        let mut found = Moments::none(of);
        for (word, bits) in found.words.iter_mut().enumerate() {
            let below = |end: usize| match end.saturating_sub(word * BLOCK) {
                0 => 0,
                n if n >= BLOCK => u64::MAX,
                n => (1 << n) - 1,
            };
            *bits = below(to) & !below(from);
        }
        found
    }

    fn of_words(words: Vec<u64>, of: usize) -> Moments {
        Moments { words, of }
    }

    #[inline]
    pub fn contains(&self, moment: u32) -> bool {
        self.words.get(moment as usize / BLOCK).is_some_and(|word| word >> (moment as usize % BLOCK) & 1 == 1)
    }

    /// Whether it was not in it.
    #[inline]
    pub fn insert(&mut self, moment: u32) -> bool {
        let word = &mut self.words[moment as usize / BLOCK];
        let bit = 1 << (moment as usize % BLOCK);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// The same for equal sets.
    pub fn digest(&self) -> u64 {
        let mut mix = Mix::new();
        self.words.iter().for_each(|&word| mix.add(word));
        mix.finish()
    }

    /// How many moments the graph has that it is of.
    pub fn of(&self) -> usize {
        self.of
    }

    /// The first moment of the set from one on.
    pub fn next(&self, from: usize) -> Option<u32> {
        let mut word = from / BLOCK;
        let mut bits = self.words.get(word)? & (u64::MAX << (from % BLOCK));
        while bits == 0 {
            word += 1;
            bits = *self.words.get(word)?;
        }
        Some((word * BLOCK) as u32 + bits.trailing_zeros())
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let mut from = 0;
        std::iter::from_fn(move || {
            let found = self.next(from)?;
            from = found as usize + 1;
            Some(found)
        })
    }

    fn with(&self, other: &Moments, each: impl Fn(u64, u64) -> u64) -> Moments {
        let words = self.words.iter().zip(&other.words).map(|(&a, &b)| each(a, b)).collect();
        Moments { words, of: self.of }
    }

    pub fn and(&self, other: &Moments) -> Moments {
        self.with(other, |a, b| a & b)
    }

    pub fn or(&self, other: &Moments) -> Moments {
        self.with(other, |a, b| a | b)
    }

    pub fn minus(&self, other: &Moments) -> Moments {
        self.with(other, |a, b| a & !b)
    }
}

/// A condition on an act and the moment that it leads to: the moment is in the set given for the act, or else in the other set.
#[derive(Clone)]
pub struct Happening {
    pub otherwise: Arc<Moments>,
    pub acts: HashMap<u32, Arc<Moments>>,
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

/// Blocks that a thread takes at a time.
const GRAIN: usize = 128;

/// One who asks: the graph with what it is of, how many threads may work, and a way to stop them.
pub struct Analysis<'a> {
    pub graph: &'a Graph,
    pub space: &'a Space,
    pub control: &'a Control,
    pub threads: usize,
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

    /// Runs over runs of blocks on all threads; the results come in order.
    fn in_parallel<T: Send, W>(
        &self,
        blocks: usize,
        worker: impl Fn() -> W + Sync,
        run: impl Fn(&mut W, std::ops::Range<usize>) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        let next = AtomicUsize::new(0);
        let work = || -> Result<Vec<(usize, T)>> {
            let mut worker = worker();
            let mut done = vec![];
            loop {
                let part = next.fetch_add(1, Ordering::Relaxed);
                if part * GRAIN >= blocks {
                    return Ok(done);
                }
                self.check()?;
                done.push((part, run(&mut worker, part * GRAIN..((part + 1) * GRAIN).min(blocks))?));
            }
        };
        let threads = self.threads.min(blocks.div_ceil(GRAIN)).max(1);
        let mut parts: Vec<(usize, T)> = vec![];
        if threads == 1 {
            parts = work()?;
        } else {
            let results: Vec<Result<Vec<(usize, T)>>> = std::thread::scope(|scope| {
                let handles: Vec<_> = (0..threads)
                    .map(|_| std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work).expect("a thread can be started"))
                    .collect();
                handles.into_iter().map(|h| h.join().expect("a worker does not panic")).collect()
            });
            for result in results {
                parts.extend(result?);
            }
        }
        parts.sort_by_key(|part| part.0);
        Ok(parts.into_iter().map(|part| part.1).collect())
    }

    /// The moments of a run of blocks, before an end.
    fn moments(range: &std::ops::Range<usize>, end: usize) -> std::ops::Range<u32> {
        (range.start * BLOCK) as u32..(range.end * BLOCK).min(end) as u32
    }

    /// Calls `each` with every moment expanded and its acts, on all threads: runs of moments in order, each with a tally of its own.
    fn sweep<T: Send + Default>(&self, each: impl Fn(&mut T, u32, &[u32], &[u32]) + Sync) -> Result<Vec<T>> {
        self.in_parallel(
            self.expanded_blocks(),
            || self.graph.reader(),
            |reader, range| {
                let mut tally = T::default();
                for moment in Self::moments(&range, self.graph.expanded()) {
                    let (actions, targets) = reader.acts(moment);
                    each(&mut tally, moment, actions, targets);
                }
                Ok(tally)
            },
        )
    }

    /// The set of the moments expanded for which a test holds.
    fn select(&self, test: impl Fn(&[u32], &[u32]) -> bool + Sync) -> Result<Moments> {
        let words = self.in_parallel(
            self.expanded_blocks(),
            || self.graph.reader(),
            |reader, range| {
                let mut words = vec![0u64; range.len()];
                for moment in Self::moments(&range, self.graph.expanded()) {
                    let (actions, targets) = reader.acts(moment);
                    words[moment as usize / BLOCK - range.start] |= (test(actions, targets) as u64) << (moment as usize % BLOCK);
                }
                Ok(words)
            },
        )?;
        let mut words = words.concat();
        words.resize(self.blocks(), 0);
        Ok(Moments::of_words(words, self.graph.len()))
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Which moments

    pub fn all(&self) -> Moments {
        Moments::range(0, self.graph.len(), self.graph.len())
    }

    /// The moments whose acts are not known.
    pub fn unexplored(&self) -> Moments {
        Moments::range(self.graph.expanded(), self.graph.len(), self.graph.len())
    }

    /// The moments that nothing follows.
    pub fn last(&self) -> Result<Moments> {
        self.select(|actions, _| actions.is_empty())
    }

    /// The moments in which an action is done.
    pub fn taken(&self, action: u32) -> Result<Moments> {
        self.select(|actions, _| actions.binary_search(&action).is_ok())
    }

    /// The moments in which a condition holds.
    pub fn holding(&self, condition: &Expr) -> Result<Moments> {
        let (graph, space) = (self.graph, self.space);
        let words = self.in_parallel(
            self.blocks(),
            || (),
            |_, range| {
                let mut words = vec![0u64; range.len()];
                for moment in Self::moments(&range, graph.len()) {
                    let row = space.states.rows.row(graph.state(moment));
                    let holds = condition.eval(&space.task, &|path: &[u8], f| space.read(row[0], &row[1..], path, f)) == Value::Bool(true);
                    words[moment as usize / BLOCK - range.start] |= (holds as u64) << (moment as usize % BLOCK);
                }
                Ok(words)
            },
        )?;
        Ok(Moments::of_words(words.concat(), graph.len()))
    }

    /// The sources, and what can follow them without an event to avoid.
    pub fn reach(&self, sources: &Moments, avoiding: Option<&Happening>) -> Result<Moments> {
        let expanded = self.graph.expanded();
        let mut reached = sources.clone();
        let mut pending = sources.clone();
        let mut reader = self.graph.reader();
        // Most acts lead on to higher numbers, so few sweeps are needed.
        let mut word = 0;
        let mut again: Option<usize> = None;
        loop {
            if word == pending.words.len() {
                match again.take() {
                    Some(first) => word = first,
                    None => return Ok(reached),
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
    pub fn can_reach(&self, targets: &Happening, avoiding: Option<&Happening>) -> Result<Moments> {
        let expanded = self.graph.expanded();
        let mut ahead = Moments::none(self.graph.len());
        let mut reader = self.graph.reader();
        let mut upwards = false;
        loop {
            let mut changed = false;
            for i in 0..self.expanded_blocks() {
                let word = if upwards { i } else { self.expanded_blocks() - 1 - i };
                if ahead.words[word] == u64::MAX {
                    continue;
                }
                if i % GRAIN == 0 {
                    self.check()?;
                }
                let count = BLOCK.min(expanded - word * BLOCK);
                for j in 0..count {
                    let moment = (word * BLOCK + if upwards { j } else { count - 1 - j }) as u32;
                    if ahead.contains(moment) {
                        continue;
                    }
                    let (actions, ends) = reader.acts(moment);
                    let leads = actions.iter().zip(ends).any(|(&action, &end)| {
                        targets.has(action, end) || ahead.contains(end) && !avoiding.is_some_and(|avoiding| avoiding.has(action, end))
                    });
                    if leads {
                        ahead.insert(moment);
                        changed = true;
                    }
                }
            }
            if !changed {
                return Ok(ahead.or(&targets.otherwise));
            }
            upwards = !upwards;
        }
    }

    /// A shortest way from one of the sources to an event; of several the one from the first source, and with the first acts.
    pub fn way(&self, sources: &Moments, targets: &Happening, avoiding: Option<&Happening>) -> Result<Option<Way>> {
        if let Some(there) = sources.and(&targets.otherwise).next(0) {
            return Ok(Some(Way { start: there, acts: vec![], end: there }));
        }
        // A queue meets moments in the order of (length, source, acts) of the first way to each.
        let mut seen = sources.clone();
        let mut order: Vec<(u32, u32)> = sources.iter().map(|moment| (moment, u32::MAX)).collect();
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
        let taken = self.sweep(|tally: &mut Vec<u64>, _, acts, _| {
            tally.resize(actions, 0);
            acts.iter().for_each(|&action| tally[action as usize] += 1);
        })?;
        let possible = self.in_parallel(
            self.blocks(),
            || (Stepper::new(self.space), vec![]),
            |(stepper, found), range| {
                let mut tally = vec![0u64; actions];
                for moment in Self::moments(&range, self.graph.len()) {
                    let row = self.space.states.rows.row(self.graph.state(moment));
                    stepper.applicable(row[0], &row[1..], found);
                    found.iter().for_each(|&action| tally[action as usize] += 1);
                }
                Ok(tally)
            },
        )?;
        let mut counts = vec![(0, 0); actions];
        for tally in possible {
            counts.iter_mut().zip(tally).for_each(|(count, n)| count.0 += n);
        }
        for tally in taken {
            counts.iter_mut().zip(tally).for_each(|(count, n)| count.1 += n);
        }
        Ok(counts)
    }

    /// The acts that lead from a moment of one set to a moment of another, by action.
    pub fn crossings(&self, sources: &Moments, targets: &Moments) -> Result<Vec<Crossing>> {
        let tallies = self.sweep(|tally: &mut HashMap<u32, Crossing>, moment, actions, ends| {
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
            found.entry(crossing.action).and_modify(|c| c.count += crossing.count).or_insert(crossing);
        }
        let mut found: Vec<Crossing> = found.into_values().collect();
        found.sort_by_key(|crossing| crossing.action);
        Ok(found)
    }

    /// For each fluent its values, with how many moments have each, and the first.
    pub fn values(&self) -> Result<Vec<Vec<(Value, u64, u32)>>> {
        let (graph, space) = (self.graph, self.space);
        // By words of packed valuations first: of these there are few.
        let tallies = self.in_parallel(
            self.blocks(),
            || (),
            |_, range| {
                let mut tally: HashMap<u32, (u64, u32)> = HashMap::new();
                for moment in Self::moments(&range, graph.len()) {
                    let val = space.states.rows.first(graph.state(moment));
                    tally.entry(val).or_insert((0, moment)).0 += 1;
                }
                Ok(tally)
            },
        )?;
        let mut by_valuation: HashMap<u32, (u64, u32)> = HashMap::new();
        for (val, (count, first)) in tallies.into_iter().flatten() {
            by_valuation.entry(val).and_modify(|known| known.0 += count).or_insert((count, first));
        }
        let mut by_word: HashMap<(usize, u64), (u64, u32)> = HashMap::new();
        for (val, (count, first)) in by_valuation {
            for (word, &bits) in space.vals.rows.row(val).iter().enumerate() {
                let known = by_word.entry((word, bits)).or_insert((0, first));
                *known = (known.0 + count, known.1.min(first));
            }
        }
        let mut found: Vec<HashMap<u16, (u64, u32)>> = vec![HashMap::new(); space.task.fluents.len()];
        let mut row = vec![0; space.words];
        for ((word, bits), (count, first)) in by_word {
            row[word] = bits;
            for f in space.in_word(word) {
                let known = found[f as usize].entry(space.get_in(&row, f)).or_insert((0, first));
                *known = (known.0 + count, known.1.min(first));
            }
        }
        Ok(found
            .into_iter()
            .enumerate()
            .map(|(f, values)| {
                let mut values: Vec<(Value, u64, u32)> =
                    values.into_iter().map(|(code, (count, first))| (space.task.value(f, code), count, first)).collect();
                values.sort_by_key(|value| (value.2, value.1));
                values
            })
            .collect())
    }
}
