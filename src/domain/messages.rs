//! Explains each error of the Admin API, of connecting, signing in and creating to the user.
//!
//! The title says what happened, the meaning what that implies (if the title does not say it), and the action what to
//! do and who can do it. Atlas's own message is shown with them, unchanged.

use std::borrow::Cow;
use std::time::Duration;

use super::{
    API_VERSION, ApiError, Cause, Certainty, DeleteError, FieldName, Operation, PairKind, Rejection,
    RejectionKind as Kind, SECRETS_PER_ACCOUNT, ServerText, text,
};

impl Operation {
    /// Explains a refusal that is due to the role of the signed-in user.
    fn explain_role(self, status: u16, signed_in_as: &str) -> Explanation {
        const READ: &str = "the Project Read Only role in this project, or a higher one";
        const CHANGE: &str = "the Project Owner role in this project (Organization Owner if the service account has \
                              organization roles)";
        const OF_ORGANIZATION: &str = "an Organization Owner";
        const OF_PROJECT: &str = "a Project Owner of this project";
        let (what, role, owner) = match self {
            // Signing in ends with a request for a list of one project.
            Self::SignIn | Self::ListProjects => {
                ("list projects", "a role in a project or in the organization", OF_ORGANIZATION)
            }
            Self::ReadSettings => {
                ("read the organization's settings", "a role in the organization", OF_ORGANIZATION)
            }
            Self::ReadProject => ("read this project", READ, OF_PROJECT),
            Self::ListAccounts => ("list the service accounts of this project", READ, OF_PROJECT),
            Self::ReadAccount => ("read this service account", READ, OF_PROJECT),
            Self::CreateSecret => ("create secrets in this project", CHANGE, OF_PROJECT),
            Self::DeleteSecret => ("delete secrets in this project", CHANGE, OF_PROJECT),
        };
        titled(format!("You don't have permission to {what} ({status})."))
            .meaning(format!("{signed_in_as} needs {role}."))
            .action(format!("Ask {owner} for it, or sign in with other credentials."))
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    pub title: Cow<'static, str>,
    /// What that means; empty if the title says it.
    pub meaning: Cow<'static, str>,
    /// What to do next, and who can do it.
    pub action: Cow<'static, str>,
    /// Atlas's own message, unchanged.
    pub atlas_message: Option<ServerText>,
}

type Text = Cow<'static, str>;

fn titled(title: impl Into<Text>) -> Explanation {
    Explanation { title: title.into(), ..Explanation::default() }
}

/// A title that ends with the message of the network, the system or the server.
fn failed(what: &str, cause: &Cause) -> Explanation {
    titled(format!("{what}: {}.", cause.message()))
}

const UNFINISHED: &str = "The network or Atlas is slow, or a proxy or firewall is holding up the request.";
const CHECK_NETWORK: &str = "Check the network, the VPN, the proxy and the base URL, then try again.";
const OTHER_END: &str = "A proxy may have answered, or Atlas has an outage.";

/// What to do about an untrusted connection, by its cause.
fn tls_action(why: &str) -> &'static str {
    if why.contains("clock") {
        "Check this machine's clock. If it is right, the host needs a new certificate."
    } else if why.contains("not trusted") {
        "If your network inspects TLS, set SSL_CERT_FILE to the file with its CA certificate."
    } else {
        "Check the base URL and the proxy."
    }
}

impl Explanation {
    /// Explains that the account has as many secrets as it can have, or more.
    pub fn account_full(secrets: usize) -> Self {
        let delete = match secrets {
            ..=SECRETS_PER_ACCOUNT => "Delete one".to_owned(),
            more => format!("Delete {} of them", more + 1 - SECRETS_PER_ACCOUNT),
        };
        titled(text::account_has(secrets))
            .action(format!("{delete}, or ask a Project Owner to, then try again."))
    }

    /// Explains that deleting an expired secret would help, but was not approved.
    pub fn expired_secret_blocks(secrets: usize) -> Self {
        let has = text::account_has(secrets);
        titled(format!("{}, and one has expired.", has.trim_end_matches('.')))
            .action("On the form, Enter replaces it. With --yes, add --replace-expired.")
    }

