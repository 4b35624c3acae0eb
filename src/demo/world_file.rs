//! The shape of a world's file, as it stands in JSON; and how an account's creates can go wrong.

use secrecy::SecretString;
use serde::Deserialize;

use super::digest::WorldDigest;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldFile {
    pub(super) prefill: Prefill,
    #[serde(default)]
    pub(super) digest: WorldDigest,
    /// How the account that this run lets in stands in the prefilled project; without it no project lists it.
    pub(super) operator: Option<WorldOperator>,
    /// So many times a secret that was made in this run is refused at the token endpoint, as one that is not
    /// known everywhere yet.
    #[serde(default)]
    pub(super) new_secrets_work_after_refusals: u32,
    pub(super) organizations: Vec<WorldOrganization>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Prefill {
    pub(super) project_id: String,
    pub(super) client_id: String,
}

/// Its id and the value of its secret are random in every run.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldOperator {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) roles: Vec<String>,
    #[serde(default)]
    pub(super) secret_created_hours_ago: i32,
    pub(super) secret_expires_in_hours: i32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldOrganization {
    pub(super) id: String,
    pub(super) max_secret_validity_hours: Option<i32>,
    #[serde(default)]
    pub(super) api_access_list_required: bool,
    pub(super) projects: Vec<WorldProject>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldProject {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) created_hours_ago: i32,
    #[serde(default)]
    pub(super) clusters: u32,
    #[serde(default)]
    pub(super) service_accounts: Vec<WorldAccount>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldAccount {
    pub(super) client_id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) roles: Vec<String>,
    #[serde(default)]
    pub(super) created_hours_ago: i32,
    #[serde(default)]
    pub(super) secrets: Vec<WorldSecret>,
    /// Refuses every change to this account, as Atlas does to a caller without the role for it.
    #[serde(default)]
    pub(super) changes_need_a_higher_role: bool,
    /// How long the answer to a create is held back after the secret was made.
    #[serde(default)]
    pub(super) create_delay_seconds: u64,
    /// So many creates are refused for coming too often, before any is looked at.
    #[serde(default)]
    pub(super) first_creates_rate_limited: u32,
    /// Somebody else creates a secret on this account right after one was made here, if there is room.
    #[serde(default)]
    pub(super) a_colleague_creates_too: bool,
    /// What becomes of the answer to a create.
    #[serde(default)]
    pub(super) create_answer: CreateAnswer,
}

/// What becomes of the answer to a create. The secret was made before it, unless it says otherwise.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum CreateAnswer {
    /// It arrives.
    #[default]
    Created,
    /// It is lost: a gateway's HTML page with status 500 comes instead and the connection closes.
    #[serde(alias = "close")]
    GatewayPage,
    /// The same page, and no secret was made: the client cannot know the difference.
    GatewayPageNothingCreated,
    /// The connection is closed before any byte of it.
    Closed,
    /// The connection is reset before any byte of it.
    Reset,
    /// A 201 whose body ends in its middle.
    CutBody,
    /// A whole 201 that holds everything but the secret's value.
    WithoutSecret,
    /// Nothing comes, and the connection stays open.
    Silence,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldSecret {
    pub(super) id: String,
    /// The last four characters, for the mask. Without a `value` nobody can sign in with it.
    pub(super) ends_with: String,
    /// The whole value, for worlds in which somebody signs in with it.
    pub(super) value: Option<SecretString>,
    pub(super) created_hours_ago: i32,
    /// Below zero for a secret that has expired.
    pub(super) expires_in_hours: i32,
    pub(super) last_used_hours_ago: Option<i32>,
}
