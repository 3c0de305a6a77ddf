//! The moments of a world and the acts between them, kept.
//!
//! Moments are numbered from 0, level by level, within a level by (first predecessor, action): the order in which a first-in-first-out
//! walk on one thread meets them. So the acts that lead to new moments lead to 1, 2, 3, ..., in order, and numbers depend on the
//! world alone.
//!
//! The acts are packed, some moments at a time ([`BLOCK`]). A moment is the number of its set of actions (few moments have one that no
//! other has), and for each action where it leads: to the next new moment, or else so far from where the action led last in the block.
//! That is one more for most acts, since what two moments that follow each other lead to by the same act often follows each other, too: one bit.

use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hashbrown::HashMap;

use crate::belief::Stepper;
use crate::checkpoint::{Checkpoint, Trouble};
use crate::error::{Error, Result};
use crate::explanation::{Control, Limits};
use crate::explore::{Block, Sink};
use crate::packing::{self, Column, Packed, Unpacking, NONE};

/// Moments whose acts are packed together: those of one word of [`Bits`](crate::moments::Bits).
pub const BLOCK: usize = 64;
/// Appends a number to a record, seven bits to a byte, the lowest first.
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// The next number of a record.
fn next(bytes: &mut &[u8]) -> Result<u64> {
    let end = bytes.iter().position(|&byte| byte < 0x80).filter(|&end| end < 10);
    let (number, rest) = bytes.split_at(end.ok_or(Error::Checkpoint(Trouble::Damaged))? + 1);
    *bytes = rest;
    Ok(number.iter().rev().fold(0, |sum, &byte| sum << 7 | (byte & 0x7f) as u64))
}

/// Where an act leads.
#[derive(Clone, Copy)]
enum Target {
    /// To the next moment that there was none of before.
    New,
    /// So far from where the action led last.
    From(i64),
}

impl Target {
    #[inline]
    fn pack(self, out: &mut Packed) {
        match self {
            Target::From(1) => out.put(0, 1),
            Target::New => out.put(1, 2),
            Target::From(difference) => {
                out.put(3, 2);
                out.put_number(((difference << 1) ^ (difference >> 63)) as u64);
            }
        }
    }

    #[inline]
    fn unpack(bits: &mut Unpacking) -> Target {
        match bits.peek() & 3 {
            0 | 2 => {
                bits.skip(1);
                Target::From(1)
            }
            1 => {
                bits.skip(2);
                Target::New
            }
            _ => {
                let folded = bits.number(2);
                Target::From((folded >> 1) as i64 ^ -((folded & 1) as i64))
            }
        }
    }
}

/// The set of actions of a moment, given that of the moment before in the block.
#[inline]
fn unpack_set(bits: &mut Unpacking, before: u32) -> u32 {
    if bits.peek() & 1 == 0 {
        bits.skip(1);
        return before;
    }
    bits.number(1) as u32
}

/// For each action where it led last in the block that is packed or unpacked.
#[derive(Clone, Default)]
struct Last {
    /// With the opening of a block that it is from.
    targets: Vec<(u32, u32)>,
    opening: u32,
}

impl Last {
    fn open(&mut self) {
        self.opening += 1;
    }

    /// The target, or the moment itself if there is none yet.
    #[inline]
    fn of(&mut self, action: u32, moment: u32) -> &mut u32 {
        if self.targets.len() <= action as usize {
            self.targets.resize(action as usize + 1, (0, 0));
        }
        let entry = &mut self.targets[action as usize];
        if entry.0 != self.opening {
            *entry = (self.opening, moment);
        }
        &mut entry.1
    }
}

/// What to go back to if a level is given up.
#[derive(Clone, Default)]
struct Mark {
    set: u32,
    packed: packing::Mark,
    last: Last,
    transitions: u64,
    reasons_cut: bool,
    fired: Vec<(u64, u32)>,
}

/// What has been written to a checkpoint.
struct Journal {
    checkpoint: Checkpoint,
    /// The moments before this one, and the acts and sets of actions so far.
    expanded: usize,
    packed: packing::Mark,
    sets: usize,
    written: Instant,
}

