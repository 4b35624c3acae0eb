use super::*;
use crate::domain::{ClientId, Lifetime, ProjectId, QueryFlags};

fn text(recipe: Recipe, base_url: &str, flags: QueryFlags) -> String {
    let new_secret = NewSecret {
        project: ProjectId::parse("32b6e34b3d91647abb20e7b8").unwrap(),
        client: ClientId::parse("mdb_sa_id_1234567890abcdef12345678").unwrap(),
        lifetime: Lifetime::from_hours(720).unwrap(),
    };
    recipe.text(&BaseUrl::parse(base_url).unwrap(), &new_secret, flags)
}

fn usual(recipe: Recipe) -> String {
    text(recipe, BaseUrl::CLOUD, QueryFlags::default())
}

const BOTH: QueryFlags = QueryFlags { envelope: true, pretty: true };

#[test]
fn the_atlas_cli_reads_the_body_from_standard_input() {
    assert_eq!(
        usual(Recipe::AtlasCli),
        r#"atlas api serviceAccounts createGroupSecret --version 2024-08-05 \
  --groupId 32b6e34b3d91647abb20e7b8 \
  --clientId mdb_sa_id_1234567890abcdef12345678 <<'EOF'
{"secretExpiresAfterHours":720}
EOF
"#
    );
}

#[test]
fn the_atlas_cli_is_told_of_another_host_and_of_the_flags() {
    let text = text(Recipe::AtlasCli, BaseUrl::CLOUD_GOV, BOTH);
    let start = r"MONGODB_ATLAS_OPS_MANAGER_URL='https://cloud.mongodbgov.com/' \
atlas api serviceAccounts createGroupSecret --version 2024-08-05 --envelope --pretty \
  --groupId";
    assert!(text.starts_with(start), "{text}");
}

#[test]
fn curl_gets_the_token_from_standard_input() {
    assert_eq!(
        usual(Recipe::CurlServiceAccount),
        r#"curl --silent --show-error --request POST \
  'https://cloud.mongodb.com/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8'\
'/serviceAccounts/mdb_sa_id_1234567890abcdef12345678/secrets' \
  --header 'Accept: application/vnd.atlas.2024-08-05+json' \
  --header 'Content-Type: application/json' \
  --data '{"secretExpiresAfterHours":720}' \
  --header @- <<EOF
Authorization: Bearer ${MONGODB_ATLAS_ACCESS_TOKEN}
EOF
"#
    );
}

#[test]
fn curl_gets_the_api_key_from_standard_input() {
    assert_eq!(
        text(Recipe::CurlApiKey, "https://atlas.a-long-name-of-a-host.example.net:8443", BOTH),
        r#"curl --silent --show-error --request POST \
  'https://atlas.a-long-name-of-a-host.example.net:8443'\
'/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8'\
'/serviceAccounts/mdb_sa_id_1234567890abcdef12345678/secrets?envelope=true&pretty=true' \
  --header 'Accept: application/vnd.atlas.2024-08-05+json' \
  --header 'Content-Type: application/json' \
  --data '{"secretExpiresAfterHours":720}' \
  --digest --config - <<EOF
user = "${MONGODB_ATLAS_PUBLIC_API_KEY}:${MONGODB_ATLAS_PRIVATE_API_KEY}"
EOF
"#
    );
}

#[test]
fn each_flag_stands_alone_as_well() {
    let envelope = QueryFlags { envelope: true, pretty: false };
    let pretty = QueryFlags { envelope: false, pretty: true };
    for (flags, query) in [(envelope, "/secrets?envelope=true'"), (pretty, "/secrets?pretty=true'")] {
        assert!(text(Recipe::CurlApiKey, BaseUrl::CLOUD, flags).contains(query), "{query}");
    }
}

#[test]
fn the_go_program_names_the_ids_the_hours_and_the_variables() {
    let text = usual(Recipe::GoSdk);
    for part in [
        "admin.UseBaseURL(\"https://cloud.mongodb.com\"),\n",
        "\t\t\"32b6e34b3d91647abb20e7b8\",\n\t\t\"mdb_sa_id_1234567890abcdef12345678\",\n",
        "admin.NewServiceAccountSecretRequest(720),\n",
        "os.Getenv(\"MONGODB_ATLAS_CLIENT_ID\")",
        "os.Getenv(\"MONGODB_ATLAS_CLIENT_SECRET\")",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    let count = |character| text.chars().filter(|it| *it == character).count();
    assert_eq!((count('{'), count('(')), (count('}'), count(')')));
}

#[test]
fn no_line_is_wider_than_90_columns_and_each_text_ends_in_a_line_break() {
    for recipe in Recipe::ALL {
        for host in [BaseUrl::CLOUD, BaseUrl::CLOUD_GOV, "https://a-host-of-forty-columns.example.net:8443"] {
            let text = text(recipe, host, BOTH);
            let widest = text.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(90), "{widest:?} in {text}");
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text}");
        }
    }
}

#[test]
fn a_host_cannot_run_anything() {
    let host = "https://a$(id)`id`'b\"c.example";
    assert_eq!(BaseUrl::parse(host).unwrap().to_string(), host, "such a host is one");
    let quoted = r#"'https://a$(id)`id`'\''b"c.example"#;
    assert!(text(Recipe::CurlServiceAccount, host, BOTH).contains(quoted));
    assert!(text(Recipe::AtlasCli, host, BOTH).contains(quoted));
    let literal = r#"UseBaseURL("https://a$(id)`id`'b\"c.example")"#;
    assert!(text(Recipe::GoSdk, host, BOTH).contains(literal));
}

#[test]
fn every_recipe_has_a_title_of_its_own() {
    let mut titles = Recipe::ALL.map(Recipe::title).to_vec();
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), Recipe::ALL.len());
}
