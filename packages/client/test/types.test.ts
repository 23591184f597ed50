import { readFile } from 'node:fs/promises'
import { expect, expectTypeOf, it } from 'vitest'
import { describedTypes, typesPath } from '../../../scripts/client-types.ts'
import type { AnswerTo, InputOf, LatchkeyClient, Operation } from '../src/index.ts'

it('the committed packages/client/src/openapi.ts is what docs/openapi.json says (if it is not, run: npm run client:types)', async () => {
  expect(await readFile(typesPath, 'utf8')).toBe(await describedTypes())
})

it('a call takes and gives what the description of the API says', () => {
  expectTypeOf<'GET /v1/admin/stats'>().toExtend<Operation>()
  expectTypeOf<'PUT /v1/admin/stats'>().not.toExtend<Operation>()
  expectTypeOf<AnswerTo<'DELETE /v1/sessions/{id}'>>().toEqualTypeOf<null>()
  expectTypeOf<AnswerTo<'DELETE /v1/sessions'>>().toEqualTypeOf<{ revoked: number }>()
  expectTypeOf<AnswerTo<'GET /v1/sessions'>['nextCursor']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<InputOf<'PATCH /v1/sessions/{id}'>['params']>().toEqualTypeOf<{ id: string }>()
  expectTypeOf<InputOf<'PATCH /v1/sessions/{id}'>['body']>().toEqualTypeOf<{ deviceName: string }>()
  expectTypeOf<InputOf<'GET /v1/sessions'>['body']>().toEqualTypeOf<undefined>()

  const wrong = (client: LatchkeyClient) => {
    // @ts-expect-error: the id is missing
    void client.request('GET /v1/sessions/{id}')
    // @ts-expect-error: there is no such call
    void client.request('GET /v1/nothing')
    // @ts-expect-error: no such field
    void client.request('PATCH /v1/sessions/{id}', { params: { id: '' }, body: { name: '' } })
    void client.request('GET /v1/sessions')
    void client.request('GET /v1/sessions', { query: { limit: 3 } })
    void client.request('GET /v1/admin/users/{id}/sessions', { params: { id: '' }, query: { state: 'all' } })
  }
  expect(wrong).toBeTypeOf('function')
})
