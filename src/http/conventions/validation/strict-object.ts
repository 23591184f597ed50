import type { TObject, TObjectOptions, TProperties } from 'typebox'
import { Type } from 'typebox'
import { isRecord } from '../record.ts'

/** An object without other fields; every object in a request is one. */
export function StrictObject<Properties extends TProperties>(
  properties: Properties,
  options: TObjectOptions = {},
): TObject<Properties> {
  return Type.Object(properties, { ...options, additionalProperties: false })
}

/**
 * Refuses, when the service starts, a request schema in which some object would let unknown fields pass.
 *
 * @throws Error naming the place
 */
export function requireStrict(schema: unknown, place: string): void {
  if (!isRecord(schema)) return
  const open = schema['additionalProperties'] !== false && schema['unevaluatedProperties'] !== false
  if (isRecord(schema['properties']) && open) throw new Error(`${place} must be a StrictObject`)
  for (const [key, part] of Object.entries(schema)) requireStrict(part, `${place}/${key}`)
}
