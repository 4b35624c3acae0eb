//! Which ways of copying are worth trying, and in which order.

use super::{Environment, OperatingSystem};

/// The user's wish: `--clipboard auto|native|tmux|osc52|off`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Preference {
    /// Whatever fits the environment.
    #[default]
    Auto,
    /// Only the system's clipboard.
    Native,
    /// Only through tmux.
    Tmux,
    /// Only the escape sequence OSC 52.
    Osc52,
    /// Nothing is ever copied.
    Off,
}

/// One way of copying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClipboardBackend {
    /// The system's clipboard, read back.
    Native,
    /// `tmux load-buffer -w`.
    Tmux,
    /// The escape sequence OSC 52.
    Osc52,
}

/// The ways to try, best first; empty when none can work or none is wanted.
///
/// A wish for one way is followed even where it looks hopeless: then its own failure is told.
pub fn select_backend(environment: &Environment, preference: Preference) -> Vec<ClipboardBackend> {
    match preference {
        Preference::Auto => automatic(environment),
        Preference::Native => vec![ClipboardBackend::Native],
        Preference::Tmux => vec![ClipboardBackend::Tmux],
        Preference::Osc52 => vec![ClipboardBackend::Osc52],
        Preference::Off => Vec::new(),
    }
}

/// The one way that can be verified comes first; the terminal's ways, which never answer, after it.
fn automatic(environment: &Environment) -> Vec<ClipboardBackend> {
    let mut ways = Vec::new();
    if native_is_where_the_person_is(environment) {
        ways.push(ClipboardBackend::Native);
    }
    if environment.tmux.is_some() {
        ways.push(ClipboardBackend::Tmux);
    } else if terminal_takes_osc52(environment) {
        ways.push(ClipboardBackend::Osc52);
    }
    ways
}

/// Over SSH a native clipboard would be filled on the wrong machine, and reading it back would even
/// seem to prove it. The exception is a forwarded X11 display.
fn native_is_where_the_person_is(environment: &Environment) -> bool {
    if environment.over_ssh {
        return has_forwarded_display(environment);
    }
    match environment.operating_system {
        OperatingSystem::MacOs | OperatingSystem::Windows => true,
        OperatingSystem::Unix => environment.display.is_some() || environment.wayland_display.is_some(),
    }
}

/// A display that names a host (`localhost:10.0`) is reached over the network; `:0` is the screen of
/// this machine. A Wayland display is never forwarded by SSH, and the clipboard library would take it
/// before the forwarded one, so where both are set the native clipboard cannot be trusted.
fn has_forwarded_display(environment: &Environment) -> bool {
    let Some(display) = environment.display.as_deref() else {
        return false;
    };
    let names_a_host = !display.starts_with([':', '/']) && !display.starts_with("unix:");
    names_a_host
        && environment.operating_system == OperatingSystem::Unix
        && environment.wayland_display.is_none()
}

