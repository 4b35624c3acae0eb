//! What holds for every program that is started from here.

use tokio::process::Command;

/// Takes from its environment what signs in at Atlas: that is none of its business.
pub(super) fn keep_credentials_from(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MONGODB_ATLAS_") {
            command.env_remove(name);
        }
    }
}
