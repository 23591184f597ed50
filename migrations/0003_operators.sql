CREATE TABLE "revocation_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"strategy" text NOT NULL,
	"value" text,
	"reason" text NOT NULL,
	"actor" text NOT NULL,
	"matched" integer,
	"revoked" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"completed_at" timestamp with time zone,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "role_changes" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "session_counts" (
	"minute" timestamp with time zone NOT NULL,
	"event" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "session_counts_minute_event_reason_pk" PRIMARY KEY("minute","event","reason")
);
--> statement-breakpoint
CREATE INDEX "role_changes_by_xid" ON "role_changes" USING btree ("xid");--> statement-breakpoint
CREATE INDEX "security_events_by_type" ON "security_events" USING btree ("type","created_at","id");--> statement-breakpoint
CREATE INDEX "security_events_by_actor" ON "security_events" USING btree ("actor") WHERE length("security_events"."actor") = 36 AND "security_events"."actor" IS DISTINCT FROM "security_events"."user_id"::text;--> statement-breakpoint
CREATE INDEX "users_by_address" ON "users" USING btree ((lower("email") COLLATE "C"));--> statement-breakpoint
-- The two ways in which an event may be deleted or changed. They run with the rights of their owner, so that the
-- server's own role needs neither right (docs/grants.sql); each checks what it is asked for.
CREATE FUNCTION delete_old_security_events(retention_days integer, batch_size integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
	WITH deleted AS (
		DELETE FROM public.security_events WHERE id IN (
			SELECT id FROM public.security_events
			WHERE created_at < statement_timestamp() - make_interval(days => greatest(retention_days, 7))
			ORDER BY created_at LIMIT batch_size FOR UPDATE SKIP LOCKED)
		RETURNING id)
	SELECT count(*) FROM deleted
$$;
--> statement-breakpoint
CREATE FUNCTION forget_deleted_user(deleted_user_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM public.users WHERE id = deleted_user_id) THEN
		RAISE EXCEPTION 'user % has not been deleted', deleted_user_id;
	END IF;
	UPDATE public.security_events SET ip_address = NULL, user_agent = NULL, details = '{}'
	WHERE user_id = deleted_user_id;
	-- What the deleted person has done to others: the deed stays, from where it was done goes.
	UPDATE public.security_events SET ip_address = NULL, user_agent = NULL
	WHERE actor = deleted_user_id::text AND length(actor) = 36 AND actor IS DISTINCT FROM user_id::text;
END
$$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION delete_old_security_events(integer, integer), forget_deleted_user(uuid) FROM PUBLIC;
