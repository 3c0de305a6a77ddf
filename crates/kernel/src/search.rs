//! Shortest stories: A* over actual states, with consent tested only for the acts that the search comes to.
//!
//! An open entry is an act in a closed state. When it is popped, its successor is built and estimated, minds included; if that is farther from
//! the goal than it seemed, the entry goes back. Only then those who consent are asked, which is dear. Entries of equal estimate are popped
//! longest story first, in blocks whose entries are treated by all threads and then merged in order: so what is found depends neither on timing
//! nor on the number of threads. The heuristic never overestimates, and a state that is reached at less cost is closed again: the first story
//! popped is a shortest one.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::Instant;

use hashbrown::HashMap;

use crate::error::{Error, Result};
use crate::explanation::{Answer, Control, Explainer, Limits, Reasons};
use crate::heuristic::NEVER;
use crate::space::Space;
use crate::task::{Expr, Value};

pub struct Request {
    pub goal: Expr,
    /// The state that stories begin at; None: the start of the world.
    pub from: Option<u32>,
    pub max_acts: Option<u16>,
    /// So many states are expanded at most, a block more at the end.
    pub max_expanded: Option<usize>,
    pub limits: Limits,
    /// Any act that is possible, whoever wants it.
    pub physical: bool,
    /// The first story found, not a shortest.
    pub first: bool,
    /// The story in which the fewest natural acts happen, and of those the shortest: time passes in steps that are natural acts.
    pub fastest: bool,
    pub count: usize,
    pub deadline: Option<Instant>,
    pub memory: Option<usize>,
    pub threads: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Acts,
    Depth,
    Time,
    Memory,
    States,
    Interrupted,
}

impl Cut {
    pub fn name(self) -> &'static str {
        match self {
            Cut::Acts => "acts",
            Cut::Depth => "depth",
            Cut::Time => "time",
            Cut::Memory => "memory",
            Cut::States => "states",
            Cut::Interrupted => "interrupted",
        }
    }
}

#[derive(Debug)]
pub struct Found {
    pub plans: Vec<Vec<usize>>,
    /// What kept the search from covering everything, if anything did.
    pub cut: Option<Cut>,
    /// Some no of a reason was cut off by the reason limits.
    pub reasons_cut: bool,
    /// All stories of up to so many acts were covered.
    pub covered: u16,
    pub states: usize,
    pub expanded: usize,
    /// The goal is out of reach even if everybody did whatever they can.
    pub hopeless: bool,
    pub bytes: usize,
}

/// Entries are tried in blocks: small at first, so that little is done in vain when a story is near, then larger, so that the threads have
/// enough to do. The size depends on what was done, never on the number of threads.
const SMALLEST_BLOCK: usize = 4;
const LARGEST_BLOCK: usize = 256;
/// Estimates with minds are dear: after so many of them they are kept up only where one in so many tells something.
const MINDS_TRIED: usize = 64;
const MINDS_WORTH: usize = 16;
const ROOT: u32 = u32::MAX;

struct Node {
    state: u32,
    parent: u32,
    action: u32,
    acts: u16,
    /// Natural acts among them; counted only for the fastest story.
    steps: u16,
    /// The goal is so many acts away at least.
    bound: u16,
}

impl Node {
    /// The acts and steps of the story that goes on with an action.
    fn after(&self, space: &Space, request: &Request, action: u32) -> (u16, u16) {
        (self.acts + 1, self.steps + (request.fastest && space.task.events[action as usize].natural) as u16)
    }
}

/// What a story costs: its steps first, then its acts and those that lie ahead at least.
fn estimated(steps: u16, acts: u16, weight: usize, bound: u16) -> usize {
    (steps as usize) << 24 | (acts as usize + weight * bound as usize)
}

/// Open entries: an act in a closed node. By estimate, then by length of story.
#[derive(Default)]
struct Open {
    buckets: BTreeMap<usize, Vec<Vec<(u32, u32)>>>,
    len: usize,
}

impl Open {
    fn push(&mut self, estimate: usize, acts: usize, entry: (u32, u32)) {
        let row = self.buckets.entry(estimate).or_default();
        if row.len() <= acts {
            row.resize_with(acts + 1, Vec::new);
        }
        row[acts].push(entry);
        self.len += 1;
    }