/// GNU screen swallows the sequence, the kernel's console and `dumb` terminals know nothing of it, and
/// Terminal.app ignores it. Windows sets no `TERM`, and its terminal takes the sequence.
fn terminal_takes_osc52(environment: &Environment) -> bool {
    if environment.inside_screen || environment.terminal_program.as_deref() == Some("Apple_Terminal") {
        return false;
    }
    match environment.terminal.as_deref() {
        None => environment.operating_system == OperatingSystem::Windows,
        Some(terminal) => !matches!(terminal, "dumb" | "linux" | "unknown" | "vt100" | "vt220"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ClipboardBackend::{Native, Osc52, Tmux};
    use OperatingSystem::{MacOs, Unix, Windows};

    fn environment(operating_system: OperatingSystem, variables: &str) -> Environment {
        let lookup = |name: &str| {
            variables
                .split_whitespace()
                .filter_map(|pair| pair.split_once('='))
                .find_map(|(known, value)| (known == name).then(|| value.to_owned()))
        };
        Environment { operating_system, ..Environment::read(lookup) }
    }

    /// Name, operating system, the ways in order, the variables that are set.
    const TABLE: &str = "
        X11                                | Unix    | Native Osc52 | DISPLAY=:0 TERM=xterm-256color
        Wayland                            | Unix    | Native Osc52 | WAYLAND_DISPLAY=wayland-0 TERM=foot
        tmux on X11                        | Unix    | Native Tmux  | DISPLAY=:0 TMUX=/s,1,0 TERM=tmux-256color
        screen on X11                      | Unix    | Native       | DISPLAY=:0 STY=1.x TERM=screen
        no display                         | Unix    | Osc52        | TERM=xterm-256color
        no display, tmux                   | Unix    | Tmux         | TMUX=/s,1,0 TERM=tmux-256color
        the kernel's console               | Unix    |              | TERM=linux
        tmux on the console                | Unix    | Tmux         | TERM=linux TMUX=/s,1,0
        an editor's shell                  | Unix    |              | TERM=dumb
        an editor's shell on X11           | Unix    | Native       | TERM=dumb DISPLAY=:0
        nothing is known                   | Unix    |              |
        SSH                                | Unix    | Osc52        | SSH_CONNECTION=c TERM=xterm-256color
        SSH, tty only                      | Unix    | Osc52        | SSH_TTY=/dev/pts/1 DISPLAY=:0 TERM=xterm
        SSH, the machine's own X11         | Unix    | Osc52        | SSH_CONNECTION=c DISPLAY=:0 TERM=xterm
        SSH, the same by its path          | Unix    | Osc52        | SSH_CLIENT=c DISPLAY=unix:0 TERM=xterm
        SSH, its own Wayland               | Unix    | Osc52        | SSH_CLIENT=c WAYLAND_DISPLAY=w TERM=xterm
        SSH, forwarded                     | Unix    | Native Osc52 | SSH_CONNECTION=c DISPLAY=localhost:10.0 TERM=xterm
        SSH, forwarded by name             | Unix    | Native Osc52 | SSH_TTY=t DISPLAY=host:10 TERM=xterm
        SSH, forwarded, Wayland in the way | Unix    | Osc52        | SSH_CONNECTION=c DISPLAY=localhost:10.0 WAYLAND_DISPLAY=w TERM=xterm
        SSH, tmux                          | Unix    | Tmux         | SSH_CONNECTION=c TMUX=/s,1,0 DISPLAY=:0
        SSH, tmux, forwarded               | Unix    | Native Tmux  | SSH_CONNECTION=c TMUX=/s,1,0 DISPLAY=localhost:10.0
        SSH, screen                        | Unix    |              | SSH_CONNECTION=c STY=1.x TERM=screen
        SSH, dumb                          | Unix    |              | SSH_CONNECTION=c TERM=dumb
        Terminal.app                       | MacOs   | Native       | TERM_PROGRAM=Apple_Terminal TERM=xterm-256color
        iTerm2                             | MacOs   | Native Osc52 | TERM_PROGRAM=iTerm.app TERM=xterm-256color
        macOS, tmux                        | MacOs   | Native Tmux  | TMUX=/s,1,0 TERM_PROGRAM=tmux TERM=tmux-256color
        macOS over SSH                     | MacOs   | Osc52        | SSH_CONNECTION=c TERM=xterm-256color
        macOS over SSH, XQuartz            | MacOs   | Osc52        | SSH_CONNECTION=c DISPLAY=localhost:10.0 TERM=xterm
        Windows                            | Windows | Native Osc52 |
        Windows over SSH                   | Windows | Osc52        | SSH_CONNECTION=c
    ";

    #[test]
    fn the_way_fits_the_environment() {
        let rows: Vec<&str> = TABLE.lines().filter(|row| !row.trim().is_empty()).collect();
        for row in &rows {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let [name, operating_system, expected, variables] = cells[..] else {
                panic!("{row} has four cells");
            };
            let operating_system = match operating_system {
                "Unix" => Unix,
                "MacOs" => MacOs,
                "Windows" => Windows,
                _ => panic!("{operating_system} is no operating system"),
            };
            let ways: Vec<String> =
                select_backend(&environment(operating_system, variables), Preference::Auto)
                    .iter()
                    .map(|way| format!("{way:?}"))
                    .collect();
            assert_eq!(ways.join(" "), expected, "{name}: {variables}");
        }
        assert_eq!(rows.len(), 30);
    }

    #[test]
    fn a_wish_is_followed() {
        let nothing = environment(Unix, "");
        assert_eq!(select_backend(&nothing, Preference::Native), [Native]);
        assert_eq!(select_backend(&nothing, Preference::Tmux), [Tmux]);
        assert_eq!(select_backend(&nothing, Preference::Osc52), [Osc52]);
        assert_eq!(select_backend(&environment(Unix, "DISPLAY=:0 TERM=xterm"), Preference::Off), []);
    }

    #[test]
    fn the_wishes_are_spelled_as_on_the_command_line() {
        use clap::ValueEnum;

        let spelled: Vec<String> = Preference::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value)
            .map(|value| value.get_name().to_owned())
            .collect();
        assert_eq!(spelled, ["auto", "native", "tmux", "osc52", "off"]);
    }
}
