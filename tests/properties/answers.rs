//! Responses to requests and commands, chosen by a number.

use std::time::Duration;

use atlas_secret::delivery::{
    ClipboardContent, CommandOutcome, CommandOutput, CopyOutcome, DeliveryFailure, DeliveryTask, EnvFile,
    LostCopy, ProfileUpdate, SaveFailure, TerminalRoute,
};
use atlas_secret::domain::{
    ApiError, Cause, Delivery, OrganizationId, OrganizationSettings, Page, ProfileName, Project,
    ProjectEntry, ProjectId, Rejection, ServerText, Session,
};
use atlas_secret::jobs::SignedIn;
use atlas_secret::tui::{Command, Event};

use crate::outcomes::{account, error};
use crate::stage::{CLIENT, Call, PROJECT};

/// Every `each`th read fails, in one of several ways.
fn read<T>(outcome: u8, each: u8, value: T) -> Result<T, ApiError> {
    if outcome.is_multiple_of(each) { Err(error(outcome / each)) } else { Ok(value) }
}

/// Responds to a request other than the POST that creates a secret.
pub fn respond(call: Call, outcome: u8) {
    // A request that was abandoned gets no response.
    match call {
        Call::SignIn(reply) => drop(reply.send(read(outcome, 8, ()))),
        Call::Account(_, reply) => drop(reply.send(account(outcome))),
        Call::Settings(_, reply) => {
            let longest_secret_hours = outcome.is_multiple_of(4).then_some(700);
            let settings = OrganizationSettings { longest_secret_hours };
            drop(reply.send(read(outcome, 3, settings)));
        }
        Call::Project(_, reply) => {
            let organization = OrganizationId::from_server(&"4".repeat(24));
            let project = Project { name: ServerText::new("one"), organization };
            drop(reply.send(read(outcome, 3, project)));
        }
        Call::Projects(page, reply) => {
            let entry = ProjectEntry {
                id: ProjectId::parse(PROJECT).unwrap(),
                name: ServerText::new("one"),
                organization: None,
            };
            let page = Page { entries: vec![entry; 3], is_last: page > 2, about: Some(1200) };
            drop(reply.send(read(outcome, 5, page)));
        }
        Call::Accounts(_, _, reply) => {
            drop(reply.send(Ok(Page { entries: Vec::new(), is_last: true, about: None })));
        }
        Call::Delete(_, _, reply) => {
            let is_gone = outcome.is_multiple_of(2);
            let failed = || Err(error(outcome / 2));
            drop(reply.send(if is_gone { Ok(()) } else { failed() }));
        }
        Call::Verify(_, reply) => {
            let outcomes = [
                Ok(()),
                Err(ApiError::sent(Cause::SignInRefused {
                    status: 401,
                    message: ServerText::new("invalid_client"),
                })),
                Err(error(outcome)),
            ];
            drop(reply.send(outcomes[usize::from(outcome) % 3].clone()));
        }
        Call::Create(..) => panic!("the world responds to POSTs itself"),
    }
}

/// The event that the event loop would report for a command, if any.
pub fn report_for(command: &Command, outcome: u8) -> Option<Event> {
    Some(match command {
        Command::SignIn(_) => {
            let (project, client) = (Some(PROJECT.to_owned()), Some(CLIENT.to_owned()));
            let signed_in =
                |address_refused| SignedIn { session: Session::Demo, project, client, address_refused };
            Event::SignInTried(match outcome % 3 {
                0 => Err(error(outcome / 3)),
                1 => Ok(signed_in(Some(Rejection::of_status(403)))),
                _ => Ok(signed_in(None)),
            })
        }
        Command::Copy(..) => {
            let clears_in = outcome.is_multiple_of(4).then_some(Duration::from_secs(60));
            Event::CopyFinished(match outcome % 3 {
                0 if outcome.is_multiple_of(2) => CopyOutcome::Copied { is_verified: false, clears_in },
                0 => CopyOutcome::Copied { is_verified: true, clears_in },
                1 => CopyOutcome::Sent(TerminalRoute::Osc52),
                _ => CopyOutcome::Failed { reasons: vec![ServerText::new("no display")] },
            })
        }
        Command::CopyText(_) => Event::CopyFinished(CopyOutcome::Sent(TerminalRoute::Osc52)),
        Command::CheckClipboard | Command::ExtendClipboard(_) => {
            let contents = [
                ClipboardContent::Ours { clears_in: Some(Duration::from_secs(30)) },
                ClipboardContent::Ours { clears_in: None },
                ClipboardContent::Overwritten,
                ClipboardContent::Cleared,
                ClipboardContent::PutBack,
                ClipboardContent::Lost(LostCopy::ProcessEnded),
                ClipboardContent::Unreadable,
            ];
            Event::ClipboardChecked(contents[usize::from(outcome) % contents.len()])
        }
        Command::Deliver(DeliveryTask::Save { agreed: None, .. }, _) => {
            let is_open = outcome.is_multiple_of(2);
            delivered(match outcome % 3 {
                0 => Ok(Delivery::Saved { path: ServerText::new("/saved") }),
                1 => Err(SaveFailure::Full.into()),
                _ => Err(DeliveryFailure::CanUpdate(EnvFile { is_open, ..EnvFile::default() })),
            })
        }
        Command::Deliver(DeliveryTask::Save { .. }, _) => {
            let updated = Ok(Delivery::Updated { place: ServerText::new("/saved") });
            delivered(if outcome.is_multiple_of(2) { updated } else { Err(SaveFailure::Changed.into()) })
        }
        Command::Deliver(DeliveryTask::Run(command), _) => {
            let outcomes =
                [CommandOutcome::Succeeded, CommandOutcome::ClosedEarly, CommandOutcome::Exited(1)];
            delivered(command.result(outcomes[usize::from(outcome) % 3].clone(), CommandOutput::default()).0)
        }
        Command::UpdateProfiles(names, _) => {
            let result = |index: usize| match (usize::from(outcome) + index) % 2 {
                0 => Ok(ServerText::new("profile (keyring)")),
                _ => Err(ServerText::new("It is locked.")),
            };
            let update = |(index, profile): (usize, &ProfileName)| ProfileUpdate {
                profile: profile.clone(),
                result: result(index),
            };
            Event::ProfilesUpdated(names.iter().enumerate().map(update).collect())
        }
        Command::Print(..) => Event::Printed(if outcome.is_multiple_of(2) {
            Ok(())
        } else {
            Err("No program reads standard output anymore.".to_owned())
        }),
        _ => return None,
    })
}

fn delivered(result: Result<Delivery, DeliveryFailure>) -> Event {
    Event::Delivered(result, CommandOutput::default())
}