/// What was found out in this time may have to be found out again.
const INTERVAL: Duration = Duration::from_secs(10);

/// The graph of a world. It grows as a [`Sink`]; `analysis` asks it.
pub struct Graph {
    /// On the reasons of those who act.
    pub limits: Limits,
    /// For each moment its state.
    states: Column,
    /// For each state its moment.
    numbers: Column,
    levels: Vec<usize>,
    /// The moments before this one were expanded.
    expanded: usize,
    packed: Packed,
    /// For each block the moments there were before it was expanded.
    firsts: Vec<u32>,
    sets: Vec<Box<[u32]>>,
    set_numbers: HashMap<Box<[u32]>, u32>,
    /// Of all sets: as long as the graph grows they are kept twice.
    set_bytes: usize,
    last: Last,
    /// The set of actions of the moment packed last.
    set: u32,
    mark: Mark,
    journal: Option<Journal>,
    /// For each trigger how many acts made it fire (the start counting as one), and the first moment made so.
    pub fired: Vec<(u64, u32)>,
    pub transitions: u64,
    pub reasons_cut: bool,
    actions: Vec<u32>,
}

impl Graph {
    /// Of a world with so many triggers.
    pub fn new(triggers: usize, limits: Limits) -> Graph {
        Graph {
            limits,
            states: Column::default(),
            numbers: Column::default(),
            levels: vec![],
            expanded: 0,
            packed: Packed::default(),
            firsts: vec![],
            sets: vec![],
            set_numbers: HashMap::new(),
            set_bytes: 0,
            last: Last::default(),
            set: NONE,
            mark: Mark::default(),
            journal: None,
            fired: vec![(0, NONE); triggers],
            transitions: 0,
            reasons_cut: false,
            actions: vec![],
        }
    }

    /// How many moments there are.
    pub fn len(&self) -> usize {
        self.states.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The moments before this one were expanded: all acts from them are there.
    pub fn expanded(&self) -> usize {
        self.expanded
    }

    pub fn state(&self, moment: u32) -> u32 {
        self.states.get(moment as usize)
    }

    /// Where each level ends.
    pub fn levels(&self) -> &[usize] {
        &self.levels
    }

    fn add(&mut self, state: u32) -> u32 {
        let number = self.states.len() as u32;
        self.states.push(state);
        self.numbers.set(state as usize, number);
        number
    }

    fn set_number(&mut self, actions: &[u32]) -> u32 {
        if let Some(&number) = self.set_numbers.get(actions) {
            return number;
        }
        let number = self.sets.len() as u32;
        self.sets.push(actions.into());
        self.set_numbers.insert(actions.into(), number);
        self.set_bytes += 4 * actions.len();
        number
    }

    /// Begins to pack the acts from the next moment, of which a set of actions is done.
    fn open(&mut self, set: u32) {
        if self.expanded.is_multiple_of(BLOCK) {
            self.packed.begin_block();
            self.last.open();
            self.set = NONE;
            self.firsts.push(self.states.len() as u32);
        }
        if set == self.set {
            self.packed.put(0, 1);
        } else {
            self.packed.put(1, 1);
            self.packed.put_number(set as u64);
        }
        self.set = set;
    }

    /// Packs an act from the next moment; gives the moment that it leads to.
    fn pack(&mut self, action: u32, state: u32) -> u32 {
        let known = self.numbers.find(state as usize);
        let target = if known == NONE { self.add(state) } else { known };
        let last = self.last.of(action, self.expanded as u32);
        let packed = if known == NONE { Target::New } else { Target::From(target as i64 - *last as i64) };
        packed.pack(&mut self.packed);
        *last = target;
        target
    }

    pub fn reader(&self) -> Reader<'_> {
        Reader { graph: self, block: NONE, last: Last::default(), sets: [0; BLOCK], ends: [0; BLOCK + 1], targets: vec![] }
    }

