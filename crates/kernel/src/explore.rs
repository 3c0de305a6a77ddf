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
use crate::store::Apart;
use crate::task::{Expr, Value};

pub struct Exploration {
    /// All that could be done by anybody; otherwise only acts for which everybody who consents has a reason.
    pub physical: bool,
    /// The moment that stories begin in; `None`: that of the world.
    pub from: Option<u32>,
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
    fn frontier(&mut self) -> Arc<Vec<u32>>;
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

/// The most moments that a thread takes at a time. Towards the end of a level it is fewer, so that all threads come to the end at the same
/// time: one of so many parts, for each thread, of what is left.
const GRAIN: usize = 64;
const LEAST_GRAIN: usize = 4;
const PARTS: usize = 4;
/// So many moments ahead a thread asks for the memory that it is going to look at: first for one thing, then for what that leads to.
const FORESEE: [(usize, bool); 2] = [(8, false), (4, true)];
/// A level of fewer moments is left to one thread: to call the others takes longer.
const CALL: usize = 64;
/// So often a thread that waits for others looks whether they are there, before it goes to sleep. Waking it takes longer than most short levels.
const SPINS: usize = 2_000;
/// How many blocks the threads may be ahead of the sink.
const AHEAD: usize = 1024;
/// The memory is looked at each time the sink has taken so many blocks.
const WATCH: usize = 64;

/// What the threads hand in.
#[derive(Default)]
struct Queue {
    waiting: BTreeMap<usize, Block>,
    spare: Vec<Block>,
    /// The number of the block that the sink takes next.
    next: usize,
    /// Somebody works for the sink.
    taken: bool,
    /// How many threads wait because they are too far ahead.
    ahead: usize,
    failure: Option<Error>,
}

/// Moments to be expanded.
struct Level {
    frontier: Arc<Vec<u32>>,
    /// If acts may be skipped; see [`Sink::arrivals`].
    arrivals: Option<Vec<Arrival>>,
    /// Where each block begins, and where the last one ends.
    bounds: Vec<u32>,
    /// The next block that a thread may take.
    next: Apart<AtomicUsize>,
}

impl Level {
    fn new(frontier: Arc<Vec<u32>>, arrivals: Option<Vec<Arrival>>, threads: usize) -> Self {
        let (mut bounds, mut at) = (vec![0], 0);
        while at < frontier.len() {
            let left = frontier.len() - at;
            let fair = if threads == 1 { GRAIN } else { left / (threads * PARTS) };
            at += fair.clamp(LEAST_GRAIN, GRAIN).min(left);
            bounds.push(at as u32);
        }
        Level { frontier, arrivals, bounds, next: Apart(AtomicUsize::new(0)) }
    }

    fn bytes(&self) -> usize {
        let arrivals = self.arrivals.as_ref().map_or(0, |arrivals| std::mem::size_of_val(&arrivals[..]));
        arrivals + std::mem::size_of_val(&self.frontier[..]) + std::mem::size_of_val(&self.bounds[..])
    }
}

/// The level that threads are called to.
#[derive(Default)]
struct Call {
    /// None: it is too late to come.
    level: Option<Arc<Level>>,
    number: usize,
    asleep: usize,
    over: bool,
}

/// What the threads share. The one that asks for the exploration goes from level to level; the others wait to be called to one.
struct Crew<'l, 'a> {
    asked: &'l Exploration,
    space: &'a Space,
    reasons: &'a Reasons,
    control: &'l Arc<Control>,
    /// If acts may be skipped; see [`Sink::arrivals`].
    commutation: Option<&'l Commutation>,
    counts_triggers: bool,
    sink: Mutex<&'l mut dyn Sink>,
    queue: Mutex<Queue>,
    /// Told each time the sink is done with a block, if somebody waits for it.
    progress: Condvar,
    halt: AtomicBool,
    out_of_memory: AtomicBool,
    /// Somebody has looked at as many worlds as they may.
    spent: AtomicBool,
    peak_bytes: AtomicUsize,
    cache_bytes: Vec<AtomicUsize>,
    call: Mutex<Call>,
    called: Condvar,
    /// As in the call, for those who are not asleep.
    number: AtomicUsize,
    /// How many came to the level and have not left it.
    busy: AtomicUsize,
    left: Condvar,
}

/// A thread at work on a level that it was called to.
struct Shift<'c, 'l, 'a>(&'c Crew<'l, 'a>);

impl Drop for Shift<'_, '_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // What it was to do is missing.
            self.0.stop();
        }
        let _call = self.0.call.lock().unwrap();
        if self.0.busy.fetch_sub(1, Ordering::Release) == 1 {
            self.0.left.notify_all();
        }
    }
}

