//! Lists to choose from, page by page (`itemsPerPage` is 500 at most).

use crate::domain::{AccountEntry, ENTRIES_PER_PAGE, Page, ProjectEntry, ProjectId, ReadProblem};

use super::{Client, MEDIA_TYPE, classify, projects, wire};

impl Client {
    /// Asks for one project, to see whether Atlas takes the credentials at all; signs in first where that is
    /// needed.
    ///
    /// # Errors
    /// As [`Client::projects`].
    pub async fn probe(&self) -> Result<(), ReadProblem> {
        let url = format!("{}/api/atlas/v2/groups?itemsPerPage=1", self.base_url);
        let answer = self.read(url, projects::MEDIA_TYPE, self.limits.list).await?;
        classify::page(&answer, wire::project_entry).map(|_| ())
    }

    /// Reads a page of the projects that the credentials can see (`GET /groups`), counted from 1.
    ///
    /// # Errors
    /// [`ReadProblem::TimedOut`] after 20 seconds.
    pub async fn projects(&self, page: u32) -> Result<Page<ProjectEntry>, ReadProblem> {
        let url =
            format!("{}/api/atlas/v2/groups?itemsPerPage={ENTRIES_PER_PAGE}&pageNum={page}", self.base_url);
        let answer = self.read(url, projects::MEDIA_TYPE, self.limits.list).await?;
        classify::page(&answer, wire::project_entry)
    }

    /// Reads a page of a project's service accounts (`GET /groups/{groupId}/serviceAccounts`), counted
    /// from 1.
    ///
    /// # Errors
    /// As [`Client::projects`].
    pub async fn service_accounts(
        &self,
        project: &ProjectId,
        page: u32,
    ) -> Result<Page<AccountEntry>, ReadProblem> {
        let url = format!(
            "{}/api/atlas/v2/groups/{project}/serviceAccounts?itemsPerPage={ENTRIES_PER_PAGE}&pageNum={page}",
            self.base_url
        );
        let answer = self.read(url, MEDIA_TYPE, self.limits.list).await?;
        classify::page(&answer, wire::account_entry)
    }
}
