//! What each error of the Admin API, of connecting, signing in and creating means to the user.
//!
//! A title says what happened, a meaning what that implies where the title does not, and an action what to do and who
//! can do it. Atlas's own message is shown beside them as it came.

use std::borrow::Cow;

use super::{
    API_VERSION, ApiError, Cause, Certainty, FieldName, Identity, PairKind, Rejection, RejectionKind,
    SECRETS_PER_ACCOUNT, ServerText, Session,
};

/// What is asked of Atlas, as far as the roles differ that it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// `GET /groups`
    ListProjects,
    /// `GET /groups/{groupId}`
    ReadProject,
    /// `GET /groups/{groupId}/serviceAccounts`
    ListAccounts,
    /// `GET /groups/{groupId}/serviceAccounts/{clientId}`
    ReadAccount,
    /// `POST …/secrets`
    CreateSecret,
    /// `DELETE …/secrets/{secretId}`
    DeleteSecret,
}

impl Request {
    /// Atlas refused it because of the role of `who`.
    fn explain_role(self, status: u16, who: &str) -> Explanation {
        let what = match self {
            Self::ListProjects => "list projects",
            Self::ReadProject => "read this project",
            Self::ListAccounts => "list the service accounts of this project",
            Self::ReadAccount => "read this service account",
            Self::CreateSecret => "create secrets in this project",
            Self::DeleteSecret => "delete secrets in this project",
        };
        let role = match self {
            Self::ListProjects => "a role in a project or in the organization",
            Self::ReadProject | Self::ListAccounts | Self::ReadAccount => {
                "the Project Read Only role in this project, or a higher one"
            }
            Self::CreateSecret | Self::DeleteSecret => {
                "the Project Owner role in this project (Organization Owner if the service account has organization \
                 roles)"
            }
        };
        let ask = match self {
            Self::ListProjects => "an Organization Owner for one",
            Self::CreateSecret => {
                "a Project Owner of this project to create the secret or to give you the role"
            }
            _ => "a Project Owner of this project for it",
        };
        explanation(
            format!("You don't have permission to {what} ({status})."),
            format!("{who} needs {role}."),
            format!("Ask {ask}, or sign in with other credentials."),
        )
    }
}

impl Session {
    /// Who signed in, to begin a sentence with.
    pub fn signed_in_as(&self) -> String {
        let Self::Remote { identity, .. } = self else { return "Your account".to_owned() };
        match identity {
            Identity::ServiceAccount(client) => format!("Service account {client}"),
            Identity::ApiKey(public_key) => format!("API key {}", public_key.as_str()),
            Identity::AccessToken => "The owner of the access token".to_owned(),
            Identity::Profile { name, kind: PairKind::ServiceAccount } => {
                format!("The service account of profile {name}")
            }
            Identity::Profile { name, kind: PairKind::ApiKey } => format!("The API key of profile {name}"),
            Identity::BrowserLogin(name) => format!("The Atlas user of profile {name}"),
        }
    }
}

/// An error for the user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// What happened, as a sentence.
    pub title: Cow<'static, str>,
    /// What that means; empty where the title says it.
    pub meaning: Cow<'static, str>,
    /// What to do next, and who can.
    pub action: Cow<'static, str>,
    /// Atlas's own message, as it came.
    pub atlas_message: Option<ServerText>,
}

type Text = Cow<'static, str>;

fn explanation(title: impl Into<Text>, meaning: impl Into<Text>, action: impl Into<Text>) -> Explanation {
    Explanation { title: title.into(), meaning: meaning.into(), action: action.into(), atlas_message: None }
}

const UNFINISHED: &str = "The network or Atlas is slow, or a proxy or firewall is holding up the request.";
const CHECK_NETWORK: &str = "Check the network, the VPN, the proxy and the base URL, then try again.";
const OTHER_END: &str = "A proxy may have answered, or Atlas has an outage.";

/// What to do about an untrusted connection: each cause has its own remedy.
fn tls_action(why: &str) -> &'static str {
    if why.contains("clock") {
        "Check this machine's clock. If it is right, the host needs a new certificate."
    } else if why.starts_with("the certificate") && !why.contains("another host name") {
        "If your network inspects TLS, set SSL_CERT_FILE to the file with its CA certificate."
    } else {
        "Check the base URL and the proxy."
    }
}

