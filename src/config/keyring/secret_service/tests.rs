//! Tests with a fake Secret Service at the other end of a socket pair, and without any.

#![expect(
    clippy::needless_pass_by_value,
    clippy::unused_self,
    clippy::used_underscore_binding,
    reason = "methods look as the interfaces of D-Bus say"
)]

use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};

use secrecy::ExposeSecret;
use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Guid, interface};

use super::*;
use crate::config::keyring::KeyringRequest;
use crate::domain::{Credentials, PairKind, ProfileName};

const ROOT: &str = "/org/freedesktop/secrets";
const ID: &str = "mdb_sa_id_1234567890abcdef12345678";

/// A collection with the client ID of profile `ci`, or without entries.
#[derive(Clone, Copy)]
struct Collection {
    name: &'static str,
    locked: bool,
    full: bool,
}

/// A Secret Service whose user responds to every prompt in the same way.
#[derive(Clone)]
struct Fake(Arc<Mutex<State>>);

struct State {
    collections: Vec<Collection>,
    default: Option<&'static str>,
    dismisses: bool,
    /// The objects that the open prompt unlocks.
    unlocking: Vec<OwnedObjectPath>,
    prompts: usize,
}

fn path(text: &str) -> OwnedObjectPath {
    OwnedObjectPath::try_from(text).unwrap()
}

impl Fake {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Returns the user's entries in the collections for which `fits` is true.
    fn entries(&self, user: &str, fits: impl Fn(&Collection) -> bool) -> Vec<OwnedObjectPath> {
        let state = self.state();
        let collections = state.collections.iter().filter(|collection| collection.full && fits(collection));
        collections.map(|Collection { name, .. }| path(&format!("{ROOT}/collection/{name}/{user}"))).collect()
    }
}

impl State {
    /// Returns the collection at this path, or the one with the entry at this path.
    fn at(&mut self, path: &str) -> &mut Collection {
        let name = path.split('/').nth(5).unwrap();
        self.collections.iter_mut().find(|collection| collection.name == name).unwrap()
    }
}

#[interface(name = "org.freedesktop.Secret.Service")]
impl Fake {
    fn open_session(&self, _algorithm: &str, _input: Value<'_>) -> (OwnedValue, OwnedObjectPath) {
        (Value::from("").try_to_owned().unwrap(), path(&format!("{ROOT}/session/1")))
    }

    fn search_items(
        &self,
        attributes: HashMap<String, String>,
    ) -> (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) {
        assert_eq!(attributes["service"], "atlascli_ci");
        let user = &attributes["username"];
        (
            self.entries(user, |collection| !collection.locked),
            self.entries(user, |collection| collection.locked),
        )
    }

    fn unlock(&self, objects: Vec<OwnedObjectPath>) -> (Vec<OwnedObjectPath>, OwnedObjectPath) {
        let mut state = self.state();
        if objects.iter().all(|object| !state.at(object).locked) {
            return (objects, path("/"));
        }
        state.unlocking = objects;
        (Vec::new(), path(&format!("{ROOT}/prompt/1")))
    }

    fn read_alias(&self, name: &str) -> OwnedObjectPath {
        assert_eq!(name, "default");
        self.state().default.map_or(path("/"), |default| path(&format!("{ROOT}/collection/{default}")))
    }

    #[zbus(property)]
    fn collections(&self) -> Vec<OwnedObjectPath> {
        let state = self.state();
        let paths = state
            .collections
            .iter()
            .map(|collection| path(&format!("{ROOT}/collection/{}", collection.name)));
        paths.collect()
    }
}

struct FakePrompt(Fake);

#[interface(name = "org.freedesktop.Secret.Prompt")]
impl FakePrompt {
    async fn prompt(&self, _window: &str, #[zbus(signal_emitter)] emitter: SignalEmitter<'_>) {
        let dismissed = {
            let mut state = self.0.state();
            state.prompts += 1;
            for object in std::mem::take(&mut state.unlocking) {
                state.at(&object).locked = state.dismisses;
            }
            state.dismisses
        };
        Self::completed(&emitter, dismissed, Value::from("")).await.unwrap();
    }