    /// The next block: what was pushed last comes first.
    fn pop(&mut self, size: usize) -> Option<(usize, Vec<(u32, u32)>)> {
        while let Some(mut entry) = self.buckets.first_entry() {
            let (estimate, row) = (*entry.key(), entry.get_mut());
            while row.last().is_some_and(Vec::is_empty) {
                row.pop();
            }
            if let Some(bucket) = row.last_mut() {
                let at = bucket.len().saturating_sub(size);
                let mut block = bucket.split_off(at);
                block.reverse();
                self.len -= block.len();
                return Some((estimate, block));
            }
            entry.remove();
        }
        None
    }
}

/// What a thread finds out about an entry.
enum Tried {
    /// Somebody has no reason; `cut`: within the limits on reasons.
    Refused {
        cut: bool,
    },
    /// It leads to where others have led already.
    Known,
    /// With what the characters believe, the goal is out of reach; `cut`: within the limit on acts.
    Far {
        cut: bool,
    },
    /// Its estimate is larger than the one that it was popped for.
    Later(usize),
    Done {
        state: u32,
        goal: bool,
        bound: u16,
    },
}

pub fn search<'a>(space: &'a Space, reasons: &'a Reasons, control: &Arc<Control>, request: &'a Request) -> Result<Found> {
    let threads = request.threads.max(1);
    let mut workers: Vec<Explainer<'a>> = (0..threads).map(|_| Explainer::new(space, reasons, control)).collect();
    let initial = match request.from {
        Some(state) => state,
        None => workers[0].stepper.initial()?,
    };
    let weight = if request.first { 5 } else { 1 };
    let max_acts = request.max_acts.unwrap_or(u16::MAX - 1);
    let mut found = Found { plans: vec![], cut: None, reasons_cut: false, covered: 0, states: 0, expanded: 0, hopeless: false, bytes: 0 };
    let mut nodes = vec![Node { state: initial, parent: ROOT, action: 0, acts: 0, steps: 0, bound: 0 }];
    let mut closed: Closed = HashMap::from_iter([(initial, Times { count: 1, acts: 0, steps: 0 })]);
    let mut open = Open::default();
    let mut cut_by_acts = false;
    let start_val = space.states.rows.row(initial)[0];
    if workers[0].stepper.evaluate(initial, &request.goal) == Value::Bool(true) {
        found.plans.push(vec![]);
    }
    found.hopeless = found.plans.is_empty() && workers[0].heuristic.until_goal(start_val, &request.goal, u16::MAX - 1) == NEVER;
    let mut best_estimate = 0;
    let mut stopped = None;
    let mut entries_tried = 0;
    // Entries estimated with minds, and those of which that told something.
    let mut minds = (0usize, 0usize);
    // The deadline's watch sets the same flag as an interrupt does.
    let cut = || if request.deadline.is_some_and(|d| Instant::now() >= d) { Cut::Time } else { Cut::Interrupted };
    if found.plans.len() < request.count && !found.hopeless {
        match expand(&mut workers, space, request, max_acts, weight, &nodes, &[0], &mut open, &mut cut_by_acts) {
            Err(Error::Stopped) => stopped = Some(cut()),
            opened => opened?,
        }
    }
    'search: while found.plans.len() < request.count && stopped.is_none() {
        let Some((estimate, block)) = open.pop((entries_tried / 16).clamp(SMALLEST_BLOCK, LARGEST_BLOCK)) else {
            break;
        };
        best_estimate = estimate;
        found.bytes = space.bytes() + reasons.bytes() + nodes.len() * 16 + open.len * 8 + closed.len() * 16 + bytes_of(&workers);
        control.states.store(nodes.len() as u64, Ordering::Relaxed);
        control.frontier.store(open.len as u64, Ordering::Relaxed);
        control.depth.store(estimate as u64 & 0xff_ffff, Ordering::Relaxed);
        control.bytes.store(found.bytes as u64, Ordering::Relaxed);
        if control.stop.load(Ordering::Relaxed) || request.deadline.is_some_and(|d| Instant::now() >= d) {
            stopped = Some(cut());
            break;
        }
        if request.memory.is_some_and(|m| found.bytes > m) {
            stopped = Some(Cut::Memory);
            break;
        }
        if request.max_expanded.is_some_and(|m| found.expanded >= m) {
            stopped = Some(Cut::States);
            break;
        }
        let use_minds = !request.physical && (minds.0 < MINDS_TRIED || minds.1 * MINDS_WORTH >= minds.0);
        let frame = Frame { request, max_acts, weight, nodes: &nodes, closed: &closed, estimate, minds: use_minds };
        let tried = in_parallel(&mut workers, &block, |worker, &entry| try_entry(worker, &frame, entry));
        minds.0 += if use_minds { block.len() } else { 0 };
        entries_tried += block.len();
        let mut fresh = vec![];
        for (&(parent, action), result) in block.iter().zip(tried) {
            match result {
                Err(Error::Stopped) => {
                    stopped = Some(cut());
                    break 'search;
                }
                Err(error) => {
                    let mut story = story(&nodes, parent);
                    story.push(action as usize);
                    return Err(error.after(&story));
                }
                Ok(Tried::Refused { cut }) => found.reasons_cut |= cut,
                Ok(Tried::Known) => {}
                Ok(Tried::Far { cut }) => {
                    cut_by_acts |= cut;
                    minds.1 += 1;
                }
                Ok(Tried::Later(estimate)) => {
                    open.push(estimate, nodes[parent as usize].acts as usize + 1, (parent, action));
                    minds.1 += 1;
                }
                Ok(Tried::Done { state, goal, bound }) => {
                    let (acts, steps) = nodes[parent as usize].after(space, request, action);
                    let times = closed.entry(state).or_insert(Times { count: 0, acts: u16::MAX, steps: u16::MAX });
                    if times.enough(request, acts, steps) {
                        continue;
                    }
                    if request.count > 1 && on_path(&nodes, parent, state) {
                        continue;
                    }
                    times.count += 1;
                    times.acts = times.acts.min(acts);
                    times.steps = times.steps.min(steps);
                    nodes.push(Node { state, parent, action, acts, steps, bound });
                    if goal {
                        found.plans.push(story(&nodes, nodes.len() as u32 - 1));
                        if found.plans.len() >= request.count {
                            break 'search;
                        }
                        continue;
                    }
                    fresh.push(nodes.len() as u32 - 1);
                }
            }
        }
        found.expanded += fresh.len();
        match expand(&mut workers, space, request, max_acts, weight, &nodes, &fresh, &mut open, &mut cut_by_acts) {
            Err(Error::Stopped) => stopped = Some(cut()),
            opened => opened?,
        }
    }
    found.states = closed.len();
    found.covered = match (stopped, found.plans.last()) {
        (Some(_), _) if request.first || request.fastest => 0,
        (Some(_), _) => (best_estimate as u16).saturating_sub(1),
        (None, Some(plan)) => plan.len() as u16,
        (None, None) => max_acts,
    };
    found.cut = stopped.or(if found.plans.len() < request.count && cut_by_acts { Some(Cut::Acts) } else { None });
    found.bytes = space.bytes() + reasons.bytes() + nodes.len() * 16 + open.len * 8 + closed.len() * 16 + bytes_of(&workers);
    Ok(found)
}

