//! Where a run starts from: the demo, or what was found of credentials.

use crate::cli::Arguments;
use crate::config::{CredentialSource, Found, Origin, ShadowedSource};
use crate::demo::World;
use crate::domain::{BaseUrl, HostKind, ServerText, Session, SessionOrigin, trim_visible};
use crate::jobs::{Source, profile_session};
use crate::tui::screens::Form;

use crate::shell::error::StartError;

/// Where a run starts from.
pub(in crate::shell) struct Start {
    /// Where requests go; `None` when the user has to sign in.
    pub source: Option<Source>,
    /// What the header says.
    pub session: Session,
    pub base_url: BaseUrl,
    /// Warnings about the credentials.
    pub notes: Vec<ServerText>,
    /// Why there is no source, where something is wrong; it is one of the notes.
    pub unusable: Option<ServerText>,
    pub form: Form,
    /// Where the secret that signs in is stored.
    pub login_holder: Option<ServerText>,
}

impl Start {
    pub fn demo(arguments: &Arguments, expires_after: &str) -> Result<Self, StartError> {
        let world = World::demo()?.with_more_projects(arguments.demo_projects);
        let (project, client) = world.prefill();
        // The account is one of that project alone.
        let is_its_project = arguments.project_id.as_deref().is_none_or(|id| id == project.as_str());
        let client = if is_its_project { client.as_str() } else { "" };
        let form = Form::new(
            arguments.project_id.as_deref().unwrap_or(project.as_str()),
            arguments.client_id.as_deref().unwrap_or(client),
            expires_after,
        );
        let source = Some(Source::Demo(Box::new(world)));
        let base_url = super::parse_base_url(BaseUrl::CLOUD)?;
        let notes = Vec::new();
        Ok(Self { source, session: Session::Demo, base_url, notes, unusable: None, form, login_holder: None })
    }

    pub fn remote(arguments: &Arguments, found: Found, expires_after: &str) -> Self {
        let project = arguments.project_id.clone().or(found.project.map(|(id, _)| id));
        let form = Form::new(
            trim_visible(project.as_deref().unwrap_or_default()),
            trim_visible(arguments.client_id.as_deref().unwrap_or_default()),
            expires_after,
        );
        let other_host = found.credentials.is_some() && found.base_url.kind() == HostKind::Other;
        let other_host = other_host.then(|| {
            format!("your credentials are sent to {}, which is not an Atlas host", found.base_url.host())
        });
        let unusable = found.unusable.as_deref().map(ServerText::new);
        let notes = found
            .warnings
            .into_iter()
            .chain(other_host)
            .chain(ShadowedSource::sentences(&found.shadowed))
            .map(|note| ServerText::new(&note))
            .collect();
        let several = !found.shadowed.is_empty();
        let session = match &found.credentials {
            Some(credentials) => session(&found.base_url, credentials, found.origin.as_ref(), several),
            None => Session::signed_out(&found.base_url),
        };
        let base_url = found.base_url.clone();
        let remote = |credentials| Source::Remote { base_url: found.base_url, credentials };
        let login_holder = found.origin.as_ref().map(stored_in);
        Self { source: found.credentials.map(remote), session, base_url, notes, unusable, form, login_holder }
    }
}

/// Where the credentials are stored that the new secret may replace.
fn stored_in(origin: &Origin) -> ServerText {
    match origin {
        Origin::Profile(name, _) => ServerText::new(&format!("profile {name}")),
        Origin::Environment(_) => ServerText::new("MONGODB_ATLAS_CLIENT_SECRET"),
    }
}

/// The header says where credentials come from when it is a profile, or when several sources were set.
fn session(
    base_url: &BaseUrl,
    credentials: &CredentialSource,
    origin: Option<&Origin>,
    several: bool,
) -> Session {
    if let Some(Origin::Profile(name, _)) = origin {
        return profile_session(base_url, credentials, name);
    }
    let session = Session::remote(base_url, credentials.identity());
    if several { session.with_origin(SessionOrigin::Environment) } else { session }
}
