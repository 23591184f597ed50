import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { fromBase64 } from './encoding.ts'
import { pbkdf2Hash } from './pbkdf2.ts'
import { argon2Hash } from './phc.ts'
import { type Reading, refused } from './recipe.ts'

/** One element of `credentials` in Keycloak's export; both of these may be the JSON text that they are there. */

const Texts = Type.Array(Type.String(), { minItems: 1 })

const credentialData = Compile(
  Type.Object({
    algorithm: Type.String(),
    hashIterations: Type.Integer(),
    additionalParameters: Type.Optional(
      Type.Object({
        memory: Type.Optional(Texts),
        parallelism: Type.Optional(Texts),
        type: Type.Optional(Texts),
        version: Type.Optional(Texts),
      }),
    ),
  }),
)
const secretData = Compile(Type.Object({ value: Type.String(), salt: Type.String() }))

/** Pure: null when it is no such object. */
export function readKeycloak(value: unknown): Reading | null {
  if (typeof value !== 'object' || value === null) return null
  if (!('credentialData' in value && 'secretData' in value)) return null
  const how = parsed(value.credentialData)
  const secret = parsed(value.secretData)
  if (!(credentialData.Check(how) && secretData.Check(secret))) {
    return refused("Keycloak's credentialData or secretData is incomplete")
  }
  const [salt, digest] = [fromBase64(secret.salt), fromBase64(secret.value)]
  if (how.algorithm === 'argon2')
    return readArgon2(how.hashIterations, how.additionalParameters, salt, digest)
  const hash = pbkdf2.get(how.algorithm)
  if (hash === undefined)
    return refused("Keycloak's algorithm must be pbkdf2, pbkdf2-sha256, pbkdf2-sha512 or argon2")
  return pbkdf2Hash(hash, how.hashIterations, salt, digest)
}

const pbkdf2 = new Map([
  ['pbkdf2', 'sha1'],
  ['pbkdf2-sha256', 'sha256'],
  ['pbkdf2-sha512', 'sha512'],
])

type Argon2Parameters = { memory?: string[]; parallelism?: string[]; type?: string[]; version?: string[] }

function readArgon2(
  passes: number,
  { memory, parallelism, type, version }: Argon2Parameters = {},
  salt: Buffer | null,
  digest: Buffer | null,
): Reading {
  const algorithm = variants.get(type?.[0] ?? '')
  const number = versions.get(version?.[0] ?? '')
  if (algorithm === undefined || number === undefined) {
    return refused("Keycloak's argon2 must have the type id, i or d and the version 1.3 or 1.0")
  }
  const costs = { memoryKib: Number(memory?.[0]), passes, lanes: Number(parallelism?.[0]) }
  return argon2Hash({ algorithm, version: number, ...costs }, salt, digest)
}

const variants = new Map<string, 'argon2id' | 'argon2i' | 'argon2d'>([
  ['id', 'argon2id'],
  ['i', 'argon2i'],
  ['d', 'argon2d'],
])
const versions = new Map<string, 19 | 16>([
  ['1.3', 19],
  ['1.0', 16],
])

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return null
  }
}