fn bytes_of(workers: &[Explainer]) -> usize {
    workers.iter().map(Explainer::bytes).sum()
}

fn story(nodes: &[Node], mut at: u32) -> Vec<usize> {
    let mut acts = vec![];
    while nodes[at as usize].parent != ROOT {
        acts.push(nodes[at as usize].action as usize);
        at = nodes[at as usize].parent;
    }
    acts.reverse();
    acts
}

fn on_path(nodes: &[Node], mut at: u32, state: u32) -> bool {
    loop {
        let node = &nodes[at as usize];
        if node.state == state {
            return true;
        }
        if node.parent == ROOT {
            return false;
        }
        at = node.parent;
    }
}

/// How often a state was closed, and the fewest acts and steps that it took.
struct Times {
    count: u32,
    acts: u16,
    steps: u16,
}

impl Times {
    /// Whether nothing is gained by closing it again at such a cost.
    fn enough(&self, request: &Request, acts: u16, steps: u16) -> bool {
        self.count as usize >= request.count && self.acts <= acts && self.steps <= steps
    }
}

type Closed = HashMap<u32, Times>;

/// What a block of entries is tried against.
struct Frame<'a, 'b> {
    request: &'a Request,
    max_acts: u16,
    weight: usize,
    nodes: &'b [Node],
    closed: &'b Closed,
    /// What its entries were popped for.
    estimate: usize,
    /// Whether states are estimated with minds.
    minds: bool,
}

