//! Whole lists, for a run without an interface.

use std::future::Future;
use std::time::Duration;

use crate::domain::{AccountEntry, ApiError, Page, ProjectEntry, ProjectId};

use super::{AtlasApi, pause_before_restart};

/// All projects that the credentials can see. `tell` hears of each wait after a read that failed.
///
/// # Errors
/// A page could not be read, also not after trying again.
pub async fn all_projects(
    atlas: &impl AtlasApi,
    tell: impl Fn(&ApiError, Duration),
) -> Result<Vec<ProjectEntry>, ApiError> {
    all_pages(|page| atlas.projects(page), tell).await
}

/// All service accounts of a project.
///
/// # Errors
/// A page could not be read, also not after trying again.
pub async fn all_accounts(
    atlas: &impl AtlasApi,
    project: &ProjectId,
    tell: impl Fn(&ApiError, Duration),
) -> Result<Vec<AccountEntry>, ApiError> {
    all_pages(|page| atlas.accounts(project, page), tell).await
}

async fn all_pages<T, Work>(
    read: impl Fn(u32) -> Work,
    tell: impl Fn(&ApiError, Duration),
) -> Result<Vec<T>, ApiError>
where
    Work: Future<Output = Result<Page<T>, ApiError>>,
{
    let (mut entries, mut number, mut tried) = (Vec::new(), 1, 0);
    loop {
        match read(number).await {
            Ok(page) => {
                entries.extend(page.entries);
                if page.is_last {
                    return Ok(entries);
                }
                (number, tried) = (number + 1, 0);
            }
            Err(problem) => {
                let Some(pause) = pause_before_restart(&problem, tried) else { return Err(problem) };
                tell(&problem, pause);
                tokio::time::sleep(pause).await;
                tried += 1;
            }
        }
    }
}
