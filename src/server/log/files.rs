//! The files of the decision log: `decisions.ndjson`, closed at a size and renamed to `decisions-<time>.ndjson`; the oldest beyond a number are removed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::server::clock;

/// The file that is written.
const OPEN: &str = "decisions.ndjson";
/// What waits is written at this size, in bytes.
const FULL: usize = 64 * 1024;

/// The open file, and those before it.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
    most_bytes: u64,
    keep: usize,
    file: File,
    /// Bytes of whole lines that the file holds.
    written: u64,
    /// Whole lines that the file does not hold yet.
    waiting: Vec<u8>,
}

impl Files {
    pub(super) fn open(folder: &Path, most_bytes: u64, keep: usize) -> io::Result<Files> {
        fs::create_dir_all(folder)?;
        let (file, written) = open(folder)?;
        Ok(Files { folder: folder.to_owned(), most_bytes, keep, file, written, waiting: Vec::new() })
    }

    /// Takes a whole line, its end included.
    pub(super) fn line(&mut self, line: &[u8]) -> io::Result<()> {
        let size = self.written + u64::try_from(self.waiting.len() + line.len()).unwrap_or(u64::MAX);
        if size > self.most_bytes && self.written + u64::try_from(self.waiting.len()).unwrap_or(0) > 0 {
            self.flush()?;
            self.rotate()?;
        }
        self.waiting.extend_from_slice(line);
        if self.waiting.len() >= FULL { self.flush() } else { Ok(()) }
    }

    /// Writes what waits. Where that fails, the file holds whole lines and what waited is lost: a full disk must not fill the memory.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        let result = self.file.write_all(&waiting);
        match result {
            Ok(()) => self.written += u64::try_from(waiting.len()).unwrap_or(0),
            Err(_) => {
                // As many whole lines as found room stay.
                let length = self.file.metadata()?.len();
                let room = usize::try_from(length.saturating_sub(self.written)).unwrap_or(usize::MAX).min(waiting.len());
                let whole = waiting.iter().take(room).rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
                self.written += u64::try_from(whole).unwrap_or(0);
                self.file.set_len(self.written)?;
                self.file.seek(SeekFrom::End(0))?;
            }
        }
        self.waiting = waiting;
        self.waiting.clear();
        result
    }

    fn rotate(&mut self) -> io::Result<()> {
        let time = clock::sortable(clock::now());
        fs::rename(self.folder.join(OPEN), self.folder.join(format!("decisions-{time}.ndjson")))?;
        (self.file, self.written) = open(&self.folder)?;
        let mut closed: Vec<PathBuf> = fs::read_dir(&self.folder)?.flatten().map(|entry| entry.path()).filter(|path| is_closed(path)).collect();
        closed.sort();
        let beyond = closed.len().saturating_sub(self.keep);
        closed.iter().take(beyond).try_for_each(fs::remove_file)
    }
}

fn open(folder: &Path) -> io::Result<(File, u64)> {
    let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(folder.join(OPEN))?;
    let mut length = file.seek(SeekFrom::End(0))?;
    // The process before this one may have been killed inside a line.
    if length > 0 && !ends_whole(&mut file)? {
        file.seek(SeekFrom::End(0))?;
        file.write_all(b"\n")?;
        length += 1;
    }
    file.seek(SeekFrom::End(0))?;
    Ok((file, length))
}

fn ends_whole(file: &mut File) -> io::Result<bool> {
    use std::io::Read as _;
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

fn is_closed(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("decisions-") && name.ends_with(".ndjson"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_closed_at_their_size_and_the_oldest_removed() {
        let folder = std::env::temp_dir().join(format!("triggerfish-log-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(OPEN), "torn").unwrap();
        let mut files = Files::open(&folder, 100, 2).unwrap();
        for number in 0..50 {
            files.line(format!("line {number:04} of the log\n").as_bytes()).unwrap();
        }
        files.flush().unwrap();
        let mut all: Vec<String> = fs::read_dir(&folder).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
        assert_eq!(all.len(), 3, "one open and two closed files");
        assert!(all.iter().all(|text| text.len() <= 100 && text.ends_with('\n')));
        all.sort();
        let lines: Vec<&str> = all.iter().flat_map(|text| text.lines()).collect();
        assert_eq!(lines.last(), Some(&"line 0049 of the log"));
        assert!(lines.windows(2).all(|pair| pair[0] < pair[1]), "no line is lost between files: {lines:?}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
