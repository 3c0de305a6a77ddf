//! What is shared by all threads: the task, how valuations are packed, and the tables of valuations, believed worlds and states.

use std::sync::Mutex;

use crate::error::Result;
use crate::heuristic::bit;
use crate::landmarks::Made;
use crate::shallow::Shallow;
use crate::store::{multipliers, Arena, Block, Columns, CommonCache, Index, Interner, Mix, Rows, Spare, Word};
use crate::successors::List;
use crate::task::{Code, Kind, Task};

/// Where a fluent stands in a packed valuation.
#[derive(Clone, Copy)]
struct Slot {
    word: u16,
    shift: u8,
    /// Booleans are never `?` and take one bit: their codes start at 1.
    offset: u8,
    mask: u64,
}

/// A pointer to the world itself, in a row that is not interned yet.
pub const SELF: u32 = u32::MAX;

pub struct Space {
    pub task: Task,
    slots: Vec<Slot>,
    /// For each entity fluent, the bit that the heuristic gives to each code.
    bits: Vec<Vec<u64>>,
    /// 64-bit words of a valuation.
    pub words: usize,
    pub vals: Interner<u64>,
    /// Believed worlds: a row is `[valuation, component, belief of character 0, ...]`. See `belief.rs`.
    pub nodes: Rows<u32>,
    index: Index,
    multipliers: Box<[u64]>,
    spare: Spare,
    /// Actual states at rest: a row is `[valuation, belief of character 0, ...]`.
    pub states: Interner<u32>,
    pub shallow: Shallow,
    /// What threads remember together, in place of each keeping it. Beside each valuation its list of actions ([`List`]) and the first plain trigger.
    /// Beside each believed world, for each character whose it may be, where it leads by each action of its valuation's list. Lists are in the arena.
    pub arena: Arena,
    pub known: Columns,
    pub led: Columns,
    pub list_stride: usize,
    /// What events do to valuations, by event and valuation: [`Transition`](crate::successors::Transition).
    pub transitions: CommonCache<1>,
    /// Of `shallow.rs`: results of threads, of surprises, and of perceptions.
    pub worlds: CommonCache<2>,
    pub surprises: CommonCache<1>,
    pub sights: CommonCache<2>,
    /// What estimates of the author's goals were made of.
    pub relaxed: Made,
    /// How many requests are being answered.
    visits: Mutex<usize>,
}

/// A request that uses the tables, from its beginning to its end.
pub struct Visit<'a>(&'a Space);

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        *self.0.visits.lock().unwrap() -= 1;
    }
}

/// The columns of [`Space::known`].
pub const LIST: usize = 0;
pub const FIRST_TRIGGER: usize = 1;

/// The arena may take so many bytes, and so many for each state.
const ARENA_BYTES: usize = 16 << 20;
const ARENA_BYTES_PER_STATE: usize = 24;

impl Space {
    pub fn new(task: Task) -> Space {
        let mut slots = vec![];
        let (mut word, mut used) = (0u16, 0u32);
        for fluent in &task.fluents {
            let (bits, offset) = match fluent.kind {
                Kind::Boolean => (1, 1),
                Kind::Entity => (usize::BITS - task.entities.leading_zeros(), 0),
                Kind::Number => (16, 0),
            };
            if used + bits > 64 {
                word += 1;
                used = 0;
            }
            slots.push(Slot { word, shift: used as u8, offset, mask: (1u64 << bits) - 1 });
            used += bits;
        }
        let words = word as usize + 1;
        let k = task.characters;
        let bits = task
            .fluents
            .iter()
            .map(|f| if f.kind == Kind::Entity { (0..=task.entities as Code).map(|code| bit(f, code)).collect() } else { vec![] })
            .collect();
        Space {
            slots,
            bits,
            words,
            vals: Interner::new(words),
            nodes: Rows::new(k + 2),
            index: Index::new(),
            multipliers: multipliers(k + 1),
            spare: Spare::default(),
            states: Interner::new(k + 1),
            shallow: Shallow::of(&task),
            arena: Arena::new(),
            known: Columns::new(2),
            led: Columns::new(k),
            list_stride: List::stride(k),
            transitions: CommonCache::new(18),
            worlds: CommonCache::new(18),
            surprises: CommonCache::new(17),
            sights: CommonCache::new(19),
            relaxed: Made::default(),
            visits: Mutex::new(0),
            task,
        }
    }

