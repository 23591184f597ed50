import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'
import { generate } from 'orval'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documentPath } from '../../../scripts/openapi.ts'

/** The calls by the names that clients in any language give them. They are part of the contract. */
const operationIds = [
  'changePassword',
  'createRevocation',
  'createUser',
  'deleteUser',
  'exchangeRefreshToken',
  'getAuthorizationServerMetadata',
  'getCurrentSession',
  'getInstanceStatus',
  'getJwks',
  'getLiveness',
  'getReadiness',
  'getRevocation',
  'getSession',
  'getStatistics',
  'getStatisticsHistory',
  'getUser',
  'introspectToken',
  'listAccountEvents',
  'listSecurityEvents',
  'listSessions',
  'listUserSessions',
  'listUsers',
  'openSession',
  'previewRevocation',
  'refreshSession',
  'registerUser',
  'renameSession',
  'revokeSession',
  'revokeSessions',
  'revokeToken',
  'runCleanup',
  'signIn',
  'signOut',
  'unlockUser',
  'updateUser',
  'verifyRequest',
]

/** What most clients handle; the others are there as well. */
const schemaNames = [
  'Device',
  'Problem',
  'SecurityEvent',
  'Session',
  'SessionPage',
  'SignedIn',
  'TokenPair',
  'User',
]

/** A name that a generator had to make up, such as `PostV1AuthLogin200AnyOfThree`. */
const madeUp = /AnyOf|OneOf|V1|Post[A-Z]|\d{3}[A-Z]/

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-generated-'))
})
afterAll(() => rm(folder, { recursive: true }))

function typeErrors(file: string): string[] {
  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
  })
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

describe('a client that is generated from the description of the API', () => {
  test('by orval has a function for each call, usable names, and types that fit', async () => {
    const file = join(folder, 'orval.ts')
    await generate({ input: { target: documentPath }, output: { target: file, client: 'fetch' } })
    const code = await readFile(file, 'utf8')
    const functions = Array.from(code.matchAll(/^export const (\w+) = async/gm), ([, name]) => name)
    expect(functions.toSorted()).toEqual(operationIds)
    const types = Array.from(code.matchAll(/^export (?:interface|type) (\w+)/gm), ([, name = '']) => name)
    expect(types).toEqual(expect.arrayContaining(schemaNames))
    expect(types.filter(name => madeUp.test(name))).toEqual([])
    expect(code).toContain('export type SignIn200 = SignedIn | SignedInByCookie')
    expect(typeErrors(file)).toEqual([])
  }, 120_000)

  test('by openapi-typescript has the same names', async () => {
    const code = astToString(await openapiTS(await readFile(documentPath, 'utf8')))
    const [, operations = ''] = code.split('export interface operations {')
    const names = Array.from(operations.matchAll(/^ {4}(\w+): \{/gm), ([, name]) => name)
    expect(names.toSorted()).toEqual(operationIds)
    for (const name of schemaNames) expect(code).toContain(`        ${name}: {`)
  })
})
