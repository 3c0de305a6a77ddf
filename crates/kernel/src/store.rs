//! Append-only tables that threads share: valuations, believed worlds, actual states.
//!
//! A row is written once, before its id is published through a lock, and never changes; ids are dense. Which id a row gets depends
//! on which thread comes first, so nothing that is reported may depend on ids.

use std::alloc::{alloc_zeroed, dealloc, handle_alloc_error, Layout};
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};
use std::sync::Mutex;

use hashbrown::HashTable;

const CHUNK_BITS: u32 = 16;
const CHUNK_ROWS: usize = 1 << CHUNK_BITS;
const MAX_CHUNKS: usize = 1 << (31 - CHUNK_BITS);

/// Rows of plain integers of equal length, at addresses that never move.
pub struct Rows<T: Copy> {
    stride: usize,
    chunks: Box<[AtomicPtr<T>]>,
    len: AtomicU32,
    grow: Mutex<()>,
    bytes: AtomicUsize,
}

// SAFETY: rows are only handed out as shared slices after they were written; writers own the rows that they reserved.
unsafe impl<T: Copy + Send> Send for Rows<T> {}
unsafe impl<T: Copy + Sync> Sync for Rows<T> {}

impl<T: Copy> Rows<T> {
    pub fn new(stride: usize) -> Self {
        let mut chunks = Vec::with_capacity(MAX_CHUNKS);
        chunks.resize_with(MAX_CHUNKS, || AtomicPtr::new(std::ptr::null_mut()));
        Rows {
            stride: stride.max(1),
            chunks: chunks.into_boxed_slice(),
            len: AtomicU32::new(0),
            grow: Mutex::new(()),
            bytes: AtomicUsize::new(0),
        }
    }

    fn layout(&self) -> Layout {
        Layout::array::<T>(self.stride << CHUNK_BITS).expect("a chunk fits the address space")
    }

    pub fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed) as usize
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes allocated for rows.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Reserves `n` consecutive rows, zeroed, and returns the first id.
    pub fn reserve(&self, n: usize) -> u32 {
        let first = self.len.fetch_add(n as u32, Ordering::Relaxed);
        let last = first as usize + n - 1;
        assert!(last < MAX_CHUNKS * CHUNK_ROWS, "more than two thousand million rows");
        for chunk in (first as usize >> CHUNK_BITS)..=(last >> CHUNK_BITS) {
            if self.chunks[chunk].load(Ordering::Acquire).is_null() {
                let _guard = self.grow.lock().unwrap();
                if self.chunks[chunk].load(Ordering::Acquire).is_null() {
                    let layout = self.layout();
                    // SAFETY: the layout is not empty (stride >= 1).
                    let memory = unsafe { alloc_zeroed(layout) } as *mut T;
                    if memory.is_null() {
                        handle_alloc_error(layout);
                    }
                    self.bytes.fetch_add(layout.size(), Ordering::Relaxed);
                    self.chunks[chunk].store(memory, Ordering::Release);
                }
            }
        }
        first
    }

    #[inline]
    fn at(&self, id: u32) -> *mut T {
        let chunk = self.chunks[(id >> CHUNK_BITS) as usize].load(Ordering::Relaxed);
        debug_assert!(!chunk.is_null());
        // SAFETY: ids are only made by `reserve`, which allocates their chunk.
        unsafe { chunk.add((id as usize & (CHUNK_ROWS - 1)) * self.stride) }
    }

    /// The row of an id that was published to this thread.
    #[inline]
    pub fn row(&self, id: u32) -> &[T] {
        // SAFETY: the row was written before its id was published, and is never written again.
        unsafe { std::slice::from_raw_parts(self.at(id), self.stride) }
    }

    #[inline]
    pub fn first(&self, id: u32) -> T {
        // SAFETY: as in `row`; the stride is at least one.
        unsafe { *self.at(id) }
    }

    /// Writes a row that this thread reserved and has not yet published.
    pub fn write(&self, id: u32, row: &[T]) {
        debug_assert_eq!(row.len(), self.stride);
        // SAFETY: nobody else knows the id yet.
        unsafe { std::ptr::copy_nonoverlapping(row.as_ptr(), self.at(id), self.stride) }
    }
}

impl<T: Copy> Drop for Rows<T> {
    fn drop(&mut self) {
        let layout = self.layout();
        for chunk in self.chunks.iter() {
            let memory = chunk.load(Ordering::Relaxed);
            if !memory.is_null() {
                // SAFETY: allocated in `reserve` with the same layout.
                unsafe { dealloc(memory as *mut u8, layout) }
            }
        }
    }
}

/// A fast mixing hash of words; good enough for tables whose keys nobody chooses against us.
#[derive(Clone, Copy)]
pub struct Mix(u64);

