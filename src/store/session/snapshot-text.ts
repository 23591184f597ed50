import type { Snapshot } from '../../session/session.ts'

/**
 * A snapshot as it stands in Redis: a list, since the names of its fields and the id, which is in the key, would be a
 * third of it.
 */
type Fields = [
  userId: Snapshot['userId'],
  roles: Snapshot['roles'],
  clientType: Snapshot['clientType'],
  ipAddress: Snapshot['ipAddress'],
  createdAt: Snapshot['createdAt'],
  lastActivityAt: Snapshot['lastActivityAt'],
  expiresAt: Snapshot['expiresAt'],
  accessTokenHash: Snapshot['accessTokenHash'],
  previousAccessTokenHash: Snapshot['previousAccessTokenHash'],
  rotatedAt: Snapshot['rotatedAt'],
  readAt: Snapshot['readAt'],
]

export function snapshotText(snapshot: Snapshot): string {
  const fields: Fields = [
    snapshot.userId,
    snapshot.roles,
    snapshot.clientType,
    snapshot.ipAddress,
    snapshot.createdAt,
    snapshot.lastActivityAt,
    snapshot.expiresAt,
    snapshot.accessTokenHash,
    snapshot.previousAccessTokenHash,
    snapshot.rotatedAt,
    snapshot.readAt,
  ]
  return JSON.stringify(fields)
}

/** Of a text whose HMAC has shown that we wrote it. Null: an older version of us did, which writes objects. */
export function parseSnapshot(id: string, text: string): Snapshot | null {
  if (!text.startsWith('[')) return null
  const fields: Fields = JSON.parse(text)
  return {
    id,
    userId: fields[0],
    roles: fields[1],
    clientType: fields[2],
    ipAddress: fields[3],
    createdAt: fields[4],
    lastActivityAt: fields[5],
    expiresAt: fields[6],
    accessTokenHash: fields[7],
    previousAccessTokenHash: fields[8],
    rotatedAt: fields[9],
    readAt: fields[10],
  }
}
