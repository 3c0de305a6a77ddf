//! A file that a graph is written to while it grows, so that making it can go on after whatever ends it.
//!
//! The file is a header and records; it only grows. The header names the world and the options. A record is its length, a checksum and
//! what the graph gained: at least one for each level. What a crash leaves at the end, a record that is not whole, is dropped.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::store::Mix;

const MAGIC: &[u8; 16] = b"chekhov graph 1\n";
const HEADER: usize = 40;
/// A power cut may take away what was written so shortly before.
const SYNC: Duration = Duration::from_secs(1);

/// What is wrong with a checkpoint.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// There is a file already, and it was not asked to go on with it.
    Exists,
    /// The file is no checkpoint.
    Foreign,
    /// It is of another world, or of another version of this program.
    World,
    /// It was made with other options.
    Options,
    /// Another run writes to it.
    InUse,
    /// Its records are whole, and yet do not fit the world.
    Damaged,
    /// It cannot be opened, read or written.
    Io(String),
}

impl Trouble {
    pub fn name(&self) -> &str {
        match self {
            Trouble::Exists => "exists",
            Trouble::Foreign => "foreign",
            Trouble::World => "world",
            Trouble::Options => "options",
            Trouble::InUse => "in_use",
            Trouble::Damaged => "damaged",
            Trouble::Io(_) => "io",
        }
    }
}

fn io(error: std::io::Error) -> Error {
    Error::Checkpoint(Trouble::Io(error.to_string()))
}

/// A number that other bytes have only by accident.
pub fn digest(bytes: &[u8]) -> u64 {
    let mut mix = Mix::new();
    mix.add(bytes.len() as u64);
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        mix.add(u64::from_le_bytes(word));
    }
    mix.finish()
}

/// An open checkpoint.
pub struct Checkpoint {
    file: File,
    header: [u8; HEADER],
    /// So far the file is known to be whole; the next record goes here.
    end: u64,
    synced: Instant,
}

impl Checkpoint {
    /// Opens or makes a file for a world and options, given by their digests.
    pub fn open(path: &Path, world: u64, options: u64, resume: bool) -> Result<Checkpoint> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(Error::Checkpoint(Trouble::InUse)),
            // Not every file system can lock.
            Err(std::fs::TryLockError::Error(_)) => {}
        }
        let mut header = [0; HEADER];
        header[..16].copy_from_slice(MAGIC);
        header[16..24].copy_from_slice(&world.to_le_bytes());
        header[24..32].copy_from_slice(&options.to_le_bytes());
        let check = digest(&header[..32]);
        header[32..].copy_from_slice(&check.to_le_bytes());
        let mut found = vec![];
        Read::by_ref(&mut file).take(HEADER as u64).read_to_end(&mut found).map_err(io)?;
        let whole = found.len() == HEADER;
        if !whole && !header.starts_with(&found)
            || whole && (!found.starts_with(MAGIC) || digest(&found[..32]).to_le_bytes() != found[32..])
        {
            return Err(Error::Checkpoint(Trouble::Foreign));
        }
        if whole && !resume {
            return Err(Error::Checkpoint(Trouble::Exists));
        }
        if whole && found[16..24] != header[16..24] {
            return Err(Error::Checkpoint(Trouble::World));
        }
        if whole && found != header {
            return Err(Error::Checkpoint(Trouble::Options));
        }
        Ok(Checkpoint { file, header, end: if whole { HEADER as u64 } else { 0 }, synced: Instant::now() })
    }

    /// Reads the records, in order, as long as they are whole and `each` wants more.
    pub fn read(&mut self, mut each: impl FnMut(&[u8]) -> Result<bool>) -> Result<()> {
        if self.end == 0 {
            return Ok(());
        }
        let length = self.file.metadata().map_err(io)?.len();
        let mut reader = BufReader::with_capacity(1 << 20, &self.file);
        reader.seek(SeekFrom::Start(self.end)).map_err(io)?;
        let mut record = vec![];
        loop {
            let mut start = [0; 16];
            if self.end + 16 > length {
                return Ok(());
            }
            reader.read_exact(&mut start).map_err(io)?;
            let size = u64::from_le_bytes(start[..8].try_into().expect("eight bytes"));
            if size > length - self.end - 16 {
                return Ok(());
            }
            record.resize(size as usize, 0);
            reader.read_exact(&mut record).map_err(io)?;
            if digest(&record).to_le_bytes() != start[8..] || !each(&record)? {
                return Ok(());
            }
            self.end += 16 + size;
        }
    }

    /// Adds a record. If that fails, what was there before is kept.
    pub fn write(&mut self, record: &[u8]) -> Result<()> {
        let mut bytes = if self.end == 0 { self.header.to_vec() } else { vec![] };
        bytes.extend((record.len() as u64).to_le_bytes());
        bytes.extend(digest(record).to_le_bytes());
        bytes.extend(record);
        let written = self.put(&bytes);
        if written.is_err() {
            // If this fails, too, what is left is not whole and will be dropped.
            let _ = self.file.set_len(self.end);
        }
        written.map_err(io)?;
        self.end += bytes.len() as u64;
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        // What a crash left behind the last whole record.
        if self.file.metadata()?.len() > self.end {
            self.file.set_len(self.end)?;
        }
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(bytes)?;
        if self.synced.elapsed() > SYNC {
            self.sync()?;
        }
        Ok(())
    }

    fn sync(&mut self) -> std::io::Result<()> {
        self.file.sync_data()?;
        self.synced = Instant::now();
        Ok(())
    }

    /// Makes sure that a power cut takes nothing away.
    pub fn finish(&mut self) -> Result<()> {
        self.sync().map_err(io)
    }
}
