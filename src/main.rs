//! The program `atlas-secret`.

fn main() {}
