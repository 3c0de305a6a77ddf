//! Append-only tables that threads share: valuations, believed worlds, actual states, and what is remembered beside them.
//!
//! A row is written once, before its id is published, and never changes; ids are dense. Which id a row gets depends on which thread
//! comes first, so nothing that is reported may depend on ids.
//!
//! Nobody waits for anybody except while a shard of a table is copied to a larger one. What is published (ids in a table's slots, places
//! in a column) is stored with release and loaded with acquire, so whoever reads an id sees the row.

use std::alloc::{alloc_zeroed, dealloc, handle_alloc_error, Layout};
use std::sync::atomic::{fence, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::Mutex;

const CHUNK_BITS: u32 = 16;

/// Asks for a line of memory that is read soon.
#[inline]
pub fn prefetch<T>(at: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint; it may point anywhere.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(at as *const i8);
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

/// The size of the pages that large tables ask for: an access to a table of many megabytes otherwise misses the processor's table of pages,
/// which in a virtual machine costs more than the memory itself.
const LARGE_PAGE: usize = 2 << 20;
const SMALL_PAGE: usize = 4 << 10;

/// Asks the system for large pages where whole ones lie in memory that nobody has used yet.
fn ask_for_large_pages(memory: *mut u8, bytes: usize) {
    #[cfg(target_os = "linux")]
    {
        extern "C" {
            fn madvise(address: *mut std::ffi::c_void, length: usize, advice: std::ffi::c_int) -> std::ffi::c_int;
        }
        const MADV_HUGEPAGE: std::ffi::c_int = 14;
        let start = (memory as usize).next_multiple_of(LARGE_PAGE);
        let end = (memory as usize + bytes) / LARGE_PAGE * LARGE_PAGE;
        if start < end {
            // SAFETY: a hint about memory of ours; whether it is taken makes no difference to what is in it.
            unsafe { madvise(start as *mut _, end - start, MADV_HUGEPAGE) };
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (memory, bytes);
}

/// Zeroed memory, on large pages where it is large. What is never touched of it takes no memory.
struct Zeroed {
    memory: *mut u8,
    layout: Layout,
}

impl Zeroed {
    /// So many bytes, at least one.
    fn new(bytes: usize) -> Self {
        // If it is to have large pages, room to begin with a whole one: an allocator that is asked for a higher alignment than usual clears by hand.
        let room = if bytes < LARGE_PAGE { 0 } else { LARGE_PAGE };
        let layout = Layout::from_size_align(bytes + room, 16).expect("a table fits the address space");
        // SAFETY: the layout is not empty.
        let memory = unsafe { alloc_zeroed(layout) };
        if memory.is_null() {
            handle_alloc_error(layout);
        }
        ask_for_large_pages(memory, layout.size());
        Zeroed { memory, layout }
    }

    /// Where it begins: with a whole large page if it is to have them.
    fn start(&self) -> *mut u8 {
        if self.layout.size() < LARGE_PAGE {
            return self.memory;
        }
        // SAFETY: there is room for that.
        unsafe { self.memory.add((self.memory as usize).next_multiple_of(LARGE_PAGE) - self.memory as usize) }
    }
}

impl Drop for Zeroed {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with the same layout.
        unsafe { dealloc(self.memory, self.layout) }
    }
}

/// Takes pages of zeroed memory that nobody else knows yet, by writing: what is first read gets a page of zeros that all share, and another when
/// it is written, of which every processor at work for the process has to be told.
fn take_pages(memory: *mut u8, bytes: usize, page: usize) {
    for at in (0..bytes).step_by(page) {
        // SAFETY: the memory is as long, and zero already.
        unsafe { memory.add(at).write_volatile(0) };
    }
}

/// Takes whole large pages where they were asked for.
fn take_large_pages(memory: *mut u8, bytes: usize) {
    if cfg!(target_os = "linux") {
        let start = (memory as usize).next_multiple_of(LARGE_PAGE);
        take_pages(start as *mut u8, (memory as usize + bytes).saturating_sub(start), LARGE_PAGE);
    }
}

/// An empty table whose slots are all `empty`, on large pages where it is large.
fn filled<V: Copy>(slots: usize, empty: V) -> Vec<V> {
    let mut made = Vec::with_capacity(slots);
    ask_for_large_pages(made.as_mut_ptr() as *mut u8, slots * std::mem::size_of::<V>());
    made.resize(slots, empty);
    made
}

/// What threads write often, away from what they read.
#[repr(align(128))]
pub struct Apart<T>(pub T);

/// Zeroed memory in chunks that never move, made as it is needed.
struct Chunks<T> {
    chunks: Box<[AtomicPtr<T>]>,
    /// Bytes of a chunk.
    chunk: usize,
    blocks: Mutex<Blocks>,
    bytes: AtomicUsize,
}

/// What chunks are cut from, one after the other: all but the first from blocks of several chunks, so that large pages are used up.
#[derive(Default)]
struct Blocks {
    blocks: Vec<Zeroed>,
    next: usize,
    left: usize,
}

const CHUNKS_IN_BLOCK: usize = 8;

impl<T> Chunks<T> {
    /// At most `chunks` of them, of so many elements each. An element is plain data for which zero will do.
    fn new(chunks: usize, elements: usize) -> Self {
        let layout = Layout::array::<AtomicPtr<T>>(chunks).expect("a directory fits the address space");
        // SAFETY: zero is a null pointer. Memory from the system comes zeroed, so that what is not used of the directory costs nothing.
        let chunks = unsafe {
            let memory = alloc_zeroed(layout) as *mut AtomicPtr<T>;
            if memory.is_null() {
                handle_alloc_error(layout);
            }
            Box::from_raw(std::ptr::slice_from_raw_parts_mut(memory, chunks))
        };
        Chunks { chunks, chunk: elements * std::mem::size_of::<T>(), blocks: Mutex::default(), bytes: AtomicUsize::new(0) }
    }

    /// The chunk, made if need be.
    #[inline]
    fn make(&self, chunk: usize) -> *mut T {
        let known = self.chunks[chunk].load(Ordering::Acquire);
        if known.is_null() {
            self.cut(chunk)
        } else {
            known
        }
    }

    #[cold]
    fn cut(&self, chunk: usize) -> *mut T {
        let mut blocks = self.blocks.lock().unwrap();
        let known = self.chunks[chunk].load(Ordering::Acquire);
        if !known.is_null() {
            return known;
        }
        if blocks.left == 0 {
            blocks.left = if blocks.blocks.is_empty() { 1 } else { CHUNKS_IN_BLOCK };
            let block = Zeroed::new(blocks.left * self.chunk);
            blocks.next = block.start() as usize;
            blocks.blocks.push(block);
        }
        let memory = blocks.next as *mut T;
        if blocks.blocks.len() > 1 {
            take_large_pages(memory as *mut u8, self.chunk);
        }
        blocks.next += self.chunk;
        blocks.left -= 1;
        self.bytes.fetch_add(self.chunk, Ordering::Relaxed);
        self.chunks[chunk].store(memory, Ordering::Release);
        memory
    }
}

// SAFETY: the memory is only handed out through the atomic pointers.
unsafe impl Send for Zeroed {}

/// Rows of plain integers of equal length, at addresses that never move.
pub struct Rows<T: Copy> {
    stride: usize,
    chunks: Chunks<T>,
    len: Apart<AtomicU32>,
}

// SAFETY: rows are only handed out as shared slices after they were written; writers own the rows that they reserved.
unsafe impl<T: Copy + Send> Send for Rows<T> {}
unsafe impl<T: Copy + Sync> Sync for Rows<T> {}

const MAX_ROWS: usize = 1 << 31;

impl<T: Copy> Rows<T> {
    pub fn new(stride: usize) -> Self {
        let stride = stride.max(1);
        Rows { stride, chunks: Chunks::new(MAX_ROWS >> CHUNK_BITS, stride << CHUNK_BITS), len: Apart(AtomicU32::new(0)) }
    }

    pub fn len(&self) -> usize {
        self.len.0.load(Ordering::Relaxed) as usize
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes allocated for rows.
    pub fn bytes(&self) -> usize {
        self.chunks.bytes.load(Ordering::Relaxed)
    }

    /// Reserves `n` consecutive rows, zeroed, and returns the first id.
    pub fn reserve(&self, n: usize) -> u32 {
        let first = self.len.0.fetch_add(n as u32, Ordering::Relaxed);
        let last = first as usize + n - 1;
        assert!(last < MAX_ROWS - 1, "more than two thousand million rows");
        for chunk in (first as usize >> CHUNK_BITS)..=(last >> CHUNK_BITS) {
            self.chunks.make(chunk);
        }
        first
    }

    #[inline]
    fn at(&self, id: u32) -> *mut T {
        let chunk = self.chunks.chunks[(id >> CHUNK_BITS) as usize].load(Ordering::Relaxed);
        debug_assert!(!chunk.is_null());
        // SAFETY: ids are only made by `reserve`, which allocates their chunk.
        unsafe { chunk.add((id as usize & ((1 << CHUNK_BITS) - 1)) * self.stride) }
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

    /// Asks for a row that is read soon.
    #[inline]
    pub fn prefetch(&self, id: u32) {
        prefetch(self.at(id));
    }

    /// Writes a row that this thread reserved and has not yet published.
    pub fn write(&self, id: u32, row: &[T]) {
        debug_assert_eq!(row.len(), self.stride);
        // SAFETY: nobody else knows the id yet.
        unsafe { std::ptr::copy_nonoverlapping(row.as_ptr(), self.at(id), self.stride) }
    }
}

/// Numbers beside each row of a table: 0 until set.
pub struct Columns {
    chunks: Chunks<AtomicU32>,
    columns: usize,
}

impl Columns {
    pub fn new(columns: usize) -> Self {
        let columns = columns.max(1);
        Columns { chunks: Chunks::new(MAX_ROWS >> CHUNK_BITS, columns << CHUNK_BITS), columns }
    }

    #[inline]
    fn place(&self, id: u32, column: usize) -> usize {
        debug_assert!(column < self.columns);
        (id as usize & ((1 << CHUNK_BITS) - 1)) * self.columns + column
    }

    #[inline]
    pub fn get(&self, id: u32, column: usize) -> u32 {
        let chunk = self.chunks.chunks[(id >> CHUNK_BITS) as usize].load(Ordering::Acquire);
        if chunk.is_null() {
            return 0;
        }
        // SAFETY: a chunk has all numbers of each of its rows.
        unsafe { (*chunk.add(self.place(id, column))).load(Ordering::Acquire) }
    }

    /// Asks for numbers that are read soon.
    #[inline]
    pub fn prefetch(&self, id: u32) {
        let chunk = self.chunks.chunks[(id >> CHUNK_BITS) as usize].load(Ordering::Relaxed);
        prefetch(chunk.wrapping_add(self.place(id, 0)));
    }

    /// All numbers beside a row; None if none of its chunk was ever set.
    #[inline]
    pub fn row(&self, id: u32) -> Option<&[AtomicU32]> {
        let chunk = self.chunks.chunks[(id >> CHUNK_BITS) as usize].load(Ordering::Acquire);
        if chunk.is_null() {
            return None;
        }
        // SAFETY: as in `get`.
        Some(unsafe { std::slice::from_raw_parts(chunk.add(self.place(id, 0)), self.columns) })
    }

    /// All numbers beside a row, to be set.
    pub fn make(&self, id: u32) -> &[AtomicU32] {
        self.chunks.make((id >> CHUNK_BITS) as usize);
        self.row(id).expect("the chunk was made")
    }

    /// Sets a number if it was not set; returns what it is then.
    pub fn claim(&self, id: u32, column: usize, value: u32) -> u32 {
        let chunk = self.chunks.make((id >> CHUNK_BITS) as usize);
        // SAFETY: as in `get`.
        let slot = unsafe { &*chunk.add(self.place(id, column)) };
        slot.compare_exchange(0, value, Ordering::AcqRel, Ordering::Acquire).map_or_else(|known| known, |_| value)
    }

    pub fn bytes(&self) -> usize {
        self.chunks.bytes.load(Ordering::Relaxed)
    }
}

/// Words for what threads remember together: taken once, zeroed, never given back.
pub struct Arena {
    chunks: Chunks<AtomicU32>,
    next: AtomicUsize,
}

/// What a thread has reserved of an arena.
#[derive(Default)]
pub struct Block {
    at: u32,
    end: u32,
}

impl Arena {
    pub fn new() -> Self {
        Arena { chunks: Chunks::new(1 << (32 - CHUNK_BITS), 1 << CHUNK_BITS), next: AtomicUsize::new(0) }
    }

    /// Takes `n` words for good, unless more than `limit` bytes would be taken. Never returns 0.
    pub fn take(&self, block: &mut Block, n: usize, limit: usize) -> Option<u32> {
        if n > (block.end - block.at) as usize {
            if n >= 1 << CHUNK_BITS || self.bytes() + self.chunks.chunk > limit {
                return None;
            }
            let chunk = self.next.fetch_add(1, Ordering::Relaxed);
            if chunk >= self.chunks.chunks.len() {
                return None;
            }
            self.chunks.make(chunk);
            *block = Block { at: (chunk as u32) << CHUNK_BITS, end: ((chunk as u32) << CHUNK_BITS) + ((1 << CHUNK_BITS) - 1) };
            // Place 0 means none.
            block.at += 1;
        }
        let place = block.at;
        block.at += n as u32;
        Some(place)
    }

    /// The words from a place on that this thread took, or got to know.
    #[inline]
    pub fn words(&self, place: u32, n: usize) -> &[AtomicU32] {
        let chunk = self.chunks.chunks[(place >> CHUNK_BITS) as usize].load(Ordering::Relaxed);
        // SAFETY: places are only made by `take`, which allocates their chunk and keeps within it.
        unsafe { std::slice::from_raw_parts(chunk.add(place as usize & ((1 << CHUNK_BITS) - 1)), n) }
    }

    /// Asks for words that are read soon.
    #[inline]
    pub fn prefetch(&self, place: u32) {
        let chunk = self.chunks.chunks[(place >> CHUNK_BITS) as usize].load(Ordering::Relaxed);
        prefetch(chunk.wrapping_add(place as usize & ((1 << CHUNK_BITS) - 1)));
    }

    pub fn bytes(&self) -> usize {
        self.chunks.bytes.load(Ordering::Relaxed)
    }
}

impl Default for Arena {
    fn default() -> Self {
        Self::new()
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

/// Odd random multipliers, one for each place of a row: the upper bits of the sum of products are a hash (multilinear hashing; Lemire
/// and Kaser, "Strongly universal string hashing is fast", The Computer Journal 57, 2014). A place counts independently of the others.
pub fn multipliers(n: usize) -> Box<[u64]> {
    let mut state = 0x0123_4567_89ab_cdefu64;
    (0..n)
        .map(|_| {
            // Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ z >> 31) | 1
        })
        .collect()
}

/// A word of a row that is hashed.
pub trait Word: Copy + Eq {
    /// How many multipliers a word needs.
    const PARTS: usize;
    fn product(self, multipliers: &[u64]) -> u64;
}

impl Word for u32 {
    const PARTS: usize = 1;
    #[inline]
    fn product(self, multipliers: &[u64]) -> u64 {
        (self as u64).wrapping_mul(multipliers[0])
    }
}

impl Word for u64 {
    const PARTS: usize = 2;
    #[inline]
    fn product(self, multipliers: &[u64]) -> u64 {
        (self & 0xffff_ffff).wrapping_mul(multipliers[0]).wrapping_add((self >> 32).wrapping_mul(multipliers[1]))
    }
}

const SHARD_BITS: u32 = 6;
const SHARDS: usize = 1 << SHARD_BITS;
const FEW_SLOTS_BITS: u32 = 4;
const MOST_SLOTS_BITS: u32 = 31;

/// What an empty slot of a table becomes that is being copied: nothing can be put there any more.
const FROZEN: u64 = u64::MAX;

/// An open table: a slot is 0, or a tag of 32 bits of the hash above the id plus one, or [`FROZEN`].
#[derive(Clone, Copy)]
struct Slots<'i> {
    slots: &'i [AtomicU64],
    bits: u32,
}

impl Slots<'_> {
    /// Where to look first. The upper bits of the tag: so a table is copied to a larger one from front to back.
    #[inline]
    fn home(self, tag: u32) -> usize {
        (tag >> (32 - self.bits)) as usize
    }

    /// So many of its slots may be in use.
    #[inline]
    fn room(self) -> usize {
        self.slots.len() / 8 * FULL_EIGHTHS
    }
}

/// Tables that are fuller are enlarged. More is slower, less takes more memory.
const FULL_EIGHTHS: usize = 6;

#[repr(align(128))]
struct Shard {
    /// The table's size, as the logarithm of its slots.
    bits: AtomicU32,
    /// How many ids there are, on a line of its own: readers do not read it.
    used: Used,
    enlarging: Mutex<()>,
}

#[repr(align(64))]
struct Used(AtomicU32);

/// A set of ids, found by content, that threads share without locks. The caller compares rows; the table keeps 32 bits of hash beside each id.
///
/// It is parted into shards, whose tables grow each for itself, by doubling. Ids are spread evenly, so all do at about the same
/// time; tables of one size lie together in one piece of memory, which goes back to the system by [`Index::release`].
pub struct Index {
    shards: Box<[Shard]>,
    /// By size, the tables of all shards.
    tables: [AtomicPtr<AtomicU64>; MOST_SLOTS_BITS as usize + 1],
    memory: Mutex<Vec<(u32, Zeroed)>>,
}

impl Index {
    pub fn new() -> Self {
        let shard = |_| Shard { bits: AtomicU32::new(FEW_SLOTS_BITS), used: Used(AtomicU32::new(0)), enlarging: Mutex::new(()) };
        let index = Index {
            shards: (0..SHARDS).map(shard).collect(),
            tables: std::array::from_fn(|_| AtomicPtr::new(std::ptr::null_mut())),
            memory: Mutex::new(vec![]),
        };
        index.make(FEW_SLOTS_BITS);
        index
    }

    /// Makes the tables of a size unless there are.
    fn make(&self, bits: u32) {
        let mut memory = self.memory.lock().unwrap();
        if self.tables[bits as usize].load(Ordering::Acquire).is_null() {
            let bytes = std::mem::size_of::<AtomicU64>() * (SHARDS << bits);
            let made = Zeroed::new(bytes);
            // All of it is soon in use. Small pages, since the system may have no large ones.
            take_pages(made.start(), bytes, SMALL_PAGE);
            self.tables[bits as usize].store(made.start() as *mut AtomicU64, Ordering::Release);
            memory.push((bits, made));
        }
    }

    #[inline]
    fn shard(hash: u64) -> usize {
        (hash >> (64 - SHARD_BITS)) as usize
    }

    #[inline]
    fn tag(hash: u64) -> u32 {
        (hash >> (32 - SHARD_BITS)) as u32
    }

    #[inline]
    fn table(&self, shard: usize, bits: u32) -> Slots<'_> {
        let tables = self.tables[bits as usize].load(Ordering::Acquire);
        // SAFETY: tables of a size that a shard has, or is given by `enlarge`, were made, and stay until `release` says that nobody is here.
        Slots { slots: unsafe { std::slice::from_raw_parts(tables.add(shard << bits), 1 << bits) }, bits }
    }

    #[inline]
    fn slots(&self, shard: usize) -> Slots<'_> {
        self.table(shard, self.shards[shard].bits.load(Ordering::Acquire))
    }

    /// Gives back the memory of tables that were outgrown.
    ///
    /// # Safety
    /// No other thread may be in any method of the index but `len` and `bytes`.
    pub unsafe fn release(&self) {
        let least = self.shards.iter().map(|shard| shard.bits.load(Ordering::Acquire)).min().unwrap_or(0);
        self.memory.lock().unwrap().retain(|&(bits, _)| {
            if bits < least {
                self.tables[bits as usize].store(std::ptr::null_mut(), Ordering::Release);
            }
            bits >= least
        });
    }

    /// Asks for the slots that [`Index::find_or_insert`] looks at.
    #[inline]
    pub fn prefetch(&self, hash: u64) {
        let slots = self.slots(Self::shard(hash));
        prefetch(&slots.slots[slots.home(Self::tag(hash))]);
    }

    /// An id whose row is likely to be the one, to be asked for.
    #[inline]
    pub fn likely(&self, hash: u64) -> Option<u32> {
        let slots = self.slots(Self::shard(hash));
        let tag = Self::tag(hash);
        let mask = slots.slots.len() - 1;
        let mut at = slots.home(tag);
        loop {
            let slot = slots.slots[at].load(Ordering::Relaxed);
            if slot == 0 || slot == FROZEN {
                return None;
            }
            if (slot >> 32) as u32 == tag {
                return Some(slot as u32 - 1);
            }
            at = (at + 1) & mask;
        }
    }

    /// Finds the id whose row `matches`, or inserts one that `make` made, its row being written. `unused` gets back an id that was made for nothing.
    #[inline]
    pub fn find_or_insert(
        &self,
        hash: u64,
        matches: impl Fn(u32) -> bool,
        make: impl FnOnce() -> u32,
        unused: impl FnOnce(u32),
    ) -> (u32, bool) {
        let (number, tag) = (Self::shard(hash), Self::tag(hash));
        let shard = &self.shards[number];
        let mut make = Some(make);
        let mut made = None;
        loop {
            let slots = self.slots(number);
            let mask = slots.slots.len() - 1;
            let mut at = slots.home(tag);
            loop {
                let mut slot = slots.slots[at].load(Ordering::Acquire);
                if slot == 0 {
                    if shard.used.0.load(Ordering::Relaxed) as usize >= slots.room() {
                        self.enlarge(number, slots.bits);
                        break;
                    }
                    if let Some(make) = make.take() {
                        made = Some(make());
                    }
                    let id = made.expect("an id was made");
                    match slots.slots[at].compare_exchange(0, (tag as u64) << 32 | (id as u64 + 1), Ordering::AcqRel, Ordering::Acquire) {
                        Ok(_) => {
                            shard.used.0.fetch_add(1, Ordering::Relaxed);
                            return (id, true);
                        }
                        Err(now) => slot = now,
                    }
                }
                if slot == FROZEN {
                    // Somebody is copying the table: wait for the larger one.
                    drop(shard.enlarging.lock().unwrap());
                    break;
                }
                if (slot >> 32) as u32 == tag && matches(slot as u32 - 1) {
                    if let Some(made) = made {
                        unused(made);
                    }
                    return (slot as u32 - 1, false);
                }
                at = (at + 1) & mask;
            }
        }
    }

    /// Copies a shard's table to one twice as large, unless somebody else just did.
    #[cold]
    fn enlarge(&self, number: usize, bits: u32) {
        let shard = &self.shards[number];
        let _enlarging = shard.enlarging.lock().unwrap();
        if shard.bits.load(Ordering::Acquire) != bits {
            return;
        }
        assert!(bits < MOST_SLOTS_BITS, "more than two thousand million rows");
        self.make(bits + 1);
        let (old, new) = (self.table(number, bits), self.table(number, bits + 1));
        let mask = new.slots.len() - 1;
        for slot in old.slots.iter() {
            // An empty slot is closed, so that what comes later goes to the new table; a full one never changes.
            let content = match slot.compare_exchange(0, FROZEN, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => continue,
                Err(content) => content,
            };
            let mut at = new.home((content >> 32) as u32);
            while new.slots[at].load(Ordering::Relaxed) != 0 {
                at = (at + 1) & mask;
            }
            new.slots[at].store(content, Ordering::Relaxed);
        }
        shard.bits.store(bits + 1, Ordering::Release);
    }

    /// How many ids there are.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.used.0.load(Ordering::Relaxed) as usize).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes held, with those of outgrown tables that were not given back yet.
    pub fn bytes(&self) -> usize {
        let tables = |bits: u32| {
            // Of tables that not all shards have come to yet, those that are in use.
            let reached = self.shards.iter().filter(|shard| shard.bits.load(Ordering::Relaxed) >= bits).count();
            std::mem::size_of::<AtomicU64>() * (reached << bits)
        };
        let held: usize = self.memory.lock().unwrap().iter().map(|&(bits, _)| tables(bits)).sum();
        held + SHARDS * std::mem::size_of::<Shard>()
    }
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

/// A table of distinct rows.
pub struct Interner<T: Word> {
    pub rows: Rows<T>,
    index: Index,
    multipliers: Box<[u64]>,
    /// Ids reserved for a row that another thread was inserting at the same time.
    spare: Spare,
}

/// Ids that nothing was published under, to be used again.
#[derive(Default)]
pub struct Spare {
    some: AtomicUsize,
    ids: Mutex<Vec<u32>>,
}

impl Spare {
    pub fn put(&self, id: u32) {
        let mut ids = self.ids.lock().unwrap();
        ids.push(id);
        self.some.store(ids.len(), Ordering::Relaxed);
    }

    pub fn take(&self) -> Option<u32> {
        if self.some.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut ids = self.ids.lock().unwrap();
        let id = ids.pop();
        self.some.store(ids.len(), Ordering::Relaxed);
        id
    }
}

/// How many rows are asked for ahead.
const AHEAD: usize = 32;

impl<T: Word> Interner<T> {
    pub fn new(stride: usize) -> Self {
        let stride = stride.max(1);
        Interner { rows: Rows::new(stride), index: Index::new(), multipliers: multipliers(stride * T::PARTS), spare: Spare::default() }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    fn hash(&self, row: &[T]) -> u64 {
        row.iter().zip(self.multipliers.chunks_exact(T::PARTS)).fold(0, |sum: u64, (word, by)| sum.wrapping_add(word.product(by)))
    }

    /// The id of a row, and whether it is new.
    #[inline]
    pub fn intern(&self, row: &[T]) -> (u32, bool) {
        self.intern_hashed(row, self.hash(row))
    }

    #[inline]
    fn intern_hashed(&self, row: &[T], hash: u64) -> (u32, bool) {
        self.index.find_or_insert(
            hash,
            |id| self.rows.row(id) == row,
            || {
                let id = self.spare.take().unwrap_or_else(|| self.rows.reserve(1));
                self.rows.write(id, row);
                id
            },
            |id| self.spare.put(id),
        )
    }

    /// The ids of rows that stand one after the other, added to `ids`. What the table has to look at is asked for ahead.
    pub fn intern_all(&self, rows: &[T], ids: &mut Vec<u32>) {
        let stride = self.rows.stride;
        let mut hashes = [0; AHEAD];
        for batch in rows.chunks(AHEAD * stride) {
            for (row, hash) in batch.chunks_exact(stride).zip(&mut hashes) {
                *hash = self.hash(row);
                self.index.prefetch(*hash);
            }
            let hashes = &hashes[..batch.len() / stride];
            for &hash in hashes {
                if let Some(id) = self.index.likely(hash) {
                    self.rows.prefetch(id);
                }
            }
            ids.extend(batch.chunks_exact(stride).zip(hashes).map(|(row, &hash)| self.intern_hashed(row, hash).0));
        }
    }

    pub fn bytes(&self) -> usize {
        self.rows.bytes() + self.index.bytes()
    }

    /// As [`Index::release`].
    ///
    /// # Safety
    /// As there.
    pub unsafe fn release(&self) {
        // SAFETY: the caller's affair.
        unsafe { self.index.release() }
    }
}

/// A cache that threads share, and that may forget: one slot for each hash, the newest entry wins. An entry is three words, of which the first `KEYS`
/// say what it is about. It is made larger while it is crowded, up to a limit.
///
/// A slot has a version, which is odd while it is written (Boehm, "Can seqlocks get along with programming language memory models?", MSPC 2012):
/// whoever reads then, or sees another version afterwards, finds nothing, and whoever comes to write meanwhile lets it be.
pub struct CommonCache<const KEYS: usize> {
    table: AtomicPtr<Table>,
    used: Apart<AtomicUsize>,
    max_bits: u32,
    /// The table, and those that it replaced and somebody may still look at.
    #[allow(clippy::vec_box, reason = "`table` points to one")]
    tables: Mutex<Vec<Box<Table>>>,
}

type Entry = [u64; 3];

#[repr(align(32))]
struct Slot {
    /// 0 of one that was never written.
    version: AtomicU64,
    words: [AtomicU64; 3],
}

impl Slot {
    #[inline]
    fn read(&self) -> Option<Entry> {
        let version = self.version.load(Ordering::Acquire);
        if version == 0 || version & 1 == 1 {
            return None;
        }
        let words = std::array::from_fn(|i| self.words[i].load(Ordering::Relaxed));
        fence(Ordering::Acquire);
        (self.version.load(Ordering::Relaxed) == version).then_some(words)
    }

    /// Whether it is the first entry.
    #[inline]
    fn write(&self, entry: Entry) -> bool {
        let version = self.version.load(Ordering::Relaxed);
        if version & 1 == 1 || self.version.compare_exchange(version, version + 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return false;
        }
        fence(Ordering::Release);
        self.words.iter().zip(entry).for_each(|(word, content)| word.store(content, Ordering::Relaxed));
        self.version.store(version + 2, Ordering::Release);
        version == 0
    }
}

struct Table {
    memory: Zeroed,
    bits: u32,
}

impl Table {
    fn new(bits: u32) -> Box<Table> {
        let bytes = std::mem::size_of::<Slot>() << bits;
        let memory = Zeroed::new(bytes + std::mem::align_of::<Slot>());
        take_pages(memory.start(), bytes, SMALL_PAGE);
        Box::new(Table { memory, bits })
    }

    #[inline]
    fn slots(&self) -> &[Slot] {
        let start = (self.memory.start() as usize).next_multiple_of(std::mem::align_of::<Slot>());
        // SAFETY: the memory has room for them, zero will do for a slot, and it lives as long as the table.
        unsafe { std::slice::from_raw_parts(start as *const Slot, 1 << self.bits) }
    }
}

impl<const KEYS: usize> CommonCache<KEYS> {
    pub fn new(max_bits: u32) -> Self {
        let tables = vec![Table::new(10)];
        let table = AtomicPtr::new(&*tables[0] as *const Table as *mut Table);
        CommonCache { table, used: Apart(AtomicUsize::new(0)), max_bits, tables: Mutex::new(tables) }
    }

    #[inline]
    fn table(&self) -> &Table {
        // SAFETY: tables stay until `release` says that nobody is here.
        unsafe { &*self.table.load(Ordering::Acquire) }
    }

    #[inline]
    fn slot<'t>(table: &'t Table, key: &[u64]) -> &'t Slot {
        let sum = key
            .iter()
            .zip([0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93])
            .fold(0u64, |sum, (&word, by)| sum.wrapping_add(word.wrapping_mul(by)));
        let hash = (sum ^ sum >> 32).wrapping_mul(0xe703_7ed1_a0b4_28db);
        &table.slots()[(hash >> (64 - table.bits)) as usize]
    }

    #[inline]
    pub fn get(&self, key: [u64; KEYS]) -> Option<Entry> {
        Self::slot(self.table(), &key).read().filter(|entry| entry[..KEYS] == key)
    }

    /// Asks for what [`CommonCache::get`] looks at.
    #[inline]
    pub fn prefetch(&self, key: [u64; KEYS]) {
        prefetch(Self::slot(self.table(), &key));
    }

    #[inline]
    pub fn put(&self, entry: Entry) {
        let table = self.table();
        if Self::slot(table, &entry[..KEYS]).write(entry) {
            let used = self.used.0.fetch_add(1, Ordering::Relaxed) + 1;
            if used * 2 > 1 << table.bits && table.bits < self.max_bits {
                self.enlarge(table.bits);
            }
        }
    }

    /// Copies the entries to a larger table, unless somebody does or did. What is put in meanwhile may be forgotten.
    #[cold]
    fn enlarge(&self, bits: u32) {
        let Ok(mut tables) = self.tables.try_lock() else {
            return;
        };
        let old = self.table();
        if old.bits != bits {
            return;
        }
        tables.push(Table::new((bits + 2).min(self.max_bits)));
        let larger = &*tables[tables.len() - 1];
        let entries = old.slots().iter().filter_map(Slot::read);
        let used = entries.filter(|entry| Self::slot(larger, &entry[..KEYS]).write(*entry)).count();
        self.used.0.store(used, Ordering::Relaxed);
        self.table.store(larger as *const Table as *mut Table, Ordering::Release);
    }

    pub fn bytes(&self) -> usize {
        self.tables.lock().unwrap().iter().map(|table| std::mem::size_of::<Slot>() << table.bits).sum()
    }

    /// Gives back the memory of tables that were outgrown.
    ///
    /// # Safety
    /// No other thread may be in any method of the cache but `bytes`.
    pub unsafe fn release(&self) {
        let mut tables = self.tables.lock().unwrap();
        let outgrown = tables.len() - 1;
        tables.drain(..outgrown);
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
        Cache { slots: filled(1 << 10, (u64::MAX, u64::MAX, empty)), used: 0, max_bits, empty }
    }

    #[inline]
    fn slot(&self, a: u64, b: u64) -> usize {
        let sum = a.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(b.wrapping_mul(0xd6e8_feb8_6659_fd93));
        ((sum ^ sum >> 32).wrapping_mul(0xe703_7ed1_a0b4_28db) >> 32) as usize & (self.slots.len() - 1)
    }

    #[inline]
    pub fn get(&self, a: u64, b: u64) -> Option<V> {
        let slot = &self.slots[self.slot(a, b)];
        (slot.0 == a && slot.1 == b).then_some(slot.2)
    }

    /// Asks for what [`Cache::get`] looks at.
    #[inline]
    pub fn prefetch(&self, a: u64, b: u64) {
        prefetch(&self.slots[self.slot(a, b)]);
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
        let larger = filled(self.slots.len() * 4, (u64::MAX, u64::MAX, self.empty));
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
