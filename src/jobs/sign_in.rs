//! Interactive sign-in: credentials are tried before the session uses them.

use std::path::{Path, PathBuf};

use crate::config::{CredentialSource, Profiles, SignInOptions, resolve};
use crate::demo::World;
use crate::domain::{
    ApiResult, BaseUrl, Credentials, Identity, ProfileName, Rejection, RejectionKind, Session,
};

use super::connection::{Connections, Source, unusable};

#[derive(Clone, Debug)]
pub enum SignInWith {
    Credentials(Credentials),
    /// A profile of the Atlas CLI, with the host in it.
    Profile(ProfileName),
    Demo,
}

/// Credentials that Atlas accepts, and the session that uses them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Where requests are sent from now on, and as whom.
    pub session: Session,
    pub project: Option<String>,
    pub client: Option<String>,
    /// Atlas's refusal of this machine's address. The credentials are still valid: Atlas checks the access list when a
    /// token is used, not when it is requested.
    pub address_refused: Option<Rejection>,
}

/// The settings for an interactive sign-in.
pub struct Authenticator {
    /// Where requests are sent with typed credentials.
    pub base_url: BaseUrl,
    /// `--base-url`, which takes precedence over a profile's host.
    pub base_url_flag: Option<BaseUrl>,
    /// The Atlas CLI's profile file. It is read at each sign-in, because a new secret may have been written to it.
    pub profiles_path: Option<PathBuf>,
}

impl Authenticator {
    /// Tries credentials with a harmless read. The interface decides whether to use them, because the user may have
    /// stopped waiting.
    pub async fn sign_in(&self, connections: &Connections, with: SignInWith) -> ApiResult<SignedIn> {
        let (mut project, mut client) = (None, None);
        let (session, source) = match with {
            SignInWith::Credentials(credentials) => {
                let session = Session::remote(&self.base_url, credentials.identity());
                let (base_url, credentials) = (self.base_url.clone(), CredentialSource::Ready(credentials));
                (session, Source::Remote { base_url, credentials })
            }
            SignInWith::Profile(name) => {
                let options =
                    SignInOptions { profile: Some(name.as_str()), base_url: self.base_url_flag.as_ref() };
                let profiles = read_profiles(self.profiles_path.as_deref());
                let found = resolve(options, |name| std::env::var(name).ok(), &profiles);
                let found = found.map_err(|error| unusable(&error.to_string()))?;
                let none = || unusable("this profile has no credentials");
                let (base_url, credentials) = (found.base_url, found.credentials.ok_or_else(none)?);
                project = found.project.map(|(id, _)| id);
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
            Err(error) if error.rejection().is_some_and(is_about_address) => error.rejection().cloned(),
            Err(error) => {
                connections.forget(&candidate).await;
                return Err(error);
            }
        };
        Ok(SignedIn { session, project, client, address_refused })
    }
}

/// Reads the Atlas CLI's profiles; none if there is no such file.
///
/// # Errors
/// Why the file cannot be used.
pub fn read_profiles(path: Option<&Path>) -> Result<Profiles, String> {
    path.map_or_else(|| Ok(Profiles::default()), Profiles::load)
}

fn is_about_address(refusal: &Rejection) -> bool {
    matches!(refusal.kind(), RejectionKind::AddressNotAllowed | RejectionKind::AccessListMissing)
}

/// The session of a profile. It only shows the profile if the credentials are stored elsewhere.
pub fn profile_session(base_url: &BaseUrl, credentials: &CredentialSource, name: &ProfileName) -> Session {
    match credentials.identity() {
        stored_elsewhere @ (Identity::Profile { .. } | Identity::BrowserLogin(_)) => {
            Session::remote(base_url, stored_elsewhere)
        }
        identity => Session::remote(base_url, identity).with_profile(name.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::KeyringRequest;
    use crate::domain::{PairKind, ServerText};

    #[test]
    fn only_a_refused_address_means_that_the_credentials_are_valid() {
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

    #[test]
    fn the_profile_is_the_identity_if_its_credentials_are_stored_elsewhere() {
        let base_url = BaseUrl::parse("https://cloud.mongodb.com").unwrap();
        let name = ProfileName::new("prod").unwrap();
        let kind = PairKind::ServiceAccount;
        let read = Credentials::access_token("FAKE".to_owned()).unwrap();
        let remote = |identity| Session::remote(&base_url, identity);
        let rows = [
            (CredentialSource::Ready(read), remote(Identity::AccessToken).with_profile(name.clone())),
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
