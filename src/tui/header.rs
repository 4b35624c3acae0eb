//! Where requests go, and as whom.

use ratatui::text::{Line, Span};

use crate::domain::{HostKind, Identity, Session};

use super::app::Shared;
use super::canvas::Canvas;
use super::theme::Theme;

const GAP: &str = "   ";

pub(super) fn draw(app: &Shared, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let width = usize::from(canvas.width());
    canvas.line(line(app, theme, width));
    canvas.line(Line::styled(theme.glyphs.rule.repeat(width), theme.faint));
}

fn line(app: &Shared, theme: &Theme, width: usize) -> Line<'static> {
    match &app.session {
        Session::Demo => demo(theme, width),
        Session::Remote { base_url, identity, origin } => {
            let (host, kind) = (&base_url.host(), base_url.kind());
            let (long, short) = identity_words(identity, theme);
            let Some(origin) = origin else {
                return remote(host, kind, &[&long, &short], theme, width);
            };
            let (long_of, short_of) = (format!("{long}, {origin}"), format!("{short}, {origin}"));
            remote(host, kind, &[&long_of, &short_of, &short], theme, width)
        }
        Session::SignedOut { base_url } => {
            remote(&base_url.host(), base_url.kind(), &["not signed in"], theme, width)
        }
    }
}

fn demo(theme: &Theme, width: usize) -> Line<'static> {
    let saying = |words: &'static str| {
        let mark = Span::styled(" DEMO ", theme.mark);
        Line::from(vec![name(theme), mark, Span::raw("  "), Span::raw(words)])
    };
    let whole = saying("embedded Atlas, nothing leaves this machine");
    if whole.width() <= width { whole } else { saying("nothing leaves this machine") }
}

/// Where it is narrow this program's name goes first, then word after word of the identity, which comes in
/// its wordings from long to short, then the beginning of the host. Whose host it is and who is signed in are
/// always there.
fn remote(host: &str, kind: HostKind, identities: &[&str], theme: &Theme, width: usize) -> Line<'static> {
    let tail = |identity: String| {
        let warning = warning(kind).map(|words| format!(" {} {words}", theme.glyphs.warning));
        let warning = Span::styled(warning.unwrap_or_default(), theme.warning);
        [warning, Span::raw(GAP), Span::styled(identity, theme.faint)]
    };
    let naming = |lead: Option<Span<'static>>, host: &str, identity: &str| {
        let spans = lead.into_iter().chain([Span::raw(host.to_owned())]);
        spans.chain(tail(identity.to_owned())).collect::<Line>()
    };
    let fits = |line: &Line| line.width() <= width;
    for identity in identities {
        let choices = [naming(Some(name(theme)), host, identity), naming(None, host, identity)];
        if let Some(fitting) = choices.into_iter().find(fits) {
            return fitting;
        }
    }
    let short = identities.last().copied().unwrap_or_default();
    let room = width.saturating_sub(naming(None, "", short).width());
    naming(None, &end_of(host, room, theme.glyphs.ellipsis), short)
}

/// Who is signed in, with the kind of credential and without it.
fn identity_words(identity: &Identity, theme: &Theme) -> (String, String) {
    let ellipsis = theme.glyphs.ellipsis;
    match identity {
        Identity::ServiceAccount(client) => {
            let short = client.short(ellipsis);
            (format!("service account {short}"), short)
        }
        Identity::ApiKey(public_key) => {
            let short = format!("API key {}", public_key.short(ellipsis));
            (short.clone(), short)
        }
        Identity::AccessToken => ("access token".to_owned(), "access token".to_owned()),
        Identity::Profile { name, .. } => (format!("profile {name}"), format!("profile {name}")),
    }
}

fn name(theme: &Theme) -> Span<'static> {
    Span::styled(format!("atlas-secret{GAP}"), theme.strong)
}

/// The end of a host's name says whose it is.
fn end_of(host: &str, room: usize, ellipsis: &str) -> String {
    let length = host.chars().count();
    let kept = room.saturating_sub(ellipsis.chars().count());
    host.chars().skip(length.saturating_sub(kept)).fold(ellipsis.to_owned(), |mut end, character| {
        end.push(character);
        end
    })
}

/// A host that is not one of Atlas's gets the credentials all the same: the person should know.
fn warning(host_kind: HostKind) -> Option<&'static str> {
    match host_kind {
        HostKind::Atlas => None,
        HostKind::Loopback => Some("this machine"),
        HostKind::Other => Some("not an Atlas host"),
    }
}