fn try_entry<'a>(worker: &mut Explainer<'a>, frame: &Frame<'a, '_>, (parent, action): (u32, u32)) -> Result<Tried> {
    let &Frame { request, max_acts, weight, nodes, closed, estimate, minds } = frame;
    let state = nodes[parent as usize].state;
    let (acts, steps) = nodes[parent as usize].after(worker.stepper.space, request, action);
    let mut bound = 0;
    let stepped = worker.stepper.step(state, action);
    if let Ok(after) = stepped {
        if closed.get(&after).is_some_and(|times| times.enough(request, acts, steps)) {
            return Ok(Tried::Known);
        }
        if minds && worker.stepper.evaluate(after, &request.goal) != Value::Bool(true) {
            bound = worker.heuristic.until_goal_in(after, &request.goal, max_acts - acts);
            if bound > max_acts - acts {
                return Ok(Tried::Far { cut: bound != NEVER });
            }
            let farther = estimated(steps, acts, weight, bound);
            if farther > estimate {
                return Ok(Tried::Later(farther));
            }
        }
    }
    if !request.physical {
        match worker.explained(state, action, request.limits)? {
            Answer::Yes => {}
            no => return Ok(Tried::Refused { cut: no == Answer::Cut }),
        }
    }
    // Only what somebody really does can go wrong.
    let after = stepped?;
    let goal = worker.stepper.evaluate(after, &request.goal) == Value::Bool(true);
    Ok(Tried::Done { state: after, goal, bound })
}

/// Runs a function over items on all workers; results come back in the order of the items.
fn in_parallel<'a, T: Sync, R: Send>(
    workers: &mut [Explainer<'a>],
    items: &[T],
    run: impl Fn(&mut Explainer<'a>, &T) -> R + Sync,
) -> Vec<R> {
    if workers.len() == 1 || items.len() < 4 {
        let worker = &mut workers[0];
        return items.iter().map(|item| run(worker, item)).collect();
    }
    let next = std::sync::atomic::AtomicUsize::new(0);
    let mut results: Vec<Option<R>> = Vec::new();
    results.resize_with(items.len(), || None);
    let parts: Vec<Vec<(usize, R)>> = std::thread::scope(|scope| {
        let handles: Vec<_> = workers
            .iter_mut()
            .map(|worker| {
                let (next, run) = (&next, &run);
                std::thread::Builder::new()
                    .stack_size(64 << 20)
                    .spawn_scoped(scope, move || {
                        let mut done = vec![];
                        loop {
                            let i = next.fetch_add(1, Ordering::Relaxed);
                            if i >= items.len() {
                                return done;
                            }
                            done.push((i, run(worker, &items[i])));
                        }
                    })
                    .expect("a thread can be started")
            })
            .collect();
        handles.into_iter().map(|h| h.join().expect("a worker does not panic")).collect()
    });
    for (i, result) in parts.into_iter().flatten() {
        results[i] = Some(result);
    }
    results.into_iter().map(|r| r.expect("every item was done")).collect()
}

/// Opens the acts that can be done in newly closed nodes.
#[allow(clippy::too_many_arguments)]
fn expand<'a>(
    workers: &mut [Explainer<'a>],
    space: &'a Space,
    request: &'a Request,
    max_acts: u16,
    weight: usize,
    nodes: &[Node],
    fresh: &[u32],
    open: &mut Open,
    cut_by_acts: &mut bool,
) -> Result<()> {
    let opened = in_parallel(workers, fresh, |worker, &at| -> Result<(Vec<(u32, u16)>, bool)> {
        // A block can take seconds.
        if worker.control.stop.load(Ordering::Relaxed) {
            return Err(Error::Stopped);
        }
        let node = &nodes[at as usize];
        let left = max_acts - node.acts;
        if left == 0 {
            return Ok((vec![], true));
        }
        let row = space.states.rows.row(node.state);
        let mut actions = vec![];
        worker.stepper.applicable(row[0], &row[1..], &mut actions);
        actions.sort_unstable();
        let (mut entries, mut cut) = (vec![], false);
        for action in actions {
            let bound = match worker.preview(row[0], action, None)? {
                Some(after) => worker.heuristic.until_goal(after, &request.goal, left - 1),
                None => 0,
            };
            if bound > left - 1 {
                cut |= bound != NEVER;
                continue;
            }
            let bound = bound.max(node.bound.saturating_sub(1));
            entries.push((action, bound));
        }
        Ok((entries, cut))
    });
    for (&at, result) in fresh.iter().zip(opened) {
        let (entries, cut) = result.map_err(|error| error.after(&story(nodes, at)))?;
        *cut_by_acts |= cut;
        // Pushed in reverse, because what is pushed last is popped first.
        for (action, bound) in entries.into_iter().rev() {
            let (acts, steps) = nodes[at as usize].after(space, request, action);
            open.push(estimated(steps, acts, weight, bound), acts as usize, (at, action));
        }
    }
    Ok(())
}