    #[zbus(signal)]
    async fn completed(emitter: &SignalEmitter<'_>, dismissed: bool, result: Value<'_>) -> zbus::Result<()>;
}

struct FakeCollection(Fake, &'static str);

#[interface(name = "org.freedesktop.Secret.Collection")]
impl FakeCollection {
    /// Like `KeePassXC`, which does not show locked entries.
    fn search_items(&self, attributes: HashMap<String, String>) -> Vec<OwnedObjectPath> {
        self.0.entries(&attributes["username"], |collection| collection.name == self.1 && !collection.locked)
    }

    #[zbus(property)]
    fn locked(&self) -> bool {
        self.0.state().at(&format!("{ROOT}/collection/{}", self.1)).locked
    }
}

/// The client ID or the client secret, with the name of its collection in it.
struct FakeItem(Fake, &'static str, &'static str);

#[interface(name = "org.freedesktop.Secret.Item")]
impl FakeItem {
    #[zbus(out_args("secret"))]
    fn get_secret(&self, session: OwnedObjectPath) -> ((OwnedObjectPath, Vec<u8>, Vec<u8>, &'static str),) {
        let value = if self.2 == "client_id" { ID.to_owned() } else { format!("mdb_sa_sk_FAKE_{}", self.1) };
        ((session, Vec::new(), value.into_bytes(), "text/plain"),)
    }

    #[zbus(property)]
    fn locked(&self) -> bool {
        self.0.state().at(&format!("{ROOT}/collection/{}", self.1)).locked
    }
}

/// Starts the service at the other end. Returns a keyring, and the connection that keeps the service running.
fn serve(fake: &Fake) -> (Keyring, Connection) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let shared = fake.clone();
    let server = std::thread::spawn(move || {
        let mut builder = Builder::async_io_unix_stream(theirs).server(Guid::generate()).unwrap().p2p();
        builder = builder.serve_at(ROOT, shared.clone()).unwrap();
        builder = builder.serve_at(format!("{ROOT}/prompt/1"), FakePrompt(shared.clone())).unwrap();
        let collections = shared.state().collections.clone();
        for Collection { name, .. } in collections {
            let collection_path = format!("{ROOT}/collection/{name}");
            for user in ["client_id", "client_secret"] {
                let item = FakeItem(shared.clone(), name, user);
                builder = builder.serve_at(format!("{collection_path}/{user}"), item).unwrap();
            }
            builder = builder.serve_at(collection_path, FakeCollection(shared.clone(), name)).unwrap();
        }
        builder.build().unwrap()
    });
    let client = Builder::async_io_unix_stream(ours).p2p().build().unwrap();
    let service = SecretService::connect_with_existing(EncryptionType::Plain, client).unwrap();
    (Keyring(service), server.join().unwrap())
}

fn request() -> KeyringRequest {
    KeyringRequest { profile: ProfileName::new("ci").unwrap(), kind: PairKind::ServiceAccount, in_file: None }
}

#[test]
fn entries_are_searched_where_the_atlas_cli_keeps_them_and_one_prompt_is_enough() {
    /// The row's name, the collections, the default one, whether prompts are dismissed, the expected result, and the
    /// number of prompts.
    type Row<'a> = (&'a str, Vec<Collection>, Option<&'static str>, bool, &'a str, usize);
    const HAS: bool = true;
    const HAS_NOT: bool = false;
    let open = |name, full| Collection { name, locked: false, full };
    let locked = |name, full| Collection { name, locked: true, full };
    let dismissed = "the system's keyring is locked (its prompt was dismissed): try again and unlock it, or set \
                     MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET instead";
    let none =
        "client_id of profile `ci` in the system's keyring is missing: run `atlas auth login --profile ci`";
    let rows: [Row; 14] = [
        (
            "login first",
            vec![open("x", HAS), open("vault", HAS), open("login", HAS)],
            Some("vault"),
            false,
            "login",
            0,
        ),
        (
            "then default",
            vec![open("x", HAS), open("vault", HAS), open("login", HAS_NOT)],
            Some("vault"),
            false,
            "vault",
            0,
        ),
        ("no login", vec![open("x", HAS), open("vault", HAS)], Some("vault"), false, "vault", 0),
        (
            "then any",
            vec![open("login", HAS_NOT), open("x", HAS), open("vault", HAS_NOT)],
            Some("vault"),
            false,
            "x",
            0,
        ),
        ("no default", vec![open("x", HAS)], None, false, "x", 0),
        ("open before locked", vec![locked("a", HAS), open("x", HAS)], None, false, "x", 0),
        ("none at all", vec![open("login", HAS_NOT)], Some("login"), false, none, 0),
        ("no collection", vec![], None, false, none, 0),
        ("login locked", vec![locked("login", HAS), open("x", HAS)], Some("login"), false, "login", 1),
        ("default locked", vec![locked("vault", HAS)], Some("vault"), false, "vault", 1),
        ("any locked", vec![locked("x", HAS)], None, false, "x", 1),
        ("login dismissed", vec![locked("login", HAS), open("x", HAS)], Some("login"), true, dismissed, 1),
        ("default dismissed", vec![locked("vault", HAS)], Some("vault"), true, dismissed, 1),
        ("any dismissed", vec![locked("x", HAS)], None, true, dismissed, 1),
    ];
    for (row, collections, default, dismisses, expected, prompts) in rows {
        let state = State { collections, default, dismisses, unlocking: Vec::new(), prompts: 0 };
        let fake = Fake(Arc::new(Mutex::new(state)));
        let (keyring, _server) = serve(&fake);
        let found = match request().pair(|user| keyring.entry(&request().service(), user)) {
            Ok(Credentials::ServiceAccount { client_secret, .. }) => {
                client_secret.expose_secret().trim_start_matches("mdb_sa_sk_FAKE_").to_owned()
            }
            Ok(other) => panic!("{row}: {other:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{row}");
        assert_eq!(fake.state().prompts, prompts, "{row}");
    }
}

// The address of the session's D-Bus is a variable of the whole process, so each test below runs its part in another
// process.

const SOCKET: &str = "ATLAS_SECRET_TEST_SOCKET";

/// Runs one of the ignored tests below in a process whose session bus is at `socket`.
fn passes_with_bus_at(socket: &Path, test: &str) -> bool {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", &format!("config::keyring::secret_service::tests::{test}")])
        .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", socket.display()))
        .env(SOCKET, socket)
        .output()
        .unwrap();
    // A name without a test would be a success, too.
    output.status.success() && String::from_utf8_lossy(&output.stdout).contains("1 passed")
}

#[test]
fn no_session_bus_is_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    assert!(passes_with_bus_at(&folder.path().join("bus"), "without_a_bus"));
}

