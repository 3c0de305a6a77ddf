//! Every moment that a world can reach, level by level.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use hashbrown::HashMap;

use crate::error::{Error, Result};
use crate::explanation::{Answer, Control, Explainer, Limits, Reasons};
use crate::search::Cut;
use crate::space::Space;

pub struct Exploration {
    /// All that could be done by anybody; otherwise only acts for which everybody who consents has a reason.
    pub physical: bool,
    pub depth: Option<usize>,
    pub limits: Limits,
    pub deadline: Option<Instant>,
    pub memory: Option<usize>,
    pub threads: usize,
}

pub struct Explored {
    /// Distinct states reachable within so many acts, from 0.
    pub states_by_depth: Vec<usize>,
    pub complete: bool,
    pub transitions: u64,
    pub cut: Option<Cut>,
    pub reasons_cut: bool,
    pub bytes: usize,
}

/// How many states a thread takes at a time.
const GRAIN: usize = 64;

struct Part {
    next: Vec<u32>,
    transitions: u64,
    reasons_cut: bool,
}

/// Explores; an error comes with a shortest story that leads to it.
pub fn explore<'a>(space: &'a Space, reasons: &'a Reasons, control: &Arc<Control>, asked: &Exploration) -> Result<Explored> {
    match levels(space, reasons, control, asked, asked.threads.max(1), None) {
        // Again on one thread, remembering how each state was reached: which error several threads come upon first depends on timing.
        Err(error) if error != Error::Stopped => levels(space, reasons, control, asked, 1, Some(HashMap::new())),
        found => found,
    }
}

/// How a state was reached first: from which, by which action.
type Trace = HashMap<u32, (u32, u32)>;

fn story(trace: &Trace, mut state: u32) -> Vec<usize> {
    let mut acts = vec![];
    while let Some(&(before, action)) = trace.get(&state) {
        acts.push(action as usize);
        state = before;
    }
    acts.reverse();
    acts
}

fn levels<'a>(
    space: &'a Space,
    reasons: &'a Reasons,
    control: &Arc<Control>,
    asked: &Exploration,
    threads: usize,
    trace: Option<Trace>,
) -> Result<Explored> {
    let mut workers: Vec<Explainer> = (0..threads).map(|_| Explainer::new(space, reasons, control)).collect();
    let tracing = trace.is_some();
    let trace = Mutex::new(trace);
    let initial = workers[0].stepper.initial()?;
    // The table of states may hold others already, from earlier requests on this task: what counts as seen is kept here.
    let seen = Seen::default();
    seen.add(initial);
    let mut found = Explored { states_by_depth: vec![1], complete: false, transitions: 0, cut: None, reasons_cut: false, bytes: 0 };
    let mut frontier = vec![initial];
    loop {
        if asked.depth.is_some_and(|d| found.states_by_depth.len() > d) {
            found.cut = Some(Cut::Acts);
            break;
        }
        let next_item = std::sync::atomic::AtomicUsize::new(0);
        let run = |worker: &mut Explainer<'a>| -> Result<Part> {
            let mut part = Part { next: vec![], transitions: 0, reasons_cut: false };
            let mut actions = vec![];
            loop {
                let from = next_item.fetch_add(GRAIN, Ordering::Relaxed);
                if from >= frontier.len() {
                    return Ok(part);
                }
                if control.stop.load(Ordering::Relaxed) {
                    return Err(Error::Stopped);
                }
                for &state in &frontier[from..(from + GRAIN).min(frontier.len())] {
                    let row = space.states.rows.row(state);
                    worker.stepper.applicable(row[0], &row[1..], &mut actions);
                    for &action in &actions {
                        let told = |error: Error| {
                            let mut acts = trace.lock().unwrap().as_ref().map_or(vec![], |t| story(t, state));
                            acts.push(action as usize);
                            error.after(&acts)
                        };
                        if !asked.physical {
                            match worker.explained(state, action, asked.limits).map_err(told)? {
                                Answer::Yes => {}
                                no => {
                                    part.reasons_cut |= no == Answer::Cut;
                                    continue;
                                }
                            }
                        }
                        let after = worker.stepper.step(state, action).map_err(told)?;
                        part.transitions += 1;
                        if seen.add(after) {
                            if tracing {
                                if let Some(trace) = trace.lock().unwrap().as_mut() {
                                    trace.insert(after, (state, action));
                                }
                            }
                            part.next.push(after);
                        }
                    }
                }
            }
        };
        let parts: Vec<Result<Part>> = if workers.len() == 1 || frontier.len() < 2 * GRAIN {
            vec![run(&mut workers[0])]
        } else {
            std::thread::scope(|scope| {
                let handles: Vec<_> = workers
                    .iter_mut()
                    .map(|worker| {
                        std::thread::Builder::new()
                            .stack_size(64 << 20)
                            .spawn_scoped(scope, || run(worker))
                            .expect("a thread can be started")
                    })
                    .collect();
                handles.into_iter().map(|h| h.join().expect("a worker does not panic")).collect()
            })
        };
        let mut next = vec![];
        let mut stopped = None;
        for part in parts {
            match part {
                Ok(part) => {
                    found.transitions += part.transitions;
                    found.reasons_cut |= part.reasons_cut;
                    next.extend(part.next);
                }
                Err(Error::Stopped) => {
                    stopped = Some(if asked.deadline.is_some_and(|d| Instant::now() >= d) { Cut::Time } else { Cut::Interrupted })
                }
                Err(error) => return Err(error),
            }
        }
        found.bytes = space.bytes() + reasons.bytes() + workers.iter().map(Explainer::bytes).sum::<usize>();
        if stopped.is_some() {
            found.cut = stopped;
            break;
        }
        if next.is_empty() {
            found.complete = true;
            break;
        }
        found.states_by_depth.push(found.states_by_depth.last().expect("depth 0") + next.len());
        control.states.store(*found.states_by_depth.last().expect("a depth") as u64, Ordering::Relaxed);
        control.depth.store(found.states_by_depth.len() as u64 - 1, Ordering::Relaxed);
        control.frontier.store(next.len() as u64, Ordering::Relaxed);
        control.bytes.store(found.bytes as u64, Ordering::Relaxed);
        frontier = next;
        if asked.memory.is_some_and(|m| found.bytes > m) {
            found.cut = Some(Cut::Memory);
            break;
        }
    }
    Ok(found)
}

/// Which states were seen: a bit for each id, shared by all threads.
#[derive(Default)]
struct Seen {
    chunks: std::sync::RwLock<Vec<Box<[std::sync::atomic::AtomicU64]>>>,
}

const CHUNK: usize = 1 << 20;

impl Seen {
    /// Whether the state was not seen before.
    fn add(&self, state: u32) -> bool {
        let (chunk, bit) = (state as usize / CHUNK, state as usize % CHUNK);
        {
            let chunks = self.chunks.read().unwrap();
            if let Some(words) = chunks.get(chunk) {
                return words[bit / 64].fetch_or(1 << (bit % 64), Ordering::Relaxed) >> (bit % 64) & 1 == 0;
            }
        }
        {
            let mut chunks = self.chunks.write().unwrap();
            while chunks.len() <= chunk {
                chunks.push((0..CHUNK / 64).map(|_| Default::default()).collect());
            }
        }
        self.add(state)
    }
}
