ALTER TABLE "login_throttles" ADD COLUMN "user_id" uuid;--> statement-breakpoint
-- Users from before may have device tokens that name no epoch; new ones begin with 1.
ALTER TABLE "users" ADD COLUMN "device_epoch" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "device_epoch" SET DEFAULT 1;--> statement-breakpoint
CREATE INDEX "login_throttles_by_user" ON "login_throttles" USING btree ("user_id") WHERE "login_throttles"."user_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "users_by_imported_hash" ON "users" USING btree ((left("password_hash", 64) COLLATE "C")) WHERE "users"."password_hash" NOT LIKE '$argon2id$v=19$m=19456,t=2,p=1$%';