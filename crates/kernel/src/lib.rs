//! Search and exploration of grounded story worlds with nested belief. Knows nothing of Python, names or prose.
//!
//! `task` what is given · `space` and `store` the shared tables · `successors` what a valuation leads to · `perceptions` what is seen of it · `belief` what an
//! epistemic state leads to · `heuristic` how far it still is · `explanation` why somebody acts · `search` stories · `explore` everything ·
//! `graph` what was explored, kept · `packing` small · `checkpoint` on disk · `moments` sets of it · `analysis` what is asked of it.

pub mod analysis;
pub mod belief;
pub mod checkpoint;
pub mod clauses;
pub mod commutation;
pub mod error;
pub mod explanation;
pub mod explore;
pub mod graph;
pub mod heuristic;
pub mod landmarks;
pub mod moments;
pub mod packing;
pub mod perceptions;
pub mod search;
pub mod session;
pub mod shallow;
pub mod space;
pub mod store;
pub mod successors;
pub mod task;

/// Names of the deliberate faults that a build for testing the tests can be told to have.
pub const FAULTS: &[&str] = &["no_surprise", "inertia", "first_clause_only", "minimality", "trigger_order", "short_budget", "deaf_minds"];

#[cfg(feature = "faults")]
static FAULT: std::sync::RwLock<String> = std::sync::RwLock::new(String::new());

/// Chooses a deliberate fault ("" for none).
#[cfg(feature = "faults")]
pub fn set_fault(name: &str) {
    *FAULT.write().unwrap() = name.to_string();
}

#[cfg(feature = "faults")]
pub(crate) fn fault(name: &str) -> bool {
    *FAULT.read().unwrap() == name
}

#[cfg(not(feature = "faults"))]
#[inline(always)]
pub(crate) fn fault(_name: &str) -> bool {
    false
}