    /// How a moment is first reached: from which moment, by which action. None for the start.
    pub fn predecessor(&self, moment: u32, reader: &mut Reader) -> Option<(u32, u32)> {
        if moment == 0 {
            return None;
        }
        let block = self.firsts.partition_point(|&first| first <= moment) - 1;
        let from = (block * BLOCK) as u32;
        (from..(from + BLOCK as u32).min(self.expanded as u32)).find_map(|before| {
            let (actions, targets) = reader.acts(before);
            targets.iter().position(|&target| target == moment).map(|at| (before, actions[at]))
        })
    }

    /// The shortest story to a moment; of several the first.
    pub fn story(&self, moment: u32) -> Vec<usize> {
        let mut reader = self.reader();
        let mut acts = vec![];
        let mut at = moment;
        while let Some((before, action)) = self.predecessor(at, &mut reader) {
            acts.push(action as usize);
            at = before;
        }
        acts.reverse();
        acts
    }

    fn marked(&self) -> Mark {
        Mark {
            set: self.set,
            packed: self.packed.mark(),
            last: self.last.clone(),
            transitions: self.transitions,
            reasons_cut: self.reasons_cut,
            fired: self.fired.clone(),
        }
    }

    /// Goes on to the next level if there is one.
    fn next_level(&mut self) {
        if self.states.len() > self.expanded {
            self.levels.push(self.states.len());
        }
        self.mark = self.marked();
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Checkpoints

    /// Takes in what a checkpoint holds, down to a depth, and from now on writes to it. States are made anew, by the acts that lead to each
    /// moment first.
    pub fn resume(&mut self, mut checkpoint: Checkpoint, stepper: &mut Stepper, control: &Control, depth: Option<usize>) -> Result<()> {
        let initial = stepper.initial()?;
        self.begin(initial, &stepper.fired);
        checkpoint.read(|record| {
            if depth.is_some_and(|most| self.levels.len() > most) {
                return Ok(false);
            }
            self.replay(record, stepper, control)?;
            Ok(true)
        })?;
        self.journal = Some(Journal {
            checkpoint,
            expanded: self.expanded,
            packed: self.packed.mark(),
            sets: self.sets.len(),
            written: Instant::now(),
        });
        Ok(())
    }

    /// Writes what the graph gained since it last did.
    fn write(&mut self) -> Result<()> {
        let Some(mut journal) = self.journal.take() else {
            return Ok(());
        };
        if journal.expanded < self.expanded {
            let mut record = vec![];
            put(&mut record, journal.expanded as u64);
            put(&mut record, (self.expanded - journal.expanded) as u64);
            put(&mut record, self.transitions);
            put(&mut record, self.reasons_cut as u64);
            for &(count, first) in &self.fired {
                put(&mut record, count);
                put(&mut record, first.wrapping_add(1) as u64);
            }
            put(&mut record, (self.sets.len() - journal.sets) as u64);
            for set in &self.sets[journal.sets..] {
                put(&mut record, set.len() as u64);
                set.iter().for_each(|&action| put(&mut record, action as u64));
            }
            record.push(journal.packed.used() as u8);
            self.packed.copy_since(journal.packed, &mut record);
            journal.checkpoint.write(&record)?;
            (journal.expanded, journal.packed, journal.sets) = (self.expanded, self.packed.mark(), self.sets.len());
        }
        journal.written = Instant::now();
        self.journal = Some(journal);
        Ok(())
    }

    /// Takes in a record.
    fn replay(&mut self, record: &[u8], stepper: &mut Stepper, control: &Control) -> Result<()> {
        let damaged = || Error::Checkpoint(Trouble::Damaged);
        let actions = stepper.space.task.actions as u64;
        let mut bytes = record;
        if next(&mut bytes)? != self.expanded as u64 {
            return Err(damaged());
        }
        let moments = next(&mut bytes)?;
        self.transitions = next(&mut bytes)?;
        self.reasons_cut = next(&mut bytes)? != 0;
        for fired in &mut self.fired {
            *fired = (next(&mut bytes)?, (next(&mut bytes)? as u32).wrapping_sub(1));
        }
        for _ in 0..next(&mut bytes)? {
            let set: Result<Vec<u32>> = (0..next(&mut bytes)?)
                .map(|_| Some(next(&mut bytes)?).filter(|&action| action < actions).map(|action| action as u32).ok_or_else(damaged))
                .collect();
            self.set_number(&set?);
        }
        let (used, bytes) = bytes.split_first().ok_or_else(damaged)?;
        let mut bits = Unpacking::new(bytes, *used as usize);
        for _ in 0..moments {
            let moment = self.expanded;
            if moment.is_multiple_of(1 << 12) {
                control.states.store(self.states.len() as u64, Ordering::Relaxed);
                if control.stop.load(Ordering::Relaxed) {
                    return Err(Error::Stopped);
                }
            }
            if moment.is_multiple_of(BLOCK) {
                bits.align();
            }
            let before = if moment.is_multiple_of(BLOCK) { NONE } else { self.set };
            let set = unpack_set(&mut bits, before);
            if set as usize >= self.sets.len() || moment >= self.states.len() {
                return Err(damaged());
            }
            self.open(set);
            for i in 0..self.sets[set as usize].len() {
                let action = self.sets[set as usize][i];
                let (state, end) = match Target::unpack(&mut bits) {
                    // An error here was none when the record was made.
                    Target::New => (stepper.step(self.states.get(moment), action).map_err(|_| damaged())?, self.states.len()),
                    Target::From(difference) => {
                        let end = *self.last.of(action, moment as u32) as i64 + difference;
                        if end < 0 || end >= self.states.len() as i64 {
                            return Err(damaged());
                        }
                        (self.states.get(end as usize), end as usize)
                    }
                };
                if self.pack(action, state) as usize != end {
                    return Err(damaged());
                }
            }
            self.expanded += 1;
        }
        if !bits.is_done() {
            return Err(damaged());
        }
        if self.levels.last() == Some(&self.expanded) {
            self.next_level();
        }
        Ok(())
    }

    /// Lets go of what only growing needs. Makes sure that what was written to a checkpoint stays, and writes no more.
    pub fn close(&mut self) -> Result<()> {
        self.numbers = Column::default();
        self.set_numbers = HashMap::new();
        self.last = Last::default();
        self.mark = Mark::default();
        self.journal.take().map_or(Ok(()), |mut journal| journal.checkpoint.finish())
    }

    /// Bytes of the acts and their index, and of the two tables that number the moments.
    pub fn bytes_by_part(&self) -> (usize, usize) {
        let numbered = if self.set_numbers.is_empty() { 0 } else { self.set_bytes + self.set_numbers.capacity() * 25 };
        let sets = self.set_bytes + self.sets.capacity() * 16 + numbered;
        let last = (self.last.targets.capacity() + self.mark.last.targets.capacity()) * 8;
        (self.packed.bytes() + self.firsts.capacity() * 4 + sets + last, self.states.bytes() + self.numbers.bytes())
    }
}

impl Sink for Graph {
    fn begin(&mut self, initial: u32, fired: &[u32]) {
        self.add(initial);
        self.levels.push(1);
        let mut fired = fired.to_vec();
        fired.sort_unstable();
        fired.dedup();
        for trigger in fired {
            self.fired[trigger as usize] = (1, 0);
        }
        self.mark = self.marked();
    }

