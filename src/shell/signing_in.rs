//! Trying credentials before the session uses them.

use std::sync::Arc;

use crate::credentials::{AtHand, Flags, Found, Profiles, ProfilesError, resolve};
use crate::demo::World;
use crate::domain::{
    BaseUrl, Credentials, Identity, ReadProblem, ServerText, Session, TransportProblem, Tried, TriedSession,
};

use super::connection::Connections;
use super::settings::Source;

/// What signing in by hand can draw on.
pub(super) struct SignInDesk {
    /// Where requests go when credentials are typed.
    pub base_url: BaseUrl,
    /// The profiles of the Atlas CLI.
    pub profiles: Result<Profiles, ProfilesError>,
}

impl SignInDesk {
    /// Tries credentials that were typed.
    pub async fn try_credentials(&self, connections: &Connections, credentials: Credentials) -> TriedSession {
        let session = Session::remote(&self.base_url, credentials.identity());
        let base_url = self.base_url.clone();
        let source = Source::Remote { base_url, credentials: AtHand::Ready(credentials) };
        let tried = try_source(connections, source).await;
        TriedSession { tried, session, project: None, client: None }
    }

    /// Tries a profile, with the host that it names.
    pub async fn try_profile(&self, connections: &Connections, name: &ServerText) -> TriedSession {
        let flags = Flags { profile: Some(name.as_str()), base_url: None };
        let found = resolve(flags, |name| std::env::var(name).ok(), &self.profiles);
        match found {
            Ok(Found { credentials: Some(credentials), base_url, project_id, .. }) => {
                let session = Session::remote(&base_url, identity(&credentials, name))
                    .with_origin(ServerText::new(&format!("profile {name}")));
                let tried = try_source(connections, Source::Remote { base_url, credentials }).await;
                TriedSession { tried, session, project: project_id, client: None }
            }
            Ok(_) => self.refused("this profile holds no credentials"),
            Err(error) => self.refused(&error.to_string()),
        }
    }

    /// Goes on with the embedded Atlas.
    pub async fn open_demo(&self, connections: &Connections) -> TriedSession {
        let world = match World::demo() {
            Ok(world) => world,
            Err(error) => return self.refused(&error.to_string()),
        };
        let (project, client) = world.prefill();
        let tried = try_source(connections, Source::Demo(Box::new(world))).await;
        let (project, client) = (Some(project.to_string()), Some(client.to_string()));
        TriedSession { tried, session: Session::Demo, project, client }
    }

    fn refused(&self, why: &str) -> TriedSession {
        let problem = ReadProblem::Transport(TransportProblem::Setup(ServerText::new(why)));
        let session = Session::signed_out(&self.base_url);
        TriedSession { tried: Tried::Refused(problem), session, project: None, client: None }
    }
}

/// Who signs in, as far as it is known before the keyring is read.
pub(super) fn identity(credentials: &AtHand, profile: &ServerText) -> Identity {
    match credentials {
        AtHand::Ready(credentials) => credentials.identity(),
        AtHand::NeedsKeyring(_) => Identity::Profile(profile.clone()),
    }
}

/// Tries a source with a harmless read, and uses it from now on if Atlas takes it.
async fn try_source(connections: &Connections, source: Source) -> Tried {
    let candidate = connections.candidate(source);
    let read = match candidate.client().await {
        Ok(client) => client.probe().await,
        Err(problem) => Err(ReadProblem::Transport(problem)),
    };
    let tried = Tried::from_read(read);
    match tried {
        Tried::Refused(_) => candidate.close().await,
        Tried::Accepted | Tried::AddressNotListed => connections.adopt(Arc::clone(&candidate)),
    }
    tried
}
