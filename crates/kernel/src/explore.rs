//! Every moment that a world can reach, level by level.
//!
//! Threads expand the moments of a level in blocks, in whatever order they get to them. A [`Sink`] takes the blocks one at a time **in
//! the order of the moments**, so that what it makes of them does not depend on the threads; the next level is what it found new. A
//! thread that has done a block hands it in, and works for the sink if nobody does and the next block is there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use crate::commutation::Commutation;
use crate::error::{Error, Result};
use crate::explanation::{Answer, Control, Explainer, Limits, Reasons};
use crate::search::Cut;
use crate::shallow::After;
use crate::space::Space;
use crate::task::{Expr, Value};

pub struct Exploration {
    /// All that could be done by anybody; otherwise only acts for which everybody who consents has a reason.
    pub physical: bool,
    /// Moments in which it holds are reached and not left.
    pub stop: Option<Expr>,
    pub depth: Option<usize>,
    pub limits: Limits,
    pub deadline: Option<Instant>,
    /// Worlds that each thread looks at: moments, and those in minds. With one thread, what is found depends on nothing else.
    pub worlds: Option<u64>,
    /// In bytes, of all tables and caches.
    pub memory: Option<usize>,
    pub threads: usize,
}

pub struct Explored {
    /// Distinct states reachable within so many acts, from 0.
    pub states_by_depth: Vec<usize>,
    pub complete: bool,
    pub cut: Option<Cut>,
    /// Of the threads' caches, at the end.
    pub cache_bytes: usize,
    /// The most that all tables and caches took, and what was found on its way to the sink, as far as was seen.
    pub peak_bytes: usize,
}

/// The acts from some moments in a row.
#[derive(Default)]
pub struct Block {
    /// (action, state that it leads to), moment by moment, and of each moment by action.
    pub acts: Vec<(u32, u32)>,
    /// Where the acts of each moment end.
    pub ends: Vec<u32>,
    /// (number in `acts`, trigger that fired in the actual world in its wake), by act. Only for a sink that counts them.
    pub fired: Vec<(u32, u32)>,
    /// Limits on reasons kept an act out.
    pub reasons_cut: bool,
    /// If acts may be skipped: for each moment which of its acts are asleep, as [`Commutation::asleep`] has it; and how many were skipped.
    pub asleep: Vec<u64>,
    pub skipped: u64,
    possible_before: Vec<u32>,
    /// What came up instead of the next act: this action has no next moment.
    failed: Option<(u32, Error)>,
}

impl Block {
    fn clear(&mut self) {
        self.acts.clear();
        self.ends.clear();
        self.fired.clear();
        self.reasons_cut = false;
        self.asleep.clear();
        self.skipped = 0;
        self.failed = None;
    }

    fn bytes(&self) -> usize {
        (self.acts.capacity() + self.fired.capacity() + self.asleep.capacity()) * 8
            + (self.ends.capacity() + self.possible_before.capacity()) * 4
    }
}

/// How a moment was reached first.
#[derive(Clone, Copy)]
pub struct Arrival {
    /// The state before, with the acts asleep there.
    pub from: u32,
    pub asleep: u64,
    pub by: u32,
}

/// What is made of the moments and of the acts between them.
pub trait Sink: Send {
    /// The first moment, and the triggers that fired in its making. Called once, unless the sink has moments already.
    fn begin(&mut self, initial: u32, fired: &[u32]);
    /// The states of the moments to be expanded next, in order: what is left of a level. None: nothing is left at all.
    fn frontier(&mut self) -> Vec<u32>;
    /// Whether acts must not be skipped that lead where others do ([`Commutation`]).
    fn wants_every_act(&self) -> bool {
        true
    }
    /// How the moments of the frontier were reached first; asked before the frontier. None for the start, and where every act is wanted.
    fn arrivals(&mut self) -> Option<Vec<Arrival>> {
        None
    }
    /// Takes the acts from the next moments of the frontier.
    fn take(&mut self, block: &Block) -> Result<()>;
    /// All moments of the frontier were taken.
    fn end_level(&mut self) -> Result<()>;
    /// The level is given up: it is as if nothing of it had been taken.
    fn drop_level(&mut self) -> Result<()>;
    /// How many moments there are.
    fn moments(&self) -> usize;
    /// Levels begun, the start's being the first.
    fn levels(&self) -> &[usize];
    fn bytes(&self) -> usize;
    /// Whether it is to be told which triggers fire.
    fn counts_triggers(&self) -> bool;
    /// The story to the moment that would be taken next; empty if the sink does not know.
    fn story(&self) -> Vec<usize>;
}

