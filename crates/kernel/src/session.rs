//! The requests of `ARCHITECTURE.md`, JSON in and JSON out, on one task.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{json, Value as Json};

use crate::analysis::Analysis;
use crate::belief::{Firing, Owner, Stepper};
use crate::checkpoint::{digest, Checkpoint};
use crate::error::{Error, Result};
use crate::explanation::{Answer, Control, Explainer, Limits, Reasons};
use crate::explore::{explore, Counter, Exploration, Explored, Sink};
use crate::graph::Graph;
use crate::search::{search, Cut, Request};
use crate::space::Space;
use crate::task::{read, Expr, Task, Value};

/// A world under investigation: its tables live as long as this.
pub struct Session {
    /// Steps single worlds. Borrows from the boxes below, which never move and are dropped after it.
    single: Mutex<Stepper<'static>>,
    /// Explains single acts, and borrows likewise. Apart from the former, so that no step waits for a reason, which can take long.
    explaining: Mutex<Explainer<'static>>,
    /// What was found out about reasons, for all requests on this task.
    reasons: Box<Reasons>,
    space: Box<Space>,
    threads: usize,
    memory: Option<usize>,
    /// Of the task and of the program's version.
    digest: u64,
}

/// An opaque handle of a world: the actual state, or a node with its owner and epistemic depth.
#[derive(Clone, Copy)]
struct World {
    id: u32,
    owner: Option<usize>,
    depth: usize,
}

impl World {
    fn pack(self) -> u64 {
        self.id as u64 | (self.owner.map_or(0, |c| c as u64 + 1)) << 32 | (self.depth.min(0xffff) as u64) << 40
    }
    fn unpack(handle: u64) -> World {
        let owner = handle >> 32 & 0xff;
        World { id: handle as u32, owner: (owner > 0).then(|| owner as usize - 1), depth: (handle >> 40) as usize }
    }
}

fn limit(json: &Json, key: &str) -> Option<u16> {
    json[key].as_u64().map(|n| n.min(u16::MAX as u64 - 2) as u16)
}

fn deadline(json: &Json) -> Option<Instant> {
    json["seconds"].as_f64().map(|s| Instant::now() + Duration::from_secs_f64(s.clamp(0.0, 1e8)))
}

impl Session {
    pub fn new(task: &str, options: &str) -> Result<Session> {
        let options: Json = serde_json::from_str(options).map_err(|e| Error::Task(e.to_string()))?;
        #[cfg(feature = "faults")]
        crate::set_fault(options["fault"].as_str().unwrap_or(""));
        let space = Box::new(Space::new(Task::parse(task)?));
        let reasons = Box::new(Reasons::new());
        // SAFETY: the boxes' contents stay where they are until after what borrows from them is dropped (fields are dropped in order
        // of declaration), and are only ever borrowed shared.
        let (space_ref, reasons_ref): (&'static Space, &'static Reasons) =
            unsafe { (&*(&*space as *const Space), &*(&*reasons as *const Reasons)) };
        Ok(Session {
            single: Mutex::new(Stepper::new(space_ref)),
            explaining: Mutex::new(Explainer::new(space_ref, reasons_ref, &Arc::default())),
            threads: options["threads"].as_u64().map_or(1, |n| n.clamp(1, 256) as usize),
            memory: options["memory"].as_u64().map(|n| n as usize),
            digest: digest(task.as_bytes()) ^ digest(env!("CARGO_PKG_VERSION").as_bytes()),
            reasons,
            space,
        })
    }

