//! Sets of the moments of a graph.

use std::sync::Arc;

use crate::graph::BLOCK;
use crate::store::Mix;

/// A set in the making: a bit for each moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bits {
    pub words: Vec<u64>,
    /// How many moments the graph has.
    of: usize,
}

impl Bits {
    pub fn none(of: usize) -> Bits {
        Bits { words: vec![0; of.div_ceil(BLOCK)], of }
    }

    /// Of the first words; the rest is empty.
    pub fn of_words(mut words: Vec<u64>, of: usize) -> Bits {
        words.resize(of.div_ceil(BLOCK), 0);
        Bits { words, of }
    }

    /// The moments from one on, before another.
    pub fn range(from: usize, to: usize, of: usize) -> Bits {
        let mut found = Bits::none(of);
        for (word, bits) in found.words.iter_mut().enumerate() {
            let below = |end: usize| match end.saturating_sub(word * BLOCK) {
                0 => 0,
                n if n >= BLOCK => u64::MAX,
                n => (1 << n) - 1,
            };
            *bits = below(to) & !below(from);
        }
        found
    }

    #[inline]
    pub fn contains(&self, moment: u32) -> bool {
        self.words[moment as usize / BLOCK] >> (moment as usize % BLOCK) & 1 == 1
    }

    /// Whether it was not in it.
    #[inline]
    pub fn insert(&mut self, moment: u32) -> bool {
        let word = &mut self.words[moment as usize / BLOCK];
        let bit = 1 << (moment as usize % BLOCK);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// The first moment of the set from one on.
    pub fn next(&self, from: usize) -> Option<u32> {
        let mut word = from / BLOCK;
        let mut bits = self.words.get(word)? & (u64::MAX << (from % BLOCK));
        while bits == 0 {
            word += 1;
            bits = *self.words.get(word)?;
        }
        Some((word * BLOCK) as u32 + bits.trailing_zeros())
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let mut from = 0;
        std::iter::from_fn(move || {
            let found = self.next(from)?;
            from = found as usize + 1;
            Some(found)
        })
    }

    pub fn or(mut self, other: &Bits) -> Bits {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a |= b);
        self
    }

    pub fn minus(mut self, other: &Bits) -> Bits {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a &= !b);
        self
    }
}

/// An immutable set. A small one is a list, so that there can be many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moments {
    members: Members,
    len: usize,
    of: usize,
}

/// Which of the two a set has is settled by its size.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Members {
    /// In order.
    Few(Box<[u32]>),
    Many(Arc<Bits>),
}

/// A list of so many takes as much as a bit for each moment.
fn few(of: usize) -> usize {
    of / 32
}

impl From<Bits> for Moments {
    fn from(bits: Bits) -> Moments {
        let (len, of) = (bits.len(), bits.of);
        let members = if len <= few(of) { Members::Few(bits.iter().collect()) } else { Members::Many(Arc::new(bits)) };
        Moments { members, len, of }
    }
}

impl Moments {
    /// Of moments in order, each once.
    pub fn list(list: Vec<u32>, of: usize) -> Moments {
        if list.len() <= few(of) {
            return Moments { len: list.len(), members: Members::Few(list.into()), of };
        }
        let mut bits = Bits::none(of);
        for moment in list {
            bits.insert(moment);
        }
        bits.into()
    }

    pub fn bits(&self) -> Arc<Bits> {
        match &self.members {
            Members::Many(bits) => bits.clone(),
            Members::Few(list) => {
                let mut bits = Bits::none(self.of);
                for &moment in list.iter() {
                    bits.insert(moment);
                }
                Arc::new(bits)
            }
        }
    }

    pub fn contains(&self, moment: u32) -> bool {
        match &self.members {
            Members::Few(list) => list.binary_search(&moment).is_ok(),
            Members::Many(bits) => (moment as usize) < self.of && bits.contains(moment),
        }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many moments the graph has that it is of.
    pub fn of(&self) -> usize {
        self.of
    }

    /// The first moment of the set from one on.
    pub fn next(&self, from: usize) -> Option<u32> {
        match &self.members {
            Members::Few(list) => list.get(list.partition_point(|&moment| (moment as usize) < from)).copied(),
            Members::Many(bits) => bits.next(from),
        }
    }

    /// The same for equal sets.
    pub fn digest(&self) -> u64 {
        let mut mix = Mix::new();
        match &self.members {
            Members::Few(list) => list.iter().for_each(|&moment| mix.add(moment as u64)),
            Members::Many(bits) => bits.words.iter().for_each(|&word| mix.add(word)),
        }
        mix.finish()
    }

    fn filtered(&self, list: &[u32], keep: impl Fn(u32) -> bool) -> Moments {
        Moments::list(list.iter().copied().filter(|&moment| keep(moment)).collect(), self.of)
    }

    fn with(&self, other: &Moments, each: impl Fn(u64, u64) -> u64) -> Moments {
        let (left, right) = (self.bits(), other.bits());
        let words = left.words.iter().zip(&right.words).map(|(&a, &b)| each(a, b)).collect();
        Bits { words, of: self.of }.into()
    }

    pub fn and(&self, other: &Moments) -> Moments {
        match (&self.members, &other.members) {
            (Members::Few(list), _) => self.filtered(list, |moment| other.contains(moment)),
            (_, Members::Few(list)) => self.filtered(list, |moment| self.contains(moment)),
            _ => self.with(other, |a, b| a & b),
        }
    }

    pub fn or(&self, other: &Moments) -> Moments {
        match (&self.members, &other.members) {
            (Members::Few(list), Members::Few(more)) => {
                let mut all = [&list[..], &more[..]].concat();
                all.sort_unstable();
                all.dedup();
                Moments::list(all, self.of)
            }
            _ => self.with(other, |a, b| a | b),
        }
    }

    pub fn minus(&self, other: &Moments) -> Moments {
        match &self.members {
            Members::Few(list) => self.filtered(list, |moment| !other.contains(moment)),
            _ => self.with(other, |a, b| a & !b),
        }
    }
}
