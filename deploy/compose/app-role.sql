-- Makes the role that the service runs as, with the password in APP_PASSWORD; or gives the existing role that password.
-- docker-compose.yml runs it with psql as the owner, before docs/grants.sql.

\set ON_ERROR_STOP on
\getenv password APP_PASSWORD

SELECT 'CREATE ROLE latchkey_app'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'latchkey_app')
\gexec

ALTER ROLE latchkey_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
