CREATE TABLE "cutoffs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"scope" text NOT NULL,
	"subject" text,
	"issued_before" timestamp with time zone NOT NULL,
	"reason" text NOT NULL,
	"actor" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "instances" (
	"id" uuid PRIMARY KEY NOT NULL,
	"seen_at" timestamp with time zone NOT NULL,
	"acked" "pg_snapshot" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "login_throttles" (
	"subject_hash" "bytea" NOT NULL,
	"device_id" text DEFAULT '' NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"window_started_at" timestamp with time zone NOT NULL,
	"locks" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp with time zone,
	CONSTRAINT "login_throttles_subject_hash_device_id_pk" PRIMARY KEY("subject_hash","device_id")
);
--> statement-breakpoint
CREATE TABLE "revocations" (
	"session_id" uuid PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"actor" text NOT NULL,
	"operation_id" uuid,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "secret_ids" (
	"id" smallint PRIMARY KEY NOT NULL,
	"first_seen_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "security_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"severity" text NOT NULL,
	"user_id" uuid,
	"session_id" uuid,
	"actor" text NOT NULL,
	"ip_address" "inet",
	"user_agent" text,
	"details" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "service_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"kid" text PRIMARY KEY NOT NULL,
	"alg" text NOT NULL,
	"public_jwk" jsonb NOT NULL,
	"private_sealed" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"signs_from" timestamp with time zone NOT NULL,
	"verifies_until" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "user_sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"client_type" text NOT NULL,
	"auth_method" text NOT NULL,
	"device_name" text,
	"access_token_hash" "bytea" NOT NULL,
	"refresh_token_hash" "bytea" NOT NULL,
	"previous_access_token_hash" "bytea",
	"previous_refresh_token_hash" "bytea",
	"family_hash" "bytea" NOT NULL,
	"successor_sealed" "bytea",
	"rotation" integer DEFAULT 0 NOT NULL,
	"rotated_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"authenticated_at" timestamp with time zone NOT NULL,
	"last_activity_at" timestamp with time zone NOT NULL,
	"refresh_expires_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"revoked_reason" text,
	"revoked_by" text,
	"ip_address" "inet",
	"user_agent" text,
	"device_info" jsonb NOT NULL,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"password_hash" text,
	"roles" text[] DEFAULT '{}' NOT NULL,
	"disabled_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "cutoffs_by_xid" ON "cutoffs" USING btree ("xid");--> statement-breakpoint
CREATE INDEX "revocations_by_xid" ON "revocations" USING btree ("xid");--> statement-breakpoint
CREATE INDEX "revocations_by_creation" ON "revocations" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "security_events_by_creation" ON "security_events" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "security_events_by_user" ON "security_events" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE INDEX "security_events_by_session" ON "security_events" USING btree ("session_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "service_keys_by_hash" ON "service_keys" USING btree ("key_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "service_keys_by_name" ON "service_keys" USING btree ("name") WHERE "service_keys"."revoked_at" is null;--> statement-breakpoint
CREATE INDEX "user_sessions_by_user" ON "user_sessions" USING btree ("user_id","created_at","id");--> statement-breakpoint
CREATE INDEX "user_sessions_by_expiry" ON "user_sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "users_by_email" ON "users" USING btree (lower("email"));--> statement-breakpoint
-- Room on each page for the new version of a row, so that rotation and activity updates stay heap-only (HOT); and a
-- vacuum that follows the rows that change, not the rows stored.
ALTER TABLE "user_sessions" SET (
	fillfactor = 70,
	autovacuum_vacuum_scale_factor = 0.02,
	autovacuum_vacuum_cost_delay = 1
);
