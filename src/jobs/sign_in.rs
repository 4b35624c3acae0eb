//! Signing in by hand: credentials are tried before the session uses them.

use crate::config::{CredentialSource, Flags, Found, Profiles, resolve};
use crate::demo::World;
use crate::domain::{
    ApiResult, BaseUrl, Credentials, Identity, ProfileName, Rejection, RejectionKind, Session, SessionOrigin,
};

use super::connection::{Connections, Source, unusable};

/// What to sign in with.
#[derive(Clone, Debug)]
pub enum SignInWith {
    /// Credentials that were typed.
    Credentials(Credentials),
    /// A profile of the Atlas CLI, with the host that it names.
    Profile(ProfileName),
    /// The embedded Atlas.
    Demo,
}

/// Credentials that Atlas accepts, and how the session goes on with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Where requests go from now on, and as whom.
    pub session: Session,
    /// The project that the form can start with.
    pub project: Option<String>,
    /// The account that the form can start with.
    pub client: Option<String>,
    /// Atlas's refusal of this machine's address. Getting a token ignores the access list and using it does not, so that
    /// the credentials are right all the same.
    pub address_refused: Option<Rejection>,
}

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
    /// Tries credentials with a harmless read. The interface decides whether they are used: the user may have stopped
    /// waiting for them.
    pub async fn sign_in(&self, connections: &Connections, with: SignInWith) -> ApiResult<SignedIn> {
        let (mut project, mut client) = (None, None);
        let (session, source) = match with {
            SignInWith::Credentials(credentials) => {
                let session = Session::remote(&self.base_url, credentials.identity());
                let (base_url, credentials) = (self.base_url.clone(), CredentialSource::Ready(credentials));
                (session, Source::Remote { base_url, credentials })
            }
            SignInWith::Profile(name) => {
                let flags = Flags { profile: Some(name.as_str()), base_url: self.base_url_flag.as_ref() };
                let found = resolve(flags, |name| std::env::var(name).ok(), &self.profiles);
                let Found { credentials, base_url, project: default_project, .. } =
                    found.map_err(|error| unusable(&error.to_string()))?;
                let credentials = credentials.ok_or_else(|| unusable("this profile has no credentials"))?;
                project = default_project.map(|(id, _)| id);
                let session = profile_session(&base_url, &credentials, &name);
                (session, Source::Remote { base_url, credentials })
            }
            SignInWith::Demo => {
                let world = World::demo().map_err(|error| unusable(&error.to_string()))?;
                let (demo_project, demo_client) = world.prefill();
                (project, client) = (Some(demo_project), Some(demo_client));
                (Session::Demo, Source::Demo(Box::new(world)))
            }
        };
        let candidate = connections.try_source(source);
        let read = async { candidate.client().await?.probe().await };
        let address_refused = match candidate.explained(read.await) {
            Ok(()) => None,
            Err(error) => {
                let refused_address = error.rejection().filter(|no| is_about_address(no)).cloned();
                if refused_address.is_none() {
                    connections.forget(&candidate).await;
                    return Err(error);
                }
                refused_address
            }
        };
        Ok(SignedIn { session, project, client, address_refused })
    }
}

fn is_about_address(refusal: &Rejection) -> bool {
    matches!(refusal.kind(), RejectionKind::AddressNotAllowed | RejectionKind::AccessListMissing)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ServerText;

    #[test]
    fn a_refusal_of_the_address_says_that_the_credentials_are_right() {
        let rows = [
            (403, "IP_ADDRESS_NOT_ON_ACCESS_LIST", true),
            (403, "ORG_REQUIRES_ACCESS_LIST", true),
            (403, "FORBIDDEN", false),
            (401, "UNAUTHORIZED", false),
        ];
        for (status, code, expected) in rows {
            let refusal = Rejection { error_code: ServerText::new(code), ..Rejection::of_status(status) };
            assert_eq!(is_about_address(&refusal), expected, "{code}");
        }
    }

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