impl Explanation {
    /// The account has as many secrets as it can have.
    pub fn account_full(has_expired: bool) -> Self {
        explanation(
            format!("This account has {SECRETS_PER_ACCOUNT} secrets, the maximum."),
            if has_expired { "Expired secrets count, too." } else { "" },
            "Delete one, or ask a Project Owner to, then try again.",
        )
    }

    /// Deleting an expired secret would help, and was not approved.
    pub fn expired_secret_in_the_way() -> Self {
        explanation(
            format!("This account has {SECRETS_PER_ACCOUNT} secrets, the maximum, and one has expired."),
            "",
            "On the form, Enter replaces it. With --yes, add --replace-expired.",
        )
    }

    /// The response to a POST was lost while the user did something else.
    pub fn lost_in_the_background() -> Self {
        explanation(
            "The response to the earlier request was lost.",
            "If that request created a secret, its value is lost.",
            "Check the account's secrets in Atlas. A Project Owner can delete the one that is not in use.",
        )
    }

    /// Atlas did not confirm a deletion, and the account still has the secret.
    pub fn still_there() -> Self {
        explanation(
            "Atlas did not confirm the deletion, and the secret still exists.",
            OTHER_END,
            "Try again. If it happens again, delete the secret in Atlas.",
        )
    }

    /// Atlas did not confirm a deletion, and the account could not be fetched to see.
    pub fn perhaps_deleted(why: &ApiError) -> Self {
        explanation(
            "The secret may have been deleted.",
            why.explain().title,
            "Check the account's secrets in Atlas, then try again.",
        )
        .with_message_of(why)
    }

    /// The account could not be read, so that nothing was deleted.
    pub fn account_unread(why: &ApiError) -> Self {
        let Self { title, action, .. } = why.explain_request(Request::ReadAccount, "Your account");
        explanation("Nothing was deleted: the account could not be read.", title, action).with_message_of(why)
    }

    fn with_message_of(self, error: &ApiError) -> Self {
        Self { atlas_message: error.atlas_message(), ..self }
    }

    /// Atlas refused credentials that were typed: a pair of this kind, or an access token.
    pub fn typed_credentials_refused(kind: Option<PairKind>, error: &ApiError) -> Self {
        let explanation = match kind {
            Some(PairKind::ApiKey) => explanation(
                "Sign-in failed: Atlas refused the API key (401).",
                "The public or the private key is wrong, or they are for another Atlas host.",
                "Check both keys. If the private key is lost, create a new API key.",
            ),
            Some(PairKind::ServiceAccount) => explanation(
                "Sign-in failed: Atlas gave a token, then refused a request with it (401).",
                "",
                "Check in Atlas that the account and its secret still exist, then try again.",
            ),
            None => explanation(
                "Sign-in failed: Atlas refused the access token (401).",
                "It has expired or was revoked, or it is for another Atlas host.",
                "Get a new token. Tokens are valid for an hour.",
            ),
        };
        explanation.with_message_of(error)
    }
}

impl Rejection {
    /// The HTTP status, and Atlas's error code where it gave one: `404 GROUP_NOT_FOUND`.
    fn code(&self) -> String {
        if self.error_code.is_empty() {
            return self.status.to_string();
        }
        format!("{} {}", self.status, self.error_code)
    }

    /// What Atlas said, on one line: `404 GROUP_NOT_FOUND: No group with ID … exists.`
    pub fn atlas_message(&self) -> ServerText {
        match (self.error_code.is_empty(), self.detail.is_empty()) {
            (true, true) => ServerText::new(&format!("HTTP {}", self.status)),
            (false, true) => ServerText::new(&self.code()),
            (_, false) => ServerText::new(&format!("{}: {}", self.code(), self.detail)),
        }
    }

    /// What happened, what it means and what to do, where it is not known what was requested.
    pub fn explain(&self) -> Explanation {
        self.explain_request(None)
    }

