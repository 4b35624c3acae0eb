//! The one function that decides: an event comes in, the model changes, effects go out.

use std::time::Duration;

use crate::domain::{DeleteOutcome, Exit, Fate, LostAnswer, Moment, ReadProblem, RequestId, ServiceAccount};

use super::event::Signal;
use super::keys::{action_for, is_ctrl_c};
use super::model::Ending;
use super::{
    Action, Effect, Event, Focus, FormNotice, KeyPress, Link, Model, Said, Screen, Size, aftermath, answer,
    chain, choosing, context, copying, created, headless, leaving, left_over, looking, panel, printing,
    recipes, retiring, sign_in, unknown,
};

/// How much longer a POST may run after a signal told the program to end.
const GRACE: Duration = Duration::from_secs(3);

/// So many characters in one read are a paste, whatever the terminal says; nobody types them.
const PASTE_FROM: usize = 8;

/// Applies `event`, which happened `at` that moment, and says what is to be done.
pub fn update(model: &mut Model, at: Moment, event: Event) -> Vec<Effect> {
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
        Event::KeysPressed(keys) => keys_pressed(model, &keys),
        Event::Pasted(text) => {
            paste(model, &text.0);
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
            if model.ending.is_some() { end_with(model, effects) } else { effects }
        }
        Event::DeleteAnswered { request, outcome } => delete_answered(model, request, &outcome),
        Event::CopyFinished { request, outcome } => copying::finished(model, request, outcome),
        Event::ClipboardChecked { request, content } => leaving::clipboard_checked(model, request, content),
        Event::FileSaved { request, outcome } => panel::saved(model, request, outcome),
        Event::CommandEnded { request, outcome } => panel::command_ended(model, request, outcome),
        Event::SecretPrinted { request, result } => {
            let effects = printing::printed(model, request, result);
            let has_quit = effects.iter().any(|effect| matches!(effect, Effect::Quit(_)));
            if model.ending.is_some() && !has_quit { end_with(model, effects) } else { effects }
        }
        Event::TerminalTaken { is_taken } => headless::terminal_taken(model, is_taken),
        Event::SubmittedBeforehand => chain::submit_beforehand(model),
        Event::SignalReceived(signal) => signal_received(model, signal),
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

/// Keys that came in one read. A terminal without bracketed paste types what is pasted: such a run counts as
/// a paste, and an Enter that comes with text never submits.
fn keys_pressed(model: &mut Model, keys: &[KeyPress]) -> Vec<Effect> {
    let comes_with_text = keys.iter().any(|key| key.text().is_some());
    let mut effects = Vec::new();
    let mut rest = keys;
    while !rest.is_empty() {
        let run = rest.iter().take_while(|key| key.text().is_some() || key.is_enter()).count();
        let characters = rest[..run].iter().filter(|key| key.text().is_some()).count();
        if characters >= PASTE_FROM {
            let text: String = rest[..run].iter().map(|key| key.text().unwrap_or('\n')).collect();
            paste(model, &text);
            rest = &rest[run..];
            continue;
        }
        for key in &rest[..run.max(1)] {
            effects.extend(press(model, *key, comes_with_text));
        }
        rest = &rest[run.max(1)..];
    }
    effects
}

fn paste(model: &mut Model, text: &str) {
    if model.shows_help || model.size.is_too_small() {
        return;
    }
    match &mut model.screen {
        Screen::Form => model.form.paste(text),
        Screen::Choosing(choosing) => choosing::paste(choosing, text),
        Screen::SignIn(sign_in) => sign_in::paste(sign_in, text),
        Screen::Created(created) => {
            if let Some(panel) = &mut created.panel {
                panel::paste_into(panel, text);
            }
        }
        _ => {}
    }
}

fn press(model: &mut Model, key: KeyPress, comes_with_text: bool) -> Vec<Effect> {
    if model.size.is_too_small() && !is_ctrl_c(key) {
        return Vec::new();
    }
    match &mut model.screen {
        Screen::Created(created) => {
            created.word = None;
            created::extend_reveal(created, model.now);
        }
        Screen::Sending(sending) => sending.word = None,
        Screen::Unknown(unknown) => unknown.word = None,
        _ => {}
    }
    match action_for(model, key) {
        Some(Action::Confirm) if comes_with_text => {
            if model.form.focus != Focus::Button {
                model.form.focus_next();
            }
            Vec::new()
        }
        // A path or a command line that is pasted with its line break is not taken by it either.
        Some(Action::Choose) if comes_with_text && matches!(model.screen, Screen::Created(_)) => Vec::new(),
        Some(action) => act(model, action),
        None => {
            type_in(model, key);
            Vec::new()
        }
    }
}

/// A key that no table knows is text, where something is typed.
fn type_in(model: &mut Model, key: KeyPress) {
    match &mut model.screen {
        _ if model.shows_help => {}
        Screen::Form => model.form.press(key),
        Screen::SignIn(sign_in) => sign_in::press(sign_in, key),
        Screen::Choosing(_) => choosing::press(model, key),
        Screen::Created(created) => {
            if let Some(panel) = &mut created.panel {
                panel::press(panel, key);
            }
        }
        _ => {}
    }
}

fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Help => {
            model.shows_help = true;
            return Vec::new();
        }
        Action::CloseHelp => {
            model.shows_help = false;
            return Vec::new();
        }
        Action::Repaint => return vec![Effect::Repaint],
        Action::Suspend => return suspend(model),
        _ => {}
    }
    match &model.screen {
        Screen::Form => act_on_form(model, action),
        Screen::Choosing(_) => choosing::act(model, action),
        Screen::SignIn(_) => sign_in::act(model, action),
        Screen::Sending(_) => act_on_sending(model, action),
        Screen::Created(_) => created::act(model, action),
        Screen::Unknown(_) => unknown::act(model, action),
        Screen::Retiring(_) => retiring::act(model, action),
        Screen::Recipes(_) => recipes::act(model, action),
        Screen::LeftOver(_) => left_over::act(model, action),
    }
}

