/** What only a library, a database or an engine says. */
export const inside =
  /node_modules|\.[jt]s:\d|\n\s+at |\bFST_|FAST_JWT|fastify|typebox|ajv|drizzle|ioredis|redis|postgres|\bpg\b|argon2|SQLSTATE|\b(select|insert|update|delete) .*\b(from|into|set)\b|user_sessions|security_events|syntax error|SyntaxError|TypeError|RangeError|Unexpected token|in JSON at|invalid input|undefined|\[object /i