    /// Explains that the user deleted the secret that the session signed in with.
    pub fn login_deleted() -> Self {
        titled("You have deleted the secret that this session signed in with.")
            .action("Press Ctrl-P to sign in with the new one.")
    }

    /// Explains that the response to a POST was lost while the user did something else.
    pub fn lost_in_the_background() -> Self {
        titled("The response to the earlier request was lost.")
            .meaning("If that request created a secret, its value is lost.")
            .action(
                "Check the account's secrets in Atlas. A Project Owner can delete the one that is \
                 not in use.",
            )
    }

    fn meaning(self, meaning: impl Into<Text>) -> Self {
        Self { meaning: meaning.into(), ..self }
    }

    fn action(self, action: impl Into<Text>) -> Self {
        Self { action: action.into(), ..self }
    }

    fn with_message_of(self, error: &ApiError) -> Self {
        Self { atlas_message: error.atlas_message(), ..self }
    }

    /// Explains that Atlas refused typed credentials: a pair of this kind, or an access token.
    pub fn typed_credentials_refused(kind: Option<PairKind>, error: &ApiError) -> Self {
        let explanation = match kind {
            Some(PairKind::ApiKey) => titled("Sign-in failed: Atlas refused the API key (401).")
                .meaning("The public or the private key is wrong, or they are for another Atlas host.")
                .action("Check both keys. If the private key is lost, create a new API key."),
            Some(PairKind::ServiceAccount) => {
                titled("Sign-in failed: Atlas issued a token, then refused a request with it (401).")
                    .action("Check in Atlas that the account and its secret still exist, then try again.")
            }
            None => titled("Sign-in failed: Atlas refused the access token (401).")
                .meaning("It has expired or was revoked, or it is for another Atlas host.")
                .action("Tokens are valid for an hour."),
        };
        explanation.with_message_of(error)
    }
}

impl Rejection {
    /// The HTTP status, with Atlas's error code if there is one: `404 GROUP_NOT_FOUND`.
    fn code(&self) -> String {
        if self.error_code.is_empty() {
            return self.status.to_string();
        }
        format!("{} {}", self.status, self.error_code)
    }

    /// Atlas's message on one line: `404 GROUP_NOT_FOUND: No group with ID … exists.`
    pub fn atlas_message(&self) -> ServerText {
        match (self.error_code.is_empty(), self.detail.is_empty()) {
            (true, true) => ServerText::new(&format!("HTTP {}", self.status)),
            (false, true) => ServerText::new(&self.code()),
            (_, false) => ServerText::new(&format!("{}: {}", self.code(), self.detail)),
        }
    }

    /// What to do after a rate limit.
    fn wait_and_retry(&self) -> String {
        match self.retry_after {
            None => "Wait a minute, then try again.".to_owned(),
            Some(wait) => {
                format!("Wait {}, then try again.", text::seconds_left(wait.max(Duration::from_secs(1))))
            }
        }
    }

    /// The title of a maintenance error. Atlas sends 405 only for changes.
    fn maintenance_title(&self, operation: Operation) -> String {
        let changes = matches!(operation, Operation::CreateSecret | Operation::DeleteSecret);
        let state = if changes || self.status == 405 { "not accepting changes" } else { "unavailable" };
        format!("Atlas is {state} ({}).", self.status)
    }
}

