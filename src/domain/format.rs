//! The shapes in which a secret is handed over.

/// One shape: what stands on the clipboard, in a file, or on standard output. One list serves copying, saving
/// and `--format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The secret alone, without a line break.
    #[default]
    Secret,
    /// The account's client id alone, without a line break.
    ClientId,
    /// Two variables for a `.env` file: `MONGODB_ATLAS_CLIENT_ID` and `MONGODB_ATLAS_CLIENT_SECRET`, the names
    /// that Atlas's own tools read.
    Env,
    /// The fields of Atlas's answer (schema `ServiceAccountSecret`).
    Json,
    /// A Kubernetes `Secret` as the Atlas Kubernetes Operator reads it.
    Kubernetes,
    /// The JSON that the AWS Secrets Manager integrations of Atlas read.
    Aws,
}

impl Format {
    /// All of them, in the order of the list.
    pub const ALL: [Self; 6] =
        [Self::Secret, Self::ClientId, Self::Env, Self::Json, Self::Kubernetes, Self::Aws];

    /// What it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::ClientId => "client-id",
            Self::Env => "env",
            Self::Json => "json",
            Self::Kubernetes => "kubernetes",
            Self::Aws => "aws",
        }
    }

    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format that a file of this name asks for: by its extension in either case, the secret alone where
    /// that says nothing. `.env` and `.env.production` are files of variables as much as `prod.env` is.
    pub fn for_file(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
        match name.rsplit_once('.') {
            Some((_, "env")) => Self::Env,
            Some((_, "json")) => Self::Json,
            Some((_, "yaml" | "yml")) => Self::Kubernetes,
            _ if name.starts_with(".env.") => Self::Env,
            _ => Self::Secret,
        }
    }

    /// What it is called in a list.
    pub fn title(self) -> &'static str {
        match self {
            Self::Secret => "Secret",
            Self::ClientId => "Client ID",
            Self::Env => ".env",
            Self::Json => "JSON, Atlas's answer",
            Self::Kubernetes => "Kubernetes Secret, for the Atlas operator",
            Self::Aws => "AWS Secrets Manager, JSON",
        }
    }

    /// True when the secret is in it; whoever has only the rest has not been handed anything over.
    pub fn holds_the_secret(self) -> bool {
        self != Self::ClientId
    }

    /// True when the organization's id belongs in it.
    pub fn names_the_organization(self) -> bool {
        matches!(self, Self::Kubernetes | Self::Aws)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_format() {
        for format in Format::ALL {
            assert_eq!(Format::named(format.name()), Some(format));
        }
        assert_eq!(Format::named("yaml"), None);
    }

    #[test]
    fn each_has_a_title_of_its_own_and_all_but_one_the_secret() {
        let titles = Format::ALL.map(Format::title);
        assert_eq!(titles.iter().collect::<std::collections::BTreeSet<_>>().len(), titles.len());
        assert_eq!(Format::Env.title(), ".env");
        let without: Vec<_> = Format::ALL.into_iter().filter(|format| !format.holds_the_secret()).collect();
        assert_eq!(without, [Format::ClientId]);
    }

    #[test]
    fn a_file_asks_for_its_format_by_its_name() {
        let rows = [
            ("secret.txt", Format::Secret),
            ("secret", Format::Secret),
            ("", Format::Secret),
            ("env", Format::Secret),
            ("a.env/secret", Format::Secret),
            ("secret.", Format::Secret),
            (".env", Format::Env),
            ("~/deploy/.ENV", Format::Env),
            ("prod.env", Format::Env),
            (".env.production", Format::Env),
            ("atlas.Json", Format::Json),
            (".env.json", Format::Json),
            ("/tmp/atlas.yaml", Format::Kubernetes),
            ("atlas.YML", Format::Kubernetes),
        ];
        for (path, expected) in rows {
            assert_eq!(Format::for_file(path), expected, "{path:?}");
        }
    }
}
