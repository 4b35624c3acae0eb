use serde_json::json;

use super::*;

const PROJECT: &str = "32b6e34b3d91647abb20e7b8";
const CLIENT: &str = "mdb_sa_id_1234567890abcdef12345678";

fn projects(count: usize) -> Value {
    Value::Array(vec![json!({"id": PROJECT, "name": "payments"}); count])
}

#[test]
fn a_list_ends_with_a_short_page_or_links_without_a_next_page() {
    let next = json!([{"rel": "self", "href": "x"}, {"rel": "next", "href": "y"}]);
    let no_next = json!([{"rel": "self", "href": "x"}]);
    let rows = [
        (json!({"results": projects(500), "links": next}), 500, false),
        (json!({"results": projects(500)}), 500, false),
        (json!({"results": projects(500), "links": "none"}), 500, false),
        (json!({"results": projects(500), "links": no_next}), 500, true),
        (json!({"results": projects(500), "links": []}), 500, true),
        (json!({"results": projects(499), "links": next}), 499, true),
        (json!({"results": [], "totalCount": 7}), 0, true),
    ];
    for (body, count, is_last) in rows {
        let page = page(&body, project_entry).unwrap();
        assert_eq!((page.entries.len(), page.is_last), (count, is_last));
    }
    assert!(page(&json!({"results": {}}), project_entry).is_none());
    assert!(page(&json!({}), project_entry).is_none());
}

#[test]
fn the_total_is_an_estimate_and_must_be_a_number() {
    let about =
        |total: Value| page(&json!({"results": [], "totalCount": total}), project_entry).unwrap().about;
    assert_eq!(about(json!(7)), Some(7));
    for total in [json!(-1), json!("7"), json!(null), json!(4_294_967_296_u64)] {
        assert_eq!(about(total), None);
    }
}

#[test]
fn an_entry_without_an_id_is_left_out() {
    let organization = |org: Value| {
        let entry = project_entry(&json!({"id": PROJECT, "name": "payments", "orgId": org})).unwrap();
        entry.organization.map(|id| id.to_string())
    };
    assert_eq!(organization(json!("4888442a3354817a7320eb61")).as_deref(), Some("4888442a3354817a7320eb61"));
    assert_eq!((organization(json!(7)), organization(json!("../x"))), (None, None));
    assert!(project_entry(&json!({"id": PROJECT})).is_some());
    for id in [json!(null), json!(7), json!("../x")] {
        assert!(project_entry(&json!({"id": id, "name": "payments"})).is_none());
        assert!(account_entry(&json!({"clientId": id, "name": "ci"})).is_none());
    }
    let secrets = json!([
        {"id": "32b6e34b3d91647abb20e7b9", "expiresAt": "2026-12-23T18:14:02Z", "maskedSecretValue": ""},
        {"id": 7},
        {"id": "32b6e34b3d91647abb20e7ba"},
    ]);
    let account = account_entry(&json!({"clientId": CLIENT, "name": "ci", "secrets": secrets})).unwrap();
    assert_eq!(account.secrets.len(), 2, "those whose id can be read");
    assert_eq!(account.secrets[0].expires_at, Some("2026-12-23T18:14:02Z".parse().unwrap()));
    assert_eq!(account.secrets[0].mask, None, "an empty mask says nothing");
}

#[test]
fn the_times_of_old_and_new_secrets_are_parsed_alike() {
    let rows = [
        ("2026-12-23T18:14:02Z", Some("2026-12-23T18:14:02Z".parse().unwrap())),
        ("9999-12-31T23:59:59Z", Some(Timestamp::MAX)),
        ("9999-12-31T23:59:59.999Z", Some(Timestamp::MAX)),
        ("9999-12-31", None),
        ("9999-12-31Tgarbage", None),
        ("9999-12-32T00:00:00Z", None),
        ("-009999-01-01T00:00:00Z", None),
    ];
    for (text, expected) in rows {
        let old = existing_secret(&json!({"id": PROJECT, "expiresAt": text})).unwrap();
        let new = created(json!({"secret": "FAKE", "expiresAt": text}).to_string().as_bytes()).unwrap();
        assert_eq!((old.expires_at, new.secret.unwrap().expires_at), (expected, expected), "{text}");
    }
}

