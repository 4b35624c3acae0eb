//! The environment variables that the vendor's own tools use: Atlas CLI, Terraform provider, Go SDK.

use crate::domain::trim_visible;

pub(super) const ACCESS_TOKEN: &str = "MONGODB_ATLAS_ACCESS_TOKEN";
pub(super) const CLIENT_ID: &str = "MONGODB_ATLAS_CLIENT_ID";
pub(super) const CLIENT_SECRET: &str = "MONGODB_ATLAS_CLIENT_SECRET";
pub(super) const PUBLIC_API_KEY: &str = "MONGODB_ATLAS_PUBLIC_API_KEY";
pub(super) const PRIVATE_API_KEY: &str = "MONGODB_ATLAS_PRIVATE_API_KEY";
pub(super) const PUBLIC_KEY: &str = "MONGODB_ATLAS_PUBLIC_KEY";
pub(super) const PRIVATE_KEY: &str = "MONGODB_ATLAS_PRIVATE_KEY";
pub(super) const OPS_MANAGER_URL: &str = "MONGODB_ATLAS_OPS_MANAGER_URL";
pub(super) const BASE_URL: &str = "MONGODB_ATLAS_BASE_URL";
pub(super) const SERVICE: &str = "MONGODB_ATLAS_SERVICE";
pub(super) const PROFILE: &str = "MONGODB_ATLAS_PROFILE";
const PROJECT_ID: &str = "MONGODB_ATLAS_PROJECT_ID";

// What the Atlas CLI read before it was called so, and still reads; all others go first.
pub(super) const MCLI_PUBLIC_API_KEY: &str = "MCLI_PUBLIC_API_KEY";
pub(super) const MCLI_PRIVATE_API_KEY: &str = "MCLI_PRIVATE_API_KEY";
pub(super) const MCLI_OPS_MANAGER_URL: &str = "MCLI_OPS_MANAGER_URL";
pub(super) const MCLI_SERVICE: &str = "MCLI_SERVICE";
const MCLI_PROJECT_ID: &str = "MCLI_PROJECT_ID";

/// Every variable that holds a credential or a half of one.
pub(super) const CREDENTIALS: [&str; 9] = [
    ACCESS_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    PUBLIC_API_KEY,
    PRIVATE_API_KEY,
    PUBLIC_KEY,
    PRIVATE_KEY,
    MCLI_PUBLIC_API_KEY,
    MCLI_PRIVATE_API_KEY,
];

/// A look-up that counts a blank variable as not set and takes what cannot be seen around a value off.
pub(super) struct Variables<'a>(pub(super) &'a dyn Fn(&str) -> Option<String>);

impl Variables<'_> {
    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let value = (self.0)(name)?;
        let trimmed = trim_visible(&value);
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    /// The project, and the variable that names it.
    pub(super) fn project_id(&self) -> Option<(&'static str, String)> {
        [PROJECT_ID, MCLI_PROJECT_ID].into_iter().find_map(|name| Some((name, self.get(name)?)))
    }

    /// True when the variable is there and not blank.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

#[cfg(test)]
pub(super) mod tests {
    /// An environment of a test.
    pub(in crate::config) type Set = &'static [(&'static str, &'static str)];

    /// A look-up in it.
    pub(in crate::config) fn environment(set: Set) -> impl Fn(&str) -> Option<String> {
        move |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }
}
