//! Running the binary.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// What a run of the binary left behind.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// As much of it as one reads.
impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = |text: &str| text.chars().take(2000).collect::<String>();
        write!(f, "exit code {:?}\n--- standard output\n{}\n--- standard error\n{}", self.code, start(&self.stdout), start(&self.stderr))
    }
}

impl Run {
    pub(crate) fn of(output: &Output) -> Run {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("output is UTF-8");
        Run { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// Checks the exit code, and shows everything if it is another.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Run {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// The exit code is 0, and standard output this.
    #[track_caller]
    pub(crate) fn prints(self, stdout: &str) -> Run {
        let run = self.exits(0);
        assert_eq!(run.stdout, stdout);
        run
    }

    /// Standard error contains this.
    #[track_caller]
    pub(crate) fn tells(self, part: &str) -> Run {
        assert!(self.stderr.contains(part), "no `{part}` in {self:#?}");
        self
    }

    /// Nothing on standard error.
    #[track_caller]
    pub(crate) fn quietly(self) -> Run {
        assert_eq!(self.stderr, "");
        self
    }

    /// Each line of standard output, as JSON.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<serde_json::Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
    }
}

/// The binary, in the folder of the fixtures, without colours and without what the environment says of them.
pub(crate) fn triggerfish<I: IntoIterator<Item: AsRef<OsStr>>>(args: I) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_triggerfish"));
    command.args(args).current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/fixtures"));
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command
}

/// Runs the binary with nothing on standard input.
pub(crate) fn run<I: IntoIterator<Item: AsRef<OsStr>>>(args: I) -> Run {
    run_on(args, b"")
}

/// Runs the binary with these bytes on standard input.
pub(crate) fn run_on<I: IntoIterator<Item: AsRef<OsStr>>>(args: I, stdin: &[u8]) -> Run {
    let mut child = triggerfish(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // A process that ends early reads no more: that is its right.
        scope.spawn(move || _ = pipe.write_all(stdin));
        Run::of(&child.wait_with_output().unwrap())
    })
}

/// A fresh folder for one test, which has a name of its own.
pub(crate) fn folder(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli").join(test);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A file in such a folder.
pub(crate) fn file(test: &str, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder(test).join(name);
    fs::write(&path, content).unwrap();
    path.into_os_string().into_string().unwrap()
}
