//! Tests with a fake Secret Service at the other end of a socket pair.

#![expect(
    clippy::needless_pass_by_value,
    clippy::unused_self,
    clippy::used_underscore_binding,
    reason = "methods look as the interfaces of D-Bus say"
)]

use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard};

use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Guid, interface};

use super::*;

const ROOT: &str = "/org/freedesktop/secrets";

#[derive(Clone, Copy)]
struct Collection {
    name: &'static str,
    locked: bool,
    has_entry: bool,
}

impl Collection {
    /// A name that begins with `!` is a locked collection, and one that ends with `*` contains the entry.
    fn parse(text: &'static str) -> Self {
        let name = text.trim_matches(['!', '*']);
        Self { name, locked: text.starts_with('!'), has_entry: text.ends_with('*') }
    }
}

/// A Secret Service whose user responds to every prompt in the same way.
#[derive(Clone)]
struct Fake(Arc<Mutex<State>>);

struct State {
    collections: Vec<Collection>,
    default: &'static str,
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

    /// Returns the entries in the collections for which `fits` is true.
    fn entries(&self, fits: impl Fn(&Collection) -> bool) -> Vec<OwnedObjectPath> {
        let state = self.state();
        let collections =
            state.collections.iter().filter(|collection| collection.has_entry && fits(collection));
        collections.map(|Collection { name, .. }| path(&format!("{ROOT}/collection/{name}/entry"))).collect()
    }

    fn is_locked(&self, collection: &str) -> bool {
        self.state().collections.iter().any(|one| one.name == collection && one.locked)
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
        assert_eq!((&*attributes["service"], &*attributes["username"]), ("atlascli_ci", "client_id"));
        (self.entries(|collection| !collection.locked), self.entries(|collection| collection.locked))
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
        match self.state().default {
            "" => path("/"),
            default => path(&format!("{ROOT}/collection/{default}")),
        }
    }

    #[zbus(property)]
    fn collections(&self) -> Vec<OwnedObjectPath> {
        let path_of = |collection: &Collection| path(&format!("{ROOT}/collection/{}", collection.name));
        self.state().collections.iter().map(path_of).collect()
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
    fn search_items(&self, _attributes: HashMap<String, String>) -> Vec<OwnedObjectPath> {
        self.0.entries(|collection| collection.name == self.1 && !collection.locked)
    }

    #[zbus(property)]
    fn locked(&self) -> bool {
        self.0.is_locked(self.1)
    }
}

struct FakeItem(Fake, &'static str);

#[interface(name = "org.freedesktop.Secret.Item")]
impl FakeItem {
    /// The value is the name of the collection.
    #[zbus(out_args("secret"))]
    fn get_secret(&self, session: OwnedObjectPath) -> ((OwnedObjectPath, Vec<u8>, Vec<u8>, &'static str),) {
        ((session, Vec::new(), self.1.as_bytes().to_vec(), "text/plain"),)
    }

    #[zbus(property)]
    fn locked(&self) -> bool {
        self.0.is_locked(self.1)
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
            let place = format!("{ROOT}/collection/{name}");
            builder = builder.serve_at(format!("{place}/entry"), FakeItem(shared.clone(), name)).unwrap();
            builder = builder.serve_at(place, FakeCollection(shared.clone(), name)).unwrap();
        }
        builder.build().unwrap()
    });
    let client = Builder::async_io_unix_stream(ours).p2p().build().unwrap();
    let service = SecretService::connect_with_existing(EncryptionType::Plain, client).unwrap();
    (Keyring(service, "atlascli_ci".to_owned()), server.join().unwrap())
}

#[test]
fn entries_are_searched_where_the_atlas_cli_keeps_them_and_one_prompt_is_enough() {
    // The collections, the default one, whether the user dismisses prompts, where the entry is found, and the number of
    // prompts.
    let rows = [
        ("x* vault* login*", "vault", false, "login", 0),
        ("x* vault* login", "vault", false, "vault", 0),
        ("x* vault*", "vault", false, "vault", 0),
        ("login x* vault", "vault", false, "x", 0),
        ("x*", "", false, "x", 0),
        ("!a* x*", "", false, "x", 0),
        ("login", "login", false, "none", 0),
        ("", "", false, "none", 0),
        ("!login* x*", "login", false, "login", 1),
        ("!vault*", "vault", false, "vault", 1),
        ("!x*", "", false, "x", 1),
        ("!login* x*", "login", true, "dismissed", 1),
        ("!vault*", "vault", true, "dismissed", 1),
        ("!x*", "", true, "dismissed", 1),
    ];
    let dismissed = CredentialsError::KeyringLocked(ServerText::new("its prompt was dismissed"));
    for row @ (collections, default, dismisses, expected, prompts) in rows {
        let collections = collections.split_whitespace().map(Collection::parse).collect();
        let state = State { collections, default, dismisses, unlocking: Vec::new(), prompts: 0 };
        let fake = Fake(Arc::new(Mutex::new(state)));
        let (keyring, _server) = serve(&fake);
        let expected = match expected {
            "none" => Ok(None),
            "dismissed" => Err(dismissed.clone()),
            collection => Ok(Some(collection.as_bytes().to_vec())),
        };
        assert_eq!(keyring.entry("client_id"), expected, "{row:?}");
        assert_eq!(fake.state().prompts, prompts, "{row:?}");
    }
}