/// How many states a thread takes at a time.
const GRAIN: usize = 64;
/// So many moments ahead a thread asks for the memory that it is going to look at: first for one thing, then for what that leads to.
const FORESEE: [(usize, bool); 2] = [(8, false), (4, true)];
/// A level of fewer blocks is left to one thread: to start others takes longer.
const BLOCKS_FOR_THREADS: usize = 6;
/// How many blocks the threads may be ahead of the sink.
const AHEAD: usize = 1024;
/// The memory is looked at each time the sink has taken so many blocks.
const WATCH: usize = 64;

/// What the threads hand in.
struct Queue {
    waiting: BTreeMap<usize, Block>,
    spare: Vec<Block>,
    /// The number of the block that the sink takes next.
    next: usize,
    /// Somebody works for the sink.
    taken: bool,
    failure: Option<Error>,
}

struct Level<'l, 'a> {
    asked: &'l Exploration,
    space: &'a Space,
    reasons: &'a Reasons,
    control: &'l Control,
    frontier: &'l [u32],
    /// If acts may be skipped; see [`Sink::arrivals`].
    commutation: Option<&'l Commutation>,
    arrivals: Option<Vec<Arrival>>,
    queue: Mutex<Queue>,
    /// Told each time the sink is done with a block.
    progress: Condvar,
    sink: Mutex<&'l mut dyn Sink>,
    counts_triggers: bool,
    /// The next block that a thread may take.
    block: AtomicUsize,
    halt: AtomicBool,
    out_of_memory: AtomicBool,
    peak_bytes: AtomicUsize,
    cache_bytes: Vec<AtomicUsize>,
}

