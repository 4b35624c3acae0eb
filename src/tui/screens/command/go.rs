//! The recipe for the Atlas Go SDK.

use crate::domain::{BaseUrl, NewSecret};

/// A release of the SDK that has the operation by this name. Every later one gives its own import path.
const SDK: &str = "go.mongodb.org/atlas-sdk/v20250312023/admin";

/// A whole program, formatted as gofmt does. The token's URL follows the base URL, so that comes first.
pub(super) fn program(base_url: &BaseUrl, new_secret: &NewSecret) -> String {
    format!(
        r#"package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"{SDK}"
)

func main() {{
	ctx := context.Background()
	clientID := os.Getenv("MONGODB_ATLAS_CLIENT_ID")
	clientSecret := os.Getenv("MONGODB_ATLAS_CLIENT_SECRET")

	client, err := admin.NewClient(
		admin.UseBaseURL("{base_url}"),
		admin.UseOAuthAuth(ctx, clientID, clientSecret),
	)
	if err != nil {{
		log.Fatal(err)
	}}

	secret, _, err := client.ServiceAccountsAPI.CreateGroupSecret(
		ctx,
		"{project}",
		"{client}",
		admin.NewServiceAccountSecretRequest({hours}),
	).Execute()
	if err != nil {{
		log.Fatal(err)
	}}
	fmt.Println(secret.GetSecret())
}}
"#,
        base_url = escaped(&base_url.to_string()),
        project = new_secret.project,
        client = new_secret.client,
        hours = new_secret.lifetime.hours(),
    )
}

/// The inside of an interpreted string literal (Go specification, "String literals").
fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"")
}