    #[inline]
    pub fn get_in(&self, row: &[u64], fluent: u32) -> Code {
        let slot = self.slots[fluent as usize];
        ((row[slot.word as usize] >> slot.shift & slot.mask) + slot.offset as u64) as Code
    }

    #[inline]
    pub fn set_in(&self, row: &mut [u64], fluent: u32, code: Code) {
        let slot = self.slots[fluent as usize];
        let word = &mut row[slot.word as usize];
        *word = *word & !(slot.mask << slot.shift) | (code as u64 - slot.offset as u64) << slot.shift;
    }

    /// The word of a packed valuation that a fluent stands in, and all the bits that it occupies there.
    #[inline]
    pub fn place(&self, fluent: u32) -> (usize, u64) {
        let slot = self.slots[fluent as usize];
        (slot.word as usize, slot.mask << slot.shift)
    }

    /// Sets all the bits that a fluent occupies in a packed valuation.
    pub fn mark(&self, row: &mut [u64], fluent: u32) {
        let (word, bits) = self.place(fluent);
        row[word] |= bits;
    }

    /// The fluents that are packed into a word of a valuation.
    pub fn in_word(&self, word: usize) -> impl Iterator<Item = u32> + '_ {
        (0..self.slots.len() as u32).filter(move |&f| self.slots[f as usize].word as usize == word)
    }

    /// The heuristic's bit for a code of a fluent that is not a number.
    #[inline]
    pub fn bit(&self, fluent: u32, code: Code) -> u64 {
        let bits = &self.bits[fluent as usize];
        if bits.is_empty() {
            1 << code
        } else {
            bits[code as usize]
        }
    }

    /// The code of a fluent in a valuation.
    #[inline]
    pub fn get(&self, val: u32, fluent: u32) -> Code {
        self.get_in(self.vals.rows.row(val), fluent)
    }

    #[inline]
    pub fn characters(&self) -> usize {
        self.task.characters
    }

    #[inline]
    pub fn node_val(&self, node: u32) -> u32 {
        self.nodes.first(node)
    }

    #[inline]
    pub fn node_beliefs(&self, node: u32) -> &[u32] {
        &self.nodes.row(node)[2..]
    }

    #[inline]
    pub fn node_belief(&self, node: u32, character: usize) -> u32 {
        self.nodes.row(node)[2 + character]
    }

    /// The strongly connected component of a node: its first member and how many there are.
    #[inline]
    pub fn component(&self, node: u32) -> (u32, u32) {
        let packed = self.nodes.row(node)[1];
        (node - (packed >> 16), packed & 0xffff)
    }

    /// The code that a view (a valuation with its beliefs, [`SELF`] for the view itself) has for a fluent, through a path.
    #[inline]
    pub fn read(&self, val: u32, beliefs: &[u32], path: &[u8], fluent: u32) -> Code {
        let Some((&first, rest)) = path.split_first() else {
            return self.get(val, fluent);
        };
        if beliefs[first as usize] == SELF {
            return self.read(val, beliefs, rest, fluent);
        }
        let mut node = beliefs[first as usize];
        for &c in rest {
            node = self.node_belief(node, c as usize);
        }
        self.get(self.node_val(node), fluent)
    }

    /// The node with this valuation and these beliefs ([`SELF`] where it is its own), all others being interned already.
    pub fn intern_node(&self, val: u32, beliefs: &[u32]) -> u32 {
        let hash = beliefs
            .iter()
            .zip(&self.multipliers[1..])
            .fold(val.product(&self.multipliers), |sum, (&belief, &by)| sum.wrapping_add(belief.product(&[by])));
        self.index.prefetch(hash);
        // A bisimilar node may lie in the component of a world it points to: the theorem of `belief.rs`, case (i).
        for (i, &target) in beliefs.iter().enumerate() {
            if target == SELF || beliefs[..i].contains(&target) {
                continue;
            }
            let (first, len) = self.component(target);
            for m in first..first + len {
                if self.node_val(m) == val
                    && self.node_beliefs(m).iter().zip(beliefs).all(|(&have, &want)| have == if want == SELF { m } else { want })
                {
                    return m;
                }
            }
        }
        self.index
            .find_or_insert(
                hash,
                |m| {
                    self.component(m).1 == 1
                        && self.node_val(m) == val
                        && self.node_beliefs(m).iter().zip(beliefs).all(|(&have, &want)| have == if want == SELF { m } else { want })
                },
                || {
                    let id = self.spare.take().unwrap_or_else(|| self.nodes.reserve(1));
                    let mut row = [0u32; 64];
                    row[0] = val;
                    row[1] = 1;
                    for (slot, &b) in row[2..].iter_mut().zip(beliefs) {
                        *slot = if b == SELF { id } else { b };
                    }
                    self.nodes.write(id, &row[..beliefs.len() + 2]);
                    id
                },
                |id| self.spare.put(id),
            )
            .0
    }

    /// Interns a whole component of several nodes. `rows` holds for each member `[valuation, beliefs…]`, a belief inside the
    /// component being [`LOCAL`] plus the member's number; members are in canonical order. Returns the id of the first.
    pub fn intern_component(&self, rows: &[u32]) -> u32 {
        let width = self.characters() + 1;
        let members = rows.len() / width;
        let mut mix = Mix::new();
        mix.add(members as u64);
        for &word in rows {
            mix.add(word as u64);
        }
        let resolve = |first: u32, word: u32| if word >= LOCAL { first + (word - LOCAL) } else { word };
        self.index
            .find_or_insert(
                mix.finish(),
                |m| {
                    self.component(m) == (m, members as u32)
                        && rows.chunks(width).enumerate().all(|(i, row)| {
                            let have = self.nodes.row(m + i as u32);
                            have[0] == row[0] && have[2..].iter().zip(&row[1..]).all(|(&h, &w)| h == resolve(m, w))
                        })
                },
                || {
                    let first = self.nodes.reserve(members);
                    for (i, row) in rows.chunks(width).enumerate() {
                        let mut out = vec![row[0], (i as u32) << 16 | members as u32];
                        out.extend(row[1..].iter().map(|&w| resolve(first, w)));
                        self.nodes.write(first + i as u32, &out);
                    }
                    first
                },
                |first| (0..members as u32).for_each(|i| self.spare.put(first + i)),
            )
            .0
    }

    /// Takes words of the arena, while it is not too large for the states that there are.
    pub fn take(&self, block: &mut Block, n: usize) -> Option<u32> {
        self.arena.take(block, n, ARENA_BYTES + ARENA_BYTES_PER_STATE * self.states.rows.len())
    }

    /// Announces a request. Whoever uses the tables beside others, who may call [`Space::release`], has to.
    pub fn visit(&self) -> Visit<'_> {
        *self.visits.lock().unwrap() += 1;
        Visit(self)
    }

    /// Gives back the memory of tables that were outgrown, if there is at most one request. Nothing may be done meanwhile in its name.
    pub fn release(&self) {
        let visits = self.visits.lock().unwrap();
        if *visits <= 1 {
            // SAFETY: the one request is waiting here, and others wait to be announced.
            unsafe {
                self.vals.release();
                self.states.release();
                self.index.release();
                self.transitions.release();
                self.worlds.release();
                self.surprises.release();
                self.sights.release();
            }
        }
    }

    /// Bytes of all shared tables.
    pub fn bytes(&self) -> usize {
        let remembered = self.arena.bytes() + self.known.bytes() + self.led.bytes();
        let caches = self.transitions.bytes() + self.worlds.bytes() + self.surprises.bytes() + self.sights.bytes();
        self.vals.bytes() + self.states.bytes() + self.nodes.bytes() + self.index.bytes() + remembered + caches
    }

    /// Interns a valuation given as a code for each fluent.
    pub fn valuation(&self, codes: &[Code]) -> Result<u32> {
        let mut row = vec![0u64; self.words];
        for (f, &code) in codes.iter().enumerate() {
            self.set_in(&mut row, f as u32, code);
        }
        Ok(self.vals.intern(&row).0)
    }
}

/// From here on a belief in a row handed to [`Space::intern_component`] is a member's number.
pub const LOCAL: u32 = 1 << 31;
