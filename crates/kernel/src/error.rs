//! What can go wrong while a world runs. Numbers only; the Python side puts names to them.

use serde_json::{json, Value};

use crate::checkpoint::Trouble;

#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// The task is not of the documented form.
    Task(String),
    /// Triggers that lead back to a moment they have been in. `owner`: whose world it happens in.
    EndlessTriggers { owner: Option<usize>, triggers: Vec<usize>, acts: Vec<usize> },
    /// Triggers that went on for too long without coming back.
    Growth { owner: Option<usize>, triggers: Vec<usize>, acts: Vec<usize> },
    /// Two effects of one event gave one fluent different values at once.
    Conflict { event: Event, fluent: usize, acts: Vec<usize> },
    /// A fluent took more distinct values than the kernel can number.
    Values { fluent: usize },
    /// A world grew so many nested minds that building it was given up.
    Minds,
    /// A checkpoint is of no use.
    Checkpoint(Trouble),
    /// The request was stopped, ran out of time, or out of memory.
    Stopped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    Action(usize),
    Trigger(usize),
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Adds the story that leads to the moment of the error, where it is known.
    pub fn after(self, story: &[usize]) -> Error {
        let story = story.to_vec();
        match self {
            Error::EndlessTriggers { owner, triggers, .. } => Error::EndlessTriggers { owner, triggers, acts: story },
            Error::Growth { owner, triggers, .. } => Error::Growth { owner, triggers, acts: story },
            Error::Conflict { event, fluent, .. } => Error::Conflict { event, fluent, acts: story },
            other => other,
        }
    }

    pub fn to_json(&self) -> Value {
        match self {
            Error::Task(message) => json!({"kind": "task", "message": message}),
            Error::EndlessTriggers { owner, triggers, acts } => {
                json!({"kind": "endless_triggers", "owner": owner, "triggers": triggers, "acts": acts})
            }
            Error::Growth { owner, triggers, acts } => json!({"kind": "growth", "owner": owner, "triggers": triggers, "acts": acts}),
            Error::Conflict { event, fluent, acts } => {
                let (action, trigger) = match event {
                    Event::Action(a) => (Some(a), None),
                    Event::Trigger(t) => (None, Some(t)),
                };
                json!({"kind": "conflict", "action": action, "trigger": trigger, "fluent": fluent, "acts": acts})
            }
            Error::Values { fluent } => json!({"kind": "values", "fluent": fluent}),
            Error::Checkpoint(trouble) => {
                let message = if let Trouble::Io(message) = trouble { Some(message) } else { None };
                json!({"kind": "checkpoint", "trouble": trouble.name(), "message": message})
            }
            Error::Minds => json!({"kind": "minds"}),
            Error::Stopped => json!({"kind": "stopped"}),
        }
    }
}
