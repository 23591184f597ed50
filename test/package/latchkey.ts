import { type ProblemCode, problems, version } from 'latchkey'

const code: ProblemCode = 'session_revoked'
const status: 401 = problems[code].status
const text: string = version
// @ts-expect-error: not a code of ours
const unknown: ProblemCode = 'no_such_code'

export { status, text, unknown }
