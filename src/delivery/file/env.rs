//! Sets new values for two variables of an existing `.env` file.
//!
//! **Invariant:** every byte outside the two values stays as it is. Shells, Docker and the many dotenv libraries read
//! the same file in different ways; if the difference affects the two lines, nothing is changed.

#[cfg(test)]
mod tests;

use std::ops::Range;

use zeroize::Zeroizing;

use crate::delivery::format::{exact, shell_word};
use crate::delivery::{Edit, edited};
use crate::domain::is_reference;

use super::SaveFailure;

/// A variable's name and its new value.
pub(super) type Variable<'a> = (&'static str, &'a str);

/// The assignments of an `.env` file.
pub(super) struct EnvText<'a> {
    text: &'a [u8],
    assignments: Vec<Assignment<'a>>,
    /// The first place where a shell and this parser disagree about where the line ends, with the reason: an open quote
    /// that does not begin a value, a continued line, or a here-document.
    unclear: Option<(usize, &'static str)>,
}

/// `NAME=`, which may follow `export ` and have blanks around the equals sign.
struct Assignment<'a> {
    is_exported: bool,
    name: &'a [u8],
    /// Where the value begins; right after the equals sign if the value is empty.
    start: usize,
}

impl<'a> EnvText<'a> {
    /// A quote at the start of a value continues across lines until it is closed, as in most dotenv libraries; `it's`
    /// is a plain word.
    pub fn parse(text: &'a [u8]) -> Self {
        let mut parsed = Self { text, assignments: Vec::new(), unclear: None };
        let mut at = start_of(text);
        while at < text.len() {
            let assignment = assignment(text, at);
            let from = assignment.as_ref().map_or(at, |assignment| assignment.start);
            let quoted = assignment.as_ref().and_then(|_| quote_end(text, from));
            let end = line_end(text, quoted.unwrap_or(from));
            let why = match shell_line_end(text, from, assignment.is_some()) {
                None => Some("it begins a here-document"),
                Some(end_in_shell) if end_in_shell == end => None,
                Some(_) if text[at..end].ends_with(b"\\") => Some("it continues on the next line"),
                Some(_) => Some("a quote is not closed"),
            };
            parsed.unclear = parsed.unclear.or(why.map(|why| (from, why)));
            parsed.assignments.extend(assignment);
            at = end + 1;
        }
        parsed
    }