    fn explain_request(&self, request: Option<Request>) -> Explanation {
        let creates = request == Some(Request::CreateSecret);
        let or_full = if creates { ", or the account already has 2 secrets" } else { "" };
        let refused = || format!("Atlas refused the request ({}).", self.code());
        match self.kind() {
            RejectionKind::NotAuthorized => explanation(
                "Sign-in failed (401).",
                "The access token has expired or was revoked, the API key is wrong, or they are for another \
                 Atlas host.",
                "Sign in with a new token, the right API key, or a service account's ID and secret.",
            ),
            RejectionKind::StaleNonce => explanation(
                "The challenge for the API key expired before the request arrived (401).",
                "Atlas checks this first, so nothing was changed.",
                "Try again. The next request gets a new challenge.",
            ),
            RejectionKind::RoleTooLow => explanation(
                format!("You don't have permission to do this ({}).", self.status),
                "Reading requires the Project Read Only role in this project, creating and deleting Project Owner.",
                "Ask a Project Owner of this project for it, or sign in with other credentials.",
            ),
            RejectionKind::AddressNotAllowed => explanation(
                "This machine's IP address is not on the API access list.",
                "The credentials are valid, but only from the addresses on their list.",
                format!(
                    "Add this machine's address{} to the API access list of the credentials, or connect from an \
                     address on it.",
                    self.address_in_brackets()
                ),
            ),
            RejectionKind::AccessListMissing => explanation(
                "The organization requires an API access list, and these credentials have none.",
                "Atlas refuses requests from these credentials until their access list has an address.",
                format!(
                    "Ask an Organization Owner to add this machine's address{} to their API access list.",
                    self.address_in_brackets()
                ),
            ),
            RejectionKind::Forbidden => explanation(
                refused(),
                "The credentials are valid, but a setting in Atlas forbids the request.",
                "Read Atlas's message. An Organization Owner can change such settings.",
            ),
            RejectionKind::ProjectNotFound => explanation(
                "There is no project with this ID (404).",
                "The ID is wrong, or the project is in an organization that your credentials cannot see.",
                "Check the ID. Copy it from the project's URL, after /v2/.",
            ),
            RejectionKind::AccountNotFound => explanation(
                "The project has no service account with this client ID (404).",
                "The ID is wrong, the account is in another project, or it was deleted.",
                "Check it in Atlas: Project Identity & Access > Applications > Service Accounts.",
            ),
            RejectionKind::Invalid if !self.fields.is_empty() => explanation(
                refused(),
                "A value is outside what Atlas or the organization allows.",
                "Change that value, then try again.",
            ),
            RejectionKind::Invalid => explanation(
                refused(),
                format!("A value is outside what Atlas allows{or_full}."),
                "Read Atlas's message, change the value, then try again.",
            ),
            RejectionKind::VersionGone => explanation(
                format!("Atlas no longer offers API version {API_VERSION} ({}).", self.code()),
                "Atlas has removed this version, or a proxy changed the request.",
                "Install a newer atlas-secret.",
            ),
            RejectionKind::TwoAtOnce => explanation(
                "Another change to this service account is in progress (409).",
                "Atlas makes one change to it at a time.",
                "Wait a moment, then try again.",
            ),
            RejectionKind::Conflict if creates => explanation(
                refused(),
                "Most likely the account has 2 secrets, the maximum. Expired secrets count, too.",
                "Delete one of its secrets, or ask a Project Owner to, then try again.",
            ),
            RejectionKind::Conflict => explanation(
                refused(),
                "The request conflicts with another change or with the state of the account.",
                "Wait a moment, then try again.",
            ),
            RejectionKind::RateLimited => explanation(
                "Rate limited by Atlas (429).",
                "These credentials or this address have sent too many requests.",
                match self.retry_after.map_or(1, |wait| wait.as_secs().div_ceil(60)) {
                    ..=1 => "Wait a minute, then try again.".to_owned(),
                    minutes => format!("Wait {minutes} minutes, as Atlas asks, then try again."),
                },
            ),
            RejectionKind::Maintenance => explanation(
                self.maintenance_title(request),
                "It is being upgraded or is overloaded. This usually takes minutes.",
                "Wait, then try again. Outages are listed on status.mongodb.com.",
            ),
            RejectionKind::Other => {
                explanation(refused(), "This program does not know this error code.", "Read Atlas's message.")
            }
        }
    }

