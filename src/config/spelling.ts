import leven, { closestMatch } from 'leven'
import { ConfigError } from './refusal.ts'

/** Names that begin like this are meant for Latchkey, so an unknown one prevents the start. */
const ours =
  /^(LATCHKEY_|DATABASE_(URL|POOLER)|SESSION_POLIC|ACCESS_TOKEN_|REFRESH_TOKEN_|ROTATION_GRACE|CACHE_TTL|NEAR_CACHE|REVOCATION_|CLEANUP_INTERVAL|EVENTS_RETENTION|MAX_SESSIONS|REDIS_(URL|SENTINEL|MASTER|CLUSTER|NODE_|TLS)|ALLOW(ED_ORIGIN|_UNENCRYPTED)|INSECURE_COOKIE|RATE_LIMIT)/
/** Kubernetes sets these in every pod for every service of the namespace, including one named `latchkey`. */
const serviceLink = /_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_\d+_(TCP|UDP)(_.+)?)?)$/
/** Platforms set these in addition to REDIS_URL and DATABASE_URL, as other URLs of the same store. */
const ofPlatforms = /^(REDIS_TLS_URL|REDIS_URL_.+|DATABASE_URL_.+)$/

/** Throws `ConfigError` for an unknown name that is meant for Latchkey. */
export function refuseUnknown(environment: NodeJS.ProcessEnv, settings: readonly string[]): void {
  const unknown = Object.keys(environment).find(
    name => ours.test(name) && !serviceLink.test(name) && !ofPlatforms.test(name) && !settings.includes(name),
  )
  if (unknown === undefined) return
  const meant =
    settings.find(name => name.startsWith(unknown)) ?? closestMatch(unknown, settings, { maxDistance: 4 })
  const remedy =
    meant === undefined ? 'check its spelling against .env.example' : `did you mean ${meant}? Correct it`
  throw new ConfigError(unknown, `is not a setting; ${remedy}, or unset it`)
}

/**
 * One line for each variable that is almost a setting, if that setting is not set. The name may belong to another
 * program, so it does not prevent the start.
 */
export function spellingWarnings(environment: NodeJS.ProcessEnv, settings: readonly string[]): string[] {
  const set = Object.keys(environment).filter(name => environment[name] !== '')
  const missing = settings.filter(name => !set.includes(name) && !name.startsWith('OTEL_'))
  return set.flatMap(name => {
    if (settings.includes(name) || name.startsWith('OTEL_')) return []
    if (ofPlatforms.test(name)) return platformWarning(name, missing)
    const meant = missing.find(setting => isNear(name, setting))
    return meant === undefined ? [] : [`${name} is not a setting and has no effect; did you mean ${meant}?`]
  })
}

/** Without REDIS_URL or DATABASE_URL, the variable was probably meant to replace it. */
function platformWarning(name: string, missing: readonly string[]): string[] {
  const meant = name.startsWith('REDIS_') ? 'REDIS_URL' : 'DATABASE_URL'
  return missing.includes(meant) ? [`${name} has no effect; did you mean ${meant}?`] : []
}

/** Short names are similar to too many others. */
function isNear(name: string, setting: string): boolean {
  const maxDistance = setting.length < 6 ? 1 : 2
  return leven(singular(name), singular(setting), { maxDistance: maxDistance + 1 }) <= maxDistance
}

function singular(name: string): string {
  return name.replace(/IES$/, 'Y').replace(/S$/, '')
}
