//! What somebody perceives: which triggers can fire that read the world and what one character believes of it.
//!
//! Most perceptions put right what somebody has wrong, so that they can fire only where the two valuations, of the world and of the belief, differ
//! in a certain fluent: the perception's *witness*. Somebody is there, and is not believed to be. For two valuations the perceptions whose witness
//! differs are looked at; the few without one are found by [`Finder`], and remembered.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::clauses::{Clause, Finder, Test};
use crate::space::Space;
use crate::store::Cache;
use crate::task::{Code, EventDef, Expr, Kind, Op, FALSE, TRUE};

const NONE: u32 = u32::MAX;

/// Whose belief an event's precondition reads, at depth one; nobody's, if it reads none. None if it is not so simple.
pub fn reader(def: &EventDef) -> Option<Option<u8>> {
    let mut reader: Option<u8> = None;
    let mut simple = true;
    for atom in def.clauses.iter().flat_map(|clause| clause.iter()) {
        atom.test.for_each_fluent(&mut |path, _| match path.len() {
            0 => {}
            1 if reader.is_none() || reader == Some(path[0]) => reader = Some(path[0]),
            _ => simple = false,
        });
    }
    simple.then_some(reader)
}

/// Comparisons with constants, on a packed valuation: (word, the bits of a fluent, or of several, what they are to be).
#[derive(Default)]
struct Packed {
    equal: Vec<(usize, u64, u64)>,
    unequal: Vec<(usize, u64, u64)>,
}

impl Packed {
    /// None if they cannot hold together.
    fn new(space: &Space, tests: &[Test]) -> Option<Packed> {
        let mut packed = Packed::default();
        for &(fluent, code, equal) in tests {
            let (word, mask) = space.place(fluent);
            let mut row = vec![0; space.words];
            space.set_in(&mut row, fluent, code);
            let bits = row[word];
            if !equal {
                packed.unequal.push((word, mask, bits));
                continue;
            }
            match packed.equal.iter_mut().find(|test| test.0 == word) {
                Some(test) if test.1 & mask != 0 && test.2 & mask != bits => return None,
                Some(test) => (test.1, test.2) = (test.1 | mask, test.2 | bits),
                None => packed.equal.push((word, mask, bits)),
            }
        }
        Some(packed)
    }

    #[inline]
    fn hold(&self, row: &[u64]) -> bool {
        self.equal.iter().all(|&(word, mask, bits)| row[word] & mask == bits)
            && self.unequal.iter().all(|&(word, mask, bits)| row[word] & mask != bits)
    }
}

/// A clause of a perception.
struct Perception<'a> {
    event: u32,
    here: Packed,
    there: Packed,
    /// What is no comparison with a constant.
    rest: Vec<&'a Expr>,
}

/// The perceptions with one witness.
struct Group<'a> {
    /// The bits of the witness.
    mask: u64,
    /// The first of them.
    least: u32,
    /// The fluent of the world that most of them require to have some code, such as where it is that one sees: those that do, by code.
    by: u32,
    with: Vec<(Code, Vec<Perception<'a>>)>,
    others: Vec<Perception<'a>>,
}

/// The perceptions of one character.
pub struct Perceptions<'a> {
    groups: Vec<Group<'a>>,
    /// The bits of all witnesses, and for each bit of a valuation its witness's group.
    witnesses: Vec<u64>,
    group_of: Vec<u32>,
    /// Those without a witness; a fluent of the belief is numbered from the number of fluents on.
    steady: Finder<'a>,
    /// The first of all.
    least: u32,
}

/// A perception's clause in the making.
struct Draft<'a> {
    here: Vec<Test>,
    there: Vec<Test>,
    rest: Vec<&'a Expr>,
    witness: Option<u32>,
}

impl<'a> Draft<'a> {
    /// None if the clause can never hold.
    fn new(space: &'a Space, event: u32, clause: usize) -> Option<Draft<'a>> {
        let task = &space.task;
        let mut draft = Draft { here: vec![], there: vec![], rest: vec![], witness: None };
        for atom in task.events[event as usize].clauses[clause].iter() {
            match &atom.test {
                Expr::Is { path, fluent, code, equal } => {
                    let tests = if path.is_empty() { &mut draft.here } else { &mut draft.there };
                    if task.fluents[*fluent as usize].kind != Kind::Boolean {
                        tests.push((*fluent, *code, *equal));
                    } else if *code == TRUE || *code == FALSE {
                        tests.push((*fluent, if *equal { *code } else { TRUE + FALSE - code }, true));
                    } else if *equal {
                        // A boolean is never `?`.
                        return None;
                    }
                }
                Expr::Cmp(Op::Ne, left, right) => match (&**left, &**right) {
                    // Where there are several, the others are tested.
                    (Expr::Fluent(one, f), Expr::Fluent(other, g))
                        if f == g && one.is_empty() != other.is_empty() && draft.witness.is_none() =>
                    {
                        draft.witness = Some(*f);
                    }
                    _ => draft.rest.push(&atom.test),
                },
                test => draft.rest.push(test),
            }
        }
        let apart = |&(f, a, here): &Test, &(g, b, there): &Test| f == g && if here && there { a != b } else { a == b && here != there };
        let witness = draft.here.iter().find(|one| draft.there.iter().any(|other| apart(one, other))).map(|test| test.0);
        draft.witness = draft.witness.or(witness);
        Some(draft)
    }
}

impl<'a> Group<'a> {
    fn new(space: &'a Space, mask: u64, drafts: Vec<(u32, Draft<'a>)>) -> Self {
        let mut required: Vec<(u32, Code)> = vec![];
        required.extend(drafts.iter().flat_map(|(_, draft)| &draft.here).filter(|test| test.2).map(|test| (test.0, test.1)));
        required.sort_unstable();
        // The one by which they are told apart best, where several are required by as many; of several such the first.
        let kinds = |group: &[(u32, Code)]| group.chunk_by(|a, b| a == b).count();
        let most = required.chunk_by(|a, b| a.0 == b.0).map(|group| (group.len(), kinds(group), Reverse(group[0].0))).max();
        let by = most.map_or(0, |(.., Reverse(fluent))| fluent);
        let least = drafts.first().map_or(NONE, |draft| draft.0);
        let mut group = Group { mask, least, by, with: vec![], others: vec![] };
        for (event, draft) in drafts {
            let code = draft.here.iter().find(|test| test.0 == by && test.2).map(|test| test.1);
            let (Some(here), Some(there)) = (Packed::new(space, &draft.here), Packed::new(space, &draft.there)) else {
                continue;
            };
            let among = match code {
                None => &mut group.others,
                Some(code) => {
                    let at = group.with.binary_search_by_key(&code, |with| with.0).unwrap_or_else(|at| {
                        group.with.insert(at, (code, vec![]));
                        at
                    });
                    &mut group.with[at].1
                }
            };
            among.push(Perception { event, here, there, rest: draft.rest });
        }
        group
    }