    fn of<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b Assignment<'a>> {
        self.assignments.iter().filter(move |assignment| assignment.name == name.as_bytes())
    }

    pub fn is_missing(&self, name: &str) -> bool {
        self.of(name).next().is_none()
    }

    /// Returns the current values of the variable, without their quotes.
    pub fn values(&self, name: &str) -> Vec<String> {
        self.of(name).filter_map(|assignment| self.value(assignment)).collect()
    }

    fn value(&self, assignment: &Assignment) -> Option<String> {
        let value = &self.text[plain_value(self.text, assignment.start)?];
        Some(String::from_utf8_lossy(value).trim_matches(['"', '\'']).to_owned())
    }

    /// Returns the text with the new values. Every assignment of a variable is changed: some readers use the first one,
    /// most the last. A missing variable is appended.
    pub fn with_values(&self, variables: &[Variable<'_>]) -> Result<Zeroizing<Vec<u8>>, SaveFailure> {
        self.check(variables)?;
        let text = self.text;
        let mut edits: Vec<Edit> = Vec::new();
        for (name, new) in variables {
            for assignment in self.of(name) {
                let value = plain_value(text, assignment.start)
                    .ok_or_else(|| not_plain(text, assignment.start, "its value is not one plain word"))?;
                let new = quoted_as(text.get(value.start), new);
                edits.push((value, new));
            }
        }
        let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line_break = if first_line.ends_with(b"\r") { "\r\n" } else { "\n" };
        // If the last line has no line break, the new last line has none either.
        let is_open = !text[start_of(text)..].is_empty() && !text.ends_with(b"\n");
        let (before, after) = if is_open { (line_break, "") } else { ("", line_break) };
        let exports = !self.assignments.is_empty() && self.assignments.iter().all(|one| one.is_exported);
        let export = if exports { "export " } else { "" };
        for (name, new) in variables.iter().filter(|(name, _)| self.is_missing(name)) {
            let line = exact(|write| {
                [before, export, name, "="].into_iter().for_each(&mut *write);
                shell_word(new, write);
                write(after);
            });
            edits.push((text.len()..text.len(), line));
        }
        Ok(edited(text, edits))
    }

    /// Checks that readers agree about the lines of the variables, and that the old values are not kept more safely.
    fn check(&self, variables: &[Variable<'_>]) -> Result<(), SaveFailure> {
        let text = self.text;
        // UTF-16 text contains them, too.
        if text.contains(&0) {
            return Err(SaveFailure::NotText);
        }
        if let Some(index) = text.split(|byte| *byte == b'\n').position(is_encrypted) {
            return Err(SaveFailure::Protected(index + 1));
        }
        let mut all = variables.iter().flat_map(|(name, _)| self.of(name));
        if let Some(found) = all.find(|found| self.value(found).is_some_and(|value| is_reference(&value))) {
            return Err(SaveFailure::Protected(line_number(text, found.start)));
        }
        // Some readers treat a carriage return as a line break, others as a part of the value.
        let is_lone = |at: &usize| text[*at] == b'\r' && text.get(at + 1) != Some(&b'\n');
        if let Some(at) = (0..text.len()).find(is_lone) {
            return Err(not_plain(text, at, "it contains a carriage return"));
        }
        if let Some((at, why)) = self.unclear {
            // From there on, readers disagree about what is an assignment, and appended lines could be part of a quote.
            let is_ambiguous = |name| self.is_missing(name) || has_word(&text[at..], name);
            if variables.iter().any(|(name, _)| is_ambiguous(name)) {
                return Err(not_plain(text, at, why));
            }
        }
        let mut lines = text[start_of(text)..].split(|byte| *byte == b'\n');
        match lines.position(|line| variables.iter().any(|(name, _)| is_in_other_form(line, name))) {
            Some(index) => {
                Err(SaveFailure::NotPlain(index + 1, "it names one of the variables, but is not NAME=value"))
            }
            None => Ok(()),
        }
    }
}

fn not_plain(text: &[u8], at: usize, why: &'static str) -> SaveFailure {
    SaveFailure::NotPlain(line_number(text, at), why)
}

fn line_number(text: &[u8], at: usize) -> usize {
    text[..at].split(|byte| *byte == b'\n').count()
}

/// True for the first line of a file that is encrypted as a whole (by Ansible Vault, age, `OpenPGP` or dotenv-vault),
/// and for a value that sops (`ENC[AES256_GCM,…]`) or dotenvx (`encrypted:…`) encrypted.
fn is_encrypted(line: &[u8]) -> bool {
    const FILES: [&str; 4] = [
        "$ANSIBLE_VAULT;",
        "-----BEGIN AGE ENCRYPTED FILE-----",
        "-----BEGIN PGP MESSAGE-----",
        "DOTENV_VAULT",
    ];
    let line = String::from_utf8_lossy(line);
    let line = line.trim_start();
    let value = line.split_once(['=', ':']).map_or(line, |(_, value)| value);
    let value = value.trim_start_matches([' ', '\t', '"', '\'']);
    let is_value = !line.starts_with('#') && (value.starts_with("ENC[") || value.starts_with("encrypted:"));
    is_value || FILES.iter().any(|start| line.starts_with(start))
}

/// Returns a value in the quotes of the old one, unless it would need escapes in them.
fn quoted_as(old: Option<&u8>, value: &str) -> Zeroizing<String> {
    exact(|write| match old {
        Some(b'"') if !value.contains(['"', '$', '`', '\\', '!', '\n', '\r']) => {
            ["\"", value, "\""].into_iter().for_each(write);
        }
        Some(b'\'') if !value.contains(['\'', '\\', '\n', '\r']) => {
            ["'", value, "'"].into_iter().for_each(write);
        }
        _ => shell_word(value, write),
    })
}

/// True for a line that names the variable, but is neither an assignment in the usual form nor a comment:
/// `readonly NAME=…`, `NAME: …`, `set -gx NAME …`, `export OTHER=… NAME=…`. It could override the assignment, or be
/// overridden by it.
fn is_in_other_form(line: &[u8], name: &str) -> bool {
    let Some(first) = assignment(line, 0) else {
        return !line.trim_ascii_start().starts_with(b"#") && has_word(line, name);
    };
    let words = line[first.start..].split(|byte| b" \t;&".contains(byte));
    let mut words = words.take_while(|word| !word.starts_with(b"#"));
    words.any(|word| word.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"=")))
}