/// Sends the threads home, whatever happens.
struct Dismissal<'c, 'l, 'a>(&'c Crew<'l, 'a>);

impl Drop for Dismissal<'_, '_, '_> {
    fn drop(&mut self) {
        self.0.call.lock().unwrap().over = true;
        self.0.number.fetch_add(1, Ordering::Release);
        self.0.called.notify_all();
    }
}

impl<'a> Crew<'_, 'a> {
    fn halted(&self) -> bool {
        self.halt.load(Ordering::Relaxed)
    }

    /// Works on each level that it is called to.
    fn help(&self, number: usize) {
        let mut worker = Explainer::new(self.space, self.reasons, self.control);
        worker.most_looked = self.asked.worlds.unwrap_or(u64::MAX);
        let mut last = 0;
        while let Some(level) = self.come(&mut last) {
            let _shift = Shift(self);
            self.work(&level, number, &mut worker);
        }
    }

    /// Waits for the next level after the `last` one.
    fn come(&self, last: &mut usize) -> Option<Arc<Level>> {
        spin_while(|| self.number.load(Ordering::Acquire) == *last);
        let mut call = self.call.lock().unwrap();
        loop {
            if call.over {
                return None;
            }
            if call.number != *last {
                *last = call.number;
                if let Some(level) = &call.level {
                    self.busy.fetch_add(1, Ordering::Relaxed);
                    return Some(level.clone());
                }
            }
            call.asleep += 1;
            call = self.called.wait(call).unwrap();
            call.asleep -= 1;
        }
    }

    /// Works on a level with whoever comes, until nobody does any more.
    fn lead(&self, level: &Arc<Level>, worker: &mut Explainer<'a>) {
        let asleep = {
            let mut call = self.call.lock().unwrap();
            call.level = Some(level.clone());
            call.number += 1;
            self.number.store(call.number, Ordering::Release);
            call.asleep
        };
        if asleep > 0 {
            self.called.notify_all();
        }
        self.work(level, 0, worker);
        self.call.lock().unwrap().level = None;
        spin_while(|| self.busy.load(Ordering::Acquire) > 0);
        let mut call = self.call.lock().unwrap();
        while self.busy.load(Ordering::Acquire) > 0 {
            call = self.left.wait(call).unwrap();
        }
    }

    fn work(&self, level: &Level, number: usize, worker: &mut Explainer<'a>) {
        let (mut actions, mut after, mut states) = (vec![], After::default(), vec![]);
        after.fired = self.counts_triggers.then(Vec::new);
        loop {
            let block = level.next.0.fetch_add(1, Ordering::Relaxed);
            let Some(&[from, to]) = level.bounds.get(block..block + 2) else {
                return;
            };
            let mut out = {
                let mut queue = self.queue.lock().unwrap();
                while block > queue.next + AHEAD && !self.halted() {
                    queue.ahead += 1;
                    queue = self.progress.wait(queue).unwrap();
                    queue.ahead -= 1;
                }
                queue.spare.pop().unwrap_or_default()
            };
            if self.halted() {
                return;
            }
            out.clear();
            after.clear();
            for moment in from as usize..to as usize {
                for (ahead, near) in FORESEE {
                    if let Some(&state) = level.frontier.get(moment + ahead) {
                        worker.stepper.foresee(state, near);
                    }
                }
                match self.expand(worker, level, moment, &mut actions, &mut after, &mut out) {
                    Ok(()) => out.ends.push(out.acts.len() as u32),
                    Err((_, Error::Stopped)) => {
                        self.spent.fetch_or(worker.spent(), Ordering::Relaxed);
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
            self.hand_in(level, block, out);
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
        level: &Level,
        moment: usize,
        actions: &mut Vec<u32>,
        after: &mut After,
        out: &mut Block,
    ) -> std::result::Result<(), (u32, Error)> {
        let state = level.frontier[moment];
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
            if let Some(arrivals) = &level.arrivals {
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
    fn hand_in(&self, level: &Level, number: usize, block: Block) {
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
                self.watch(level, &**sink);
            }
            queue = self.queue.lock().unwrap();
            queue.next += 1;
            queue.spare.push(block);
            if let Err(error) = done {
                queue.failure = Some(error);
                self.halt.store(true, Ordering::Relaxed);
            }
            if queue.ahead > 0 {
                self.progress.notify_all();
            }
        }
        queue.taken = false;
    }

    /// Says how far it is, and stops where the memory is used up.
    fn watch(&self, level: &Level, sink: &dyn Sink) {
        let caches: usize = self.cache_bytes.iter().map(|bytes| bytes.load(Ordering::Relaxed)).sum();
        let waiting = {
            let queue = self.queue.lock().unwrap();
            queue.waiting.values().chain(&queue.spare).map(Block::bytes).sum::<usize>()
        };
        let bytes = self.space.bytes() + self.reasons.bytes() + sink.bytes() + caches + waiting + level.bytes();
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
    let mut worker = Explainer::new(space, reasons, control);
    worker.most_looked = asked.worlds.unwrap_or(u64::MAX);
    if sink.moments() == 0 {
        if let Some(state) = asked.from {
            sink.begin(state, &[]);
        } else {
            let initial = worker.stepper.initial()?;
            sink.begin(initial, &worker.stepper.fired);
        }
    }
    let crew = Crew {
        asked,
        space,
        reasons,
        control,
        commutation: commutation.as_ref(),
        counts_triggers: sink.counts_triggers(),
        sink: Mutex::new(sink),
        queue: Mutex::default(),
        progress: Condvar::new(),
        halt: AtomicBool::new(false),
        out_of_memory: AtomicBool::new(false),
        spent: AtomicBool::new(false),
        peak_bytes: AtomicUsize::new(0),
        cache_bytes: (0..threads).map(|_| AtomicUsize::new(0)).collect(),
        call: Mutex::default(),
        called: Condvar::new(),
        number: AtomicUsize::new(0),
        busy: AtomicUsize::new(0),
        left: Condvar::new(),
    };
    crew.cache_bytes[0].store(worker.bytes(), Ordering::Relaxed);
    let (complete, cut) = std::thread::scope(|scope| {
        let _dismissal = Dismissal(&crew);
        let mut helpers = 1..threads;
        loop {
            let level = {
                let mut sink = crew.sink.lock().unwrap();
                let depth = sink.levels().len() - 1;
                let arrivals = sink.arrivals();
                let frontier = sink.frontier();
                control.states.store(sink.moments() as u64, Ordering::Relaxed);
                control.depth.store(depth as u64, Ordering::Relaxed);
                control.frontier.store(frontier.len() as u64, Ordering::Relaxed);
                if frontier.is_empty() {
                    return Ok((true, None));
                }
                if asked.depth.is_some_and(|most| depth >= most) {
                    return Ok((false, Some(Cut::Depth)));
                }
                Arc::new(Level::new(frontier, arrivals, threads))
            };
            crew.queue.lock().unwrap().next = 0;
            if control.stop.load(Ordering::Relaxed) {
                crew.stop();
            } else if level.frontier.len() < CALL {
                crew.work(&level, 0, &mut worker);
            } else {
                for number in helpers.by_ref() {
                    let crew = &crew;
                    std::thread::Builder::new()
                        .stack_size(64 << 20)
                        .spawn_scoped(scope, move || crew.help(number))
                        .expect("a thread can be started");
                }
                crew.lead(&level, &mut worker);
            }
            let mut sink = crew.sink.lock().unwrap();
            crew.watch(&level, &**sink);
            let (halted, out_of_memory) = (crew.halted(), crew.out_of_memory.load(Ordering::Relaxed));
            space.release();
            if let Some(error) = crew.queue.lock().unwrap().failure.take() {
                return Err(error);
            }
            if halted {
                sink.drop_level()?;
                let late = asked.deadline.is_some_and(|deadline| Instant::now() >= deadline);
                let cut = match (out_of_memory, crew.spent.load(Ordering::Relaxed), late) {
                    (true, ..) => Cut::Memory,
                    (_, true, _) => Cut::States,
                    (.., true) => Cut::Time,
                    _ => Cut::Interrupted,
                };
                return Ok((false, Some(cut)));
            }
            sink.end_level()?;
        }
    })?;
    let caches = crew.cache_bytes.iter().map(|bytes| bytes.load(Ordering::Relaxed)).sum();
    let peak_bytes = crew.peak_bytes.load(Ordering::Relaxed);
    let sink = crew.sink.into_inner().unwrap();
    Ok(Explored { states_by_depth: sink.levels().to_vec(), complete, cut, cache_bytes: caches, peak_bytes })
}

/// Waits for a while as long as something holds.
fn spin_while(holds: impl Fn() -> bool) {
    for _ in 0..SPINS {
        if !holds() {
            return;
        }
        std::hint::spin_loop();
    }
}

/// A sink that counts moments and keeps no acts.
#[derive(Default)]
pub struct Counter {
    seen: Seen,
    /// The moments of the level that is taken, and how many of them were.
    frontier: Arc<Vec<u32>>,
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

    fn frontier(&mut self) -> Arc<Vec<u32>> {
        self.before = self.transitions;
        self.taken = 0;
        self.frontier = Arc::new(std::mem::take(&mut self.next));
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