    fn frontier(&mut self) -> Arc<Vec<u32>> {
        let end = self.levels.last().copied().unwrap_or(0);
        Arc::new((self.expanded..end).map(|moment| self.states.get(moment)).collect())
    }

    fn take(&mut self, block: &Block) -> Result<()> {
        let mut from = 0;
        for &end in &block.ends {
            let acts = &block.acts[from..end as usize];
            let mut actions = std::mem::take(&mut self.actions);
            actions.clear();
            actions.extend(acts.iter().map(|&(action, _)| action));
            let set = self.set_number(&actions);
            self.actions = actions;
            self.open(set);
            for &(action, state) in acts {
                self.pack(action, state);
            }
            self.expanded += 1;
            from = end as usize;
        }
        self.transitions += from as u64;
        self.reasons_cut |= block.reasons_cut;
        let mut counted = (NONE, vec![]);
        for &(act, trigger) in block.fired.iter().take_while(|&&(act, _)| (act as usize) < from) {
            if counted.0 != act {
                counted = (act, vec![]);
            }
            if counted.1.contains(&trigger) {
                continue;
            }
            counted.1.push(trigger);
            let made = self.numbers.get(block.acts[act as usize].1 as usize);
            let fired = &mut self.fired[trigger as usize];
            *fired = (fired.0 + 1, fired.1.min(made));
        }
        match &self.journal {
            Some(journal) if journal.written.elapsed() > INTERVAL => self.write(),
            _ => Ok(()),
        }
    }

