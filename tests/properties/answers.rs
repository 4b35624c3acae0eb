//! What answers an effect, chosen by a number.

use std::time::Duration;

use atlas_secret::core::{Effect, Event};
use atlas_secret::domain::{
    ClipboardContent, CommandOutcome, CopyFailure, CopyOutcome, DeleteOutcome, Format, HeldCopy,
    OrganizationId, OrganizationSettings, Page, PrintFailure, Project, ProjectEntry, ProjectId, ReadProblem,
    SaveFailure, SaveOutcome, ServerText, Session, TerminalRoute, Tried, TriedSession, VerifyOutcome,
};

use crate::outcomes::{account, problem};
use crate::world::{CLIENT, PROJECT};

/// The answer to any effect but the creating POST; nothing for one that waits for none.
pub fn answer_to(effect: &Effect, outcome: u8) -> Option<Event> {
    let answer = signing_in(effect, outcome)
        .or_else(|| reading(effect, outcome))
        .or_else(|| listing(effect, outcome))
        .or_else(|| changing(effect, outcome))
        .or_else(|| copying(effect, outcome))
        .or_else(|| handing_over(effect, outcome));
    assert!(answer.is_some() || effect.request().is_none(), "an effect that this world does not answer");
    answer
}

/// Every so manieth read fails, in one of several ways.
fn read<T>(outcome: u8, each: u8, value: T) -> Result<T, ReadProblem> {
    if outcome.is_multiple_of(each) { Err(problem(outcome / each)) } else { Ok(value) }
}

fn signing_in(effect: &Effect, outcome: u8) -> Option<Event> {
    Some(match *effect {
        Effect::SignIn { request } => Event::SignedIn { request, result: read(outcome, 8, ()) },
        Effect::TryCredentials { request, .. }
        | Effect::TryProfile { request, .. }
        | Effect::OpenDemo { request } => {
            let tried = match outcome % 3 {
                0 => Tried::Refused(problem(outcome / 3)),
                1 => Tried::AddressNotListed,
                _ => Tried::Accepted,
            };
            let (project, client) = (Some(PROJECT.to_owned()), Some(CLIENT.to_owned()));
            let outcome = TriedSession { tried, session: Session::Demo, project, client };
            Event::SignInTried { request, outcome }
        }
        _ => return None,
    })
}

fn reading(effect: &Effect, outcome: u8) -> Option<Event> {
    Some(match *effect {
        Effect::ReadAccount { request, .. } => Event::AccountRead { request, result: account(outcome) },
        Effect::ReadSettings { request, .. } => {
            let longest_secret_hours = outcome.is_multiple_of(4).then_some(700);
            let settings = OrganizationSettings { longest_secret_hours, requires_access_list: false };
            Event::SettingsRead { request, result: read(outcome, 3, settings) }
        }
        Effect::ReadProject { request, .. } => {
            let organization = OrganizationId::from_server(&"4".repeat(24));
            let project = Project { name: ServerText::new("one"), organization };
            Event::ProjectRead { request, result: read(outcome, 3, project) }
        }
        _ => return None,
    })
}

fn listing(effect: &Effect, outcome: u8) -> Option<Event> {
    Some(match *effect {
        Effect::ReadProjects { request, page } => {
            let entry = ProjectEntry { id: ProjectId::parse(PROJECT).unwrap(), name: ServerText::new("one") };
            let page = Page { entries: vec![entry; 3], is_last: page > 2, about: Some(1200) };
            Event::ProjectsRead { request, result: read(outcome, 5, page) }
        }
        Effect::ReadAccounts { request, .. } => {
            let page = Page { entries: Vec::new(), is_last: true, about: None };
            Event::AccountsRead { request, result: Ok(page) }
        }
        _ => return None,
    })
}

fn changing(effect: &Effect, outcome: u8) -> Option<Event> {
    Some(match *effect {
        Effect::DeleteSecret { request, .. } => {
            let failed = || DeleteOutcome::Failed(problem(outcome / 2));
            let outcome = if outcome.is_multiple_of(2) { DeleteOutcome::Gone } else { failed() };
            Event::DeleteAnswered { request, outcome }
        }
        Effect::NoteCreation { request, .. } => {
            let failed = outcome.is_multiple_of(3);
            Event::CreationNoted {
                request,
                result: if failed { Err("It could not be noted.".to_owned()) } else { Ok(()) },
            }
        }
        Effect::VerifySecret { request, .. } => {
            let outcomes = [
                VerifyOutcome::Accepted { at: None },
                VerifyOutcome::Refused(ServerText::new("invalid_client")),
                VerifyOutcome::CouldNotCheck(problem(outcome)),
            ];
            Event::SecretVerified { request, outcome: outcomes[usize::from(outcome) % 3].clone() }
        }
        _ => return None,
    })
}

fn copying(effect: &Effect, outcome: u8) -> Option<Event> {
    Some(match *effect {
        Effect::CopyToClipboard { request, .. } => {
            let held = HeldCopy { clears_in: outcome.is_multiple_of(4).then_some(Duration::from_secs(60)) };
            let outcome = match outcome % 3 {
                0 if outcome.is_multiple_of(2) => CopyOutcome::Unverified(held),
                0 => CopyOutcome::Copied(held),
                1 => CopyOutcome::Sent(TerminalRoute::Osc52),
                _ => CopyOutcome::Failed(CopyFailure { reasons: vec![ServerText::new("no display")] }),
            };
            Event::CopyFinished { request, outcome }
        }
        Effect::CopyText { request, .. } => {
            Event::CopyFinished { request, outcome: CopyOutcome::Sent(TerminalRoute::Osc52) }
        }
        Effect::CheckClipboard { request } | Effect::ExtendClipboard { request, .. } => {
            let contents = [
                ClipboardContent::Ours { clears_in: Some(Duration::from_secs(30)) },
                ClipboardContent::Ours { clears_in: None },
                ClipboardContent::Overwritten,
                ClipboardContent::Cleared,
                ClipboardContent::Unreadable,
            ];
            Event::ClipboardChecked { request, content: contents[usize::from(outcome) % 5] }
        }
        _ => return None,
    })
}

fn handing_over(effect: &Effect, outcome: u8) -> Option<Event> {
    Some(match *effect {
        Effect::SaveToFile { request, .. } => {
            let path = ServerText::new("/saved");
            let format = Format::ALL[usize::from(outcome) % Format::ALL.len()];
            let saved = SaveOutcome::Saved { path, format };
            let failed = SaveOutcome::Failed(SaveFailure::Full);
            Event::FileSaved { request, outcome: if outcome.is_multiple_of(2) { saved } else { failed } }
        }
        Effect::PipeToCommand { request, .. } => {
            let outcomes =
                [CommandOutcome::Succeeded, CommandOutcome::ClosedEarly, CommandOutcome::Exited(1)];
            Event::CommandEnded { request, outcome: outcomes[usize::from(outcome) % 3].clone() }
        }
        Effect::PrintSecret { request, .. } => {
            let result = if outcome.is_multiple_of(2) { Ok(()) } else { Err(PrintFailure::Closed) };
            Event::SecretPrinted { request, result }
        }
        Effect::TakeTerminal => Event::TerminalTaken { is_taken: outcome.is_multiple_of(2) },
        _ => return None,
    })
}
