//! The profiles that the Atlas CLI has saved.

use std::path::{Path, PathBuf};

use toml::Value;

use crate::domain::{Os, ProfileName, ServerText};

use super::profile::{Profile, Settings};
use super::profiles_file::{FileProblem, FileText, ProfilesError, VERSION, parse, read};
use super::warning::Warning;

/// The path of the Atlas CLI's `config.toml`; `None` where the variables that say so are not set.
pub fn config_path(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    Os::current().config_folder(variable).map(|folder| folder.join("atlascli").join("config.toml"))
}

/// What the Atlas CLI's `config.toml` holds: every table is a profile, everything else is a setting that
/// goes before that of a profile. The file is only ever read.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    saved: Vec<Profile>,
    settings: Settings,
    warnings: Vec<Warning>,
}

impl Profiles {
    /// Reads the file at `path`. No file and an empty one are no error: there are no profiles then.
    ///
    /// The version is judged as the Atlas CLI does it, but for older files: a newer one is refused because
    /// the same names may mean something else; an older one, or none, has the same names and is read, with
    /// a warning; without profiles there is nothing to judge.
    pub fn load(path: &Path) -> Result<Self, ProfilesError> {
        let file = ServerText::new(&path.to_string_lossy());
        let at_file = |problem| ProfilesError { file: file.clone(), problem };
        let Some(FileText { text, others_can_read, others_can_write }) = read(path).map_err(at_file)? else {
            return Ok(Self::default());
        };
        let table = parse(&text).map_err(at_file)?;
        let version = table.get("version").cloned();
        let mut profiles = Self::of_table(table);
        if profiles.saved.is_empty() {
            return Ok(profiles);
        }
        profiles.warnings.extend(judged(version.as_ref(), &file).map_err(at_file)?);
        if others_can_read && profiles.saved.iter().any(Profile::holds_credentials) {
            profiles.warnings.push(Warning::OpenToOthers(file.clone()));
        }
        // A file without credentials still names the host that gets those from the keyring.
        if others_can_write {
            profiles.warnings.push(Warning::ChangeableByOthers(file));
        }
        Ok(profiles)
    }

    /// The profiles, by name.
    pub fn all(&self) -> &[Profile] {
        &self.saved
    }

    /// The profile of that name.
    pub fn get(&self, name: &ProfileName) -> Option<&Profile> {
        self.saved.iter().find(|profile| profile.name() == name)
    }

    /// What a person should know about the file.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// A setting for `profile`. As in the Atlas CLI, one at the top of the file goes before the profile's
    /// own; credentials never come from there.
    pub(super) fn setting<'a>(&'a self, profile: &'a Profile, name: &str) -> Option<&'a str> {
        self.settings.text(name).or_else(|| profile.text(name))
    }

    fn of_table(table: toml::Table) -> Self {
        let (tables, settings): (toml::Table, toml::Table) =
            table.into_iter().partition(|(_, value)| value.is_table());
        let mut saved: Vec<Profile> = tables
            .into_iter()
            .filter_map(|(name, value)| match value {
                Value::Table(table) => Some(Profile::new(ProfileName::new(&name)?, table)),
                _ => None,
            })
            .collect();
        saved.sort_by(|a, b| a.name().cmp(b.name()));
        Self { saved, settings: Settings::new(settings), warnings: Vec::new() }
    }
}

