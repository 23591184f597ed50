import { once } from 'node:events'
import { createServer } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { listening } from './silent-server.ts'

/** A span as it went over the wire; ids in hexadecimal. `parentId` is empty for the first of a trace. */
export type Span = {
  traceId: string
  spanId: string
  parentId: string
  name: string
  service: string
  attributes: Record<string, string | number>
  /** `exception.type` of what failed. */
  errors: string[]
}

/** Takes spans by OTLP over HTTP (`ExportTraceServiceRequest` of opentelemetry-proto, in protobuf). */
export async function startCollector() {
  const bodies: Buffer[] = []
  const spans: Span[] = []
  const headers: NodeJS.Dict<string | string[]>[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const sent = Buffer.concat(chunks)
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
    bodies.push(body)
    headers.push(request.headers)
    spans.push(...spansOf(body))
    response.setHeader('content-type', 'application/x-protobuf').end()
  })
  const port = await listening(server)
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    /** Of the calls that brought spans. */
    headers,
    /** All that was ever sent, byte by byte. */
    text: () => Buffer.concat(bodies).toString('latin1'),
    async close() {
      server.closeAllConnections()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}

type Fields = Map<number, (Buffer | bigint)[]>

function spansOf(body: Buffer): Span[] {
  return messages(fieldsOf(body), 1).flatMap(ofResource => {
    const service = messages(ofResource, 1).flatMap(resource => Object.entries(attributesOf(resource, 1)))
    const serviceName = String(Object.fromEntries(service)['service.name'])
    return messages(ofResource, 2)
      .flatMap(ofScope => messages(ofScope, 2))
      .map(span => ({
        traceId: bytes(span, 1).toString('hex'),
        spanId: bytes(span, 2).toString('hex'),
        parentId: bytes(span, 4).toString('hex'),
        name: bytes(span, 5).toString(),
        service: serviceName,
        attributes: attributesOf(span, 9),
        errors: messages(span, 11).map(event => String(attributesOf(event, 3)['exception.type'])),
      }))
  })
}

function attributesOf(fields: Fields, number: number): Record<string, string | number> {
  return Object.fromEntries(
    messages(fields, number).map(pair => {
      const [value] = messages(pair, 2)
      const [text] = value?.get(1) ?? []
      const [whole] = value?.get(3) ?? []
      return [bytes(pair, 1).toString(), text instanceof Buffer ? text.toString() : Number(whole)]
    }),
  )
}

function messages(fields: Fields, number: number): Fields[] {
  return (fields.get(number) ?? []).flatMap(value => (value instanceof Buffer ? [fieldsOf(value)] : []))
}

function bytes(fields: Fields, number: number): Buffer {
  const [value] = fields.get(number) ?? []
  return value instanceof Buffer ? value : Buffer.alloc(0)
}

/** The wire format of protobuf: a number and a type, then what the type says. */
function fieldsOf(message: Buffer): Fields {
  const fields: Fields = new Map()
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const taken = (length: number): Buffer => {
    at += length
    return message.subarray(at - length, at)
  }
  const value = (type: number): Buffer | bigint => {
    if (type === 0) return varint()
    if (type === 1) return taken(8).readBigUInt64LE()
    if (type === 2) return taken(Number(varint()))
    if (type === 5) return BigInt(taken(4).readUInt32LE())
    throw new Error(`protobuf has no type ${type}`)
  }
  while (at < message.length) {
    const tag = Number(varint())
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value(tag & 7)])
  }
  return fields
}
