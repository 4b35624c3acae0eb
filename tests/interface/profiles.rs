//! Writing the new secret to the Atlas CLI profiles of its account.

use atlas_secret::delivery::ProfileUpdate;
use atlas_secret::domain::{
    ApiError, Cause, ClientId, Delivery, Disposition, Exit, Login, ProfileName, ServerText, Session,
};
use atlas_secret::tui::{Command, Event};

use crate::asks_to_choose;
use crate::stage::{CLIENT, Stage, client};

fn names(names: &[&str]) -> Vec<ProfileName> {
    names.iter().map(|name| ProfileName::new(name).unwrap()).collect()
}

fn found(profiles: &[&str]) -> Stage {
    Stage::created().then(|stage| stage.event(Event::ProfilesFound(client(), names(profiles))))
}

fn written(profile: &str) -> ProfileUpdate {
    let place = ServerText::new(&format!("profile {profile} (keyring)"));
    ProfileUpdate { profile: ProfileName::new(profile).unwrap(), result: Ok(place) }
}

fn not_written(profile: &str, why: &str) -> ProfileUpdate {
    ProfileUpdate { profile: ProfileName::new(profile).unwrap(), result: Err(ServerText::new(why)) }
}

fn writes(stage: &Stage) -> Vec<Vec<ProfileName>> {
    let names = |command: &Command| match command {
        Command::UpdateProfiles(names, _) => Some(names.clone()),
        _ => None,
    };
    stage.commands.iter().filter_map(names).collect()
}

#[test]
fn only_profiles_of_the_account_are_offered() {
    for (profiles, text) in [
        (&["ci"][..], "u write it to profile ci"),
        (&["ci", "prod"], "u write it to profiles ci and prod"),
        (&["a", "b", "c"], "u write it to profiles a and b and c"),
    ] {
        found(profiles).shows(text);
    }
    let none = found(&[]).after("u");
    none.hides("Update");
    let mut other = Stage::created();
    let client = ClientId::parse("mdb_sa_id_0000000000000000000000ff").unwrap();
    other.event(Event::ProfilesFound(client, names(&["ci"]))).hides("Update");
    assert!(writes(&none).is_empty());
}

#[test]
fn a_verified_secret_is_written_to_profiles_and_counts_as_delivered() {
    for is_verified_before in [false, true] {
        let mut stage = found(&["ci", "prod"]);
        if is_verified_before {
            stage.keys("v").verified(Ok(())).keys("u");
        } else {
            stage.keys("u").shows("Signing in to Atlas with the new secret");
            assert!(writes(&stage).is_empty(), "the secret is verified first");
            stage.keys("u").verified(Ok(()));
        }
        stage.shows("Writing it to profiles ci and prod");
        stage.keys("u");
        assert_eq!(writes(&stage), [names(&["ci", "prod"])]);
        stage.event(Event::ProfilesUpdated(vec![written("ci"), written("prod")]));
        stage.shows("Updated profile ci (keyring)");
        stage.hides("u write");
        assert!(stage.commands.iter().any(|command| matches!(command, Command::RemoveRecord)));
        stage.keys("q");
        let place = |name| Delivery::Updated { place: ServerText::new(name) };
        let deliveries = vec![place("profile ci (keyring)"), place("profile prod (keyring)")];
        stage.left(Exit::Done, &[Disposition::Delivered(deliveries)]);
    }
}

#[test]
fn a_secret_that_atlas_does_not_accept_is_not_written() {
    let refused = Err(ApiError::sent(Cause::SignInRefused { status: 401, message: ServerText::new("no") }));
    let unknown = Err(ApiError::sent(Cause::Unexpected { status: 502 }));
    for outcome in [refused, unknown] {
        let mut stage = found(&["ci"]);
        stage.keys("u").verified(outcome);
        assert!(writes(&stage).is_empty());
        stage.keys("u").verified(Ok(()));
        assert_eq!(writes(&stage).len(), 1, "u retries");
    }
    let mut only_verified = found(&["ci"]);
    only_verified.keys("v").verified(Ok(()));
    assert!(writes(&only_verified).is_empty(), "profiles only change on request");
}

#[test]
fn only_the_profile_that_failed_is_retried() {
    let mut stage = found(&["ci", "prod"]);
    stage.keys("u").verified(Ok(()));
    let why = "The system's keyring is locked (its prompt was dismissed).";
    stage.event(Event::ProfilesUpdated(vec![not_written("ci", why), written("prod")]));
    stage.shows(&format!("Not written to profile ci. {why}"));
    stage.keys("u");
    assert_eq!(writes(&stage)[1], names(&["ci"]));
    stage.event(Event::ProfilesUpdated(vec![not_written("ci", why)])).keys("q");
    assert_eq!(stage.exit(), Some(Exit::Done), "the secret was written to prod");

    let mut failed = found(&["ci"]);
    failed.keys("u").verified(Ok(())).keys("q").shows("This secret is still being delivered.");
    failed.keys("esc").event(Event::ProfilesUpdated(vec![not_written("ci", why)])).keys("q");
    assert!(asks_to_choose(&failed) && failed.exit().is_none());
}

#[test]
fn the_profile_that_signed_in_can_be_updated() {
    let mut stage = Stage::created();
    let base_url = atlas_secret::domain::BaseUrl::parse("https://cloud.mongodb.com").unwrap();
    let profile = ProfileName::new("ci").unwrap();
    let identity = atlas_secret::domain::Identity::ServiceAccount(ClientId::parse(CLIENT).unwrap());
    let shared = &mut stage.app.shared;
    shared.session = Session::remote(&base_url, identity).with_profile(profile);
    shared.login = Some(Login { client: client(), ends_with: ServerText::new("abcd") });
    shared.login_holder = Some(ServerText::new("profile ci"));
    stage.event(Event::ProfilesFound(client(), Vec::new())).keys("u").verified(Ok(()));
    stage.event(Event::ProfilesUpdated(vec![written("ci")]));
    assert_eq!(stage.app.shared.login_holder, None);
}
