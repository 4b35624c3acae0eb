//! The man page and the completions, generated from the definition of the command line.

use std::io;
use std::path::{Path, PathBuf};

use atlas_secret::cli::{self, Arguments};
use clap::CommandFactory;
use clap_complete::Shell;

use super::Files;

/// The file names that each shell expects for completions.
const COMPLETIONS: [(Shell, &str); 4] = [
    (Shell::Bash, "atlas-secret.bash"),
    (Shell::Zsh, "_atlas-secret"),
    (Shell::Fish, "atlas-secret.fish"),
    (Shell::PowerShell, "_atlas-secret.ps1"),
];

pub fn files() -> io::Result<Files> {
    let mut files = Files::from([(PathBuf::from("atlas-secret.1"), page()?.into_bytes())]);
    for (shell, name) in COMPLETIONS {
        files.insert(Path::new("completions").join(name), cli::completions(shell));
    }
    Ok(files)
}

/// The headings in the help text after the options, and the man page sections that replace them.
const SECTIONS: [(&str, &str); 6] = [
    (".SH EXTRA\nCredentials:\n", ".SH ENVIRONMENT\n.nf\nCredentials:\n"),
    ("\nSettings file:\n", "\n.fi\n.SH FILES\n.nf\n"),
    ("\nExamples:\n", "\n.fi\n.SH EXAMPLES\n.nf\n"),
    ("\nKeys for the new secret:\n", "\n.fi\n.SH KEYS\n.nf\n"),
    ("\nExit codes:\n", "\n.fi\n.SH \"EXIT STATUS\"\n.nf\n"),
    (".SH VERSION\n", ".fi\n.SH VERSION\n"),
];

/// The man page. The lines after the options are tables and examples, and stay as they are.
fn page() -> io::Result<String> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
    let page = with_values(String::from_utf8(page).map_err(io::Error::other)?);
    Ok(SECTIONS.iter().fold(page, |page, (heading, section)| page.replace(heading, section)))
}

/// Adds the value of each option to the synopsis.
fn with_values(page: String) -> String {
    Arguments::command().get_arguments().fold(page, |page, option| {
        let (Some(name), Some([value])) = (option.get_long(), option.get_value_names()) else { return page };
        if !option.get_action().takes_values() {
            return page;
        }
        let name = format!(r"\fB\-\-{}\fR", name.replace('-', r"\-"));
        let is_optional = option.get_num_args().is_some_and(|count| count.min_values() == 0);
        let value = if is_optional { format!("[{value}]") } else { value.to_string() };
        page.replacen(&format!("{name}]"), &format!(r"{name} \fI{value}\fR]"), 1)
    })
}