/// Explains why Atlas refused an operation.
fn explain_rejection(rejection: &Rejection, operation: Operation, signed_in_as: &str) -> Explanation {
    let creates = operation == Operation::CreateSecret;
    let may_be_full = creates && rejection.fields.is_empty();
    let or_full = if may_be_full { ", or the account already has 2 secrets" } else { "" };
    let refused = || titled(format!("Atlas refused the request ({}).", rejection.code()));
    match rejection.kind() {
        Kind::NotAuthorized
        | Kind::StaleNonce
        | Kind::RoleTooLow
        | Kind::AddressNotAllowed
        | Kind::AccessListMissing => explain_no_access(rejection, operation, signed_in_as),
        Kind::Forbidden => refused()
            .meaning("The credentials are valid, but a setting in Atlas forbids the request.")
            .action("Read Atlas's message. An Organization Owner can change such settings."),
        Kind::ProjectNotFound => titled("No project with this ID is visible to these credentials (404).")
            .meaning("The ID is wrong, or the project is in another organization.")
            .action("Check the ID. Copy it from the project's URL, after /v2/."),
        Kind::AccountNotFound if !operation.names_an_account() => {
            refused().meaning(OTHER_END).action("Check the proxy and the base URL, then try again.")
        }
        Kind::AccountNotFound => titled("The project has no service account with this client ID (404).")
            .meaning("The ID is wrong, the account is in another project, or it was deleted.")
            .action("Check it in Atlas: Project Identity & Access > Applications > Service Accounts."),
        Kind::Invalid => refused()
            .meaning(format!("A value is outside what Atlas or the organization allows{or_full}."))
            .action("Read Atlas's message, change the value, then try again."),
        Kind::VersionGone => {
            titled(format!("Atlas no longer offers API version {API_VERSION} ({}).", rejection.code()))
                .meaning("Atlas has removed this version, or a proxy changed the request.")
                .action("Install a newer atlas-secret.")
        }
        Kind::ConcurrentChange => titled("Another change to this service account is in progress (409).")
            .meaning("Atlas makes one change to it at a time.")
            .action("Wait a moment, then try again."),
        Kind::Conflict if creates => refused()
            .meaning("Most likely the account has 2 secrets, the maximum. Expired secrets count, too.")
            .action("Delete one of its secrets, or ask a Project Owner to, then try again."),
        Kind::Conflict => refused()
            .meaning("The request conflicts with another change or with the state of the account.")
            .action("Wait a moment, then try again."),
        Kind::RateLimited => titled("Rate limited by Atlas (429).")
            .meaning("These credentials or this address have sent too many requests.")
            .action(rejection.wait_and_retry()),
        Kind::Maintenance => titled(rejection.maintenance_title(operation))
            .meaning("It is being upgraded or is overloaded. This usually takes minutes.")
            .action("Wait, then try again. Outages are listed on status.mongodb.com."),
        Kind::Other if rejection.status >= 500 => titled(format!("Atlas failed ({}).", rejection.code()))
            .action("Try again in a moment. Outages are listed on status.mongodb.com."),
        Kind::Other => {
            refused().meaning("This program does not know this error code.").action("Read Atlas's message.")
        }
    }
}

/// Explains a refusal that is due to the credentials or to the address that they are used from.
fn explain_no_access(rejection: &Rejection, operation: Operation, signed_in_as: &str) -> Explanation {
    let address = rejection.address.as_ref().map_or_else(String::new, |address| format!(" ({address})"));
    match rejection.kind() {
        Kind::NotAuthorized => titled("Sign-in failed (401).")
            .meaning(
                "The access token has expired or was revoked, the API key is wrong, or they are for \
                 another Atlas host.",
            )
            .action("Sign in with a new token, the right API key, or a service account's ID and secret."),
        Kind::StaleNonce => titled("The challenge for the API key expired before the request arrived (401).")
            .meaning("Atlas checks this first, so nothing was changed.")
            .action("Try again. The next request gets a new challenge."),
        Kind::RoleTooLow => operation.explain_role(rejection.status, signed_in_as),
        Kind::AddressNotAllowed => titled("This machine's IP address is not on the API access list.")
            .meaning("The credentials are valid, but only from the addresses on their list.")
            .action(format!(
                "Add this machine's address{address} to the API access list of the credentials, or \
                 connect from an address on it."
            )),
        _ => titled("The organization requires an API access list, and these credentials have none.")
            .meaning("Atlas refuses requests from these credentials until their access list has an address.")
            .action(format!(
                "Ask an Organization Owner to add this machine's address{address} to their API access list."
            )),
    }
}

impl Certainty {
    /// What is certain about a secret that should have been created.
    pub fn message(self) -> &'static str {
        match self {
            Self::NotDone => "Nothing was created.",
            Self::Unknown => "A secret may have been created.",
            Self::Done => "A secret was created, but its value is lost.",
        }
    }
}

impl ApiError {
    /// Atlas's message, if Atlas refused the request.
    pub fn atlas_message(&self) -> Option<ServerText> {
        match &self.cause {
            Cause::SignInRefused { message, .. } | Cause::TokenRefused { message, .. } => {
                Some(message.clone())
            }
            _ => self.rejection().map(Rejection::atlas_message),
        }
    }