fn act_on_form(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Next => model.form.focus_next(),
        Action::Previous => model.form.focus_previous(),
        Action::Dismiss => model.form.notice = None,
        Action::Submit => return chain::submit(model),
        Action::List => return choosing::open(model),
        Action::AsCommand => return recipes::open(model),
        Action::Confirm => match model.form.focus {
            Focus::Field(super::FieldName::Lifetime) | Focus::Button => return chain::submit(model),
            Focus::Field(_) => model.form.focus_next(),
        },
        Action::Leave => return leave_form(model),
        _ => {}
    }
    Vec::new()
}

/// Ctrl-C on the form. While an earlier POST is still running its screen is shown once more.
fn leave_form(model: &mut Model) -> Vec<Effect> {
    if let Some(in_flight) = model.in_flight.clone() {
        return unknown::open(model, in_flight, LostAnswer::StoppedWaiting);
    }
    vec![Effect::Quit(model.exit())]
}

fn act_on_sending(model: &mut Model, action: Action) -> Vec<Effect> {
    let Screen::Sending(sending) = &mut model.screen else {
        return Vec::new();
    };
    match (&sending.link, action) {
        (Link::Posting, Action::Leave) => {
            sending.asks_to_stop = true;
            sending.word = None;
            Vec::new()
        }
        (Link::Posting, Action::No) => {
            sending.asks_to_stop = false;
            Vec::new()
        }
        (Link::Posting, Action::Yes) if sending.asks_to_stop => answer::stop_waiting(model),
        (Link::Asking(_), Action::Yes) => chain::consent(model),
        (Link::Asking(_), Action::No) | (_, Action::Leave) => chain::turn_back(model),
        _ => Vec::new(),
    }
}

fn suspend(model: &mut Model) -> Vec<Effect> {
    if let Screen::Created(created) = &mut model.screen {
        created.revealed_until = None;
    }
    if model.in_flight.is_none() {
        return vec![Effect::Suspend];
    }
    let word = "Not now: a stopped program could miss Atlas's answer.";
    match &mut model.screen {
        Screen::Sending(sending) => sending.word = Some(word),
        Screen::Unknown(unknown) => unknown.word = Some(word),
        _ => model.form.notice = Some(FormNotice::Word(word)),
    }
    Vec::new()
}

fn time_passed(model: &mut Model) -> Vec<Effect> {
    if model.ending.is_some_and(|ending| ending.until.uptime <= model.now.uptime) {
        return end(model);
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

/// A running POST gets a little longer to be answered; a second signal does not wait.
fn signal_received(model: &mut Model, signal: Signal) -> Vec<Effect> {
    let ending = Ending { signal: signal.number(), until: model.now.plus(GRACE) };
    let is_first = model.ending.is_none();
    model.ending = Some(ending);
    if is_first && (model.in_flight.is_some() || is_printing(model)) {
        return Vec::new();
    }
    end(model)
}

/// True while standard output is being written: whether it has the secret is known in a moment.
fn is_printing(model: &Model) -> bool {
    matches!(&model.screen, Screen::Created(created) if created.is_being_printed())
}

/// Ends with the answer that a signal's grace was for. Of what it asks for, only the note is still kept: the
/// next run tells what it says.
fn end_with(model: &mut Model, effects: Vec<Effect>) -> Vec<Effect> {
    let is_of_note = |effect: &Effect| matches!(effect, Effect::NoteSecret { .. } | Effect::ForgetCreation);
    effects.into_iter().filter(is_of_note).chain(end(model)).collect()
}

/// Ends on a signal: with its own code if nothing was lost.
fn end(model: &mut Model) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some(in_flight) = model.in_flight.take().filter(|in_flight| !in_flight.is_given_up) {
        model.say_farewell(&in_flight.new_secret, Fate::PerhapsCreated);
    }
    // It is noted, but nothing was sent.
    if matches!(&model.screen, Screen::Sending(sending) if matches!(sending.link, Link::Noting(_))) {
        effects.push(Effect::ForgetCreation);
    }
    if let Screen::Created(created) = &model.screen {
        let fate = created.fate_at_a_signal(model.now);
        if !fate.is_loss() {
            effects.push(Effect::ForgetCreation);
        }
        let farewell = created.farewell(fate);
        model.farewells.push(farewell);
    }
    let signal = model.ending.map_or(Signal::Terminate.number(), |ending| ending.signal);
    let exit = match model.exit() {
        Exit::Done => Exit::Signal(signal),
        exit => exit,
    };
    effects.push(Effect::Quit(exit));
    effects
}
