-- The database role that the server and the command line run as. Only `latchkey migrate` needs the owner of the tables.
--
-- Make it once:      CREATE ROLE latchkey_app LOGIN PASSWORD '…';
-- Run this file as the owner, the first time and after every `latchkey migrate`: psql --single-transaction -f grants.sql

GRANT USAGE ON SCHEMA public, drizzle TO latchkey_app;
GRANT SELECT ON drizzle.__drizzle_migrations TO latchkey_app;

GRANT SELECT, INSERT, UPDATE, DELETE ON
  user_sessions, users, login_throttles,
  revocations, cutoffs, revocation_runs, role_changes, instances, outages,
  session_counts, signing_keys, secret_ids, service_keys
  TO latchkey_app;

-- What is on record stays as it is: the role may read the audit log and add to it.
REVOKE ALL ON security_events FROM latchkey_app;
GRANT SELECT, INSERT ON security_events TO latchkey_app;

-- The exceptions, as functions that run with their owner's rights and check what they are asked for: one deletes events
-- that are past a retention of at least seven days, one blanks what is personal in the events of a deleted user.
GRANT EXECUTE ON FUNCTION delete_old_security_events(integer, integer), forget_deleted_user(uuid) TO latchkey_app;
