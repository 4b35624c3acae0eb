//! Sets new values for two variables of an existing `.env` file.
//!
//! **Invariant:** every byte outside the two values stays as it is. Shells, Docker and the many dotenv libraries read
//! the same file in different ways; if the difference affects the two lines, nothing is changed.

#[cfg(test)]
mod tests;

use std::ops::Range;

use zeroize::Zeroizing;

use crate::delivery::format::shell_word;
use crate::domain::is_reference;

/// A variable's name and its new value.
pub(super) type Variable<'a> = (&'static str, &'a str);

/// Returns the text with the new values. Every assignment of a variable is changed: some readers use the first one,
/// most the last. A missing variable is appended. The error is the number of a line that cannot be changed safely, and
/// what is wrong with it.
pub(super) fn with_values(
    text: &[u8],
    variables: &[Variable<'_>],
) -> Result<Zeroizing<Vec<u8>>, (usize, &'static str)> {
    // Some readers treat a carriage return as a line break, others as a part of the value.
    let is_lone = |pair: &[u8]| pair[0] == b'\r' && pair.get(1) != Some(&b'\n');
    if let Some(at) = (0..text.len()).find(|at| is_lone(&text[*at..])) {
        return Err((line_number(text, at), "it contains a carriage return"));
    }
    let (all, open_quote) = assignments(text);
    let is = |assignment: &Assignment, name: &str| text[assignment.name.clone()] == *name.as_bytes();
    let is_missing = |name: &str| !all.iter().any(|assignment| is(assignment, name));
    if let Some((open, why)) = open_quote {
        // From there on, readers disagree about what is an assignment, and appended lines could be part of the quote.
        let is_ambiguous = |name: &str| is_missing(name) || has_word(&text[open..], name.as_bytes());
        if variables.iter().any(|(name, _)| is_ambiguous(name)) {
            return Err((line_number(text, open), why));
        }
    }
    if let Some(line) = line_in_other_form(text, variables) {
        return Err((line, "it names one of the variables, but is not NAME=value"));
    }
    let mut edits = Vec::new();
    for assignment in &all {
        let Some((_, to)) = variables.iter().find(|(name, _)| is(assignment, name)) else { continue };
        let value = plain_value(text, assignment.value)
            .ok_or_else(|| (line_number(text, assignment.value), "its value is not one plain word"))?;
        edits.push((value, *to));
    }
    let added: usize = variables.iter().map(|(name, value)| name.len() + 4 * value.len() + 16).sum();
    let mut new = Zeroizing::new(Vec::with_capacity(text.len() + added * (edits.len() + 1)));
    let mut copied = 0;
    for (value, to) in edits {
        new.extend_from_slice(&text[copied..value.start]);
        push_value(&mut new, to, text.get(value.start));
        copied = value.end;
    }
    new.extend_from_slice(&text[copied..]);
    let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line_break: &[u8] = if first_line.ends_with(b"\r") { b"\r\n" } else { b"\n" };
    let exports = !all.is_empty() && all.iter().all(|assignment| assignment.is_exported);
    for (name, value) in variables.iter().filter(|(name, _)| is_missing(name)) {
        // If the last line has no line break, the new last line has none either.
        let is_open = !text[start_of(text)..].is_empty() && !text.ends_with(b"\n");
        new.extend_from_slice(if is_open { line_break } else { b"" });
        new.extend_from_slice(if exports { b"export " } else { b"" });
        new.extend_from_slice(name.as_bytes());
        new.push(b'=');
        push_value(&mut new, value, None);
        new.extend_from_slice(if is_open { b"" } else { line_break });
    }
    Ok(new)
}

/// Returns the current values of the variable, without their quotes.
pub(super) fn values(text: &[u8], name: &str) -> Vec<String> {
    let (all, _) = assignments(text);
    let of_name = all.iter().filter(|assignment| text[assignment.name.clone()] == *name.as_bytes());
    let value = |assignment: &Assignment| {
        let value = &text[plain_value(text, assignment.value)?];
        Some(String::from_utf8_lossy(value).trim_matches(['"', '\'']).to_owned())
    };
    of_name.filter_map(value).collect()
}

/// How a line begins in files that are encrypted as a whole: by Ansible Vault, age, `OpenPGP` and dotenv-vault.
const ENCRYPTED_FILES: [&[u8]; 4] = [
    b"$ANSIBLE_VAULT;",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
    b"-----BEGIN PGP MESSAGE-----",
    b"DOTENV_VAULT",
];

/// Returns the number of the first line that is encrypted: by one of those, or its value by sops
/// (`ENC[AES256_GCM,…]`) or dotenvx (`encrypted:…`).
pub(super) fn encrypted_line(text: &[u8]) -> Option<usize> {
    let is_encrypted = |line: &[u8]| {
        let line = line.trim_ascii_start();
        let separator = line.iter().position(|byte| matches!(byte, b'=' | b':'));
        let value = separator.map_or(line, |at| line[at + 1..].trim_ascii_start());
        let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
        let has_encrypted_value = value.starts_with(b"ENC[") || value.starts_with(b"encrypted:");
        ENCRYPTED_FILES.iter().any(|start| line.starts_with(start))
            || has_encrypted_value && !line.starts_with(b"#")
    };
    text.split(|byte| *byte == b'\n').position(is_encrypted).map(|index| index + 1)
}

/// Returns the number of the first line in which one of the variables refers to another place, such as
/// `op://vault/item/field`.
pub(super) fn reference_line(text: &[u8], names: &[&str]) -> Option<usize> {
    let is_reference = |assignment: &Assignment| {
        let Some(value) = plain_value(text, assignment.value) else { return false };
        is_reference(String::from_utf8_lossy(&text[value]).trim_matches(['"', '\'']))
    };
    let is_named =
        |assignment: &Assignment| names.iter().any(|name| text[assignment.name.clone()] == *name.as_bytes());
    let (all, _) = assignments(text);
    let found = all.iter().find(|assignment| is_named(assignment) && is_reference(assignment))?;
    Some(line_number(text, found.value))
}

/// Writes a value in the quotes of the old one, unless it would need escapes in them.
fn push_value(new: &mut Vec<u8>, value: &str, old: Option<&u8>) {
    let quote = match old {
        Some(b'"') if !value.contains(['"', '$', '`', '\\', '!', '\n', '\r']) => "\"",
        Some(b'\'') if !value.contains(['\'', '\\', '\n', '\r']) => "'",
        _ => return shell_word(value, &mut |piece| new.extend_from_slice(piece.as_bytes())),
    };
    for piece in [quote, value, quote] {
        new.extend_from_slice(piece.as_bytes());
    }
}

/// `NAME=`, which may follow `export ` and have blanks around the equals sign.
struct Assignment {
    is_exported: bool,
    name: Range<usize>,
    /// Where the value begins; right after the equals sign if the value is empty.
    value: usize,
}

/// Returns all assignments, and the first place where a shell and this parser disagree about where the line ends, with
/// the reason: an open quote that does not begin a value, a continued line, or a here-document. A quote at the start of
/// a value continues across lines until it is closed, as in most dotenv libraries; `it's` is a plain word.
fn assignments(text: &[u8]) -> (Vec<Assignment>, Option<(usize, &'static str)>) {
    let (mut found, mut open_quote) = (Vec::new(), None);
    let mut at = start_of(text);
    while at < text.len() {
        let assignment = assignment(text, at);
        let from = assignment.as_ref().map_or(at, |assignment| assignment.value);
        let quoted = assignment.as_ref().filter(|_| is_quote(text, from)).and_then(|_| quote_end(text, from));
        let end = line_end(text, quoted.unwrap_or(from));
        let why = match () {
            () if has_here_document(&text[at..end]) => Some("it begins a here-document"),
            () if shell_line_end(text, from) == end => None,
            () if text[at..end].ends_with(b"\\") => Some("it continues on the next line"),
            () => Some("a quote is not closed"),
        };
        open_quote = open_quote.or(why.map(|why| (from, why)));
        found.extend(assignment);
        at = end + 1;
    }
    (found, open_quote)
}

/// True for `cat <<END`, outside quotes and comments: the lines after it are its input. `NAME=a<<b` is a value.
fn has_here_document(line: &[u8]) -> bool {
    let is_blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    let (mut quote, mut is_escaped) = (None, false);
    for (at, &byte) in line.iter().enumerate() {
        let before = &line[..at];
        match (quote, byte) {
            _ if std::mem::take(&mut is_escaped) => {}
            (None | Some(b'"'), b'\\') => is_escaped = true,
            (None, b'#') if is_blank(before.last()) => return false,
            (None, b'<') if line[at..].starts_with(b"<<") => {
                return is_blank(before.last()) || !before.contains(&b'=');
            }
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    false
}

/// Returns the number of a line that names a variable, but is neither an assignment in the usual form nor a comment:
/// `readonly NAME=…`, `NAME: …`, `set -gx NAME …`, `export OTHER=… NAME=…`. It could override the assignment, or be
/// overridden by it.
fn line_in_other_form(text: &[u8], variables: &[Variable<'_>]) -> Option<usize> {
    let is_any =
        |is_named: &dyn Fn(&[u8]) -> bool| variables.iter().any(|(name, _)| is_named(name.as_bytes()));
    let is_in_other_form = |line: &[u8]| match assignment(line, 0) {
        None => !line.trim_ascii_start().starts_with(b"#") && is_any(&|name| has_word(line, name)),
        Some(first) => {
            let words = line[first.value..].split(|byte| b" \t;&".contains(byte));
            let mut words = words.take_while(|word| !word.starts_with(b"#"));
            words.any(|word| {
                is_any(&|name| word.strip_prefix(name).is_some_and(|rest| rest.starts_with(b"=")))
            })
        }
    };
    let mut lines = text[start_of(text)..].split(|byte| *byte == b'\n');
    lines.position(is_in_other_form).map(|before| before + 1)
}

/// True if the line contains the word by itself, and not as `$WORD` or `${WORD}`.
fn has_word(line: &[u8], word: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    line.windows(word.len()).enumerate().any(|(at, window)| {
        let before = at.checked_sub(1).and_then(|before| line.get(before));
        let begins_word = !before.is_some_and(|byte| is_part(byte) || b"${".contains(byte));
        window == word && begins_word && !line.get(at + word.len()).is_some_and(is_part)
    })
}

/// The position after a byte order mark.
fn start_of(text: &[u8]) -> usize {
    if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
}

fn assignment(text: &[u8], line: usize) -> Option<Assignment> {
    let mut start = skip_blanks(text, line);
    let is_exported = text[start..].starts_with(b"export") && is_blank(text, start + 6);
    if is_exported {
        start = skip_blanks(text, start + 6);
    }
    let length =
        text[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte));
    let end = start + length.count();
    let equals = skip_blanks(text, end);
    if end == start || text.get(equals) != Some(&b'=') {
        return None;
    }
    let value = skip_blanks(text, equals + 1);
    // An empty value is right after the equals sign, before a comment.
    let is_empty = matches!(text.get(value), None | Some(b'\n')) || value > equals + 1 && text[value] == b'#';
    let value = if is_empty { equals + 1 } else { value };
    Some(Assignment { is_exported, name: start..end, value })
}

fn is_blank(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), Some(b' ' | b'\t' | b'\r'))
}

fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    while is_blank(text, at) {
        at += 1;
    }
    at
}

fn is_quote(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), Some(b'"' | b'\'' | b'`'))
}

/// Returns the position after the quote that closes the one at `open`; `None` if it is not closed.
fn quote_end(text: &[u8], open: usize) -> Option<usize> {
    let quote = text[open];
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

/// Returns the end of the line as a shell reads it: after open quotes and escaped line breaks.
fn shell_line_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < text.len() && text[at] != b'\n' {
        at = match text[at] {
            b'#' if at == start_of(text) || b" \t\r\n".contains(&text[at - 1]) => return line_end(text, at),
            b'\\' => at + 2,
            _ if is_quote(text, at) => quote_end(text, at).unwrap_or(text.len()),
            _ => at + 1,
        };
    }
    at.min(text.len())
}

/// Returns the range of the value at `start` if it is one word without expansions and only a comment follows.
fn plain_value(text: &[u8], start: usize) -> Option<Range<usize>> {
    let mut end = start;
    while end < text.len() && text[end] != b'\n' && !is_blank(text, end) {
        let from = end;
        end = match text[end] {
            b'\\' if matches!(text.get(end + 1), Some(b'\\' | b'\'')) => end + 2,
            b'$' | b'`' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' | b'\\' => return None,
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

fn line_number(text: &[u8], at: usize) -> usize {
    text[..at].split(|byte| *byte == b'\n').count()
}
