//! One project and its organization: what the form says beside an id, and how long a secret may live.

use reqwest::header::HeaderValue;

use crate::domain::{OrganizationId, OrganizationSettings, Project, ProjectId, ReadProblem};

use super::{Client, classify};

/// The resource version of the endpoints for projects and organizations.
pub(super) const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/vnd.atlas.2023-01-01+json");

impl Client {
    /// Reads a project (`GET /groups/{groupId}`), signing in first where that is needed.
    ///
    /// # Errors
    /// As [`Client::service_account`].
    pub async fn project(&self, project: &ProjectId) -> Result<Project, ReadProblem> {
        let url = format!("{}/api/atlas/v2/groups/{project}", self.base_url);
        let answer = self.read(url, MEDIA_TYPE, self.limits.read).await?;
        classify::project(&answer)
    }

    /// Reads what an organization allows (`GET /orgs/{orgId}/settings`), signing in first where that is
    /// needed. It takes a role in the organization that not everybody has.
    ///
    /// # Errors
    /// As [`Client::service_account`].
    pub async fn organization_settings(
        &self,
        organization: &OrganizationId,
    ) -> Result<OrganizationSettings, ReadProblem> {
        let url = format!("{}/api/atlas/v2/orgs/{organization}/settings", self.base_url);
        let answer = self.read(url, MEDIA_TYPE, self.limits.read).await?;
        classify::organization_settings(&answer)
    }
}
