//! The command line.

use clap::{ArgAction, Parser};

use crate::handoff::Preference;

/// Create one secret for one MongoDB Atlas project service account, and hand it over, once.
#[derive(Debug, Parser)]
#[command(name = "atlas-secret", version, about, after_help = AFTER_HELP)]
pub struct Arguments {
    /// The project's ID: 24 hex digits [env: `MONGODB_ATLAS_PROJECT_ID`]
    #[arg(long, value_name = "ID", aliases = ["group-id", "projectId", "groupId"])]
    pub project_id: Option<String>,

    /// The client ID of the account that gets the secret; never read from the environment
    #[arg(long, value_name = "ID", alias = "clientId")]
    pub client_id: Option<String>,

    /// How long the secret lives: hours, or 36h, 30d, 12w, 1y
    #[arg(long, value_name = "TIME", default_value = "720", allow_hyphen_values = true)]
    pub expires_after: String,

    /// Where Atlas is [env: `MONGODB_ATLAS_OPS_MANAGER_URL`, `MONGODB_ATLAS_BASE_URL`]
    #[arg(long, value_name = "URL", conflicts_with = "demo")]
    pub base_url: Option<String>,

    /// Try it out: an embedded Atlas on this machine, no account needed
    #[arg(long)]
    pub demo: bool,

    /// How to copy
    #[arg(long, value_name = "WAY", default_value = "auto")]
    pub clipboard: Preference,

    /// Ask Atlas to envelop its answer (the endpoint's own flag)
    #[arg(long, action = ArgAction::SetTrue, help_heading = "Advanced")]
    pub envelope: bool,

    /// Ask Atlas to indent its answer (the endpoint's own flag)
    #[arg(long, action = ArgAction::SetTrue, help_heading = "Advanced")]
    pub pretty: bool,
}

const AFTER_HELP: &str = "\
Credentials come from the environment, never as arguments:
  MONGODB_ATLAS_ACCESS_TOKEN                            an access token
  MONGODB_ATLAS_CLIENT_ID, MONGODB_ATLAS_CLIENT_SECRET  a service account

Exit codes: 0 done, 1 nothing created, 2 usage, 3 created or perhaps created but not handed over,
129/130/143 ended by a signal with nothing lost.";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_names_of_the_api_are_understood() {
        let arguments = Arguments::try_parse_from([
            "atlas-secret",
            "--groupId",
            "p",
            "--clientId",
            "c",
            "--expires-after",
            "-5",
        ])
        .unwrap();
        assert_eq!(arguments.project_id.as_deref(), Some("p"));
        assert_eq!(arguments.client_id.as_deref(), Some("c"));
        assert_eq!(arguments.expires_after, "-5");
    }
}
