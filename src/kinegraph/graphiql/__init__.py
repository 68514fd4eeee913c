"""GraphiQL's page with its examples, and the demo's people whom it offers to sign in as."""
