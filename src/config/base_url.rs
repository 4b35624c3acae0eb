//! Which Atlas to talk to.

use crate::domain::{BaseUrl, BaseUrlError, ServerText, is_quoted};

use super::environment::{BASE_URL, MCLI_OPS_MANAGER_URL, MCLI_SERVICE, OPS_MANAGER_URL, SERVICE, Variables};
use super::error::{CredentialsError, Precedence, ShadowedSource};
use super::profile::Profile;
use super::profiles::Profiles;

/// A text and its place.
struct Placed {
    place: String,
    text: String,
    variable: Option<&'static str>,
}

/// The base URL, in the order of the Atlas CLI: a URL goes before a service, and for each of the two the
/// environment goes before the profile. With it comes the place that names it. What loses is added to `shadowed`.
pub(super) fn choose(
    flag: Option<&BaseUrl>,
    variables: &Variables,
    profile: Option<(&Profiles, &Profile)>,
    shadowed: &mut Vec<ShadowedSource>,
) -> Result<(BaseUrl, String), CredentialsError> {
    let mut places = placed(
        &[OPS_MANAGER_URL, BASE_URL, MCLI_OPS_MANAGER_URL],
        &["ops_manager_url", "base_url"],
        variables,
        profile,
    );
    let services = placed(&[SERVICE, MCLI_SERVICE], &["service"], variables, profile);
    if let Some(url) = flag {
        shadowed.extend(lost(places.into_iter().chain(services), Precedence::BaseUrlFlag));
        return Ok((url.clone(), "--base-url".to_owned()));
    }
    let has_url = !places.is_empty();
    places.extend(services);
    let mut places = places.into_iter();
    let Some(Placed { place, text, variable }) = places.next() else {
        return parse("default", BaseUrl::CLOUD);
    };
    match variable {
        Some(variable) => shadowed.extend(lost(places, Precedence::Variable(variable))),
        // Within one profile nothing has to be told apart.
        None => {
            shadowed.extend(lost(places.filter(|loser| loser.variable.is_some()), Precedence::ProfileUrl));
        }
    }
    if has_url {
        return parse(&place, &text);
    }
    match text.as_str() {
        "cloud" => parse(&place, BaseUrl::CLOUD),
        "cloudgov" => parse(&place, BaseUrl::CLOUD_GOV),
        other if is_quoted(other) => Err(CredentialsError::BaseUrl { place, error: BaseUrlError::Quoted }),
        other => Err(CredentialsError::Service { place, value: ServerText::new(other) }),
    }
}

/// Where a value is set: in variables, then in settings of the profile.
fn placed(
    names: &[&'static str],
    settings: &[&str],
    variables: &Variables,
    profile: Option<(&Profiles, &Profile)>,
) -> Vec<Placed> {
    let in_variable = |name: &'static str| {
        let text = variables.get(name)?;
        Some(Placed { place: name.to_owned(), text, variable: Some(name) })
    };
    let in_profile = |setting: &&str| {
        let (profiles, profile) = profile?;
        let text = profiles.setting(profile, setting)?.to_owned();
        Some(Placed { place: profile.place(setting), text, variable: None })
    };
    let in_variables = names.iter().copied().filter_map(in_variable);
    in_variables.chain(settings.iter().filter_map(in_profile)).collect()
}

fn lost(places: impl Iterator<Item = Placed>, winner: Precedence) -> Vec<ShadowedSource> {
    places.map(|loser| ShadowedSource::new(loser.place, winner)).collect()
}

fn parse(place: &str, text: &str) -> Result<(BaseUrl, String), CredentialsError> {
    let place = place.to_owned();
    match BaseUrl::parse(text) {
        Ok(url) => Ok((url, place)),
        Err(error) => Err(CredentialsError::BaseUrl { place, error }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::environment::tests::{Set, environment};
    use crate::domain::ProfileName;

    fn outcome(set: Set, toml: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, format!("version = 2\n{toml}")).unwrap();
        let profiles = Profiles::load(&path).unwrap();
        let profile = ProfileName::new("ci").and_then(|name| profiles.named(&name).ok());
        let from = profile.map(|profile| (&profiles, profile));
        match choose(None, &Variables(&environment(set)), from, &mut Vec::new()) {
            Ok((url, _)) => url.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_base_url_has_an_order() {
        let rows: [(Set, &str, &str); 15] = [
            (&[], "", "https://cloud.mongodb.com"),
            (&[(SERVICE, "cloudgov")], "", "https://cloud.mongodbgov.com"),
            (
                &[(SERVICE, "mars")],
                "",
                "MONGODB_ATLAS_SERVICE is `mars`: this program supports `cloud` and `cloudgov`",
            ),
            (&[(BASE_URL, "https://b.example/"), (SERVICE, "cloudgov")], "", "https://b.example"),
            (
                &[(BASE_URL, "https://b.example"), (OPS_MANAGER_URL, "https://o.example")],
                "",
                "https://o.example",
            ),
            (
                &[(BASE_URL, "http://b.example")],
                "",
                "MONGODB_ATLAS_BASE_URL: http:// is allowed for localhost only; use https://",
            ),
            (&[], "[ci]\nservice = 'cloudgov'", "https://cloud.mongodbgov.com"),
            (&[], "[ci]\nservice = 'cloud'\nops_manager_url = 'https://o.example/'", "https://o.example"),
            (&[], "[ci]\nbase_url = 'https://b.example'", "https://b.example"),
            (
                &[],
                "base_url = 'https://top.example'\n[ci]\nbase_url = 'https://b.example'",
                "https://top.example",
            ),
            (&[(SERVICE, "cloud")], "[ci]\nservice = 'cloudgov'", "https://cloud.mongodb.com"),
            (
                &[(BASE_URL, "https://b.example")],
                "[ci]\nops_manager_url = 'https://o.example'",
                "https://b.example",
            ),
            (&[(SERVICE, "cloud")], "[ci]\nops_manager_url = 'https://o.example'", "https://o.example"),
            (
                &[],
                "[ci]\nservice = 'ops-manager'",
                "service in profile `ci` is `ops-manager`: this program supports `cloud` and `cloudgov`",
            ),
            (
                &[],
                "[ci]\nops_manager_url = 'https://o.example/api'",
                "ops_manager_url in profile `ci`: remove the path: only a scheme and a host are allowed, like https://cloud.mongodb.com",
            ),
        ];
        for (set, toml, expected) in rows {
            assert_eq!(outcome(set, toml), expected, "{set:?} {toml}");
        }
    }
}