    /// Atlas's messages about the fields, in the order in which they came.
    pub fn refused_fields(&self) -> Vec<(FieldName, ServerText)> {
        let violations = self.rejection().map_or(&[][..], |rejection| &rejection.fields).iter();
        let violations = violations.filter_map(|violation| {
            let (name, text) =
                (FieldName::of_path(violation.field.as_str())?, violation.description.as_str());
            // Atlas's limits of a lifetime are in hours, and the user may have typed days.
            let lacks_unit = name == FieldName::Lifetime
                && text.contains(|character: char| character.is_ascii_digit())
                && !["hour", "day"].iter().any(|unit| text.contains(unit));
            let unit = if lacks_unit { " (in hours)" } else { "" };
            Some((name, ServerText::new(&format!("{text}{unit}"))))
        });
        let not_found = self.not_found().map(|(name, message)| (name, ServerText::new(message)));
        violations.chain(not_found).collect()
    }

    /// The field with the ID that Atlas does not know, although its form is valid.
    pub fn not_found(&self) -> Option<(FieldName, &'static str)> {
        match self.rejection_kind()? {
            Kind::ProjectNotFound => Some((FieldName::Project, "no such project")),
            Kind::AccountNotFound if self.operation.names_an_account() => {
                Some((FieldName::Client, "not in this project"))
            }
            _ => None,
        }
    }

    /// Explains the error. `signed_in_as` names the user, see [`super::Session::signed_in_as`].
    pub fn explain(&self, signed_in_as: &str) -> Explanation {
        let explanation = explain_error(self, signed_in_as).with_message_of(self);
        if !self.is_before_signing_in() {
            return explanation;
        }
        Explanation { title: format!("Sign-in failed. {}", explanation.title).into(), ..explanation }
    }

    /// What happened, in one sentence.
    pub fn title(&self) -> Text {
        self.explain("").title
    }

    /// Explains why a list could not be loaded.
    pub fn explain_list(&self, field: FieldName, signed_in_as: &str) -> Explanation {
        let explanation = self.explain(signed_in_as);
        if self.rejection_kind() == Some(Kind::RoleTooLow) {
            return explanation;
        }
        let title = format!("Could not load the {}s. {}", field.noun(), explanation.title);
        Explanation { title: title.into(), ..explanation }
    }

    /// How the response to the creating POST was lost, in one or two sentences. `is_created` says that the secret is
    /// known to exist by now.
    pub fn after_creating(&self, is_created: bool) -> String {
        let title = self.title();
        match &self.cause {
            Cause::TimedOut(_) | Cause::Internal(_) | Cause::ValueUnreadable(..) => title.into_owned(),
            Cause::Unexpected { .. } | Cause::Redirected { .. } if is_created => title.into_owned(),
            Cause::Unexpected { .. } | Cause::Redirected { .. } => {
                format!("{title} It does not say whether the secret was created.{}", self.quoted())
            }
            cause => format!("The connection broke before the response was complete: {}.", cause.message()),
        }
    }

    /// What the response says, as a sentence after a space; empty if it says nothing.
    fn quoted(&self) -> String {
        self.quote.as_ref().map_or_else(String::new, |quote| format!(" {}", text::sentence(quote.as_str())))
    }

    /// Who may have sent the response to the creating POST; empty if that is known.
    pub fn possible_responder(&self) -> &'static str {
        if matches!(self.cause, Cause::Unexpected { .. }) { OTHER_END } else { "" }
    }

    /// What this error means for a new secret, in one or two sentences.
    pub fn after_verifying(&self) -> String {
        match &self.cause {
            Cause::SignInRefused { status, message } => {
                text::sentence(&format!("Atlas does not accept the new secret yet ({status}): {message}"))
            }
            _ => format!("Could not verify it. {}", self.title()),
        }
    }
}

