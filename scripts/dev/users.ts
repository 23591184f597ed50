import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { keep, root } from './state.ts'
import { tell } from './tell.ts'

const demoEmail = 'demo@latchkey.dev'
export const operatorEmail = 'operator@latchkey.dev'

export type Demo = {
  email: string
  password: string
}

export async function prepareDatabase(env: NodeJS.ProcessEnv): Promise<Demo> {
  tell('Latchkey', 'applying migrations')
  const migrated = await latchkey(['migrate'], env)
  if (!migrated.ok) throw new Error(`The migrations failed:\n${migrated.output}`)
  // A password that everyone knows is for a database of ours only, which nobody else can reach.
  const password = process.env['DATABASE_URL']
    ? (await keep('demo-password', () => randomBytes(12).toString('base64url'))).value
    : 'walnut-harbour-demo-42'
  for (const [email, ...roles] of [[demoEmail], [operatorEmail, '--role', 'admin']]) {
    const args = ['users', 'create', '--email', email ?? '', ...roles, '--password-stdin']
    const created = await latchkey(args, env, password)
    if (!created.ok && !/already|email_taken/i.test(created.output)) {
      throw new Error(`The user ${email} could not be made:\n${created.output}`)
    }
  }
  return { email: demoEmail, password }
}

/** Runs the command line from the sources, as `npm run cli` does. */
function latchkey(
  args: string[],
  env: NodeJS.ProcessEnv,
  input = '',
): Promise<{ ok: boolean; output: string }> {
  return new Promise(resolve => {
    const command = ['--import', import.meta.resolve('tsx'), join('src', 'cli.ts'), ...args]
    const child = execFile(process.execPath, command, { cwd: root, env }, (error, stdout, stderr) => {
      resolve({ ok: error === null, output: `${stdout}${stderr}`.trim() })
    })
    child.stdin?.end(input)
  })
}
