//! Where requests go, and as whom.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::core::Model;
use crate::domain::{HostKind, Identity, Session};

use super::column::Column;
use super::theme::Theme;

const GAP: &str = "   ";

pub(super) fn draw(model: &Model, theme: &Theme, frame: &mut Frame, area: Rect) {
    let mut column = Column::new(area);
    column.line(frame, line(model, theme));
    let rule = theme.glyphs.rule.repeat(usize::from(column.width()));
    column.line(frame, Line::styled(rule, theme.faint));
}

fn line<'a>(model: &'a Model, theme: &Theme) -> Line<'a> {
    let mut line = Line::from(vec![Span::styled("atlas-secret", theme.strong), Span::raw(GAP)]);
    match &model.session {
        Session::Demo => line.spans.extend([
            Span::styled(" DEMO ", theme.mark),
            Span::raw("  embedded Atlas, nothing leaves this machine"),
        ]),
        Session::Remote { host, host_kind, identity } => {
            line.push_span(Span::raw(host.as_str()));
            if let Some(words) = warning(*host_kind) {
                let words = format!(" {} {words}", theme.glyphs.warning);
                line.push_span(Span::styled(words, theme.warning));
            }
            let identity = match identity {
                Identity::ServiceAccount(client) => {
                    format!("{GAP}service account {}", client.short(theme.glyphs.ellipsis))
                }
                Identity::AccessToken => format!("{GAP}access token"),
            };
            line.push_span(Span::styled(identity, theme.faint));
        }
    }
    line
}

/// A host that is not one of Atlas's gets the credentials all the same: the person should know.
fn warning(host_kind: HostKind) -> Option<&'static str> {
    match host_kind {
        HostKind::Atlas => None,
        HostKind::Loopback => Some("this machine"),
        HostKind::Other => Some("not an Atlas host"),
    }
}