    /// 405 is for changes only.
    fn maintenance_title(&self, request: Option<Request>) -> String {
        let changes = matches!(request, Some(Request::CreateSecret | Request::DeleteSecret));
        let state = if changes || self.status == 405 { "not accepting changes" } else { "unavailable" };
        format!("Atlas is {state} ({}).", self.status)
    }

    fn address_in_brackets(&self) -> String {
        self.address.as_ref().map_or_else(String::new, |address| format!(" ({address})"))
    }
}

impl Certainty {
    /// What is certain of a secret that was to be created.
    pub fn message(self) -> &'static str {
        match self {
            Self::NotDone => "Nothing was created.",
            Self::Unknown => "A secret may have been created.",
            Self::Done => "A secret was created, but its value is lost.",
        }
    }
}

impl ApiError {
    /// What Atlas said, where it was Atlas that refused.
    pub fn atlas_message(&self) -> Option<ServerText> {
        self.rejection().map(Rejection::atlas_message)
    }

    /// What Atlas says about the fields, each in the order in which it came.
    pub fn refused_fields(&self) -> Vec<(FieldName, ServerText)> {
        let violations = self.rejection().map_or(&[][..], |rejection| &rejection.fields).iter();
        let violations = violations.filter_map(|violation| {
            let message = ServerText::new(&format!("Atlas: {}", violation.description));
            Some((FieldName::of_path(violation.field.as_str())?, message))
        });
        let not_found = self.not_found().map(|(name, message)| (name, ServerText::new(message)));
        violations.chain(not_found).collect()
    }

    /// The field whose id Atlas does not know, however well-formed it is.
    pub fn not_found(&self) -> Option<(FieldName, &'static str)> {
        match self.rejection_kind()? {
            RejectionKind::ProjectNotFound => Some((FieldName::Project, "no such project")),
            RejectionKind::AccountNotFound => {
                Some((FieldName::Client, "not a service account of this project"))
            }
            _ => None,
        }
    }

    /// What happened, what it means and what to do.
    pub fn explain(&self) -> Explanation {
        self.explain_cause().with_message_of(self)
    }

    fn explain_cause(&self) -> Explanation {
        let failed = |what: &str, meaning: &'static str, action: &'static str| {
            explanation(format!("{what}: {}.", self.cause.message()), meaning, action)
        };
        match &self.cause {
            Cause::Rejected(rejection) => rejection.explain(),
            Cause::LoginExpired(profile, _) => explanation(
                format!("Sign-in failed: Atlas refused the token of profile {profile} (401)."),
                "Such tokens expire after a while; the Atlas CLI renews them when it is used.",
                format!(
                    "Run any atlas command with that profile, or atlas auth login --profile {profile}, then try again."
                ),
            ),
            Cause::TokenRefused { status, message } => explanation(
                format!("Sign-in failed: Atlas gave no access token ({status})."),
                format!("Atlas: {message}"),
                "Check that the service account may use the Admin API, and that no proxy changes the request.",
            ),
            Cause::SignInRefused(message) => explanation(
                "Sign-in failed: Atlas refused the client ID or its secret.",
                format!("Atlas: {message}"),
                "Check both. The secret may have expired or been deleted; a Project Owner can create another.",
            ),
            Cause::Credentials(_) => failed(
                "These credentials cannot be used",
                "",
                "Choose another profile, or set the variables listed in atlas-secret --help.",
            ),
            Cause::Setup(_) => failed(
                "Could not set up HTTPS",
                "",
                "Check SSL_CERT_FILE, SSL_CERT_DIR and the proxy variables.",
            ),
            Cause::Dns(_) => failed("The host name was not found", "", CHECK_NETWORK),
            Cause::Connect(_) => failed("Could not connect to the host", "", CHECK_NETWORK),
            Cause::ConnectTimeout => failed(
                "Could not connect to the host",
                "A firewall or a proxy may drop the connection.",
                "Check the network, the VPN and the proxy. If your network requires one, set HTTPS_PROXY.",
            ),
            Cause::Tls(message) => failed("TLS failed", "", tls_action(message.as_str())),
            Cause::Proxy(_) => failed("The proxy failed", "", "Check HTTPS_PROXY, ALL_PROXY and NO_PROXY."),
            Cause::NoChallenge(_) => failed(
                "Sign-in with the API key failed",
                OTHER_END,
                "Check the proxy and the base URL, then try again, or sign in with a service account.",
            ),
            Cause::Interrupted(_) => failed("The connection broke", "", "Try again."),
            Cause::TimedOut(limit) => explanation(
                format!("Atlas did not answer within {} seconds.", limit.as_secs()),
                UNFINISHED,
                "Try again. If it happens again, check the network, the VPN and the proxy.",
            ),
            Cause::Unexpected { status } => explanation(
                format!("Unexpected response ({status})."),
                OTHER_END,
                "Check the proxy and the base URL, then try again.",
            ),
            Cause::ListTooLong { pages } => explanation(
                format!("The list has more than {pages} pages."),
                "That is the limit of this program.",
                "Give the ID instead.",
            ),
            Cause::Redirected { status, host } => explanation(
                format!("The response leads to {host} instead of Atlas ({status})."),
                "A proxy, or the sign-in page of this network, may have answered.",
                "Open a web page to sign in to the network, or check the proxy and the base URL, then try again.",
            ),
            Cause::ValueUnreadable(_) => failed(
                "Atlas created the secret, but the response could not be read",
                "Its value is lost.",
                "Delete it in Atlas, then create another.",
            ),
        }
    }

