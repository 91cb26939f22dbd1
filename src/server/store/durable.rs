//! Files that are there as a whole or not at all, whenever the process is killed or the power fails.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// How names of unfinished files begin.
const UNFINISHED: &str = ".triggerfish-";

/// Writes a file: under another name, to the disk, then renamed, and the folder to the disk, too.
///
/// # Errors
/// The file is as it was before.
pub(in crate::server) fn write(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().unwrap_or(Path::new("."));
    let unfinished = folder.join(format!("{UNFINISHED}{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)));
    let result = write_new(&unfinished, parts).and_then(|()| fs::rename(&unfinished, path));
    if result.is_err() {
        // It stays behind only where nothing can be removed either; it is swept at the next start.
        let _ = fs::remove_file(&unfinished);
    }
    result.and_then(|()| sync(folder))
}

fn write_new(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()
}

/// Removes a file, and writes that to the disk.
///
/// # Errors
/// It is still there.
pub(in crate::server) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)?;
    sync(path.parent().unwrap_or(Path::new(".")))
}

/// Writes to the disk which files a folder has.
fn sync(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Removes the unfinished files that an earlier process has left in a folder.
pub(in crate::server) fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) && entry.path().is_file() {
            // One that cannot be removed does no harm: nobody reads it.
            let _ = fs::remove_file(entry.path());
        }
    }
}
