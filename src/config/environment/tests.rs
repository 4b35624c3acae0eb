use secrecy::ExposeSecret;

use super::*;

/// The variables of a test.
pub(in crate::config) type Set = &'static [(&'static str, &'static str)];

/// Looks up one of them.
pub(in crate::config) fn environment(set: Set) -> impl Fn(&str) -> Option<String> {
    move |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
}

const ID: &str = "mdb_sa_id_1234567890abcdef12345678";
const UNSENDABLE: &str =
    "it contains a space, a line break or another character that credentials do not have";

fn described(credentials: &Credentials) -> String {
    match credentials {
        Credentials::AccessToken(token) => format!("token {}", token.expose_secret()),
        Credentials::ServiceAccount { client_id, client_secret } => {
            format!("account {client_id} {}", client_secret.expose_secret())
        }
        Credentials::ApiKey { public_key, private_key } => {
            format!("key {public_key} {}", private_key.expose_secret())
        }
    }
}

fn outcome(set: Set) -> String {
    match find(&Variables(&environment(set))) {
        Ok(None) => "none".to_owned(),
        Ok(Some(found)) => described(&found.credentials),
        Err(error) => error.to_string(),
    }
}

#[test]
fn credentials_are_found_in_their_order() {
    let rows: [(Set, &str); 9] = [
        (&[], "none"),
        (&[(ACCESS_TOKEN, " fake-token\n")], "token fake-token"),
        (&[(CLIENT_ID, ID), (CLIENT_SECRET, "mdb_sa_sk_fake")], &format!("account {ID} mdb_sa_sk_fake")),
        (&[(PUBLIC_API_KEY, "abcdefgh"), (PRIVATE_API_KEY, "p")], "key abcdefgh p"),
        (&[(PUBLIC_KEY, "abcdefgh"), (PRIVATE_KEY, " p ")], "key abcdefgh p"),
        (&[(PUBLIC_API_KEY, "abcdefgh"), (PRIVATE_KEY, "p")], "key abcdefgh p"),
        (&[(ACCESS_TOKEN, "fake"), (CLIENT_ID, ID), (CLIENT_SECRET, "x")], "token fake"),
        (
            &[(CLIENT_ID, ID), (CLIENT_SECRET, "x"), (PUBLIC_KEY, "abcdefgh"), (PRIVATE_KEY, "p")],
            &format!("account {ID} x"),
        ),
        (&[(ACCESS_TOKEN, "fake"), (PRIVATE_KEY, "p")], "token fake"),
    ];
    for (set, expected) in rows {
        assert_eq!(outcome(set), expected, "{set:?}");
    }
}

#[test]
fn blank_variables_count_as_not_set() {
    for blank in ["", " ", "\t", "\n", " \r\n "] {
        let variable = |name: &str| CREDENTIALS.contains(&name).then(|| blank.to_owned());
        assert!(find(&Variables(&variable)).unwrap().is_none(), "{blank:?}");
    }
}

#[test]
fn two_spellings_of_a_key_are_not_mixed() {
    let set: Set = &[(PUBLIC_API_KEY, "apikey"), (PUBLIC_KEY, "otherkey"), (PRIVATE_KEY, "p")];
    assert_eq!(outcome(set), "key otherkey p");
}

#[test]
fn half_a_pair_is_named() {
    let rows: [(Set, &str, &str); 7] = [
        (&[(CLIENT_ID, ID)], CLIENT_ID, CLIENT_SECRET),
        (&[(CLIENT_SECRET, "mdb_sa_sk_fake")], CLIENT_SECRET, CLIENT_ID),
        (&[(PUBLIC_API_KEY, "abcdefgh")], PUBLIC_API_KEY, PRIVATE_API_KEY),
        (&[(PRIVATE_API_KEY, "p")], PRIVATE_API_KEY, PUBLIC_API_KEY),
        (&[(PUBLIC_KEY, "abcdefgh"), (PRIVATE_KEY, " ")], PUBLIC_KEY, PRIVATE_KEY),
        // Halves of different kinds are not a pair.
        (&[(CLIENT_ID, ID), (PRIVATE_KEY, "p")], CLIENT_ID, CLIENT_SECRET),
        (&[(CLIENT_SECRET, "mdb_sa_sk_fake"), (PUBLIC_API_KEY, "abcdefgh")], CLIENT_SECRET, CLIENT_ID),
    ];
    for (set, there, missing) in rows {
        let expected = format!("{there} is set, but {missing} is not: set both");
        assert_eq!(outcome(set), expected, "{set:?}");
    }
}

#[test]
fn half_an_account_is_not_skipped_for_a_complete_key() {
    let set: Set = &[(CLIENT_ID, ID), (PUBLIC_KEY, "abcdefgh"), (PRIVATE_KEY, "p")];
    assert!(outcome(set).starts_with("MONGODB_ATLAS_CLIENT_ID is set, but"));
}

