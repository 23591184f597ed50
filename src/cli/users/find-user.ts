import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { ListedUser } from '../../store/operator/directory.ts'
import type { UserReference } from '../arguments.ts'

/** The user's id. An id is not looked up: a deleted user still has sessions and events. */
export async function idOf(services: Services, user: UserReference): Promise<string> {
  return user.kind === 'id' ? user.id : (await findUser(services, user)).id
}

/** Throws `not_found`. */
export async function findUser({ directory }: Services, user: UserReference): Promise<ListedUser> {
  const found = user.kind === 'id' ? await directory.find(user.id) : await directory.findByEmail(user.email)
  return found ?? noUser(user.kind === 'id' ? user.id : user.email)
}

export function noUser(reference: string): never {
  throw new Problem('not_found', { detail: `there is no user ${reference}` })
}
