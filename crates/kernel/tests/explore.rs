//! However many threads explore, the graph is the same, and nobody is waited for in vain.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;

use chekhov_kernel::error::{Error, Result};
use chekhov_kernel::explanation::{Control, Limits, Reasons};
use chekhov_kernel::explore::{explore, Arrival, Block, Exploration, Explored, Sink};
use chekhov_kernel::graph::Graph;
use chekhov_kernel::space::Space;
use chekhov_kernel::task::Task;

/// Three counters up to this.
const MOST: usize = 14;
const LIMITS: Limits = Limits { acts: 1, beliefs: None };

/// Counts up to [`MOST`] in three places: levels of one moment up to some more than a hundred. Where all counters have one value, if it is
/// given, there is an action whose effects are in conflict.
fn space(conflict: Option<usize>) -> Space {
    let read = |fluent: usize| serde_json::json!(["f", [], fluent]);
    let test = |op: &str, fluent: usize, value: usize| serde_json::json!({"test": [op, read(fluent), ["v", value]], "revise": []});
    let effect =
        |fluent: usize, value: serde_json::Value| serde_json::json!({"condition": ["and"], "path": [], "fluent": fluent, "value": value});
    let mut actions: Vec<_> = (0..3)
        .map(|f| {
            serde_json::json!({
                "precondition": [[test("<", f, MOST)]], "effects": [effect(f, serde_json::json!(["+", read(f), ["v", 1]]))],
                "consenting": [], "observers": [],
            })
        })
        .collect();
    if let Some(value) = conflict {
        actions.push(serde_json::json!({
            "precondition": [[test("==", 0, value), test("==", 1, value), test("==", 2, value)]],
            "effects": [effect(0, serde_json::json!(["v", 0])), effect(0, serde_json::json!(["v", 1]))],
            "consenting": [], "observers": [],
        }));
    }
    let fluent = serde_json::json!({"kind": "number", "values": [], "bounds": [0, MOST]});
    let task = serde_json::json!({
        "version": 1, "characters": 0, "entities": 0, "fluents": [fluent, fluent, fluent],
        "initial": {"nodes": [{"values": [0, 0, 0], "beliefs": []}], "root": 0},
        "actions": actions, "triggers": [], "utility": ["v", 0], "utilities": [], "belief_depth": null,
    });
    Space::new(Task::parse(&task.to_string()).unwrap())
}

fn explored(space: &Space, threads: usize, sink: &mut dyn Sink) -> Result<Explored> {
    let asked = Exploration {
        physical: true,
        from: None,
        stop: None,
        depth: None,
        limits: LIMITS,
        deadline: None,
        worlds: None,
        memory: None,
        threads,
    };
    explore(space, &Reasons::new(), &Arc::<Control>::default(), &asked, sink)
}

fn acts(graph: &Graph) -> Vec<(Vec<u32>, Vec<u32>)> {
    let mut reader = graph.reader();
    let acts = |moment| {
        let (actions, targets) = reader.acts(moment);
        (actions.to_vec(), targets.to_vec())
    };
    (0..graph.expanded() as u32).map(acts).collect()
}

#[test]
fn any_number_of_threads_makes_the_same_graph() {
    let made: Vec<_> = [1, 2, 3, 8]
        .into_iter()
        .map(|threads| {
            let mut graph = Graph::new(0, LIMITS);
            let found = explored(&space(None), threads, &mut graph).unwrap();
            assert!(found.complete);
            assert_eq!(graph.len(), (MOST + 1).pow(3));
            (found.states_by_depth, acts(&graph))
        })
        .collect();
    assert!(made.iter().all(|graph| *graph == made[0]));
}

#[test]
fn the_first_error_is_told_whoever_comes_upon_it() {
    for threads in [1, 2, 3, 8] {
        let error = explored(&space(Some(5)), threads, &mut Graph::new(0, LIMITS)).err().unwrap();
        let Error::Conflict { fluent: 0, acts, .. } = error else { panic!("{error:?}") };
        assert_eq!(acts, [vec![0; 5], vec![1; 5], vec![2; 5], vec![3]].concat());
    }
}

/// Panics when it has taken so many blocks.
struct Broken(Graph, usize);

impl Sink for Broken {
    fn begin(&mut self, initial: u32, fired: &[u32]) {
        self.0.begin(initial, fired)
    }
    fn frontier(&mut self) -> Arc<Vec<u32>> {
        self.0.frontier()
    }
    fn arrivals(&mut self) -> Option<Vec<Arrival>> {
        self.0.arrivals()
    }
    fn take(&mut self, block: &Block) -> Result<()> {
        self.1 = self.1.checked_sub(1).expect("it is not broken");
        self.0.take(block)
    }
    fn end_level(&mut self) -> Result<()> {
        self.0.end_level()
    }
    fn drop_level(&mut self) -> Result<()> {
        self.0.drop_level()
    }
    fn moments(&self) -> usize {
        self.0.moments()
    }
    fn levels(&self) -> &[usize] {
        self.0.levels()
    }
    fn bytes(&self) -> usize {
        self.0.bytes()
    }
    fn counts_triggers(&self) -> bool {
        self.0.counts_triggers()
    }
    fn story(&self) -> Vec<usize> {
        Sink::story(&self.0)
    }
}

#[test]
fn a_panic_in_any_thread_ends_the_exploration() {
    for blocks in (1..200).step_by(9) {
        let mut sink = Broken(Graph::new(0, LIMITS), blocks);
        assert!(catch_unwind(AssertUnwindSafe(|| explored(&space(None), 3, &mut sink).is_ok())).is_err());
    }
}
