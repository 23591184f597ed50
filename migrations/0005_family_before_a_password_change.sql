ALTER TABLE "user_sessions" ADD COLUMN "former_family_hashes" "bytea";--> statement-breakpoint
ALTER TABLE "user_sessions" ADD COLUMN "former_token_seen_at" timestamp with time zone;