//! Reads figures of a process from `/proc` (`proc(5)`).

use std::fs;
use std::path::PathBuf;

use crate::terminal::Terminal;

/// The resident memory in KiB.
pub fn resident(process: u32) -> u64 {
    number_after(&read(PathBuf::from(format!("/proc/{process}/status"))), "VmRSS:")
}

/// The number of context switches of all threads of a process. Each one is a wake-up.
pub fn switches(terminal: &Terminal) -> u64 {
    let threads = fs::read_dir(format!("/proc/{}/task", terminal.pid())).expect("the list of threads");
    let of_thread = |path: PathBuf| {
        let status = read(path.join("status"));
        ["\nvoluntary_ctxt_switches:", "\nnonvoluntary_ctxt_switches:"]
            .map(|label| number_after(&status, label))
    };
    threads.flat_map(|thread| of_thread(thread.expect("a thread").path())).sum()
}

fn read(path: PathBuf) -> String {
    fs::read_to_string(path).expect("a file that describes the process")
}

fn number_after(text: &str, label: &str) -> u64 {
    let (_, rest) = text.split_once(label).expect("the label is in the file");
    let number = rest.split_whitespace().next().and_then(|word| word.parse().ok());
    number.expect("a number follows the label")
}