    fn end_level(&mut self) -> Result<()> {
        self.next_level();
        self.write()
    }

    fn drop_level(&mut self) -> Result<()> {
        let written = self.write();
        let mark = std::mem::take(&mut self.mark);
        let len = self.levels.last().copied().unwrap_or(0);
        for moment in len..self.states.len() {
            self.numbers.set(self.states.get(moment) as usize, NONE);
        }
        self.states.truncate(len);
        self.packed.restore(mark.packed);
        self.firsts.truncate(mark.packed.blocks);
        self.expanded = if self.levels.len() > 1 { self.levels[self.levels.len() - 2] } else { 0 };
        self.last = mark.last;
        self.set = mark.set;
        self.transitions = mark.transitions;
        self.reasons_cut = mark.reasons_cut;
        self.fired = mark.fired;
        written
    }

    fn moments(&self) -> usize {
        self.states.len()
    }

    fn levels(&self) -> &[usize] {
        &self.levels
    }

    fn bytes(&self) -> usize {
        let (acts, numbering) = self.bytes_by_part();
        acts + numbering
    }

    fn counts_triggers(&self) -> bool {
        true
    }

    fn story(&self) -> Vec<usize> {
        Graph::story(self, self.expanded as u32)
    }
}

/// Unpacks the acts, a block at a time.
pub struct Reader<'g> {
    graph: &'g Graph,
    block: u32,
    last: Last,
    sets: [u32; BLOCK],
    ends: [u32; BLOCK + 1],
    targets: Vec<u32>,
}

impl Reader<'_> {
    fn open(&mut self, block: u32) {
        let graph = self.graph;
        let mut bits = graph.packed.block(block as usize);
        let mut new = graph.firsts[block as usize];
        self.block = block;
        self.last.open();
        self.targets.clear();
        let first = block as usize * BLOCK;
        let mut set = NONE;
        for i in 0..BLOCK.min(graph.expanded - first) {
            set = unpack_set(&mut bits, set);
            self.sets[i] = set;
            let moment = (first + i) as u32;
            let mut actions = graph.sets[set as usize].iter();
            // Most acts lead one further than the last time: runs of zeros.
            while !actions.as_slice().is_empty() {
                let run = bits.zeros().min(actions.len() as u32);
                bits.skip(run);
                for &action in actions.by_ref().take(run as usize) {
                    let last = self.last.of(action, moment);
                    *last += 1;
                    self.targets.push(*last);
                }
                let Some(&action) = actions.next() else {
                    break;
                };
                let last = self.last.of(action, moment);
                match Target::unpack(&mut bits) {
                    Target::New => {
                        *last = new;
                        new += 1;
                    }
                    Target::From(difference) => *last = (*last as i64 + difference) as u32,
                }
                self.targets.push(*last);
            }
            self.ends[i + 1] = self.targets.len() as u32;
        }
    }

    /// The actions done in a moment that was expanded, in order, and the moments that they lead to.
    #[inline]
    pub fn acts(&mut self, moment: u32) -> (&[u32], &[u32]) {
        let block = moment / BLOCK as u32;
        if self.block != block {
            self.open(block);
        }
        let i = moment as usize % BLOCK;
        let set = &self.graph.sets[self.sets[i] as usize];
        (set, &self.targets[self.ends[i] as usize..self.ends[i + 1] as usize])
    }
}