fn explain_error(error: &ApiError, signed_in_as: &str) -> Explanation {
    let failed = |what| failed(what, &error.cause);
    match &error.cause {
        Cause::Rejected(rejection) => explain_rejection(rejection, error.operation, signed_in_as),
        Cause::LoginExpired(..)
        | Cause::TokenRefused { .. }
        | Cause::SignInRefused { .. }
        | Cause::NoChallenge(_)
        | Cause::Credentials(_) => explain_sign_in(&error.cause),
        Cause::Setup(_) => failed("Could not set up HTTPS")
            .action("Check SSL_CERT_FILE, SSL_CERT_DIR and the proxy variables."),
        Cause::Dns(at_host) => titled(format!("Could not look up {at_host}.")).action(CHECK_NETWORK),
        Cause::Refused(at_host) | Cause::Connect(at_host) => {
            titled(format!("Could not connect to {at_host}.")).action(CHECK_NETWORK)
        }
        Cause::ConnectTimeout => failed("Could not connect to the host")
            .meaning("A firewall or a proxy may drop the connection.")
            .action(
                "Check the network, the VPN and the proxy. If your network requires one, set HTTPS_PROXY.",
            ),
        Cause::Tls(message) => failed("TLS failed").action(tls_action(message.as_str())),
        Cause::Proxy(_) | Cause::ProxyDown(_) => {
            failed("The proxy failed").action("Check HTTPS_PROXY, ALL_PROXY and NO_PROXY.")
        }
        Cause::ProxyLogin(_) => failed("The proxy failed")
            .meaning("This program does not support NTLM or Kerberos.")
            .action("Write them in HTTPS_PROXY or ALL_PROXY: http://user:password@host:port."),
        Cause::Interrupted(_) => failed("The connection broke").action("Try again."),
        Cause::Internal(_) => failed("atlas-secret failed").action("Try again."),
        Cause::TimedOut(limit) => titled(format!("Atlas did not answer within {} seconds.", limit.as_secs()))
            .meaning(UNFINISHED)
            .action("Try again. If it happens again, check the network, the VPN and the proxy."),
        Cause::Unexpected { status } => titled(format!("Unexpected response ({status})."))
            .meaning(OTHER_END)
            .action("Check the proxy and the base URL, then try again."),
        Cause::ListTooLong { pages } => titled(format!("The list has more than {pages} pages."))
            .meaning("That is the limit of this program.")
            .action("Give the ID instead."),
        Cause::Redirected { status, host } => {
            titled(format!("Redirected to {host} instead of Atlas ({status})."))
                .meaning("A proxy, or the sign-in page of this network, may have answered.")
                .action(
                    "Open a web page to sign in to the network, or check the proxy and the base URL, \
                     then try again.",
                )
        }
        Cause::ValueUnreadable(..) => failed("Atlas created the secret, but the response could not be read")
            .meaning("Its value is lost.")
            .action("Delete it in Atlas, then create another."),
    }
}

/// Explains why signing in failed.
fn explain_sign_in(cause: &Cause) -> Explanation {
    match cause {
        Cause::LoginExpired(profile, _) => {
            titled(format!("Sign-in failed: Atlas refused the token of profile {profile} (401)."))
                .meaning("Such tokens expire after a while; the Atlas CLI renews them when it is used.")
                .action(format!(
                    "Run any atlas command with that profile, or atlas auth login --profile {profile}, \
                     then try again."
                ))
        }
        Cause::TokenRefused { status, .. } => {
            titled(format!("Sign-in failed: Atlas issued no access token ({status}).")).action(
                "Check that the service account may use the Admin API, and that no proxy changes the \
                     request.",
            )
        }
        Cause::SignInRefused { status, .. } => {
            titled(format!("Sign-in failed: Atlas refused the client ID or its secret ({status})."))
                .meaning("The secret may have expired or been deleted.")
                .action("Check both. A Project Owner can create another secret.")
        }
        Cause::NoChallenge(_) => failed("Sign-in with the API key failed", cause)
            .meaning(OTHER_END)
            .action("Check the proxy and the base URL, then try again, or sign in with a service account."),
        _ => failed("These credentials cannot be used", cause)
            .action("Choose another profile, or set the variables listed in atlas-secret --help."),
    }
}

impl DeleteError {
    pub fn explain(&self, signed_in_as: &str) -> Explanation {
        match self {
            Self::AccountNotRead(error) => {
                let Explanation { title, action, .. } = error.explain(signed_in_as);
                titled("Nothing was deleted: the account could not be read.")
                    .meaning(title)
                    .action(action)
                    .with_message_of(error)
            }
            Self::NotDeleted(error) => error.explain(signed_in_as),
            Self::StillThere(error) => titled("Not deleted: the secret still exists.")
                .meaning(format!("{}{}", error.title(), error.quoted()))
                .action("Try again. If it happens again, delete the secret in Atlas."),
            Self::PerhapsDeleted(error) => titled("The secret may have been deleted.")
                .meaning(error.title())
                .action("Check the account's secrets in Atlas, then try again.")
                .with_message_of(error),
        }
    }

