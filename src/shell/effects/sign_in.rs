//! Signing in: by the chain, and by hand.

use std::future::Future;
use std::sync::Arc;

use crate::core::Event;
use crate::domain::{Credentials, ProfileName, ReadProblem, RequestId, Session, Tried, TriedSession};

use super::{Executor, broken_read};

impl Executor {
    pub(super) fn sign_in(&self, request: RequestId) {
        let (connection, answers) = (Arc::clone(&self.connection), self.answers.clone());
        let work = async move {
            #[cfg(debug_assertions)]
            crate::shell::rehearsal::panic_if_asked("sign in");
            let atlas = connection.client().await.map_err(ReadProblem::Transport)?;
            // A keyring may have been unlocked only now.
            if let Some(login) = atlas.login() {
                let _ = answers.send(Event::LoginKnown(login));
            }
            atlas.sign_in().await
        };
        self.answer(work, move |result| Event::SignedIn { request, result }, || Err(broken_read()));
    }

    pub(super) fn use_session(&self, request: RequestId) {
        self.connection.adopt(request);
        self.tell_login();
    }

    /// Sets the client up, and says which secret signs in once that is known.
    pub fn tell_login(&self) {
        let (connection, answers) = (Arc::clone(&self.connection), self.answers.clone());
        tokio::spawn(async move {
            // What goes wrong is told by the first request that needs the client.
            let Ok(client) = connection.client().await else { return };
            if let Some(login) = client.login() {
                let _ = answers.send(Event::LoginKnown(login));
            }
        });
    }

    pub(super) fn try_credentials(&self, request: RequestId, credentials: Credentials) {
        let (connection, desk) = (Arc::clone(&self.connection), Arc::clone(&self.desk));
        let work = async move { desk.try_credentials(&connection, request, credentials).await };
        self.answer_sign_in(request, work);
    }

    pub(super) fn try_profile(&self, request: RequestId, name: ProfileName) {
        let (connection, desk) = (Arc::clone(&self.connection), Arc::clone(&self.desk));
        let work = async move { desk.try_profile(&connection, request, &name).await };
        self.answer_sign_in(request, work);
    }

    pub(super) fn open_demo(&self, request: RequestId) {
        let (connection, desk) = (Arc::clone(&self.connection), Arc::clone(&self.desk));
        let work = async move { desk.open_demo(&connection, request).await };
        self.answer_sign_in(request, work);
    }

    fn answer_sign_in(&self, request: RequestId, work: impl Future<Output = TriedSession> + Send + 'static) {
        let session = Session::signed_out(&self.desk.base_url);
        let instead =
            || TriedSession { tried: Tried::Refused(broken_read()), session, project: None, client: None };
        self.answer(work, move |outcome| Event::SignInTried { request, outcome }, instead);
    }
}
