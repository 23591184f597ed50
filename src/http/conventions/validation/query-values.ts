import { isRecord } from '../record.ts'

type Reader = (text: string) => unknown

const number = /^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$/

/** One spelling a value: what a reader leaves as text then fails the schema. */
const readers: Record<string, Reader> = {
  integer: text => (number.test(text) ? Number(text) : text),
  number: text => (number.test(text) ? Number(text) : text),
  boolean: text => (text === 'true' ? true : text === 'false' ? false : text),
}

/**
 * Reads the texts of a query string or a path as the numbers and booleans that the schema asks for. Stricter than
 * a cast: ` 1`, `0x1`, `1e1`, `` and `yes` stay texts.
 */
export function fromTexts(schema: unknown): (values: unknown) => unknown {
  const properties = isRecord(schema) && isRecord(schema['properties']) ? schema['properties'] : {}
  const wanted = Object.entries(properties).flatMap(([key, property]) => {
    const type = isRecord(property) ? property['type'] : undefined
    const reader = typeof type === 'string' ? readers[type] : undefined
    return reader ? [{ key, reader }] : []
  })
  return values => {
    if (!isRecord(values) || wanted.length === 0) return values
    const read = { ...values }
    for (const { key, reader } of wanted) {
      const value = values[key]
      if (typeof value === 'string') read[key] = reader(value)
    }
    return read
  }
}