impl<'a> Level<'_, 'a> {
    fn halted(&self) -> bool {
        self.halt.load(Ordering::Relaxed)
    }

    fn work(&self, number: usize, worker: &mut Explainer<'a>) {
        let (mut actions, mut after, mut states) = (vec![], After::default(), vec![]);
        after.fired = self.counts_triggers.then(Vec::new);
        loop {
            let block = self.block.fetch_add(1, Ordering::Relaxed);
            if block * GRAIN >= self.frontier.len() {
                return;
            }
            let mut out = {
                let mut queue = self.queue.lock().unwrap();
                while block > queue.next + AHEAD && !self.halted() {
                    queue = self.progress.wait(queue).unwrap();
                }
                queue.spare.pop().unwrap_or_default()
            };
            if self.halted() {
                return;
            }
            out.clear();
            after.clear();
            for moment in block * GRAIN..((block + 1) * GRAIN).min(self.frontier.len()) {
                for (ahead, near) in FORESEE {
                    if let Some(&state) = self.frontier.get(moment + ahead) {
                        worker.stepper.foresee(state, near);
                    }
                }
                match self.expand(worker, moment, &mut actions, &mut after, &mut out) {
                    Ok(()) => out.ends.push(out.acts.len() as u32),
                    Err((_, Error::Stopped)) => {
                        self.stop();
                        return;
                    }
                    Err(failed) => {
                        after.rows.truncate(out.acts.len() * (self.space.characters() + 1));
                        out.failed = Some(failed);
                        break;
                    }
                }
            }
            states.clear();
            self.space.states.intern_all(&after.rows, &mut states);
            out.acts.iter_mut().zip(&states).for_each(|(act, &state)| act.1 = state);
            if let Some(fired) = &mut after.fired {
                std::mem::swap(fired, &mut out.fired);
            }
            self.cache_bytes[number].store(worker.bytes(), Ordering::Relaxed);
            self.hand_in(block, out);
            if self.control.stop.load(Ordering::Relaxed) {
                self.stop();
            }
            if self.halted() {
                return;
            }
        }
    }

    /// The acts from one moment, where they lead being left to be filled in. An error comes with the action that it is about.
    fn expand(
        &self,
        worker: &mut Explainer<'a>,
        moment: usize,
        actions: &mut Vec<u32>,
        after: &mut After,
        out: &mut Block,
    ) -> std::result::Result<(), (u32, Error)> {
        let state = self.frontier[moment];
        worker.looked += 1;
        if worker.spent() {
            return Err((0, Error::Stopped));
        }
        let row = self.space.states.rows.row(state);
        if self.asked.stop.as_ref().is_some_and(|stop| worker.stepper.evaluate(state, stop) == Value::Bool(true)) {
            return Ok(());
        }
        worker.stepper.applicable(row[0], &row[1..], actions);
        actions.sort_unstable();
        if let Some(commutation) = self.commutation {
            let mut asleep = 0;
            if let Some(arrivals) = &self.arrivals {
                let arrival = arrivals[moment];
                let before = self.space.states.rows.row(arrival.from);
                worker.stepper.applicable(before[0], &before[1..], &mut out.possible_before);
                out.possible_before.sort_unstable();
                asleep = commutation.asleep(actions, arrival.by, &out.possible_before, arrival.asleep);
            }
            out.asleep.push(asleep);
            if asleep != 0 {
                out.skipped += asleep.count_ones() as u64;
                let mut i = 0;
                actions.retain(|_| {
                    i += 1;
                    i > 64 || asleep >> (i - 1) & 1 == 0
                });
            }
        }
        if !self.asked.physical {
            let mut kept = 0;
            for i in 0..actions.len() {
                let action = actions[i];
                match worker.explained(state, action, self.asked.limits).map_err(|error| (action, error))? {
                    Answer::Yes => {
                        actions[kept] = action;
                        kept += 1;
                    }
                    no => out.reasons_cut |= no == Answer::Cut,
                }
            }
            actions.truncate(kept);
        }
        worker.stepper.expand(state, actions, after)?;
        out.acts.extend(actions.iter().map(|&action| (action, 0)));
        Ok(())
    }

    fn stop(&self) {
        self.halt.store(true, Ordering::Relaxed);
        drop(self.queue.lock().unwrap());
        self.progress.notify_all();
    }

    /// Gives a block to the sink, or leaves it to whoever works for the sink.
    fn hand_in(&self, number: usize, block: Block) {
        let mut queue = self.queue.lock().unwrap();
        queue.waiting.insert(number, block);
        if queue.taken {
            return;
        }
        queue.taken = true;
        let mut sink = self.sink.lock().unwrap();
        while !self.halted() {
            let next = queue.next;
            let Some(mut block) = queue.waiting.remove(&next) else {
                break;
            };
            drop(queue);
            let done = sink.take(&block).and_then(|()| match block.failed.take() {
                None => Ok(()),
                Some((action, error)) => {
                    let mut acts = sink.story();
                    acts.push(action as usize);
                    Err(error.after(&acts))
                }
            });
            if next.is_multiple_of(WATCH) {
                self.watch(&**sink);
            }
            queue = self.queue.lock().unwrap();
            queue.next += 1;
            queue.spare.push(block);
            if let Err(error) = done {
                queue.failure = Some(error);
                self.halt.store(true, Ordering::Relaxed);
            }
            self.progress.notify_all();
        }
        queue.taken = false;
    }

    /// Says how far it is, and stops where the memory is used up.
    fn watch(&self, sink: &dyn Sink) {
        let caches: usize = self.cache_bytes.iter().map(|bytes| bytes.load(Ordering::Relaxed)).sum();
        let waiting = {
            let queue = self.queue.lock().unwrap();
            queue.waiting.values().chain(&queue.spare).map(Block::bytes).sum::<usize>()
        };
        let arrivals = self.arrivals.as_ref().map_or(0, |arrivals| std::mem::size_of_val(&arrivals[..]));
        let level = waiting + arrivals + std::mem::size_of_val(self.frontier);
        let bytes = self.space.bytes() + self.reasons.bytes() + sink.bytes() + caches + level;
        self.peak_bytes.fetch_max(bytes, Ordering::Relaxed);
        self.control.states.store(sink.moments() as u64, Ordering::Relaxed);
        self.control.bytes.store(bytes as u64, Ordering::Relaxed);
        if self.asked.memory.is_some_and(|most| bytes > most) {
            self.out_of_memory.store(true, Ordering::Relaxed);
            self.halt.store(true, Ordering::Relaxed);
            self.progress.notify_all();
        }
    }
}

