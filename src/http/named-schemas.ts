import { isDeepStrictEqual } from 'node:util'
import { isRecord } from './conventions/record.ts'

/**
 * The same description with every schema that has a title under `components.schemas`, by that title, and referred to
 * from where it stood: generators of clients take their names from there. Routes' own schemas are left as they are.
 *
 * @throws Error for two schemas that differ and have one title
 */
export function withNamedSchemas<Described extends object>(description: Described): Described {
  const { paths, components } = { paths: {}, components: {}, ...description }
  const { schemas, ...others } = isRecord(components) ? components : {}
  const named = new Map(Object.entries(isRecord(schemas) ? schemas : {}))
  const referring = referred(paths, named)
  const byName = [...named].toSorted(([one], [other]) => (one < other ? -1 : 1))
  return {
    ...description,
    components: { ...others, schemas: Object.fromEntries(byName) },
    paths: referring,
  }
}

/** A copy in which references stand for whatever has a title, and which adds those to `named`. */
function referred(value: unknown, named: Map<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map(item => referred(item, named))
  if (!isRecord(value)) return value
  const copy = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, referred(part, named)]))
  const { title, ...schema } = copy
  if (typeof title !== 'string') return copy
  const known = named.get(title)
  if (known !== undefined && !isDeepStrictEqual(known, schema)) {
    throw new Error(`two schemas that differ are called ${title}`)
  }
  named.set(title, schema)
  return { $ref: `#/components/schemas/${title}` }
}
