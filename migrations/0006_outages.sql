CREATE TABLE "outages" (
	"began_at" timestamp with time zone PRIMARY KEY NOT NULL,
	"ended_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "instances" ALTER COLUMN "acked" DROP NOT NULL;