//! Acts that commute, and acts that need not be taken because of that.
//!
//! **Which commute.** Let R(a) be the fluents that an action reads (precondition, effects, observers, whatever the path) and W(a) those that it
//! changes: by an effect, or by a surprise, which changes what the precondition compares. Let T(a) be the triggers that read a fluent of W(a), and close: W(a) takes in what T(a)
//! changes, and R(a) what it reads. Two actions are *independent* if neither W meets the other's R or W.
//!
//! Then they commute in every state at rest in which both are possible. An epistemic state is a valuation for each path of characters. An action decides who sees it and what becomes of whom by
//! fluents of R(a) on a path and its beginnings, and changes fluents of W(a) there; so does a trigger of T(a). A trigger that was at rest can be enabled only by a change
//! of what it reads, so after a none fires outside T(a); and T(a) and T(b) have none in common, since W(a) meets what such a one reads, and that is in R(b).
//! Hence a does the same, step by step, before and after b, and b before and after a. Possible remains possible, and an error is one in either order.
//! (A bound on belief makes worlds copies of others; such tasks are left alone.)
//!
//! **Which need not be taken.** Sleep sets (Godefroid, "Using partial orders to improve automatic verification methods", CAV 1990), for a walk level by
//! level that takes moments in the order of their least stories: least by length, then by the numbers of the acts. Let c1..cm be the least
//! story of a state s, and let a be possible in s. If for some j: a < cj, and a is independent of cj..cm, then c1..c(j-1) a cj..cm is a
//! story of the same length to where a leads from s, and less. So the least story of a state never ends in an act that is skipped for this reason; and its beginning is the least story of where it leads, or else
//! there would be one still less. By induction over length every state is reached by its least story, and first by that one: all states, and their depths, are found. The acts
//! asleep in s = t·b are those independent of b that are less than b or asleep in t.

use crate::task::{Expr, Task};

/// More actions than this are not compared with each other.
const MAX_ACTIONS: usize = 2_048;

/// A set of fluents.
type Fluents = Vec<u64>;

struct Footprint {
    reads: Fluents,
    writes: Fluents,
}

fn meet(a: &Fluents, b: &Fluents) -> bool {
    a.iter().zip(b).any(|(a, b)| a & b != 0)
}

fn join(a: &mut Fluents, b: &Fluents) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a |= b);
}

/// For each two actions whether they are independent.
pub struct Commutation {
    words: usize,
    rows: Vec<u64>,
}

impl Commutation {
    /// None if no two actions are, or that is not known.
    pub fn of(task: &Task) -> Option<Commutation> {
        if task.actions > MAX_ACTIONS || task.belief_depth.is_some() {
            return None;
        }
        let none = vec![0u64; task.fluents.len().div_ceil(64)];
        let mut footprints: Vec<Footprint> = task
            .events
            .iter()
            .enumerate()
            .map(|(i, event)| {
                let mut found = Footprint { reads: none.clone(), writes: none.clone() };
                let Footprint { reads, writes } = &mut found;
                let mut read = |expr: &Expr| expr.for_each_fluent(&mut |_, f| reads[f as usize / 64] |= 1 << (f % 64));
                let mut write = |f: u32| writes[f as usize / 64] |= 1 << (f % 64);
                for atom in event.clauses.iter().flat_map(|clause| clause.iter()) {
                    read(&atom.test);
                    // Nobody sees a trigger, so none surprises.
                    for revision in atom.revise.iter().filter(|_| i < task.actions) {
                        read(&revision.value);
                        write(revision.fluent);
                    }
                }
                event.observers.iter().for_each(&mut read);
                for effect in &event.effects {
                    read(&effect.condition);
                    read(&effect.value);
                    write(effect.fluent);
                }
                found
            })
            .collect();
        let triggers = footprints.split_off(task.actions);
        for footprint in &mut footprints {
            let mut waiting: Vec<&Footprint> = triggers.iter().collect();
            loop {
                let before = waiting.len();
                waiting.retain(|trigger| {
                    let woken = meet(&trigger.reads, &footprint.writes);
                    if woken {
                        join(&mut footprint.reads, &trigger.reads);
                        join(&mut footprint.writes, &trigger.writes);
                    }
                    !woken
                });
                if waiting.len() == before {
                    break;
                }
            }
        }
        let words = task.actions.div_ceil(64);
        let mut rows = vec![0; words * task.actions];
        let mut some = false;
        for (a, first) in footprints.iter().enumerate() {
            for (b, second) in footprints.iter().enumerate().skip(a + 1) {
                let apart = |one: &Footprint, other: &Footprint| !meet(&one.writes, &other.reads) && !meet(&one.writes, &other.writes);
                if apart(first, second) && apart(second, first) {
                    rows[a * words + b / 64] |= 1 << (b % 64);
                    rows[b * words + a / 64] |= 1 << (a % 64);
                    some = true;
                }
            }
        }
        some.then_some(Commutation { words, rows })
    }

    #[inline]
    pub fn independent(&self, a: u32, b: u32) -> bool {
        self.rows[a as usize * self.words + b as usize / 64] >> (b % 64) & 1 == 1
    }

    /// The acts asleep in a state that an act has led to, as bits for the first of the acts possible there (`acts`), given those possible
    /// before, with bits for those asleep. Both are in order.
    pub fn asleep(&self, acts: &[u32], by: u32, before: &[u32], asleep_before: u64) -> u64 {
        let mut asleep = 0;
        let mut at = 0;
        for (i, &act) in acts.iter().take(64).enumerate() {
            if !self.independent(act, by) {
                continue;
            }
            while before.get(at).is_some_and(|&other| other < act) {
                at += 1;
            }
            if act < by || at < 64 && before.get(at) == Some(&act) && asleep_before >> at & 1 == 1 {
                asleep |= 1 << i;
            }
        }
        asleep
    }
}