/// Explores into a sink. An error comes with the story that leads to it, where the sink knows it, and is the first in the order of moments.
pub fn explore<'a>(
    space: &'a Space,
    reasons: &'a Reasons,
    control: &Arc<Control>,
    asked: &Exploration,
    sink: &mut dyn Sink,
) -> Result<Explored> {
    let threads = asked.threads.max(1);
    // Not if an act may be kept out in one order and not in the other.
    let commutes = asked.physical && asked.stop.is_none() && !sink.wants_every_act();
    let commutation = if commutes { Commutation::of(&space.task) } else { None };
    let mut workers: Vec<Explainer> = (0..threads).map(|_| Explainer::new(space, reasons, control)).collect();
    for worker in &mut workers {
        worker.most_looked = asked.worlds.unwrap_or(u64::MAX);
    }
    if sink.moments() == 0 {
        let initial = workers[0].stepper.initial()?;
        sink.begin(initial, &workers[0].stepper.fired);
    }
    let mut found = Explored { states_by_depth: vec![], complete: false, cut: None, cache_bytes: 0, peak_bytes: 0 };
    loop {
        let depth = sink.levels().len() - 1;
        let arrivals = sink.arrivals();
        let frontier = sink.frontier();
        control.states.store(sink.moments() as u64, Ordering::Relaxed);
        control.depth.store(depth as u64, Ordering::Relaxed);
        control.frontier.store(frontier.len() as u64, Ordering::Relaxed);
        if frontier.is_empty() {
            found.complete = true;
            break;
        }
        if asked.depth.is_some_and(|most| depth >= most) {
            found.cut = Some(Cut::Depth);
            break;
        }
        let level = Level {
            asked,
            space,
            reasons,
            control,
            frontier: &frontier,
            commutation: commutation.as_ref(),
            arrivals,
            queue: Mutex::new(Queue { waiting: BTreeMap::new(), spare: vec![], next: 0, taken: false, failure: None }),
            progress: Condvar::new(),
            counts_triggers: sink.counts_triggers(),
            sink: Mutex::new(&mut *sink),
            block: AtomicUsize::new(0),
            halt: AtomicBool::new(false),
            out_of_memory: AtomicBool::new(false),
            peak_bytes: AtomicUsize::new(0),
            cache_bytes: workers.iter().map(|worker| AtomicUsize::new(worker.bytes())).collect(),
        };
        if control.stop.load(Ordering::Relaxed) {
            level.stop();
        } else if workers.len() == 1 || frontier.len() < BLOCKS_FOR_THREADS * GRAIN {
            level.work(0, &mut workers[0]);
        } else {
            std::thread::scope(|scope| {
                for (number, worker) in workers.iter_mut().enumerate() {
                    let level = &level;
                    std::thread::Builder::new()
                        .stack_size(64 << 20)
                        .spawn_scoped(scope, move || level.work(number, worker))
                        .expect("a thread can be started");
                }
            });
        }
        level.watch(&**level.sink.lock().unwrap());
        let (halted, out_of_memory) = (level.halted(), level.out_of_memory.load(Ordering::Relaxed));
        found.peak_bytes = found.peak_bytes.max(level.peak_bytes.load(Ordering::Relaxed));
        space.release();
        if let Some(error) = level.queue.into_inner().unwrap().failure {
            return Err(error);
        }
        if halted {
            sink.drop_level()?;
            found.cut = Some(if out_of_memory {
                Cut::Memory
            } else if workers.iter().any(Explainer::spent) {
                Cut::States
            } else if asked.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                Cut::Time
            } else {
                Cut::Interrupted
            });
            break;
        }
        sink.end_level()?;
    }
    found.states_by_depth = sink.levels().to_vec();
    found.cache_bytes = workers.iter().map(Explainer::bytes).sum();
    Ok(found)
}

