//! Fetching whole lists: page after page, with retries.

use std::cell::RefCell;
use std::time::Duration;

use atlas_secret::domain::{ApiError, Cause, Operation, Page, ProjectEntry, ProjectId, ServerText};
use atlas_secret::jobs::{AtlasApi, Retry, read_pages};
use tokio::time::Instant;

use crate::stage::{Call, FakeAtlas, rejection};
use crate::unreachable;

fn page(number: usize, is_last: bool) -> Page<ProjectEntry> {
    let id = ProjectId::parse(&format!("{number:024x}")).unwrap();
    let entry = ProjectEntry { id, name: ServerText::new(&number.to_string()), organization: None };
    Page { entries: vec![entry], is_last, about: Some(1) }
}

/// Fetches a list with these responses. Returns the names, the requested pages and the waits.
async fn read(
    mut responses: Vec<Result<Page<ProjectEntry>, ApiError>>,
) -> (Result<Vec<String>, ApiError>, Vec<u32>, Vec<Duration>) {
    let (atlas, requested, waits) = (FakeAtlas::default(), RefCell::default(), RefCell::default());
    let mut entries = Vec::new();
    let began = Instant::now();
    let world = async {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            if let Some(Call::Projects(number, reply)) = atlas.take_waiting().pop() {
                RefCell::<Vec<u32>>::borrow_mut(&requested).push(number);
                reply.send(responses.remove(0)).unwrap();
            }
        }
    };
    let on_retry = |retry: Retry| RefCell::<Vec<Duration>>::borrow_mut(&waits).push(retry.pause);
    let on_page = |page: Page<ProjectEntry>| entries.extend(page.entries);
    let last = tokio::select! {
        last = read_pages(1, |page| atlas.projects(page), on_page, on_retry) => last,
        () = world => panic!("the server never stops"),
    };
    let names = last
        .map(|last| entries.into_iter().chain(last.entries).map(|entry| entry.name.to_string()).collect());
    let waits: Vec<Duration> = waits.into_inner();
    assert!(began.elapsed() >= waits.iter().sum::<Duration>());
    (names, requested.into_inner(), waits)
}

#[tokio::test(start_paused = true)]
async fn all_pages_are_fetched_with_retries_for_temporary_errors() {
    let seconds = |seconds: &[u64]| seconds.iter().copied().map(Duration::from_secs).collect::<Vec<_>>();
    let (names, requested, waits) =
        read(vec![Ok(page(1, false)), Ok(page(2, false)), Ok(page(3, true))]).await;
    assert_eq!((names.unwrap().join(" ").as_str(), requested, waits), ("1 2 3", vec![1, 2, 3], Vec::new()));
    let gateway = || Err(ApiError::sent(Cause::Unexpected { status: 502 }));
    let failing =
        vec![Err(unreachable()), Ok(page(1, false)), gateway(), gateway(), gateway(), Ok(page(2, true))];
    let (names, requested, waits) = read(failing).await;
    assert_eq!(names.unwrap(), ["1", "2"]);
    assert_eq!(
        (requested, waits),
        (vec![1, 1, 2, 2, 2, 2], seconds(&[1, 1, 2, 4])),
        "the retries are counted per page"
    );
    let refused = ApiError::rejected(rejection(403, "FORBIDDEN"));
    let (names, requested, _) = read(vec![Ok(page(1, false)), Err(refused.clone())]).await;
    assert_eq!(
        (names, requested),
        (Err(refused.of(Operation::ListProjects)), vec![1, 2]),
        "an incomplete list is an error"
    );
    let (names, requested, _) = read((1..=101).map(|number| Ok(page(number, number == 101))).collect()).await;
    assert_eq!(
        names,
        Err(ApiError::sent(Cause::ListTooLong { pages: 100 })),
        "there is a limit for endless lists"
    );
    assert_eq!(requested.len(), 100);
    let (names, _, _) = read((1..=100).map(|number| Ok(page(number, number == 100))).collect()).await;
    assert_eq!(names.unwrap().len(), 100);
    let (names, _, waits) = read(vec![gateway(), gateway(), gateway(), gateway()]).await;
    assert_eq!(
        (names, waits),
        (
            Err(ApiError::sent(Cause::Unexpected { status: 502 }).of(Operation::ListProjects)),
            seconds(&[1, 2, 4])
        )
    );
}
