//! Signing in by hand: credentials are tried before the session uses them.

use crate::config::{CredentialSource, Flags, Found, Profiles, resolve};
use crate::demo::World;
use crate::domain::{
    BaseUrl, Credentials, Identity, ProfileName, Session, SessionOrigin, Tried, TriedSession,
};

use super::connection::{Connections, Source, unusable};

/// What signing in by hand can draw on.
pub struct Authenticator {
    /// Where requests go when credentials are typed.
    pub base_url: BaseUrl,
    /// `--base-url`, which goes before what a profile names.
    pub base_url_flag: Option<BaseUrl>,
    /// The profiles of the Atlas CLI.
    pub profiles: Result<Profiles, String>,
}

impl Authenticator {
    /// Tries credentials that were typed.
    pub async fn try_credentials(&self, connections: &Connections, credentials: Credentials) -> TriedSession {
        let session = Session::remote(&self.base_url, credentials.identity());
        let base_url = self.base_url.clone();
        let source = Source::Remote { base_url, credentials: CredentialSource::Ready(credentials) };
        let tried = try_source(connections, source).await;
        TriedSession { tried, session, project: None, client: None }
    }

    /// Tries a profile, with the host that it names.
    pub async fn try_profile(&self, connections: &Connections, name: &ProfileName) -> TriedSession {
        let flags = Flags { profile: Some(name.as_str()), base_url: self.base_url_flag.as_ref() };
        let found = resolve(flags, |name| std::env::var(name).ok(), &self.profiles);
        match found {
            Ok(Found { credentials: Some(credentials), base_url, project, .. }) => {
                let session = profile_session(&base_url, &credentials, name);
                let source = Source::Remote { base_url, credentials };
                let tried = try_source(connections, source).await;
                TriedSession { tried, session, project: project.map(|(id, _)| id), client: None }
            }
            Ok(_) => self.refused("this profile has no credentials"),
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
        let session = Session::signed_out(&self.base_url);
        TriedSession { tried: Tried::Refused(unusable(why)), session, project: None, client: None }
    }
}

/// The session of a profile. If its credentials are elsewhere, only the profile is known.
pub fn profile_session(base_url: &BaseUrl, credentials: &CredentialSource, name: &ProfileName) -> Session {
    match credentials.identity() {
        elsewhere @ (Identity::Profile { .. } | Identity::BrowserLogin(_)) => {
            Session::remote(base_url, elsewhere)
        }
        identity => Session::remote(base_url, identity).with_origin(SessionOrigin::Profile(name.clone())),
    }
}

/// Tries a source with a harmless read. The interface decides whether it is used: the user may have stopped
/// waiting for it.
async fn try_source(connections: &Connections, source: Source) -> Tried {
    let candidate = connections.try_source(source);
    let read = async { candidate.client().await?.probe().await };
    Tried::from_read(candidate.explained(read.await))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::KeyringRequest;
    use crate::domain::PairKind;

    #[test]
    fn a_profile_is_the_identity_only_where_its_credentials_are_elsewhere() {
        let base_url = BaseUrl::parse("https://cloud.mongodb.com").unwrap();
        let name = ProfileName::new("prod").unwrap();
        let kind = PairKind::ServiceAccount;
        let read = Credentials::access_token("FAKE".to_owned()).unwrap();
        let remote = |identity| Session::remote(&base_url, identity);
        let rows = [
            (
                CredentialSource::Ready(read),
                remote(Identity::AccessToken).with_origin(SessionOrigin::Profile(name.clone())),
            ),
            (
                CredentialSource::NeedsKeyring(KeyringRequest { profile: name.clone(), kind, in_file: None }),
                remote(Identity::Profile { name: name.clone(), kind }),
            ),
            (CredentialSource::NeedsAtlasCli(name.clone()), remote(Identity::BrowserLogin(name.clone()))),
        ];
        for (credentials, session) in rows {
            assert_eq!(profile_session(&base_url, &credentials, &name), session);
        }
    }
}