/// A sink that counts moments and keeps no acts.
#[derive(Default)]
pub struct Counter {
    seen: Seen,
    /// The moments of the level that is taken, and how many of them were.
    frontier: Vec<u32>,
    taken: usize,
    next: Vec<u32>,
    arrivals: Vec<Arrival>,
    count: usize,
    levels: Vec<usize>,
    pub transitions: u64,
    pub reasons_cut: bool,
    /// The transitions before the level.
    before: u64,
}

impl Sink for Counter {
    fn begin(&mut self, initial: u32, _fired: &[u32]) {
        self.seen.add(initial);
        self.next.push(initial);
        self.count = 1;
        self.levels.push(1);
    }

    fn wants_every_act(&self) -> bool {
        false
    }

    fn arrivals(&mut self) -> Option<Vec<Arrival>> {
        Some(std::mem::take(&mut self.arrivals)).filter(|arrivals| !arrivals.is_empty())
    }

    fn frontier(&mut self) -> Vec<u32> {
        self.before = self.transitions;
        self.taken = 0;
        self.frontier = std::mem::take(&mut self.next);
        self.frontier.clone()
    }

    fn take(&mut self, block: &Block) -> Result<()> {
        self.transitions += block.acts.len() as u64 + block.skipped;
        self.reasons_cut |= block.reasons_cut;
        let mut at = 0;
        for (i, &end) in block.ends.iter().enumerate() {
            for &(by, state) in &block.acts[at..end as usize] {
                if self.seen.add(state) {
                    self.count += 1;
                    self.next.push(state);
                    if let Some(&asleep) = block.asleep.get(i) {
                        self.arrivals.push(Arrival { from: self.frontier[self.taken + i], asleep, by });
                    }
                }
            }
            at = end as usize;
        }
        self.taken += block.ends.len();
        Ok(())
    }

    fn end_level(&mut self) -> Result<()> {
        if !self.next.is_empty() {
            self.levels.push(self.count);
        }
        Ok(())
    }

    fn drop_level(&mut self) -> Result<()> {
        self.transitions = self.before;
        self.count = self.levels.last().copied().unwrap_or(0);
        self.next.clear();
        self.arrivals.clear();
        Ok(())
    }

    fn moments(&self) -> usize {
        self.count
    }

    fn levels(&self) -> &[usize] {
        &self.levels
    }

    fn bytes(&self) -> usize {
        self.seen.words.len() * 8 + (self.next.capacity() + self.frontier.capacity()) * 4 + self.arrivals.capacity() * 16
    }

    fn counts_triggers(&self) -> bool {
        false
    }

    fn story(&self) -> Vec<usize> {
        vec![]
    }
}

/// Which states were seen: a bit for each id. The table of states may hold others already, from earlier requests on the task.
#[derive(Default)]
struct Seen {
    words: Vec<u64>,
}

impl Seen {
    /// Whether the state was not seen before.
    #[inline]
    fn add(&mut self, state: u32) -> bool {
        let word = state as usize / 64;
        if word >= self.words.len() {
            self.words.resize((word + 1).max(self.words.len() * 3 / 2), 0);
        }
        let bit = 1 << (state % 64);
        let new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        new
    }
}
