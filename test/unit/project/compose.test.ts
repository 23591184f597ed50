import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

type Service = {
  image?: string
  user?: string
  environment?: Record<string, string>
  volumes?: string[]
  depends_on?: Record<string, { condition: string }>
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  mem_limit?: string
}

const root = join(import.meta.dirname, '..', '..', '..')
const { services }: { services: Record<string, Service> } = parse(
  readFileSync(join(root, 'docker-compose.yml'), 'utf8'),
  { merge: true },
)

describe('docker-compose.yml', () => {
  it.each(Object.entries(services))(
    'gives %s no capability, no writable root and a limit of memory',
    (_name, service) => {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        mem_limit: expect.stringMatching(/^\d+[mg]$/),
      })
    },
  )

  it('runs no container as root', () => {
    // The image of the service has its own user.
    const others = Object.values(services).filter(({ image }) => image !== 'latchkey')
    expect(others.map(({ user }) => user)).toEqual(['postgres', 'redis', 'postgres'])
    expect(readFileSync(join(root, 'Dockerfile'), 'utf8')).toMatch(/^USER node$/m)
  })

  it('runs the service as latchkey_app, which is no superuser, and without the password of the owner', () => {
    const { environment, depends_on } = services['latchkey'] ?? {}
    expect(environment?.['DATABASE_URL']).toBe(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: compose puts the password in.
      'postgres://latchkey_app:${POSTGRES_APP_PASSWORD}@postgres:5432/latchkey',
    )
    // `env_file` would bring it along.
    expect(environment?.['POSTGRES_PASSWORD']).toBe('')
    expect(depends_on?.['grants']?.condition).toBe('service_completed_successfully')
  })

  it('makes that role after each migration, from files that are there', () => {
    const { depends_on, volumes = [] } = services['grants'] ?? {}
    expect(depends_on?.['migrate']?.condition).toBe('service_completed_successfully')
    const files = volumes.map(volume => volume.split(':')[0] ?? '')
    expect(files).toEqual(['./deploy/compose/app-role.sql', './docs/grants.sql'])
    for (const file of files) expect(readFileSync(join(root, file), 'utf8')).toContain('latchkey_app')
  })
})