fn judged(version: Option<&Value>, file: &ServerText) -> Result<Option<Warning>, FileProblem> {
    match version {
        Some(&Value::Integer(VERSION)) => Ok(None),
        Some(Value::Integer(newer)) if *newer > VERSION => Err(FileProblem::NewerVersion(*newer)),
        Some(Value::Integer(_)) | None => Ok(Some(Warning::OldVersion(file.clone()))),
        Some(_) => Err(FileProblem::StrangeVersion),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// What loading a file with these bytes comes to, without the path.
    fn outcome(content: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, content).unwrap();
        close(&path, 0o600);
        described(&path)
    }

    fn described(path: &Path) -> String {
        let words = match Profiles::load(path) {
            Ok(profiles) => {
                let names: Vec<_> = profiles.all().iter().map(|profile| profile.name().as_str()).collect();
                let warnings: Vec<_> = profiles.warnings().iter().map(ToString::to_string).collect();
                [names.join(" "), warnings.join(" ")].join("|")
            }
            Err(error) => error.to_string(),
        };
        words.replace(&path.to_string_lossy().into_owned(), "FILE")
    }

    #[cfg(unix)]
    fn close(path: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[cfg(not(unix))]
    fn close(_: &Path, _: u32) {}

    #[test]
    fn a_file_gives_profiles_or_a_sentence() {
        let older = "|FILE is of an older version than 2: run any `atlas` command to bring it up to date";
        let huge = [b"# ".to_vec(), vec![b'x'; 1024 * 1024]].concat();
        let rows: [(&[u8], String); 14] = [
            (b"", "|".to_owned()),
            (b" \n# nothing\n", "|".to_owned()),
            (b"version = 2\n[ci]\n[Default]\n", "ci default|".to_owned()),
            (b"\xef\xbb\xbfversion = 2\r\n[ci]\r\n", "ci|".to_owned()),
            (b"version = 2\nmongosh_path = 'x'\n[plugins]\n[ci.inner]\n", "ci plugins|".to_owned()),
            (b"version = 1\n[ci]\n", format!("ci{older}")),
            (b"[ci]\n", format!("ci{older}")),
            (b"skip_update_check = true\n", "|".to_owned()),
            (b"version = 7\n", "|".to_owned()),
            (
                b"version = 3\n[ci]\n",
                "FILE has version 3; this program knows up to version 2. Update it, or use variables"
                    .to_owned(),
            ),
            (
                b"version = 'two'\n[ci]\n",
                "FILE has a version that is not a number; version = 2 is expected".to_owned(),
            ),
            (b"version = 2\n[ci\n", "FILE is not valid TOML: look at line 2".to_owned()),
            (
                b"[ci]\nclient_id = '\xff\xfe'\n",
                "FILE is not UTF-8 text: save it as such, or make it anew with `atlas auth login`".to_owned(),
            ),
            (&huge, "FILE is larger than 1 MiB, which no Atlas CLI configuration is".to_owned()),
        ];
        for (content, expected) in rows {
            let shown = String::from_utf8_lossy(&content[..content.len().min(60)]);
            assert_eq!(outcome(content), expected, "{shown}");
        }
    }

    #[test]
    fn what_is_no_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(described(&folder.path().join("missing.toml")), "|");
        fs::write(folder.path().join("file"), "").unwrap();
        assert_eq!(described(&folder.path().join("file").join("config.toml")), "|");
        assert_eq!(described(folder.path()), "FILE is a folder, not a file");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_or_change_gets_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let warning = "|FILE holds credentials and others on this machine can read it: chmod 600 it";
        let changed = "FILE can be changed by others on this machine, who could send your credentials to a host \
                       of theirs: chmod 600 it";
        let with_secret = "version = 2\n[ci]\nclient_secret = 'canary'\n";
        let rows = [
            (with_secret, 0o600, "ci|"),
            (with_secret, 0o640, &format!("ci{warning}")),
            (with_secret, 0o604, &format!("ci{warning}")),
            (with_secret, 0o620, &format!("ci|{changed}")),
            (with_secret, 0o602, &format!("ci|{changed}")),
            (with_secret, 0o622, &format!("ci|{changed}")),
            (with_secret, 0o666, &format!("ci{warning} {changed}")),
            ("version = 2\n[ci]\nproject_id = 'p'\n", 0o644, "ci|"),
            ("version = 2\n[ci]\nproject_id = 'p'\n", 0o664, &format!("ci|{changed}")),
            ("version = 2\n[ci]\nproject_id = 'p'\n", 0o622, &format!("ci|{changed}")),
            ("version = 2\n", 0o666, "|"),
        ];
        for (content, mode, expected) in rows {
            fs::write(&path, content).unwrap();
            close(&path, mode);
            assert_eq!(described(&path), expected, "{mode:o}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_read() {
        assert_eq!(described(Path::new("/dev/zero")), "FILE is not a regular file");
    }
}
