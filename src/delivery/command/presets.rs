//! Command lines for tools that keep secrets, each as the tool's own documentation reads a value from standard input.

use std::ffi::OsStr;
use std::path::Path;

use crate::domain::{Format, KnownCommand, ServerText};

/// A tool, what it is called, its command line, and what that reads.
///
/// What the documentation of each says:
/// - pass: `insert --multiline` reads "until EOF"; without it a password is asked for twice.
/// - gopass: `insert --multiline` takes the whole of standard input.
/// - gh: `secret set` without `--body` "reads from standard input".
/// - glab: `cat file.txt | glab variable set SERVER_TOKEN`.
/// - kubectl: `cat pod.json | kubectl apply -f -`; without `--server-side` it also writes the plain secret into the annotation
///   `kubectl.kubernetes.io/last-applied-configuration`.
/// - vault: "it can be read from stdin using the `-` symbol", as the value of a key.
/// - aws: a value `file://PATH` is read from that file.
/// - gcloud: `--data-file=-` is standard input.
/// - az: `--file PATH`; its encoding is base64 unless it is named, and its answer repeats the value.
/// - doppler: `cat ./id_rsa | doppler secrets set SSH_KEY`; `--silent`, or it prints the value.
/// - wrangler: `echo VALUE | wrangler secret put KEY`.
/// - fly: `secrets import` reads NAME=VALUE lines from standard input.
const PRESETS: [(&str, &str, &str, Format); 12] = [
    ("pass", "password store", "pass insert -m atlas/{client_id}", Format::Secret),
    ("gopass", "gopass", "gopass insert -m atlas/{client_id}", Format::Secret),
    ("gh", "GitHub", "gh secret set MONGODB_ATLAS_CLIENT_SECRET", Format::Secret),
    ("glab", "GitLab", "glab variable set MONGODB_ATLAS_CLIENT_SECRET --masked", Format::Secret),
    ("kubectl", "Kubernetes", "kubectl apply --server-side -f -", Format::Kubernetes),
    (
        "vault",
        "Vault",
        "vault kv put -mount=secret atlas client_id={client_id} client_secret=-",
        Format::Secret,
    ),
    (
        "aws",
        "AWS",
        "aws secretsmanager put-secret-value --secret-id atlas --secret-string file:///dev/stdin",
        Format::Aws,
    ),
    ("gcloud", "Google Cloud", "gcloud secrets versions add atlas --data-file=-", Format::Secret),
    (
        "az",
        "Azure",
        "az keyvault secret set --vault-name NAME --name atlas --file /dev/stdin --encoding utf-8 -o none",
        Format::Secret,
    ),
    ("doppler", "Doppler", "doppler secrets set MONGODB_ATLAS_CLIENT_SECRET --silent", Format::Secret),
    ("wrangler", "Cloudflare", "wrangler secret put MONGODB_ATLAS_CLIENT_SECRET", Format::Secret),
    ("fly", "Fly.io", "fly secrets import", Format::Env),
];

/// The command lines for the tools that are in a folder of `path`, the value of `PATH`. Blocks.
pub fn find_presets(path: &OsStr) -> Vec<KnownCommand> {
    let works = |line: &str| !cfg!(windows) || !line.contains("/dev/stdin");
    let found = PRESETS.into_iter().filter(|(tool, _, line, _)| works(line) && is_in(path, tool));
    let known = |(_, name, line, format): (&str, &str, &str, Format)| KnownCommand {
        name: ServerText::new(name),
        line: line.to_owned(),
        format,
    };
    found.map(known).collect()
}

fn is_in(path: &OsStr, tool: &str) -> bool {
    std::env::split_paths(path).any(|folder| is_program(&folder.join(tool)))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

/// Scripts have to be named whole to be started.
#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.with_extension("exe").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::check_line;

    #[test]
    fn each_line_can_be_run_and_starts_with_its_tool() {
        for (tool, name, line, format) in PRESETS {
            assert_eq!(check_line(line), Ok(()), "{line}");
            assert_eq!(line.split(' ').next(), Some(tool));
            assert!(format.holds_the_secret() && !name.is_empty());
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_programs_on_the_path_are_found() {
        use std::fs;
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let add = |folder: &Path, tool: &str, mode| {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join(tool), "").unwrap();
            fs::set_permissions(folder.join(tool), fs::Permissions::from_mode(mode)).unwrap();
        };
        let (one, two) = (folder.path().join("one"), folder.path().join("with space"));
        add(&one, "vault", 0o755);
        add(&one, "gh", 0o644);
        add(&two, "kubectl", 0o755);
        fs::create_dir(two.join("pass")).unwrap();
        symlink(two.join("kubectl"), two.join("gopass")).unwrap();
        symlink("nowhere", two.join("fly")).unwrap();
        let path = std::env::join_paths([one, two, folder.path().join("missing")]).unwrap();
        let found = find_presets(&path);
        let names: Vec<&str> = found.iter().map(|known| known.name.as_str()).collect();
        assert_eq!(names, ["gopass", "Kubernetes", "Vault"]);
        assert!(find_presets(OsStr::new("")).is_empty());
    }
}