#[test]
fn a_value_of_the_wrong_kind_is_named_and_not_shown() {
    let rows: [(Set, &str, &str); 10] = [
        (&[(ACCESS_TOKEN, "one two")], ACCESS_TOKEN, UNSENDABLE),
        (&[(ACCESS_TOKEN, "one\ntwo")], ACCESS_TOKEN, UNSENDABLE),
        (&[(CLIENT_ID, "abc"), (CLIENT_SECRET, "x")], CLIENT_ID, "a client ID starts with mdb_sa_id_"),
        (
            &[(CLIENT_ID, "mdb_sa_sk_canary"), (CLIENT_SECRET, "x")],
            CLIENT_ID,
            "this is a secret, not a client ID",
        ),
        (&[(CLIENT_ID, ID), (CLIENT_SECRET, "mdb_sa_sk_\ncanary")], CLIENT_SECRET, UNSENDABLE),
        (&[(CLIENT_ID, ID), (CLIENT_SECRET, "mdb_sa_sk_ canary")], CLIENT_SECRET, UNSENDABLE),
        (
            &[(PUBLIC_API_KEY, ID), (PRIVATE_API_KEY, "canary")],
            PUBLIC_API_KEY,
            "this belongs to a service account (mdb_sa...), not to an API key",
        ),
        (
            &[(PUBLIC_KEY, "abc\ndef"), (PRIVATE_KEY, "canary")],
            PUBLIC_KEY,
            "a public key has at most 64 visible characters, and no quotes, commas or colons",
        ),
        (
            &[(PUBLIC_KEY, "abcdefgh"), (PRIVATE_KEY, "mdb_sa_sk_canary")],
            PRIVATE_KEY,
            "this is the secret of a service account (mdb_sa...), not a private key",
        ),
        (&[(PUBLIC_KEY, "abcdefgh"), (PRIVATE_KEY, "can\nary")], PRIVATE_KEY, UNSENDABLE),
    ];
    for (set, variable, error) in rows {
        assert_eq!(outcome(set), format!("{variable}: {error}"), "{set:?}");
    }
}

#[test]
fn the_older_names_are_read_after_all_others() {
    let old: Set = &[("MCLI_PUBLIC_API_KEY", "oldkeyxx"), ("MCLI_PRIVATE_API_KEY", "canary")];
    assert_eq!(
        find(&Variables(&environment(old))).unwrap().unwrap().names,
        ["MCLI_PUBLIC_API_KEY", "MCLI_PRIVATE_API_KEY"]
    );
    let newer: [Set; 4] = [
        &[(ACCESS_TOKEN, "t")],
        &[(CLIENT_ID, ID), (CLIENT_SECRET, "x")],
        &[(PUBLIC_API_KEY, "k"), (PRIVATE_API_KEY, "x")],
        &[(PUBLIC_KEY, "k"), (PRIVATE_KEY, "x")],
    ];
    for set in newer {
        let both = |name: &str| environment(set)(name).or_else(|| environment(old)(name));
        let found = find(&Variables(&both)).unwrap().unwrap();
        assert!(found.names.iter().all(|name| !name.starts_with("MCLI_")), "{set:?}");
        let sentences: Vec<String> = ShadowedSource::sentences(&found.shadowed);
        assert!(
            sentences.iter().any(|line| line.starts_with("MCLI_PUBLIC_API_KEY, MCLI_PRIVATE_API_KEY are")),
            "{sentences:?}"
        );
    }
}

#[test]
fn other_variables_that_are_set_are_reported() {
    let rows: [(Set, &[&str]); 4] = [
        (&[(ACCESS_TOKEN, "t")], &[]),
        (
            &[(ACCESS_TOKEN, "t"), (CLIENT_ID, ID)],
            &["MONGODB_ATLAS_CLIENT_ID is not used: MONGODB_ATLAS_ACCESS_TOKEN takes precedence"],
        ),
        (
            &[(CLIENT_ID, ID), (CLIENT_SECRET, "x"), (PUBLIC_KEY, "k")],
            &[
                "MONGODB_ATLAS_PUBLIC_KEY is not used: the service account in the environment takes precedence",
            ],
        ),
        (
            &[(PUBLIC_API_KEY, "k"), (PRIVATE_API_KEY, "x"), (PUBLIC_KEY, "k")],
            &["MONGODB_ATLAS_PUBLIC_KEY is not used: the API key in other variables takes precedence"],
        ),
    ];
    for (set, expected) in rows {
        let found = find(&Variables(&environment(set))).unwrap().unwrap();
        let sentences: Vec<String> = ShadowedSource::sentences(&found.shadowed);
        assert_eq!(sentences, expected, "{set:?}");
    }
}

#[test]
fn sources_with_the_same_winner_share_a_sentence() {
    let all = [
        ShadowedSource::new("ONE", ACCESS_TOKEN),
        ShadowedSource::new("URL", "--base-url"),
        ShadowedSource::new("TWO", ACCESS_TOKEN),
    ];
    assert_eq!(
        ShadowedSource::sentences(&all),
        [
            "ONE, TWO are not used: MONGODB_ATLAS_ACCESS_TOKEN takes precedence",
            "URL is not used: --base-url takes precedence",
        ]
    );
}
