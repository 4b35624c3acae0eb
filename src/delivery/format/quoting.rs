//! Values as other languages read them. Nothing is collected: a copy of a secret is made nowhere but in the
//! text that it belongs to.

use super::Sink;

/// Writes `text` in double quotes, as JSON (RFC 8259) and YAML (1.1 and 1.2, double-quoted style) both read it.
pub(in crate::delivery) fn double_quoted(text: &str, sink: &mut Sink<'_>) {
    sink("\"");
    for character in text.chars() {
        match character {
            '"' => sink("\\\""),
            '\\' => sink("\\\\"),
            // All that needs it is in the basic plane, so that four digits do.
            _ if needs_escape(character) => sink(&format!("\\u{:04x}", u32::from(character))),
            _ => sink(character.encode_utf8(&mut [0; 4])),
        }
    }
    sink("\"");
}

/// True for what JSON or YAML does not take as it is. YAML 1.1 reads U+0085, U+2028 and U+2029 as line breaks,
/// and no YAML takes a byte order mark or what is no character at all.
fn needs_escape(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
        || character.is_control()
}

/// Writes `value` so that a POSIX shell (XCU 2.2, Quoting) and the readers of `.env` files take it for one word
/// and change nothing in it. It is quoted only where it must be, and by single quotes where they will do: in
/// those a shell changes nothing, and most readers of `.env` files neither.
pub(in crate::delivery) fn shell_word(value: &str, sink: &mut Sink<'_>) {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
        return sink(value);
    }
    // Double quotes are read alike everywhere as long as nothing in them has a meaning.
    if value.contains('\'') && !value.contains(['"', '$', '`', '\\', '!']) {
        sink("\"");
        sink(value);
        return sink("\"");
    }
    let mut before = "'";
    for part in value.split('\'') {
        // Some readers take a backslash before the closing quote for an escape of it: it stands outside.
        let quoted = part.trim_end_matches('\\');
        sink(before);
        sink(quoted);
        sink("'");
        for _ in quoted.len()..part.len() {
            sink(r"\\");
        }
        before = r"\''";
    }
}
