//! The log: what was asked of Atlas, and nothing that anybody could use.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::atlas::{Atlas, PLAIN, PROJECT};
use crate::program::{as_service_account, create};

#[test]
fn the_log_names_requests_and_holds_no_secret() {
    let atlas = Atlas::start();
    let (_, login) = atlas.service_account();
    let program = as_service_account(&atlas).args(["--project-id", PROJECT, "--client-id", PLAIN]);
    let path = program.home().join("requests.log");
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let mut terminal = program.args(["--log-file", path.to_str().unwrap()]).start();
    create(&mut terminal);
    terminal.send("r");
    let shown = terminal.wait_for("mdb_sa_sk_DEMO");
    let value = shown.split_whitespace().find(|word| word.starts_with("mdb_sa_sk_DEMO")).unwrap();
    terminal.send("ql");
    terminal.wait_exit();
    let log = fs::read_to_string(&path).unwrap();
    for line in
        ["method=POST path=\"/api/oauth/token\"", "method=POST path=\"/api/atlas/v2/groups/", "status=201"]
    {
        assert!(log.contains(line), "{line} is missing in\n{log}");
    }
    for secret in [value, login.as_str(), "Bearer", "Basic", "Authorization"] {
        assert!(!log.contains(secret), "{log}");
    }
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
