import pg from 'pg'

/** A past for the demonstration: what has been going on for a day, as the service itself would have written it. */

const perDay = [
  ['sign_in_succeeded', 'info', 900],
  ['sign_in_failed', 'warning', 130],
  ['account_locked', 'warning', 9],
  ['refresh_reused', 'critical', 4],
] as const

/** Only into a database that has none yet. More happens by day than by night, and nothing quite evenly. */
export async function writePast(databaseUrl: string, demoEmail: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const known = await client.query(
      "SELECT FROM security_events WHERE created_at < now() - interval '12 hours' LIMIT 1",
    )
    if (known.rowCount !== 0) return
    for (const [type, severity, count] of perDay) {
      await client.query(
        `INSERT INTO security_events (id, type, severity, user_id, actor, ip_address, details, created_at)
         SELECT gen_random_uuid(), $1, $2, someone.id, coalesce(someone.id::text, 'anonymous'),
           ('198.51.100.' || 1 + floor(random() * 250)::int)::inet,
           '{}',
           now() - (happened.ago + 0.02 * random()) * interval '1 day'
         FROM generate_series(1, $3) AS n, LATERAL (SELECT (n + 0.5) / ($3::float8 + 1) AS ago) AS happened
         LEFT JOIN LATERAL (
           SELECT id FROM users WHERE lower(email) <> lower($4) AND $1 <> 'sign_in_failed' ORDER BY md5(id::text || n) LIMIT 1
         ) AS someone ON true
         WHERE random() < 0.62 + 0.38 * sin(happened.ago * 12)`,
        [type, severity, count, demoEmail],
      )
    }
    await client.query(sessionsOfThePast)
    await client.query(endingsOfThePast)
    await client.query(
      `INSERT INTO session_counts (minute, event, count)
       SELECT date_trunc('minute', now()) - n * interval '1 minute', 'refreshed',
         6 + floor(8 * (1 + sin(n / 90.0)) * (0.6 + 0.4 * random()))::int
       FROM generate_series(1, 1440) AS n ON CONFLICT DO NOTHING`,
    )
  } finally {
    await client.end()
  }
}

/** Of a client type that ends after half an hour of silence, so all of them are over; three in ten were revoked. */
const sessionsOfThePast = `
  INSERT INTO user_sessions (id, user_id, client_type, auth_method, access_token_hash, refresh_token_hash, family_hash,
    rotated_at, created_at, authenticated_at, last_activity_at, refresh_expires_at, expires_at, ip_address, device_info,
    revoked_at, revoked_reason, revoked_by)
  SELECT gen_random_uuid(), e.user_id, 'portal', 'password', bytes, bytes, bytes, at, at, at, at, at + interval '1 day',
    at + interval '1 day', e.ip_address, '{"type": "desktop", "os": "Windows", "browser": "Firefox"}',
    CASE WHEN luck < 0.3 THEN at + interval '20 minutes' END,
    CASE WHEN luck < 0.3 THEN (array['logout', 'logout', 'logout', 'user', 'session_limit'])[1 + floor(luck * 16)::int] END,
    CASE WHEN luck < 0.3 THEN e.user_id::text END
  FROM (SELECT *, created_at AS at, random() AS luck, sha256(id::text::bytea) AS bytes FROM security_events
        WHERE type = 'sign_in_succeeded' AND session_id IS NULL AND created_at < now() - interval '40 minutes') AS e
  WHERE e.user_id IS NOT NULL`

const endingsOfThePast = `
  INSERT INTO security_events (id, type, severity, user_id, session_id, actor, ip_address, details, created_at)
  SELECT gen_random_uuid(), 'session_revoked', 'info', user_id, id, revoked_by, ip_address,
    jsonb_build_object('reason', revoked_reason), revoked_at
  FROM user_sessions WHERE user_agent IS NULL AND revoked_at IS NOT NULL`

/** As if the sessions of a person had begun some days ago, each at another time. */
export async function ageSessions(databaseUrl: string, email: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(
      `UPDATE user_sessions SET created_at = created_at - ages.age, last_activity_at = last_activity_at - ages.idle
       FROM (SELECT s.id, age * interval '1 hour' AS age, age * interval '4 minutes' AS idle
             FROM user_sessions s JOIN users u ON u.id = s.user_id,
               LATERAL (SELECT count(*) AS later FROM user_sessions t
                 WHERE t.user_id = s.user_id AND t.created_at > s.created_at) AS place,
               LATERAL (SELECT (array[3, 40, 120, 260, 400])[least(later, 4)::int + 1] AS age) AS chosen
             WHERE lower(u.email) = lower($1) AND s.created_at > now() - interval '10 minutes') AS ages
       WHERE user_sessions.id = ages.id`,
      [email],
    )
    await client.query(
      `UPDATE security_events SET created_at = security_events.created_at - (now() - s.created_at)
       FROM user_sessions s JOIN users u ON u.id = s.user_id
       WHERE security_events.session_id = s.id AND lower(u.email) = lower($1) AND s.user_agent IS NOT NULL`,
      [email],
    )
    await client.query(
      "UPDATE users SET created_at = created_at - (40 + random() * 300) * interval '1 day' WHERE lower(email) = lower($1)",
      [email],
    )
    // One of them looks as if it had been carried off, and the account has been there for a while.
    await client.query(
      `UPDATE user_sessions SET context_changed_at = now() - interval '8 hours'
       FROM users u WHERE u.id = user_id AND lower(u.email) = lower($1) AND user_agent LIKE '%Windows%'`,
      [email],
    )
    await client.query(
      `INSERT INTO security_events (id, type, severity, user_id, session_id, actor, ip_address, user_agent, details, created_at)
       SELECT gen_random_uuid(), 'session_context_changed', 'warning', s.user_id, s.id, s.user_id::text, '198.51.100.9',
         s.user_agent, '{}', s.context_changed_at
       FROM user_sessions s JOIN users u ON u.id = s.user_id
       WHERE s.context_changed_at IS NOT NULL AND lower(u.email) = lower($1)`,
      [email],
    )
    await client.query(
      `UPDATE security_events SET created_at = created_at - interval '30 days'
       WHERE type = 'user_created' AND user_id = (SELECT id FROM users WHERE lower(email) = lower($1))`,
      [email],
    )
  } finally {
    await client.end()
  }
}