    /// Stops a request at its deadline even in the middle of one reason: `run` gets a control that a watch sets.
    fn timed<R>(control: &Control, deadline: Option<Instant>, run: impl FnOnce() -> R) -> R {
        let Some(deadline) = deadline else {
            return run();
        };
        let done = (Mutex::new(false), std::sync::Condvar::new());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut finished = done.0.lock().unwrap();
                while !*finished {
                    let now = Instant::now();
                    if now >= deadline {
                        control.stop.store(true, Ordering::Relaxed);
                        return;
                    }
                    finished = done.1.wait_timeout(finished, deadline - now).unwrap().0;
                }
            });
            let result = run();
            *done.0.lock().unwrap() = true;
            done.1.notify_all();
            result
        })
    }

    pub fn search(&self, request: &str, control: &Arc<Control>) -> Result<Json> {
        let _visit = self.space.visit();
        let start = Instant::now();
        let json: Json = read(request)?;
        let deadline = deadline(&json);
        let request = Request {
            goal: self.space.task.expr(&json["goal"])?,
            from: self.beginning(&json)?,
            max_acts: limit(&json, "max_acts"),
            max_expanded: json["max_expanded"].as_u64().map(|n| n as usize),
            limits: Limits {
                acts: limit(&json, "max_reason_acts").unwrap_or(u16::MAX - 2).max(1),
                beliefs: limit(&json, "max_belief_depth"),
            },
            physical: json["physical"] == true,
            first: json["first"] == true,
            fastest: json["fastest"] == true,
            count: json["count"].as_u64().unwrap_or(1).max(1) as usize,
            deadline,
            memory: self.memory,
            threads: self.threads,
        };
        let found = Self::timed(control, deadline, || search(&self.space, &self.reasons, control, &request))?;
        let outcome = match (found.plans.is_empty(), found.cut) {
            (false, _) => "found",
            (true, None) => "impossible",
            (true, Some(_)) => "limit",
        };
        Ok(json!({
            "outcome": outcome,
            "plans": found.plans,
            "proved_shortest": !found.plans.is_empty() && !request.first,
            "states": found.states,
            "expanded": found.expanded,
            "seconds": start.elapsed().as_secs_f64(),
            "limit": found.cut.map(Cut::name),
            "reasons_cut": found.reasons_cut,
            "covered": {"acts": found.covered},
            "blocked": {"unreachable": found.hopeless},
            "bytes": found.bytes,
        }))
    }

    pub fn explore(&self, request: &str, control: &Arc<Control>) -> Result<Json> {
        let _visit = self.space.visit();
        let start = Instant::now();
        let json: Json = read(request)?;
        let deadline = deadline(&json);
        let asked = self.exploration(&json, deadline)?;
        let mut counter = Counter::default();
        let found = match Self::timed(control, deadline, || explore(&self.space, &self.reasons, control, &asked, &mut counter)) {
            // Again with a graph, which knows the story that leads to the error.
            Err(error) if error != Error::Stopped => return Err(self.grown(control, &asked, deadline, None).err().unwrap_or(error)),
            found => found?,
        };
        Ok(json!({
            "states_by_depth": found.states_by_depth,
            "complete": found.complete,
            "transitions": counter.transitions,
            "seconds": start.elapsed().as_secs_f64(),
            "bytes": self.space.bytes() + self.reasons.bytes() + counter.bytes() + found.cache_bytes,
            "valuations": self.space.vals.len(),
            "believed_worlds": self.space.nodes.len(),
            "reasons_cut": counter.reasons_cut,
            "limit": found.cut.map(Cut::name),
        }))
    }

    /// The moment that stories are to begin in, if not that of the world.
    fn beginning(&self, json: &Json) -> Result<Option<u32>> {
        match json["from"].as_u64().map(|handle| self.world(handle)).transpose()? {
            Some(World { owner: Some(_), .. }) => Err(Error::Task("stories begin in the actual world".into())),
            world => Ok(world.map(|w| w.id)),
        }
    }

    fn exploration(&self, json: &Json, deadline: Option<Instant>) -> Result<Exploration> {
        Ok(Exploration {
            physical: json["physical"] == true,
            from: self.beginning(json)?,
            stop: if json["stop"].is_null() { None } else { Some(self.space.task.expr(&json["stop"])?) },
            depth: json["depth"].as_u64().map(|d| d as usize),
            limits: Limits {
                acts: limit(json, "max_reason_acts").unwrap_or(u16::MAX - 2).max(1),
                beliefs: limit(json, "max_belief_depth"),
            },
            deadline,
            worlds: json["worlds"].as_u64(),
            memory: self.memory,
            threads: self.threads,
        })
    }

    /// A graph, grown as far as asked for: from what a checkpoint holds, if there is one.
    fn grown(
        &self,
        control: &Arc<Control>,
        asked: &Exploration,
        deadline: Option<Instant>,
        checkpoint: Option<Checkpoint>,
    ) -> Result<(Graph, Explored)> {
        let task = &self.space.task;
        let mut graph = Graph::new(task.events.len() - task.actions, asked.limits);
        let found = Self::timed(control, deadline, || {
            if let Some(checkpoint) = checkpoint {
                match graph.resume(checkpoint, &mut Stepper::new(&self.space), control, asked.depth) {
                    // The exploration sees by itself that it is stopped.
                    Ok(()) | Err(Error::Stopped) => {}
                    Err(error) => return Err(error),
                }
            }
            let found = explore(&self.space, &self.reasons, control, asked, &mut graph)?;
            graph.close()?;
            Ok(found)
        })?;
        Ok((graph, found))
    }

    fn checkpoint(&self, json: &Json) -> Result<Option<Checkpoint>> {
        let Some(path) = json["checkpoint"].as_str() else {
            return Ok(None);
        };
        let options = ["physical", "stop", "max_reason_acts", "max_belief_depth"].map(|key| &json[key]);
        let options = digest(json!(options).to_string().as_bytes());
        Checkpoint::open(path.as_ref(), self.digest, options, json["resume"] == true).map(Some)
    }

    /// The graph of the world, and how far it goes.
    pub fn graph(&self, request: &str, control: &Arc<Control>) -> Result<(Graph, Json)> {
        let _visit = self.space.visit();
        let start = Instant::now();
        let json: Json = read(request)?;
        let deadline = deadline(&json);
        let (graph, found) = self.grown(control, &self.exploration(&json, deadline)?, deadline, self.checkpoint(&json)?)?;
        let (acts, numbering) = graph.bytes_by_part();
        let space = &self.space;
        let answer = json!({
            "states_by_depth": found.states_by_depth,
            "complete": found.complete,
            "transitions": graph.transitions,
            "seconds": start.elapsed().as_secs_f64(),
            "reasons_cut": graph.reasons_cut,
            "limit": found.cut.map(Cut::name),
            "peak_bytes": found.peak_bytes,
            "fired": graph.fired.iter().map(|&(count, first)| (count, (count > 0).then_some(first))).collect::<Vec<_>>(),
            "valuations": space.vals.len(),
            "bytes": {
                "acts": acts,
                "numbering": numbering,
                "states": space.states.rows.bytes(),
                "state_table": space.states.bytes() - space.states.rows.bytes(),
                "valuations": space.vals.rows.bytes(),
                "valuation_table": space.vals.bytes() - space.vals.rows.bytes(),
                "beliefs": space.bytes() - space.states.bytes() - space.vals.bytes(),
                "reasons": self.reasons.bytes(),
                "caches": found.cache_bytes,
            },
        });
        Ok((graph, answer))
    }

    /// For questions to a graph of this world.
    pub fn analysis<'g>(&'g self, graph: &'g Graph, control: &'g Arc<Control>) -> Analysis<'g> {
        Analysis { graph, space: &self.space, reasons: &self.reasons, control, threads: self.threads, _visit: self.space.visit() }
    }

    /// A condition of the task.
    pub fn condition(&self, expression: &str) -> Result<Expr> {
        self.space.task.expr(&read(expression)?)
    }

    pub fn value_to_json(&self, value: Value) -> Json {
        self.space.task.value_to_json(value)
    }

    /// The world of a moment.
    pub fn moment(&self, graph: &Graph, moment: u32) -> u64 {
        World { id: graph.state(moment), owner: None, depth: 0 }.pack()
    }

    // One world at a time.

    fn with_stepper<R>(&self, run: impl FnOnce(&mut Stepper) -> R) -> R {
        let _visit = self.space.visit();
        run(&mut self.single.lock().unwrap())
    }

    /// The number of an action, if there is one with it.
    pub fn action(&self, action: usize) -> Result<u32> {
        if action < self.space.task.actions {
            Ok(action as u32)
        } else {
            Err(Error::Task(format!("there is no action {action}")))
        }
    }

    fn world(&self, handle: u64) -> Result<World> {
        let world = World::unpack(handle);
        let len = if world.owner.is_some() { self.space.nodes.len() } else { self.space.states.rows.len() };
        if (world.id as usize) < len {
            Ok(world)
        } else {
            Err(Error::Task("there is no such world".into()))
        }
    }

    pub fn initial(&self) -> Result<u64> {
        self.with_stepper(|s| Ok(World { id: s.initial()?, owner: None, depth: 0 }.pack()))
    }

    pub fn step(&self, world: u64, action: usize) -> Result<u64> {
        let world = self.world(world)?;
        let action = self.action(action)?;
        self.with_stepper(|s| {
            let id = match world.owner {
                None => s.step(world.id, action)?,
                Some(c) => s.imagine(world.id, action, c as Owner, world.depth)?,
            };
            Ok(World { id, ..world }.pack())
        })
    }

    fn wake(&self, world: u64, action: usize) -> Result<(World, Firing)> {
        let world = self.world(world)?;
        let action = self.action(action)?;
        if world.owner.is_some() {
            return Err(Error::Task("this is not the actual world".into()));
        }
        Ok((world, self.with_stepper(|s| s.firing(world.id, action))?))
    }

    /// The triggers that fire after an action in the actual world, in order, each with the worlds before and after it.
    pub fn firing(&self, world: u64, action: usize) -> Result<Vec<(u32, u64, u64)>> {
        let (world, firing) = self.wake(world, action)?;
        Ok(firing
            .fired
            .into_iter()
            .map(|(trigger, ids)| (trigger, ids.map(|id| World { id, ..world }.pack())))
            .map(|(trigger, [before, after])| (trigger, before, after))
            .collect())
    }

    /// The triggers that fire after an action in what the characters believe of the actual world, with whose belief it is.
    pub fn noticed(&self, world: u64, action: usize) -> Result<Vec<(usize, u32)>> {
        let (_, firing) = self.wake(world, action)?;
        Ok(firing.noticed.into_iter().map(|(owner, trigger)| (owner as usize, trigger)).collect())
    }

    pub fn believed(&self, world: u64, character: usize) -> Result<u64> {
        let world = self.world(world)?;
        if character >= self.space.characters() {
            return Err(Error::Task(format!("there is no character {character}")));
        }
        if world.owner == Some(character) {
            return Ok(world.pack());
        }
        let id = match world.owner {
            None => self.space.states.rows.row(world.id)[1 + character],
            Some(_) => self.space.node_belief(world.id, character),
        };
        Ok(World { id, owner: Some(character), depth: world.depth + 1 }.pack())
    }

    pub fn possible(&self, world: u64, action: usize) -> Result<bool> {
        let world = self.world(world)?;
        let action = self.action(action)?;
        Ok(self.with_stepper(|s| match world.owner {
            None => s.possible(world.id, action),
            Some(_) => s.possible_in(world.id, action),
        }))
    }

    pub fn evaluate(&self, world: u64, expression: &str) -> Result<Json> {
        let world = self.world(world)?;
        let expr = self.space.task.expr(&read(expression)?)?;
        let value = self.with_stepper(|s| match world.owner {
            None => s.evaluate(world.id, &expr),
            Some(_) => s.evaluate_in(world.id, &expr),
        });
        Ok(self.space.task.value_to_json(value))
    }

    pub fn values(&self, world: u64) -> Result<Json> {
        let world = self.world(world)?;
        let val = match world.owner {
            None => self.space.states.rows.row(world.id)[0],
            Some(_) => self.space.node_val(world.id),
        };
        let task = &self.space.task;
        Ok((0..task.fluents.len()).map(|f| task.value_to_json(task.value(f, self.space.get(val, f as u32)))).collect())
    }

    /// A world, and all that is believed in it, as a task has its initial state: for a task whose stories begin here.
    pub fn nodes(&self, world: u64) -> Result<Json> {
        // How deep in reasons a mind was come to is no part of it.
        let mind = |handle| World { depth: 0, ..World::unpack(handle) }.pack();
        let mut found = vec![mind(world)];
        let mut numbers = HashMap::from([(found[0], 0)]);
        let mut nodes = vec![];
        while let Some(&world) = found.get(nodes.len()) {
            let mut beliefs = vec![];
            for character in 0..self.space.characters() {
                let belief = mind(self.believed(world, character)?);
                beliefs.push(*numbers.entry(belief).or_insert_with(|| {
                    found.push(belief);
                    found.len() - 1
                }));
            }
            nodes.push(json!({"values": self.values(world)?, "beliefs": beliefs}));
        }
        Ok(json!({"nodes": nodes, "root": 0}))
    }

    /// An explanation of an action for the owner of a world.
    pub fn explain(&self, world: u64, action: usize, limits: Limits, control: &Arc<Control>) -> Result<Json> {
        let world = self.world(world)?;
        let action = self.action(action)?;
        let Some(c) = world.owner else {
            return Err(Error::Task("the actual world has no owner who could have reasons".into()));
        };
        let _visit = self.space.visit();
        let mut explainer = self.explaining.lock().unwrap();
        explainer.control = control.clone();
        let answer = match explainer.explanation(world.id, c as Owner, action, limits, world.depth) {
            Ok(answer) => answer,
            Err(Error::Stopped) => return Ok(json!({"outcome": "limit", "acts": null})),
            Err(error) => return Err(error),
        };
        Ok(match answer {
            Ok(acts) => json!({"outcome": "found", "acts": acts}),
            Err(Answer::Cut) => json!({"outcome": "limit", "acts": null}),
            Err(_) => json!({"outcome": "none", "acts": null}),
        })
    }
}