    /// The same, where it is known what was requested, and by whom: see [`Session::signed_in_as`].
    pub fn explain_request(&self, request: Request, who: &str) -> Explanation {
        let explanation = match &self.cause {
            Cause::Rejected(rejection) if rejection.kind() == RejectionKind::RoleTooLow => {
                request.explain_role(rejection.status, who)
            }
            Cause::Rejected(rejection) => rejection.explain_request(Some(request)),
            _ => self.explain_cause(),
        };
        explanation.with_message_of(self)
    }

    /// Why the list that a field is chosen from could not be read.
    pub fn explain_list(&self, field: FieldName, who: &str) -> Explanation {
        let request = if field == FieldName::Client { Request::ListAccounts } else { Request::ListProjects };
        let explanation = self.explain_request(request, who);
        if self.rejection_kind() == Some(RejectionKind::RoleTooLow) {
            return explanation;
        }
        let title = format!("Could not load the {}s. {}", field.noun(), explanation.title);
        Explanation { title: title.into(), ..explanation }
    }

    /// How the answer to the creating POST was lost, as a sentence or two. What the answer does not say may be known by
    /// now.
    pub fn after_creating(&self, is_created: bool) -> String {
        let title = self.explain().title;
        match &self.cause {
            Cause::TimedOut(_) | Cause::ValueUnreadable(_) => title.into_owned(),
            Cause::Unexpected { .. } | Cause::Redirected { .. } if is_created => title.into_owned(),
            Cause::Unexpected { .. } | Cause::Redirected { .. } => {
                format!("{title} It does not say whether the secret was created.")
            }
            cause => format!("The connection broke before the response was complete: {}.", cause.message()),
        }
    }

    /// What is known of a new secret after this, as a sentence or two.
    pub fn after_verifying(&self) -> String {
        match &self.cause {
            Cause::SignInRefused(message) => format!("Atlas does not accept the new secret yet: {message}"),
            _ => format!("Could not verify it. {}", self.explain().title),
        }
    }
}

