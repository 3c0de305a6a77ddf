//! Compact tables that only grow: columns of numbers, and acts as bits.

/// What a column has where nothing was set.
pub const NONE: u32 = u32::MAX;

/// Numbers in a row that grows without being moved.
#[derive(Default)]
pub struct Column {
    chunks: Vec<Box<[u32]>>,
    len: usize,
}

const CHUNK: usize = 1 << 14;

impl Column {
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline]
    pub fn get(&self, at: usize) -> u32 {
        self.chunks[at / CHUNK][at % CHUNK]
    }

    /// What is there, [`NONE`] beyond the end.
    #[inline]
    pub fn find(&self, at: usize) -> u32 {
        self.chunks.get(at / CHUNK).map_or(NONE, |chunk| chunk[at % CHUNK])
    }

    pub fn set(&mut self, at: usize, value: u32) {
        while self.chunks.len() <= at / CHUNK {
            self.chunks.push(vec![NONE; CHUNK].into());
        }
        self.chunks[at / CHUNK][at % CHUNK] = value;
    }

    pub fn push(&mut self, value: u32) {
        self.set(self.len, value);
        self.len += 1;
    }

    pub fn truncate(&mut self, len: usize) {
        self.len = len;
        self.chunks.truncate(len.div_ceil(CHUNK));
    }

    pub fn bytes(&self) -> usize {
        self.chunks.len() * CHUNK * 4 + self.chunks.capacity() * 16
    }
}

/// Bits in a row, the lowest of a byte first, in segments that are never moved. A block lies within one segment, and begins with a byte.
#[derive(Default)]
pub struct Packed {
    segments: Vec<Vec<u8>>,
    /// Bits of the last byte that are in use; 0 for all of them.
    used: u32,
    /// Where each block begins: segment and place in it.
    starts: Vec<(u32, u32)>,
}

const SEGMENT: usize = 1 << 20;

/// How far a [`Packed`] had come.
#[derive(Clone, Copy, Default)]
pub struct Mark {
    segments: usize,
    len: usize,
    used: u32,
    pub blocks: usize,
}

impl Packed {
    pub fn begin_block(&mut self) {
        // A block that is longer than what is left here makes its segment grow; that is rare, and no harm.
        if self.segments.last().is_none_or(|segment| segment.len() + SEGMENT / 16 > SEGMENT) {
            if let Some(last) = self.segments.last_mut() {
                last.shrink_to_fit();
            }
            self.segments.push(Vec::with_capacity(SEGMENT));
        }
        self.used = 0;
        self.starts.push((self.segments.len() as u32 - 1, self.segments.last().expect("a segment").len() as u32));
    }

    /// Puts the lowest `n` bits of a value, at most 48; the others are 0.
    #[inline]
    pub fn put(&mut self, value: u64, n: u32) {
        let segment = self.segments.last_mut().expect("a block was begun");
        let mut rest = value << self.used;
        let mut end = self.used + n;
        if self.used > 0 {
            *segment.last_mut().expect("a byte is in use") |= rest as u8;
            rest >>= 8;
            end = end.saturating_sub(8);
            if self.used + n <= 8 {
                self.used = (self.used + n) % 8;
                return;
            }
        }
        segment.extend_from_slice(&rest.to_le_bytes()[..end.div_ceil(8) as usize]);
        self.used = end % 8;
    }

    /// Puts a number below 2^32 - 1: the length of the number after it, and that but for its first bit.
    #[inline]
    pub fn put_number(&mut self, number: u64) {
        let length = (number + 1).ilog2();
        self.put(length as u64, 5);
        self.put(number + 1 - (1 << length), length);
    }

    pub fn block(&self, block: usize) -> Unpacking<'_> {
        let (segment, place) = self.starts[block];
        Unpacking { bytes: &self.segments[segment as usize][place as usize..], at: 0 }
    }

    pub fn mark(&self) -> Mark {
        Mark { segments: self.segments.len(), len: self.segments.last().map_or(0, Vec::len), used: self.used, blocks: self.starts.len() }
    }

    pub fn restore(&mut self, mark: Mark) {
        self.segments.truncate(mark.segments);
        self.used = mark.used;
        self.starts.truncate(mark.blocks);
        if let Some(last) = self.segments.last_mut() {
            last.truncate(mark.len);
            if mark.used > 0 {
                *last.last_mut().expect("a byte is in use") &= (1 << mark.used) - 1;
            }
        }
    }

    /// Appends the bytes put since a mark, and the byte of which a part was in use then.
    pub fn copy_since(&self, mark: Mark, out: &mut Vec<u8>) {
        if mark.segments > 0 {
            out.extend(&self.segments[mark.segments - 1][mark.len - (mark.used > 0) as usize..]);
        }
        self.segments[mark.segments..].iter().for_each(|segment| out.extend(segment));
    }

    pub fn bytes(&self) -> usize {
        self.segments.iter().map(Vec::capacity).sum::<usize>() + self.starts.capacity() * 8
    }
}

impl Mark {
    /// Bits in use of the byte that was the last.
    pub fn used(&self) -> u32 {
        self.used
    }
}

/// What was packed, as it is read. Beyond the end there are zeros.
#[derive(Clone, Copy)]
pub struct Unpacking<'p> {
    bytes: &'p [u8],
    /// In bits.
    at: usize,
}

impl<'p> Unpacking<'p> {
    pub fn new(bytes: &'p [u8], at: usize) -> Self {
        Unpacking { bytes, at }
    }

    /// The next 57 bits and perhaps more.
    #[inline]
    pub fn peek(&self) -> u64 {
        let byte = self.at / 8;
        let word = match self.bytes.get(byte..byte + 8) {
            Some(word) => u64::from_le_bytes(word.try_into().expect("eight bytes")),
            None => {
                let mut word = [0; 8];
                let rest = self.bytes.get(byte..).unwrap_or(&[]);
                word[..rest.len()].copy_from_slice(rest);
                u64::from_le_bytes(word)
            }
        };
        word >> (self.at % 8)
    }

    /// How many of the next bits are 0, as far as they can be seen at once.
    #[inline]
    pub fn zeros(&self) -> u32 {
        self.peek().trailing_zeros().min(57)
    }

    #[inline]
    pub fn skip(&mut self, n: u32) {
        self.at += n as usize;
    }

    /// What [`Packed::put_number`] put behind `n` other bits.
    #[inline]
    pub fn number(&mut self, n: u32) -> u64 {
        let bits = self.peek() >> n;
        let length = (bits & 31) as u32;
        self.skip(n + 5 + length);
        (bits >> 5 & ((1 << length) - 1)) + (1 << length) - 1
    }

    /// Goes on to the next whole byte.
    pub fn align(&mut self) {
        self.at = self.at.next_multiple_of(8);
    }

    /// Whether all was read, but for bits that fill up a byte.
    pub fn is_done(&self) -> bool {
        self.at.div_ceil(8) == self.bytes.len()
    }
}