    /// The first that is enabled, if it comes before another one.
    #[inline]
    fn first(&self, space: &Space, here: &[u64], there: &[u64], mut first: u32) -> u32 {
        let at = self.with.binary_search_by_key(&space.get_in(here, self.by), |with| with.0);
        for perceptions in [at.map_or(&[][..], |at| &self.with[at].1), &self.others] {
            let enabled = |one: &&Perception| one.here.hold(here) && one.there.hold(there) && rest_holds(space, &one.rest, here, there);
            if let Some(found) = perceptions.iter().take_while(|one| one.event < first).find(enabled) {
                first = found.event;
            }
        }
        first
    }
}

impl<'a> Perceptions<'a> {
    /// Of triggers, in order.
    pub fn new(space: &'a Space, events: &[u32]) -> Self {
        let fluents = space.task.fluents.len() as u32;
        let mut witnessed: BTreeMap<u32, Vec<(u32, Draft)>> = BTreeMap::new();
        let mut steady = vec![];
        for &event in events {
            for clause in 0..space.task.events[event as usize].clauses.len() {
                let Some(draft) = Draft::new(space, event, clause) else {
                    continue;
                };
                if let Some(fluent) = draft.witness {
                    witnessed.entry(fluent).or_default().push((event, draft));
                    continue;
                }
                let there = draft.there.into_iter().map(|(fluent, code, equal)| (fluents + fluent, code, equal));
                steady.push(Clause { event, tests: draft.here.into_iter().chain(there).collect(), rest: draft.rest });
            }
        }
        let (mut witnesses, mut group_of) = (vec![0; space.words], vec![0; 64 * space.words]);
        for (number, &fluent) in witnessed.keys().enumerate() {
            let (word, mask) = space.place(fluent);
            witnesses[word] |= mask;
            (0..64).filter(|bit| mask >> bit & 1 == 1).for_each(|bit| group_of[64 * word + bit] = number as u32);
        }
        let groups = witnessed.into_iter().map(|(fluent, drafts)| Group::new(space, space.place(fluent).1, drafts)).collect();
        let least = events.first().copied().unwrap_or(NONE);
        Perceptions { groups, witnesses, group_of, steady: Finder::new(steady), least }
    }

    /// Whether it is sure without a look that nothing is perceived by somebody who believes in just what there is.
    pub fn all_witnessed(&self) -> bool {
        self.steady.is_empty()
    }

    /// The first that is enabled where the valuation is `val` and the one believed is another, if it comes before some other trigger; else that one.
    /// The last argument remembers those without a witness, by the two valuations and the character.
    #[inline]
    pub fn first(&self, space: &'a Space, character: usize, val: u32, believed: u32, before: u32, known: &mut Cache<u32>) -> u32 {
        if before <= self.least {
            return before;
        }
        let (here, there) = (space.vals.rows.row(val), space.vals.rows.row(believed));
        let mut first = before;
        if !self.steady.is_empty() {
            let key = (val as u64) << 32 | believed as u64;
            let steady = known.get(key, character as u64).unwrap_or_else(|| {
                let found = self.first_steady(space, here, there);
                known.put(key, character as u64, found);
                found
            });
            first = first.min(steady);
        }
        if val == believed {
            return first;
        }
        for (word, &witnesses) in self.witnesses.iter().enumerate() {
            let mut differing = (here[word] ^ there[word]) & witnesses;
            while differing != 0 {
                let group = &self.groups[self.group_of[64 * word + differing.trailing_zeros() as usize] as usize];
                differing &= !group.mask;
                if group.least < first {
                    first = group.first(space, here, there, first);
                }
            }
        }
        first
    }

    fn first_steady(&self, space: &Space, here: &[u64], there: &[u64]) -> u32 {
        let fluents = space.task.fluents.len() as u32;
        let read = |variable| if variable < fluents { space.get_in(here, variable) } else { space.get_in(there, variable - fluents) };
        let mut first = NONE;
        self.steady.find(&read, &mut |clause| {
            if clause.event < first && rest_holds(space, &clause.rest, here, there) {
                first = clause.event;
            }
        });
        first
    }
}

#[inline]
fn rest_holds(space: &Space, rest: &[&Expr], here: &[u64], there: &[u64]) -> bool {
    rest.iter().all(|test| test.holds(&space.task, &|path: &[u8], f| space.get_in(if path.is_empty() { here } else { there }, f)))
}