    /// What happened to the secret, in two sentences.
    pub fn sentence(&self) -> String {
        if let Self::NotDeleted(error) = self {
            return format!("Not deleted. {}", error.title());
        }
        let Explanation { title, meaning, .. } = self.explain("");
        format!("{title} {meaning}")
    }
}

impl Cause {
    /// The message of the network, the system or the server, without a period; empty if the cause says everything.
    pub fn message(&self) -> &str {
        match self {
            Self::Credentials(message)
            | Self::Setup(message)
            | Self::Dns(message)
            | Self::Refused(message)
            | Self::Connect(message)
            | Self::Tls(message)
            | Self::Proxy(message)
            | Self::ProxyDown(message)
            | Self::ProxyLogin(message)
            | Self::NoChallenge(message)
            | Self::Interrupted(message)
            | Self::Internal(message)
            | Self::SignInRefused { message, .. }
            | Self::TokenRefused { message, .. }
            | Self::ValueUnreadable(message, _) => message.as_str(),
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
    use super::super::error::rejection;
    use super::super::{BaseUrl, ClientId, Identity, ProfileName, PublicKey, Session};
    use super::*;

    #[test]
    fn only_a_change_is_refused_for_maintenance_of_changes() {
        let rows = [
            (405, Operation::ReadAccount, "Atlas is not accepting changes (405)."),
            (503, Operation::ReadAccount, "Atlas is unavailable (503)."),
            (503, Operation::CreateSecret, "Atlas is not accepting changes (503)."),
            (503, Operation::DeleteSecret, "Atlas is not accepting changes (503)."),
        ];
        for (status, request, title) in rows {
            let error = ApiError::rejected(rejection(status, "X"));
            assert_eq!(error.clone().of(request).explain("It").title, title);
        }
    }

    #[test]
    fn a_404_is_about_the_account_only_if_the_request_names_it() {
        let error = ApiError::rejected(rejection(404, "RESOURCE_NOT_FOUND"));
        let rows = [
            (Operation::ListProjects, "Atlas refused the request (404 RESOURCE_NOT_FOUND)."),
            (Operation::ListAccounts, "Atlas refused the request (404 RESOURCE_NOT_FOUND)."),
            (Operation::ReadAccount, "The project has no service account with this client ID (404)."),
            (Operation::CreateSecret, "The project has no service account with this client ID (404)."),
        ];
        for (operation, title) in rows {
            let error = error.clone().of(operation);
            assert_eq!(error.title(), title);
            assert_eq!(error.not_found().is_some(), operation.names_an_account());
        }
    }

    #[test]
    fn a_failed_request_for_a_token_is_called_a_failed_sign_in() {
        let unexpected = Cause::Unexpected { status: 401 };
        let before = ApiError::not_sent(unexpected.clone()).of(Operation::ListProjects);
        let title = "Could not load the projects. Sign-in failed. Unexpected response (401).";
        assert_eq!(before.explain_list(FieldName::Project, "It").title, title);
        let after = ApiError::sent(unexpected).of(Operation::ListProjects);
        assert_eq!(after.title(), "Unexpected response (401).");
    }

    #[test]
    fn only_a_creation_is_refused_for_the_number_of_secrets() {
        for status in [400, 409] {
            let error = ApiError::rejected(rejection(status, "X"));
            for request in [Operation::CreateSecret, Operation::DeleteSecret, Operation::ReadAccount] {
                let Explanation { meaning, action, .. } = error.clone().of(request).explain("It");
                assert_eq!(meaning.contains("2 secrets"), request == Operation::CreateSecret, "{meaning}");
                assert!(action.ends_with("then try again."), "{action}");
            }
        }
    }

    #[test]
    fn a_full_account_shows_how_many_secrets_to_delete() {
        let rows = [
            (2, "This account has 2 secrets, the maximum.", "Delete one,"),
            (3, "This account has 3 secrets; the maximum is 2.", "Delete 2 of them,"),
            (2000, "This account has 2000 secrets; the maximum is 2.", "Delete 1999 of them,"),
        ];
        for (secrets, title, action) in rows {
            let explanation = Explanation::account_full(secrets);
            assert_eq!(explanation.title, title);
            assert!(explanation.action.starts_with(action), "{}", explanation.action);
        }
    }

    #[test]
    fn each_tls_error_has_its_own_action() {
        let rows = [
            ("the certificate is not trusted (unknown issuer)", "SSL_CERT_FILE"),
            ("the certificate was revoked", "base URL"),
            ("the certificate is for another host name", "base URL"),
            ("the signature on the certificate is wrong, or its key is too short", "base URL"),
            ("the certificate has expired, or this machine's clock is wrong", "Check this machine's clock."),
            ("the host does not speak TLS", "base URL"),
        ];
        for (why, remedy) in rows {
            assert!(tls_action(why).contains(remedy), "{why}");
        }
    }

    #[test]
    fn the_address_for_the_access_list_is_shown_if_atlas_named_it() {
        let address = Some(ServerText::new("203.0.113.7"));
        for code in ["IP_ADDRESS_NOT_ON_ACCESS_LIST", "ORG_REQUIRES_ACCESS_LIST"] {
            let named = Rejection { address: address.clone(), ..rejection(403, code) };
            assert!(
                ApiError::rejected(named)
                    .explain("It")
                    .action
                    .contains("this machine's address (203.0.113.7) to"),
                "{code}"
            );
            assert!(
                ApiError::rejected(rejection(403, code))
                    .explain("It")
                    .action
                    .contains("this machine's address to"),
                "{code}"
            );
        }
    }

    #[test]
    fn a_failed_deletion_says_what_is_certain() {
        let refused = |operation| ApiError::rejected(rejection(401, "NOT_IN_GROUP")).of(operation);
        let slow = ApiError::sent(Cause::TimedOut(Duration::from_secs(10)));
        let rows = [
            (
                DeleteError::AccountNotRead(refused(Operation::ReadAccount)),
                "Nothing was deleted: the account could not be read. You don't have permission to read this service \
                 account (401).",
            ),
            (
                DeleteError::NotDeleted(refused(Operation::DeleteSecret)),
                "Not deleted. You don't have permission to delete secrets in this project (401).",
            ),
            (DeleteError::NotDeleted(slow.clone()), "Not deleted. Atlas did not answer within 10 seconds."),
            (
                DeleteError::StillThere(slow.clone()),
                "Not deleted: the secret still exists. Atlas did not answer within 10 seconds.",
            ),
            (
                DeleteError::PerhapsDeleted(slow),
                "The secret may have been deleted. Atlas did not answer within 10 seconds.",
            ),
        ];
        for (error, expected) in rows {
            assert_eq!(error.sentence(), expected);
        }
    }

    #[test]
    fn a_missing_role_is_explained_with_user_role_and_action() {
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
            (Operation::ListProjects, "list projects", "a role in a project"),
            (Operation::ReadProject, "read this project", "Project Read Only"),
            (Operation::ListAccounts, "list the service accounts of this project", "Project Read Only"),
            (Operation::ReadAccount, "read this service account", "Project Read Only"),
            (Operation::CreateSecret, "create secrets in this project", "Project Owner"),
            (Operation::DeleteSecret, "delete secrets in this project", "Project Owner"),
        ];
        let error = ApiError::rejected(rejection(401, "USER_UNAUTHORIZED"));
        for (identity, user) in &identities {
            for (request, what, role) in requests {
                let signed_in_as = Session::remote(&cloud, identity.clone()).signed_in_as();
                let Explanation { title, meaning, .. } = error.clone().of(request).explain(&signed_in_as);
                assert_eq!(title, format!("You don't have permission to {what} (401)."));
                assert!(
                    meaning.starts_with(&format!("{user} needs ")) && meaning.contains(role),
                    "{meaning}"
                );
            }
        }
        let other = ApiError::rejected(rejection(403, "RULE"));
        assert_eq!(other.clone().of(Operation::CreateSecret).explain("It"), other.explain("It"));
    }
}
