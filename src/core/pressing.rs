//! Keys and pastes: what they mean on the screen that is shown.

use crate::domain::LostAnswer;

use super::keys::{action_for, is_ctrl_c};
use super::{
    Action, Effect, FieldName, Focus, FormNotice, KeyPress, Link, Model, Screen, answer, chain, choosing,
    created, left_over, panel, recipes, retiring, sign_in, unknown,
};

/// So many characters in one read are a paste, whatever the terminal says; nobody types them.
const PASTE_FROM: usize = 8;

/// Keys that came in one read. A terminal without bracketed paste types what is pasted: such a run counts as
/// a paste, and an Enter that comes with text never submits.
pub(super) fn keys_pressed(model: &mut Model, keys: &[KeyPress]) -> Vec<Effect> {
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

pub(super) fn paste(model: &mut Model, text: &str) {
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
        Screen::PendingRecord(_) => left_over::act(model, action),
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
            Focus::Field(FieldName::Lifetime) | Focus::Button => return chain::submit(model),
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
