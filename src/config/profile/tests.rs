use super::*;

const ID: &str = "mdb_sa_id_1234567890abcdef12345678";

fn profile(toml: &str) -> Profile {
    Profile::new(ProfileName::new("ci").unwrap(), toml.parse().unwrap())
}

fn outcome(toml: &str) -> String {
    match profile(toml).credentials() {
        Ok(CredentialSource::Ready(Credentials::ServiceAccount { client_id, client_secret })) => {
            format!("account {client_id} {}", client_secret.expose_secret())
        }
        Ok(CredentialSource::Ready(Credentials::ApiKey { public_key, private_key })) => {
            format!("key {public_key} {}", private_key.expose_secret())
        }
        Ok(CredentialSource::Ready(Credentials::AccessToken(_))) => "token".to_owned(),
        Ok(CredentialSource::NeedsKeyring(request)) => {
            let users = [Half::Identifier, Half::Secret].map(|half| setting_of(request.kind, half));
            format!("keyring {} {users:?}", request.service())
        }
        Ok(CredentialSource::NeedsAtlasCli(login)) => format!("browser login {}", login.profile),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_profile_gives_credentials_or_says_where_they_are() {
    let account = format!("client_id = '{ID}'\nclient_secret = 'mdb_sa_sk_fake'\n");
    let key = "public_api_key = 'abcdefgh'\nprivate_api_key = 'p'\n";
    let in_keyring = "keyring atlascli_ci [\"client_id\", \"client_secret\"]";
    let rows = [
        (format!("auth_type = 'service_account'\n{account}"), format!("account {ID} mdb_sa_sk_fake")),
        (format!("auth_type = 'api_keys'\n{key}"), "key abcdefgh p".to_owned()),
        // What is named counts, not what else is there.
        (format!("auth_type = 'api_keys'\n{account}{key}"), "key abcdefgh p".to_owned()),
        // Version 1 names no kind.
        (account.clone(), format!("account {ID} mdb_sa_sk_fake")),
        (key.to_owned(), "key abcdefgh p".to_owned()),
        (format!("{account}{key}"), "key abcdefgh p".to_owned()),
        (format!("{key}{account}"), "key abcdefgh p".to_owned()),
        (format!("client_id = '{ID}'\n{key}"), "key abcdefgh p".to_owned()),
        ("Client_ID = 'x'".to_owned(), in_keyring.to_owned()),
        ("auth_type = 'service_account'".to_owned(), in_keyring.to_owned()),
        ("auth_type = 'service_account'\nclient_secret = ' '".to_owned(), in_keyring.to_owned()),
        (format!("auth_type = 'service_account'\nclient_id = '{ID}'"), in_keyring.to_owned()),
        ("auth_type = 'user_account'\naccess_token = 'canary'".to_owned(), "browser login ci".to_owned()),
        ("access_token = 'canary'\nrefresh_token = 'canary'".to_owned(), "browser login ci".to_owned()),
        (
            "auth_type = 'api_keys'".to_owned(),
            "keyring atlascli_ci [\"public_api_key\", \"private_api_key\"]".to_owned(),
        ),
    ];
    for (toml, expected) in rows {
        assert_eq!(outcome(&toml), expected, "{toml}");
    }
}

#[test]
fn a_profile_that_cannot_be_used_says_what_to_do() {
    let rows = [
        (
            "auth_type = 'no_auth'",
            "profile `ci` has no credentials (auth_type no_auth): run `atlas auth login --profile ci`, or choose another \
             profile",
        ),
        (
            "auth_type = \"new\\u001b[31m_kind\"",
            "profile `ci` has auth_type `new[31m_kind`, which this program cannot use: choose another profile",
        ),
        (
            "project_id = '32b6e34b3d91647abb20e7b8'",
            "profile `ci` has no credentials and no auth_type: run `atlas auth login --profile ci`, or choose another \
             profile",
        ),
        (
            "auth_type = 'api_keys'\npublic_api_key = 5\nprivate_api_key = 'canary'",
            "public_api_key in profile `ci` is not a string: write it in quotes",
        ),
        (
            "auth_type = 'api_keys'\npublic_api_key = 'mdb_sa_id_1234567890abcdef12345678'\nprivate_api_key = 'canary'",
            "public_api_key in profile `ci`: this belongs to a service account (mdb_sa...), not to an API key",
        ),
        (
            "auth_type = 'api_keys'\npublic_api_key = 'abcdefgh'\nprivate_api_key = \"can\\nary\"",
            "private_api_key in profile `ci`: it contains a space, a line break or another character that credentials do not have",
        ),
    ];
    for (toml, expected) in rows {
        assert_eq!(outcome(toml), expected, "{toml}");
    }
}

#[test]
fn debug_shows_no_value() {
    let profile = profile("client_secret = 'canary'\nproject_id = 'canary'");
    assert!(!format!("{profile:?}").contains("canary"));
}
