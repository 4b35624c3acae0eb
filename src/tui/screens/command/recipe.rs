//! The request that the form asks for, as texts for a runbook: this program's own command, and the four ways that the
//! vendor's page for this endpoint shows (`createGroupServiceAccountSecret`), with the ids and the hours filled in.
//!
//! They name variables that hold credentials and no credentials, and no text lets a shell put one into the arguments
//! of a program, where every user of the machine can read it (`ps(1)`).

use crate::domain::{BaseUrl, NewSecret, QueryFlags};

use super::{go, own, shell};

/// What the texts are made from.
#[derive(Clone, Debug)]
pub struct RecipeInput {
    /// Where Atlas is.
    pub base_url: BaseUrl,
    /// What is to be created.
    pub new_secret: NewSecret,
    /// The query of the request.
    pub query_flags: QueryFlags,
    /// The options that this program is called with, each as it is typed in a POSIX shell.
    pub options: Vec<String>,
}

/// One way to send the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recipe {
    /// This program without its form, signed in as now.
    #[default]
    AtlasSecret,
    /// The Atlas CLI, signed in by its own profile or variables.
    AtlasCli,
    /// curl with the access token of a service account, from `MONGODB_ATLAS_ACCESS_TOKEN`.
    CurlServiceAccount,
    /// curl with HTTP digest, from `MONGODB_ATLAS_PUBLIC_API_KEY` and `MONGODB_ATLAS_PRIVATE_API_KEY`.
    CurlApiKey,
    /// A program in Go with the Atlas Go SDK, from `MONGODB_ATLAS_CLIENT_ID` and `MONGODB_ATLAS_CLIENT_SECRET`.
    GoSdk,
}

impl Recipe {
    /// All of them: this program, and the others in the order of the vendor's page.
    pub const ALL: [Self; 5] =
        [Self::AtlasSecret, Self::AtlasCli, Self::CurlServiceAccount, Self::CurlApiKey, Self::GoSdk];

    /// What it is called in a list.
    pub fn title(self) -> &'static str {
        match self {
            Self::AtlasSecret => "atlas-secret",
            Self::AtlasCli => "Atlas CLI",
            Self::CurlServiceAccount => "curl (token)",
            Self::CurlApiKey => "curl (digest)",
            Self::GoSdk => "Go",
        }
    }

    /// The text, ending in a line break: a command for a POSIX shell, or a Go file (indented with tabs, as
    /// gofmt has it). No line is wider than 90 columns unless the host's name is.
    pub fn text(self, input: &RecipeInput) -> String {
        match self {
            Self::AtlasSecret => own::command(input),
            Self::AtlasCli => shell::atlas_cli(input),
            Self::CurlServiceAccount => {
                let header = "Authorization: Bearer ${MONGODB_ATLAS_ACCESS_TOKEN}";
                shell::curl(input, "--header @-", header)
            }
            Self::CurlApiKey => {
                let user = r#"user = "${MONGODB_ATLAS_PUBLIC_API_KEY}:${MONGODB_ATLAS_PRIVATE_API_KEY}""#;
                shell::curl(input, "--digest --config -", user)
            }
            Self::GoSdk => go::program(&input.base_url, &input.new_secret),
        }
    }
}