impl Cause {
    /// What the network, the system or the server said, without a full stop; empty where the cause says it all.
    pub fn message(&self) -> &str {
        match self {
            Self::Credentials(message)
            | Self::Setup(message)
            | Self::Dns(message)
            | Self::Connect(message)
            | Self::Tls(message)
            | Self::Proxy(message)
            | Self::NoChallenge(message)
            | Self::Interrupted(message)
            | Self::SignInRefused(message)
            | Self::TokenRefused { message, .. }
            | Self::ValueUnreadable(message) => message.as_str(),
            Self::ConnectTimeout => "no connection within 10 seconds",
            Self::TimedOut(_)
            | Self::Rejected(_)
            | Self::LoginExpired(..)
            | Self::Unexpected { .. }
            | Self::ListTooLong { .. }
            | Self::Redirected { .. } => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::rejection::rejection;
    use super::super::{BaseUrl, ClientId, ProfileName, PublicKey};
    use super::*;

    #[test]
    fn every_refusal_has_a_title_of_its_own() {
        let refusals = [
            (401, "X"),
            (401, "stale=true"),
            (401, "NOT_IN_GROUP"),
            (403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"),
            (403, "ORG_REQUIRES_ACCESS_LIST"),
            (403, "X"),
            (404, "GROUP_NOT_FOUND"),
            (404, "X"),
            (400, "X"),
            (410, "X"),
            (409, "DATA_CONCURRENCY_ERROR"),
            (409, "X"),
            (429, "X"),
            (503, "X"),
            (418, "X"),
        ];
        let titles: std::collections::BTreeSet<_> =
            refusals.iter().map(|(status, code)| rejection(*status, code).explain().title).collect();
        assert_eq!(titles.len(), refusals.len(), "{titles:?}");
    }

    #[test]
    fn status_code_and_detail_are_shown_as_they_came() {
        let detailed = Rejection { detail: ServerText::new("Not you."), ..rejection(403, "SOME_RULE") };
        let rows = [
            (detailed.clone(), "403 SOME_RULE: Not you."),
            (Rejection { error_code: ServerText::default(), ..detailed }, "403: Not you."),
            (rejection(418, "TEAPOT"), "418 TEAPOT"),
            (rejection(418, ""), "HTTP 418"),
        ];
        for (refusal, message) in rows {
            assert_eq!(refusal.atlas_message().as_str(), message);
        }
        assert_eq!(rejection(403, "RULE").explain().title, "Atlas refused the request (403 RULE).");
        let maintenance = [
            (405, Request::ReadAccount, "Atlas is not accepting changes (405)."),
            (503, Request::ReadAccount, "Atlas is unavailable (503)."),
            (503, Request::ListProjects, "Atlas is unavailable (503)."),
            (503, Request::CreateSecret, "Atlas is not accepting changes (503)."),
            (503, Request::DeleteSecret, "Atlas is not accepting changes (503)."),
        ];
        for (status, request, title) in maintenance {
            let error = ApiError::rejected(rejection(status, "X"));
            assert_eq!(error.explain_request(request, "It").title, title);
        }
    }

    #[test]
    fn only_a_creation_is_refused_for_the_number_of_secrets() {
        for status in [400, 409] {
            let error = ApiError::rejected(rejection(status, "X"));
            for request in [Request::CreateSecret, Request::DeleteSecret, Request::ReadAccount] {
                let Explanation { meaning, action, .. } = error.explain_request(request, "It");
                assert_eq!(meaning.contains("2 secrets"), request == Request::CreateSecret, "{meaning}");
                assert!(action.ends_with("then try again."), "{action}");
            }
        }
    }

    #[test]
    fn each_tls_failure_has_its_own_remedy() {
        let rows = [
            ("the certificate is not trusted (unknown issuer)", "SSL_CERT_FILE"),
            ("the certificate was rejected (bad encoding)", "SSL_CERT_FILE"),
            ("the certificate has expired, or this machine's clock is wrong", "clock"),
            ("the certificate is not valid yet, or this machine's clock is wrong", "clock"),
            ("the certificate is for another host name", "base URL"),
            ("the host does not speak TLS", "base URL"),
            ("the host closed the connection during the handshake", "base URL"),
        ];
        for (why, remedy) in rows {
            let action = ApiError::not_sent(Cause::Tls(ServerText::new(why))).explain().action;
            assert!(action.contains(remedy), "{why}: {action}");
        }
    }

    #[test]
    fn the_address_to_list_is_named_where_atlas_named_it() {
        let address = Some(ServerText::new("203.0.113.7"));
        for code in ["IP_ADDRESS_NOT_ON_ACCESS_LIST", "ORG_REQUIRES_ACCESS_LIST"] {
            let named = Rejection { address: address.clone(), ..rejection(403, code) };
            assert!(named.explain().action.contains("this machine's address (203.0.113.7) to"), "{code}");
            assert!(rejection(403, code).explain().action.contains("this machine's address to"), "{code}");
        }
    }

    #[test]
    fn a_role_that_is_too_low_names_who_lacks_which_role_for_what() {
        let cloud = BaseUrl::parse(BaseUrl::CLOUD).unwrap();
        let client = ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap();
        let profile = |kind| Identity::Profile { name: ProfileName::new("ci").unwrap(), kind };
        let identities = [
            (Identity::ServiceAccount(client), "Service account mdb_sa_id_1234567890abcdef12345678"),
            (Identity::ApiKey(PublicKey::parse("abcdefgh").unwrap()), "API key abcdefgh"),
            (Identity::AccessToken, "The owner of the access token"),
            (profile(PairKind::ServiceAccount), "The service account of profile ci"),
            (profile(PairKind::ApiKey), "The API key of profile ci"),
            (Identity::BrowserLogin(ProfileName::new("me").unwrap()), "The Atlas user of profile me"),
        ];
        let requests = [
            (Request::ListProjects, "list projects", "a role in a project"),
            (Request::ReadProject, "read this project", "Project Read Only"),
            (Request::ListAccounts, "list the service accounts of this project", "Project Read Only"),
            (Request::ReadAccount, "read this service account", "Project Read Only"),
            (Request::CreateSecret, "create secrets in this project", "Project Owner"),
            (Request::DeleteSecret, "delete secrets in this project", "Project Owner"),
        ];
        let error = ApiError::rejected(rejection(401, "USER_UNAUTHORIZED"));
        for (identity, who) in &identities {
            for (request, what, role) in requests {
                let signed_in_as = Session::remote(&cloud, identity.clone()).signed_in_as();
                let Explanation { title, meaning, .. } = error.explain_request(request, &signed_in_as);
                assert_eq!(title, format!("You don't have permission to {what} (401)."));
                assert!(meaning.starts_with(&format!("{who} needs ")) && meaning.contains(role), "{meaning}");
            }
        }
        let other = ApiError::rejected(rejection(403, "RULE"));
        assert_eq!(other.explain_request(Request::CreateSecret, "It"), other.explain());
    }

    #[test]
    fn a_title_names_the_cause() {
        let cause = || ServerText::new("the reason");
        let problems = [
            ApiError::not_sent(Cause::Dns(cause())),
            ApiError::not_sent(Cause::Connect(cause())),
            ApiError::not_sent(Cause::Tls(cause())),
            ApiError::not_sent(Cause::Proxy(cause())),
            ApiError::sent(Cause::Interrupted(cause())),
            ApiError::not_sent(Cause::NoChallenge(cause())),
            ApiError::not_sent(Cause::Credentials(cause())),
            ApiError::not_sent(Cause::Setup(cause())),
        ];
        for problem in problems {
            assert!(problem.explain().title.ends_with(": the reason."), "{problem:?}");
        }
        let title = ApiError::not_sent(Cause::ConnectTimeout).explain().title;
        assert_eq!(title, "Could not connect to the host: no connection within 10 seconds.");
    }

    #[test]
    fn each_lost_answer_says_what_is_known_of_it() {
        let message = |text| ServerText::new(text);
        let rows = [
            (
                ApiError::sent(Cause::TimedOut(Duration::from_secs(60))),
                "Atlas did not answer within 60 seconds.",
            ),
            (
                ApiError::sent(Cause::ValueUnreadable(message("it holds no secret"))),
                "could not be read: it holds no secret.",
            ),
            (
                ApiError::sent(Cause::Unexpected { status: 502 }),
                "Unexpected response (502). It does not say whether",
            ),
            (
                ApiError::sent(Cause::Interrupted(message("reset"))),
                "broke before the response was complete: reset.",
            ),
        ];
        for (lost, expected) in rows {
            assert!(lost.after_creating(false).contains(expected), "{}", lost.after_creating(false));
        }
    }

    #[test]
    fn only_a_refusal_of_the_secret_is_called_one() {
        let message = ServerText::new("Invalid credentials provided.");
        let rows = [
            (
                Cause::SignInRefused(message),
                "Atlas does not accept the new secret yet: Invalid credentials provided.",
            ),
            (
                Cause::TimedOut(Duration::from_secs(10)),
                "Could not verify it. Atlas did not answer within 10 seconds.",
            ),
        ];
        for (cause, sentence) in rows {
            assert_eq!(ApiError::sent(cause).after_verifying(), sentence);
        }
    }
}
