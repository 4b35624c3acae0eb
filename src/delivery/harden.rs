//! What keeps memory out of files.

/// Forbids core dumps and the reading of this process's memory by others of the same user, where Linux
/// offers it (`PR_SET_DUMPABLE`, prctl(2)); it stops dumps even where cores are piped to a program. Children
/// are not affected. Nothing depends on it, so a failure is not one.
pub fn forbid_core_dumps() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
