//! The one function that decides: an event comes in, the model changes, effects go out.

use crate::domain::{DeleteOutcome, Now, ReadProblem, RequestId, ServiceAccount};

use super::{
    AtlasClock, Effect, Event, FormNotice, Model, Said, Screen, Size, aftermath, answer, chain, choosing,
    context, copying, ending, headless, leaving, left_over, looking, panel, pressing, printing, retiring,
    sign_in, unknown,
};

/// Applies `event`, which happened `at` that moment, and says what is to be done.
pub fn update(model: &mut Model, at: Now, event: Event) -> Vec<Effect> {
    model.now = at;
    let mut effects = apply(model, event);
    left_over::settle(model);
    effects.extend(context::settle(model));
    if !model.has_terminal && !effects.iter().any(|effect| matches!(effect, Effect::Quit(_))) {
        effects.extend(headless::settle(model));
    }
    effects
}

fn apply(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::KeysPressed(keys) => pressing::keys_pressed(model, &keys),
        Event::Pasted(text) => {
            pressing::paste(model, &text.0);
            Vec::new()
        }
        Event::Resized { columns, rows } => {
            model.size = Size { columns, rows };
            Vec::new()
        }
        Event::TimePassed => time_passed(model),
        Event::ZoneLoaded(zone) => {
            model.zone = Some(zone);
            Vec::new()
        }
        Event::SignedIn { request, result } => chain::signed_in(model, request, result),
        Event::AccountRead { request, result } => account_read(model, request, &result),
        Event::ProjectRead { request, result } => context::project_read(model, request, result),
        Event::SettingsRead { request, result } => context::settings_read(model, request, result),
        Event::LoginKnown(login) => {
            model.login = Some(login);
            Vec::new()
        }
        Event::CreationNoted { request, result } => chain::noted(model, request, result),
        Event::NoteFailed(words) => note_failed(model, words),
        Event::LeftOversFound(found) if model.has_terminal => {
            model.left_over.extend(found);
            Vec::new()
        }
        Event::LeftOversFound(found) => headless::tell_left_over(&found),
        Event::SecretVerified { request, outcome } => aftermath::verified(model, request, outcome),
        Event::SignInTried { request, outcome } => sign_in::tried(model, request, outcome),
        Event::ListDelayed { request, wait } => choosing::delayed(model, request, wait),
        Event::ProjectsRead { request, result } => choosing::projects_read(model, request, result),
        Event::AccountsRead { request, result } => choosing::accounts_read(model, request, result),
        Event::CreateAnswered { request, outcome } => {
            let effects = answer::answered(model, request, outcome);
            if model.ending.is_some() { ending::end_with(model, effects) } else { effects }
        }
        Event::DeleteAnswered { request, outcome } => delete_answered(model, request, &outcome),
        Event::CopyFinished { request, outcome } => copying::finished(model, request, outcome),
        Event::ClipboardChecked { request, content } => leaving::clipboard_checked(model, request, content),
        Event::FileSaved { request, outcome } => panel::saved(model, request, outcome),
        Event::CommandEnded { request, outcome } => panel::command_ended(model, request, outcome),
        Event::SecretPrinted { request, result } => {
            let effects = printing::printed(model, request, result);
            let has_quit = effects.iter().any(|effect| matches!(effect, Effect::Quit(_)));
            if model.ending.is_some() && !has_quit { ending::end_with(model, effects) } else { effects }
        }
        Event::TerminalTaken { is_taken } => headless::terminal_taken(model, is_taken),
        Event::SubmittedBeforehand => chain::submit_beforehand(model),
        Event::SignalReceived(signal) => ending::signal_received(model, signal),
    }
}

/// What could not be kept on the disk is said where the person is.
fn note_failed(model: &mut Model, words: String) -> Vec<Effect> {
    if matches!(model.screen, Screen::Form) && model.form.notice.is_none() {
        model.form.notice = Some(FormNotice::Noted(words.clone()));
    }
    model.not_noted = Some(words.clone());
    if model.has_terminal { Vec::new() } else { vec![Effect::Tell(Said::Words(words))] }
}

/// An account is read by several screens, each under a request of its own; nobody else takes the answer.
fn account_read(
    model: &mut Model,
    request: RequestId,
    result: &Result<ServiceAccount, ReadProblem>,
) -> Vec<Effect> {
    if let Ok(ServiceAccount { read_at: Some(said), .. }) = result {
        model.atlas_clock = Some(AtlasClock::new(*said, model.now));
    }
    let mut effects = looking::account_read(model, request, result);
    effects = effects.or_else(|| unknown::account_read(model, request, result));
    effects = effects.or_else(|| left_over::account_read(model, request, result));
    if effects.is_none() && !aftermath::account_read(model, request, result) {
        let _ =
            retiring::account_read(model, request, result) || context::account_read(model, request, result);
    }
    effects.unwrap_or_default()
}

/// The same for a deletion.
fn delete_answered(model: &mut Model, request: RequestId, outcome: &DeleteOutcome) -> Vec<Effect> {
    let mut effects = leaving::delete_answered(model, request, outcome);
    effects = effects.or_else(|| looking::delete_answered(model, request, outcome));
    effects = effects.or_else(|| unknown::delete_answered(model, request, outcome));
    effects = effects.or_else(|| left_over::delete_answered(model, request, outcome));
    if effects.is_none() {
        retiring::delete_answered(model, request, outcome);
    }
    effects.unwrap_or_default()
}

fn time_passed(model: &mut Model) -> Vec<Effect> {
    if model.ending.is_some_and(|ending| ending.until.uptime <= model.now.uptime) {
        return ending::end(model);
    }
    if let Screen::Created(created) = &mut model.screen
        && !created.is_revealed(model.now)
    {
        created.revealed_until = None;
    }
    let mut effects = copying::time_passed(model);
    effects.extend(chain::time_passed(model));
    effects.extend(unknown::time_passed(model));
    effects
}
