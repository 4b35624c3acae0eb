package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"go.mongodb.org/atlas-sdk/v20250312023/admin"
)

func main() {
	ctx := context.Background()
	clientID := os.Getenv("MONGODB_ATLAS_CLIENT_ID")
	clientSecret := os.Getenv("MONGODB_ATLAS_CLIENT_SECRET")

	client, err := admin.NewClient(
		admin.UseBaseURL("{base_url}"),
		admin.UseOAuthAuth(ctx, clientID, clientSecret),
	)
	if err != nil {
		log.Fatal(err)
	}

	secret, _, err := client.ServiceAccountsAPI.CreateGroupSecret(
		ctx,
		"{project}",
		"{client}",
		admin.NewServiceAccountSecretRequest({hours}),
	).Execute()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(secret.GetSecret())
}