#[test]
fn a_keyring_that_never_responds_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    assert!(passes_with_bus_at(&folder.path().join("bus"), "with_a_silent_bus"));
}

/// The same for a profile that also has the pair in the file.
fn request_beside_file() -> KeyringRequest {
    let pair = Credentials::pair(PairKind::ApiKey, "abcdefgh", "FAKE-of-the-file".to_owned());
    KeyringRequest { in_file: Some(pair.unwrap()), ..request() }
}

#[tokio::test]
#[ignore = "run by the tests above, in a process of its own"]
async fn without_a_bus() {
    let error = request().read().await.unwrap_err();
    assert!(matches!(error, CredentialsError::KeyringUnavailable(_)), "{error:?}");
    assert!(error.to_string().starts_with("the system's keyring cannot be opened ("), "{error}");
    let (read, note) = request_beside_file().read().await.unwrap();
    assert!(matches!(read, Credentials::ApiKey { .. }) && note.is_none(), "{read:?} {note:?}");
}

#[tokio::test]
#[ignore = "run by the tests above, in a process of its own"]
async fn with_a_silent_bus() {
    let bus = UnixListener::bind(std::env::var(SOCKET).unwrap()).unwrap();
    let reading = tokio::spawn(request().read());
    tokio::task::yield_now().await;
    // From here on, the thread waits for a greeting that never comes.
    let _silent = bus.accept().unwrap();
    let (read, note) = request_beside_file().read().await.unwrap();
    assert!(matches!(read, Credentials::ApiKey { .. }) && note.is_none(), "the file counts soon");
    assert!(!reading.is_finished());
}
