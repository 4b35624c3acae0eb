//! The request that the form asks for, as texts for a runbook: the four ways that the vendor's page for this
//! endpoint shows (`createGroupServiceAccountSecret`), with the ids and the hours filled in.
//!
//! Credentials stand in them as names of variables only, and no text lets a shell put one into the arguments
//! of a program, where every user of the machine can read it (`ps(1)`).

use crate::domain::{BaseUrl, NewSecret, QueryFlags};

use super::{go, shell};

/// One way to send the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recipe {
    /// The Atlas CLI, signed in by its own profile or variables.
    #[default]
    AtlasCli,
    /// curl with the access token of a service account, from `MONGODB_ATLAS_ACCESS_TOKEN`.
    CurlServiceAccount,
    /// curl with HTTP digest, from `MONGODB_ATLAS_PUBLIC_API_KEY` and `MONGODB_ATLAS_PRIVATE_API_KEY`.
    CurlApiKey,
    /// A program in Go with the Atlas Go SDK, from `MONGODB_ATLAS_CLIENT_ID` and `MONGODB_ATLAS_CLIENT_SECRET`.
    GoSdk,
}

impl Recipe {
    /// All of them, in the order of the vendor's page.
    pub const ALL: [Self; 4] = [Self::AtlasCli, Self::CurlServiceAccount, Self::CurlApiKey, Self::GoSdk];

    /// What it is called in a list.
    pub fn title(self) -> &'static str {
        match self {
            Self::AtlasCli => "Atlas CLI",
            Self::CurlServiceAccount => "curl, access token",
            Self::CurlApiKey => "curl, API key",
            Self::GoSdk => "Go SDK",
        }
    }

    /// The text, ending in a line break: a command for a POSIX shell, or a Go file (indented with tabs, as
    /// gofmt has it). No line is wider than 90 columns unless the host's name is.
    pub fn text(self, base_url: &BaseUrl, new_secret: &NewSecret, flags: QueryFlags) -> String {
        match self {
            Self::AtlasCli => shell::atlas_cli(base_url, new_secret, flags),
            Self::CurlServiceAccount => {
                let header = "Authorization: Bearer ${MONGODB_ATLAS_ACCESS_TOKEN}";
                shell::curl(base_url, new_secret, flags, "--header @-", header)
            }
            Self::CurlApiKey => {
                let user = r#"user = "${MONGODB_ATLAS_PUBLIC_API_KEY}:${MONGODB_ATLAS_PRIVATE_API_KEY}""#;
                shell::curl(base_url, new_secret, flags, "--digest --config -", user)
            }
            Self::GoSdk => go::program(base_url, new_secret),
        }
    }
}
