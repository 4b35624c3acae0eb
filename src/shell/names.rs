//! Names on the command line of a run without the form. They are replaced by IDs before anything else happens.

use std::future::Future;

use crate::domain::{
    AccountEntry, ApiError, ApiResult, Exit, Explanation, FieldName, Page, ProjectEntry, ProjectId,
    RejectionKind, ServerText,
};
use crate::headless::SIGNING_IN;
use crate::jobs::{AtlasApi, Retry, read_pages};
use crate::process::say;
use crate::tui::screens::{Form, Validation};
use crate::tui::{best_matches, is_same_name};

/// The maximum number of candidates that are listed.
const MAX_CANDIDATES: usize = 10;

struct Entry {
    name: ServerText,
    id: String,
}

/// Replaces the names in the form by IDs. Returns true if that required signing in, or else the exit code, and why a
/// name has no ID.
pub(super) async fn resolve(
    atlas: &impl AtlasApi,
    form: &mut Form,
    signed_in_as: &str,
) -> Result<bool, (Exit, String)> {
    let mut has_signed_in = false;
    for field in [FieldName::Project, FieldName::Client] {
        let Some(name) = form.name(field).map(str::to_owned) else { continue };
        if !std::mem::replace(&mut has_signed_in, true) {
            // The first read signs in.
            say(SIGNING_IN);
        }
        let entries = read(atlas, field, form.project_id().as_ref()).await;
        let entries = entries
            .map_err(|error| (Exit::without_secret(&error), unreadable(field, signed_in_as, &error)))?;
        let id = find(form, field, &name, &entries).map_err(|why| (Exit::Usage, why))?;
        say(&format!("{} {} is {id}", form.source(field), ServerText::new(&name)));
        form.set(field, id);
    }
    Ok(has_signed_in)
}

async fn read(atlas: &impl AtlasApi, field: FieldName, project: Option<&ProjectId>) -> ApiResult<Vec<Entry>> {
    say(&format!("Reading the list of {}s", field.noun()));
    if let (FieldName::Client, Some(project)) = (field, project) {
        let entry = |entry: AccountEntry| Entry { name: entry.name, id: entry.client.to_string() };
        return all_pages(|page| atlas.accounts(project, page), entry).await;
    }
    let entry = |entry: ProjectEntry| Entry { name: entry.name, id: entry.id.to_string() };
    all_pages(|page| atlas.projects(page), entry).await
}

async fn all_pages<T, Work>(read: impl Fn(u32) -> Work, entry: impl Fn(T) -> Entry) -> ApiResult<Vec<Entry>>
where
    Work: Future<Output = ApiResult<Page<T>>>,
{
    let on_retry = |retry: Retry| say(&retry.message(retry.pause));
    let mut entries = Vec::new();
    let add = |page: Page<T>| entries.extend(page.entries);
    let last = read_pages(1, read, add, on_retry).await?;
    Ok(entries.into_iter().chain(last.entries).map(entry).collect())
}

fn unreadable(field: FieldName, signed_in_as: &str, error: &ApiError) -> String {
    let Explanation { title, meaning, action, atlas_message } = error.explain_list(field, signed_in_as);
    let action = match error.rejection_kind() {
        Some(RejectionKind::RoleTooLow) => format!("{meaning} Give the ID instead."),
        Some(RejectionKind::Forbidden) => "Give the ID instead.".to_owned(),
        _ => action.into_owned(),
    };
    let atlas = atlas_message.map_or_else(String::new, |message| format!(" Atlas: {message}"));
    format!("Nothing was created. {title} {action}{atlas}")
}

/// The ID of the only entry with this name, or else what to do.
fn find<'a>(form: &Form, field: FieldName, name: &str, entries: &'a [Entry]) -> Result<&'a str, String> {
    let name = ServerText::new(name);
    let is_same = |entry: &&Entry| is_same_name(entry.name.as_str(), name.as_str());
    let same: Vec<&Entry> = entries.iter().filter(is_same).collect();
    let (option, noun) = (form.source(field), field.noun());
    match &same[..] {
        [entry] => Ok(&entry.id),
        [] => {
            // Hexadecimal digits may be meant as an ID.
            let as_id = match form.validation(field) {
                Validation::Name { message, is_like_an_id: true } => {
                    format!(", and it is not an ID: {message}")
                }
                _ => String::new(),
            };
            let not_found = match field {
                FieldName::Client => "the project has no service account with this name",
                _ => "no project with this name is visible to these credentials",
            };
            let rows = entries.iter().map(|entry| (entry.name.to_string(), entry.id.clone()));
            let similar = best_matches(rows, name.as_str()).into_iter().filter_map(|row| entries.get(row));
            let candidates = match (lines(similar), entries.len()) {
                (similar, _) if !similar.is_empty() => format!(". Similar:{similar}"),
                (_, 1..=MAX_CANDIDATES) => format!(". Available:{}", lines(entries.iter())),
                _ => ".".to_owned(),
            };
            Err(format!("Nothing was created. {option} {name}: {not_found}{as_id}{candidates}"))
        }
        _ => {
            let count = same.len();
            Err(format!(
                "Nothing was created. {option} {name}: {count} {noun}s have this name. Give the ID instead:{}",
                lines(same.into_iter())
            ))
        }
    }
}

/// The IDs and names, one entry per line. All IDs have the same length.
fn lines<'a>(mut entries: impl Iterator<Item = &'a Entry>) -> String {
    let mut lines = vec![String::new()];
    lines
        .extend(entries.by_ref().take(MAX_CANDIDATES).map(|entry| format!("  {}  {}", entry.id, entry.name)));
    let more = entries.count();
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
    lines.join("\n")
}