#[test]
fn an_envelope_has_a_status_and_an_object() {
    let inside = json!({"name": "ci"});
    let rows = [
        (json!({"status": 404, "content": inside}), 404, inside.clone()),
        (json!({"status": 404, "content": "words"}), 200, json!({"status": 404, "content": "words"})),
        (json!({"status": "404", "content": inside}), 200, json!({"status": "404", "content": inside})),
        (json!({"status": 404}), 200, json!({"status": 404})),
        (inside.clone(), 200, inside.clone()),
    ];
    for (body, status, expected) in rows {
        assert_eq!(unwrap_envelope(200, body), (status, expected));
    }
}

#[test]
fn an_envelope_status_only_counts_with_content() {
    let status = |body: Value| created(body.to_string().as_bytes()).unwrap().envelope_status;
    assert_eq!(status(json!({"status": 404, "content": {}})), Some(404));
    assert_eq!(status(json!({"status": 404})), None);
    assert_eq!(status(json!({"content": {}})), None);
}

#[test]
fn a_secret_is_found_in_an_invalid_body() {
    let secret = r#"{"id":"32b6e34b3d91647abb20e7b8","secret":"FAKE"}"#;
    let inside = secret.trim_end_matches('}');
    let rows = [
        format!("\r\n\t {secret}"),
        format!("{inside}]"),
        format!("{inside}, \"x\": [}}"),
        format!("{{\"content\":{secret},\"content\":null}}"),
        format!("{{\"content\":{secret},\"content\":[]}}"),
        format!("{inside},\"status\":201,\"content\":7}}"),
        format!("{{\"status\":\"201\",\"content\":{secret}}}"),
    ];
    for body in rows {
        let found = created(body.as_bytes()).and_then(|body| body.secret).unwrap();
        assert_eq!(found.value.expose_secret(), "FAKE", "{body}");
        assert_eq!(found.id.unwrap().as_str(), "32b6e34b3d91647abb20e7b8", "{body}");
    }
}

#[test]
fn one_field_identifies_an_account() {
    let rows = [
        (json!({"clientId": CLIENT}), true),
        (json!({"name": "ci"}), true),
        (json!({"secrets": []}), true),
        (json!({"clientId": null, "name": null, "secrets": null}), false),
        (json!({"roles": []}), false),
        (json!({"name": "ci", "secrets": {}}), false),
        (json!({"name": "ci", "secrets": [{"id": 7}]}), false),
    ];
    for (body, is_account) in rows {
        assert_eq!(service_account(&body).is_some(), is_account, "{body}");
    }
}

#[test]
fn every_field_of_a_secret_is_parsed() {
    let body = json!({"name": "ci", "roles": ["GROUP_OWNER"], "secrets": [{
        "id": "32b6e34b3d91647abb20e7b9",
        "createdAt": "2026-09-24T18:14:02Z",
        "expiresAt": "2026-12-23T18:14:02Z",
        "lastUsedAt": "2026-11-23T18:14:02Z",
        "maskedSecretValue": "mdb_sa_sk_...9f3a",
    }]});
    let account = service_account(&body).unwrap();
    let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
    let [secret] = &account.secrets[..] else { panic!("{account:?}") };
    assert_eq!(secret.id.as_str(), "32b6e34b3d91647abb20e7b9");
    assert_eq!(secret.created_at, at("2026-09-24T18:14:02Z"));
    assert_eq!(secret.expires_at, at("2026-12-23T18:14:02Z"));
    assert_eq!(secret.last_used_at, at("2026-11-23T18:14:02Z"));
    assert_eq!(secret.mask, Some(ServerText::new("mdb_sa_sk_...9f3a")));
    assert_eq!(account.roles, [ServerText::new("GROUP_OWNER")]);
}
