//! Where credentials come from. They never come as arguments, and nothing here is ever written.

mod environment;

pub use environment::{CredentialsError, base_url_from_environment, from_environment};