/// True if the line contains the word by itself, and not as `$WORD` or `${WORD}`.
fn has_word(line: &[u8], word: &str) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    line.windows(word.len()).enumerate().any(|(at, window)| {
        let begins_word = line[..at].last().is_none_or(|byte| !is_part(byte) && !b"${".contains(byte));
        window == word.as_bytes() && begins_word && !line.get(at + word.len()).is_some_and(is_part)
    })
}

/// The position after a byte order mark.
fn start_of(text: &[u8]) -> usize {
    if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
}

fn assignment(text: &[u8], line: usize) -> Option<Assignment<'_>> {
    let mut start = skip_blanks(text, line);
    let is_exported = text[start..].starts_with(b"export") && is_blank(text, start + 6);
    if is_exported {
        start = skip_blanks(text, start + 6);
    }
    let is_of_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
    let name = &text[start..start + text[start..].iter().take_while(is_of_name).count()];
    let equals = skip_blanks(text, start + name.len());
    if name.is_empty() || text.get(equals) != Some(&b'=') {
        return None;
    }
    let value = skip_blanks(text, equals + 1);
    // An empty value is right after the equals sign, before a comment.
    let is_empty = matches!(text.get(value), None | Some(b'\n')) || value > equals + 1 && text[value] == b'#';
    Some(Assignment { is_exported, name, start: if is_empty { equals + 1 } else { value } })
}

fn is_blank(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), Some(b' ' | b'\t' | b'\r'))
}

fn skip_blanks(text: &[u8], at: usize) -> usize {
    at + (at..text.len()).take_while(|at| is_blank(text, *at)).count()
}

/// Returns the position after the quote that closes the one at `open`; `None` if there is none, or it is not closed.
fn quote_end(text: &[u8], open: usize) -> Option<usize> {
    let quote = *text.get(open).filter(|byte| b"\"'`".contains(byte))?;
    let mut at = open + 1;
    while at < text.len() {
        match text[at] {
            b'\\' if quote != b'\'' => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

fn line_end(text: &[u8], from: usize) -> usize {
    text[from..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |length| from + length)
}

/// Returns the end of the line as a shell reads it: after open quotes and escaped line breaks. `None` for `cat <<END`:
/// the lines after it are its input. `NAME=a<<b` is a value.
fn shell_line_end(text: &[u8], from: usize, is_value: bool) -> Option<usize> {
    let mut at = from;
    while at < text.len() && text[at] != b'\n' {
        let begins_word = at == start_of(text) || b" \t\r\n".contains(&text[at - 1]);
        at = match text[at] {
            b'#' if begins_word => return Some(line_end(text, at)),
            b'<' if text[at..].starts_with(b"<<") && (begins_word || !is_value) => return None,
            b'\\' => at + 2,
            b'"' | b'\'' | b'`' => quote_end(text, at).unwrap_or(text.len()),
            _ => at + 1,
        };
    }
    Some(at.min(text.len()))
}

/// Returns the range of the value at `start` if it is one word without expansions and only a comment follows.
fn plain_value(text: &[u8], start: usize) -> Option<Range<usize>> {
    let mut end = start;
    while end < text.len() && text[end] != b'\n' && !is_blank(text, end) {
        let from = end;
        end = match text[end] {
            b'\\' if matches!(text.get(end + 1), Some(b'\\' | b'\'')) => end + 2,
            byte if b"$`;&|<>()\\".contains(&byte) => return None,
            b'"' | b'\'' => quote_end(text, end)?,
            _ => end + 1,
        };
        if text[from] == b'"' && text[from..end].iter().any(|byte| b"$`".contains(byte)) {
            return None;
        }
    }
    let after = skip_blanks(text, end);
    let is_all = matches!(text.get(after), None | Some(b'\n')) || after > end && text[after] == b'#';
    is_all.then_some(start..end)
}
