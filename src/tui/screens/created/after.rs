//! After creating: what became of the account's other secrets, and whether the new one works.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::{ExistingSecret, Now, ReadProblem, ServiceAccount, VerifyOutcome};
use crate::tui::app::Shared;
use crate::tui::canvas::Canvas;
use crate::tui::event::{Command, Reader};
use crate::tui::words;

use super::CreatedScreen;

/// The other secrets of the account, fetched again after creating.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OtherSecrets {
    NotAsked,
    Loading,
    Failed(ReadProblem),
    Loaded(Vec<OtherSecret>),
}

/// One other secret: as it is now, as it was before, and whether this session signed in with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OtherSecret {
    now: ExistingSecret,
    before: Option<ExistingSecret>,
    is_login: bool,
}

/// Whether the new secret was proved to work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    /// It was not tried.
    Never,
    /// Atlas is being asked since then.
    Running(Now),
    /// It is known.
    Done(VerifyOutcome),
}

impl CreatedScreen {
    pub(in crate::tui) fn fetch_others(&mut self, app: &mut Shared) {
        self.others = OtherSecrets::Loading;
        app.send(Command::FetchAccount(Reader::Created, self.new_secret.account()));
    }

    pub(super) fn others_fetched(&mut self, app: &Shared, result: Result<ServiceAccount, ReadProblem>) {
        if self.others != OtherSecrets::Loading {
            return;
        }
        self.others = match result {
            Ok(account) => OtherSecrets::Loaded(self.others_of(app, &account)),
            Err(problem) => OtherSecrets::Failed(problem),
        };
    }

    fn others_of(&self, app: &Shared, account: &ServiceAccount) -> Vec<OtherSecret> {
        let before =
            |secret: &ExistingSecret| self.before.iter().find(|earlier| earlier.id == secret.id).cloned();
        let is_other = |secret: &&ExistingSecret| match &self.secret.id {
            Some(own) => secret.id != *own,
            // The new one's id could not be read: then the others are those that were there before.
            None => before(secret).is_some(),
        };
        let other = |secret: &ExistingSecret| OtherSecret {
            before: before(secret),
            is_login: app.is_login_of(&self.new_secret.client, secret),
            now: secret.clone(),
        };
        account.secrets.iter().filter(is_other).map(other).collect()
    }

    /// Asks Atlas for a token with the new secret.
    pub(in crate::tui) fn verify(&mut self, app: &mut Shared) {
        if !matches!(self.verification, Verification::Running(_)) {
            self.verification = Verification::Running(app.now);
            app.send(Command::Verify(self.new_secret.client.clone(), self.secret.value.clone()));
        }
    }

    /// A verification that was made before there was a screen.
    pub(crate) fn set_verified(&mut self, outcome: VerifyOutcome) {
        self.verification = Verification::Done(outcome);
    }

    pub(super) fn verified(&mut self, outcome: VerifyOutcome) {
        if matches!(self.verification, Verification::Running(_)) {
            self.verification = Verification::Done(outcome);
        }
    }

    pub(super) fn draw_after(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        self.draw_verification(app, canvas);
        match &self.others {
            OtherSecrets::NotAsked | OtherSecrets::Loading => {}
            OtherSecrets::Failed(problem) => {
                let title = problem.explain().title;
                let words = format!("What became of the other secrets could not be read. {title}");
                canvas.marked(theme.glyphs.dot, &words, theme.faint);
            }
            OtherSecrets::Loaded(others) => {
                for other in others {
                    draw_other(app, other, canvas);
                }
            }
        }
    }

    fn draw_verification(&self, app: &Shared, canvas: &mut Canvas) {
        let theme = canvas.theme;
        let outcome = match &self.verification {
            Verification::Never => return,
            Verification::Running(since) => {
                return canvas.running(app.now, *since, "Asking Atlas for a token with it");
            }
            Verification::Done(outcome) => outcome,
        };
        match outcome {
            VerifyOutcome::Accepted { at } => {
                let at = at.map(|at| format!(", {}", words::time(at, app.zone.as_ref())));
                let words = format!("Atlas accepts it{}", at.unwrap_or_default());
                canvas.marked(theme.glyphs.check, &words, theme.good);
            }
            VerifyOutcome::Refused(_) => canvas.marked(theme.glyphs.cross, &outcome.sentence(), theme.bad),
            VerifyOutcome::CouldNotCheck(_) => canvas.warning(&outcome.sentence(), theme.warning),
        }
    }
}

/// Its end now, and what it was before; for the one that this session uses, where it is stored.
fn draw_other(app: &Shared, other: &OtherSecret, canvas: &mut Canvas) {
    let theme = canvas.theme;
    let date = |at| words::short_date(at, app.zone.as_ref());
    let ends_at = other.now.expires_at;
    let ended_at = other.before.as_ref().and_then(|before| before.expires_at);
    let ends = match (ends_at, ended_at) {
        (Some(is), Some(was)) if is < was => format!("now expires {} (was {})", date(is), date(was)),
        (Some(is), Some(_)) => format!("still expires {}", date(is)),
        (Some(is), None) => format!("expires {}", date(is)),
        (None, _) => "no expiry known".to_owned(),
    };
    canvas.line(Line::from(vec![
        Span::styled(format!("{} ", theme.glyphs.dot), theme.faint),
        Span::raw(format!("{}  {ends}", other.now.label())),
    ]));
    if other.is_login {
        let holder = app.login_holder.as_ref().map_or("this session", |holder| holder.as_str());
        let until = ends_at.map_or_else(String::new, |at| format!(", valid until {}", date(at)));
        canvas.words(2, &format!("{holder} still holds the old secret{until}."), Style::new());
    }
}