impl Mix {
    #[inline]
    pub fn new() -> Self {
        Mix(0x9e37_79b9_7f4a_7c15)
    }
    #[inline]
    pub fn add(&mut self, word: u64) {
        let product = ((self.0 ^ word) as u128).wrapping_mul(0xa076_1d64_78bd_642f_e703_7ed1_a0b4_28db);
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
    #[inline]
    pub fn finish(self) -> u64 {
        let h = self.0.wrapping_mul(0xd6e8_feb8_6659_fd93);
        h ^ (h >> 32)
    }
}

impl Default for Mix {
    fn default() -> Self {
        Self::new()
    }
}

const SHARDS: usize = 64;

/// Tag and id.
type Slots = HashTable<(u32, u32)>;

/// A concurrent set of ids, found by content. The caller compares rows; the table keeps 32 bits of hash beside each id.
pub struct Index {
    shards: Box<[Mutex<Slots>]>,
}

#[inline]
fn spread(tag: u32) -> u64 {
    (tag as u64 | 1 << 32).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Index {
    pub fn new() -> Self {
        Index { shards: (0..SHARDS).map(|_| Mutex::new(HashTable::new())).collect() }
    }

    /// Finds the id whose row `matches`, or makes one with `insert` while nobody else can.
    #[inline]
    pub fn get_or_insert(&self, hash: u64, mut matches: impl FnMut(u32) -> bool, insert: impl FnOnce() -> u32) -> (u32, bool) {
        let tag = hash as u32;
        let mut shard = self.shards[(hash >> 58) as usize].lock().unwrap();
        let wide = spread(tag);
        if let Some(&(_, id)) = shard.find(wide, |&(t, id)| t == tag && matches(id)) {
            return (id, false);
        }
        let id = insert();
        shard.insert_unique(wide, (tag, id), |&(t, _)| spread(t));
        (id, true)
    }

    /// Bytes held by the table.
    pub fn bytes(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap().capacity() * 8 * 8 / 7 + 16).sum()
    }
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

/// A table of distinct rows.
pub struct Interner<T: Copy> {
    pub rows: Rows<T>,
    index: Index,
}

impl<T: Copy + Eq + Into<u64>> Interner<T> {
    pub fn new(stride: usize) -> Self {
        Interner { rows: Rows::new(stride), index: Index::new() }
    }

    /// The id of a row, and whether it is new.
    #[inline]
    pub fn intern(&self, row: &[T]) -> (u32, bool) {
        let mut mix = Mix::new();
        for &word in row {
            mix.add(word.into());
        }
        self.index.get_or_insert(
            mix.finish(),
            |id| self.rows.row(id) == row,
            || {
                let id = self.rows.reserve(1);
                self.rows.write(id, row);
                id
            },
        )
    }

    pub fn bytes(&self) -> usize {
        self.rows.bytes() + self.index.bytes()
    }
}

/// A per-thread cache that may forget: one slot for each hash, the newest entry wins. It doubles while it is crowded, up to a limit.
pub struct Cache<V: Copy> {
    slots: Vec<(u64, u64, V)>,
    used: usize,
    max_bits: u32,
    empty: V,
}

impl<V: Copy> Cache<V> {
    pub fn new(max_bits: u32, empty: V) -> Self {
        Cache { slots: vec![(u64::MAX, u64::MAX, empty); 1 << 10], used: 0, max_bits, empty }
    }

    #[inline]
    fn slot(&self, a: u64, b: u64) -> usize {
        let mut mix = Mix::new();
        mix.add(a);
        mix.add(b);
        mix.finish() as usize & (self.slots.len() - 1)
    }

    #[inline]
    pub fn get(&self, a: u64, b: u64) -> Option<V> {
        let slot = &self.slots[self.slot(a, b)];
        (slot.0 == a && slot.1 == b).then_some(slot.2)
    }

    #[inline]
    pub fn put(&mut self, a: u64, b: u64, value: V) {
        let mut slot = self.slot(a, b);
        if self.slots[slot].0 == u64::MAX {
            self.used += 1;
            if self.used * 2 > self.slots.len() && self.slots.len() < 1 << self.max_bits {
                self.enlarge();
                slot = self.slot(a, b);
            }
        }
        self.slots[slot] = (a, b, value);
    }

    fn enlarge(&mut self) {
        let larger = vec![(u64::MAX, u64::MAX, self.empty); self.slots.len() * 4];
        let old = std::mem::replace(&mut self.slots, larger);
        self.used = 0;
        for (a, b, value) in old {
            if a != u64::MAX || b != u64::MAX {
                let slot = self.slot(a, b);
                if self.slots[slot].0 == u64::MAX {
                    self.used += 1;
                }
                self.slots[slot] = (a, b, value);
            }
        }
    }

    pub fn bytes(&self) -> usize {
        self.slots.len() * std::mem::size_of::<(u64, u64, V)>()
    }
}
