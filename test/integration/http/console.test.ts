import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildConsole } from '../../support/console.ts'
import { type Environment, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase } from '../../support/stores.ts'

let built: Awaited<ReturnType<typeof buildConsole>>
let environment: Environment
let instance: Instance
/** Of the page: what it loads at once. */
let page: string
let assets: string[]

beforeAll(async () => {
  built = await buildConsole()
  environment = { DATABASE_URL: (await freshDatabase()).url }
  instance = await startInstance(environment, 0, { consoleFolder: built.folder })
  page = (await get('/console/')).text
  assets = [...page.matchAll(/(?:src|href)="(\/console\/assets\/[^"]+)"/g)].map(([, path = '']) => path)
})

afterAll(async () => {
  await instance.close()
  await built.remove()
})

async function get(path: string, headers: Record<string, string> = {}, at = instance) {
  const answer = await fetch(at.url + path, {
    headers: { 'accept-encoding': 'identity', ...headers },
    redirect: 'manual',
  })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

describe('the console', () => {
  it('is at /console/, asked for anew each time, under a policy that allows its own files only', async () => {
    const answer = await get('/console/')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
    expect(answer.headers.get('cache-control')).toBe('no-cache')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('content-security-policy')?.split(';')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ])
    const bare = await get('/console')
    expect([bare.status, bare.headers.get('location')]).toEqual([308, '/console/'])
  })

  it('says in its page what the settings are that its forms state', async () => {
    const settings = {
      PASSWORD_MIN_LENGTH: '16',
      SESSION_POLICIES: JSON.stringify({
        web: { idleTimeoutSeconds: 3_600, absoluteTimeoutSeconds: 86_400 },
        app_2: { idleTimeoutSeconds: 3_600, absoluteTimeoutSeconds: 86_400 },
      }),
    }
    const other = await startInstance({ ...environment, ...settings }, 0, { consoleFolder: built.folder })
    for (const path of ['/console/', '/console/index.html']) {
      const { text } = await get(path, {}, other)
      expect(text).toContain('<meta name="latchkey-password-min-length" content="16"')
      expect(text).toContain('<meta name="latchkey-client-types" content="web app_2"')
    }
    await other.close()
    expect(page).toContain('<meta name="latchkey-password-min-length" content="12"')
  })

  it('has the name, logo, color and links of the operator, and a policy that allows the logo', async () => {
    const settings = {
      CONSOLE_NAME: 'Acme "A&B" <Cloud>',
      CONSOLE_LOGO: 'https://cdn.example.com/logo.png?a=1&b=2',
      CONSOLE_ACCENT: '#0b6e4f',
      CONSOLE_SUPPORT_URL: 'mailto:help@example.com',
      CONSOLE_PRIVACY_URL: 'https://example.com/privacy',
      REGISTRATION: 'open',
    }
    const other = await startInstance({ ...environment, ...settings }, 0, { consoleFolder: built.folder })
    const { text, headers } = await get('/console/', {}, other)
    const name = 'Acme &quot;A&amp;B&quot; &lt;Cloud>'
    const logo = 'https://cdn.example.com/logo.png?a=1&amp;b=2'
    expect(text).toContain(`<title>${name}</title>`)
    expect(text).toContain(`<meta name="latchkey-name" content="${name}"`)
    expect(text).toContain(`<meta name="latchkey-logo" content="${logo}"`)
    expect(text).toContain(`<link rel="icon" href="${logo}" />`)
    expect(text).toContain('<meta name="latchkey-support-url" content="mailto:help@example.com"')
    expect(text).toContain('<meta name="latchkey-privacy-url" content="https://example.com/privacy"')
    expect(text).toContain('<meta name="latchkey-registration" content="open"')
    expect(headers.get('content-security-policy')).toContain("img-src 'self' https://cdn.example.com;")
    expect(text).toContain('<link rel="stylesheet" href="/console/brand.css" /></head>')
    const styles = await get('/console/brand.css', {}, other)
    expect(styles.headers.get('content-type')).toMatch(/^text\/css/)
    expect(styles.text).toContain('--lk-accent-strong: #0b6e4f;')
    await other.close()
    expect(page).toContain('<meta name="latchkey-registration" content="closed"')
    expect((await get('/console/brand.css')).status).toBe(404)
    expect((await get('/console/logo')).status).toBe(404)
  })

  it('serves the file of a logo, which can run no script', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-logo-'))
    const path = join(folder, 'logo.svg')
    const picture = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    await writeFile(path, picture)
    const settings = { CONSOLE_LOGO: `@${path}` }
    const other = await startInstance({ ...environment, ...settings }, 0, { consoleFolder: built.folder })
    const answer = await get('/console/logo', {}, other)
    expect([answer.status, answer.headers.get('content-type'), answer.text]).toEqual([
      200,
      'image/svg+xml',
      picture,
    ])
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'")
    expect((await get('/console/', {}, other)).text).toContain('content="/console/logo"')
    await other.close()
    await rm(folder, { recursive: true })
  })

  it('is where the root leads', async () => {
    const root = await get('/')
    expect([root.status, root.headers.get('location')]).toEqual([302, '/console/'])
  })

  it('has no script or style inside its page, and names nothing elsewhere', () => {
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?:|"\/\//)
    expect(assets.length).toBeGreaterThan(1)
  })

  it('has files with a hash in their names, kept for a year, and compressed for who takes that', async () => {
    for (const path of assets) {
      expect(path).toMatch(/-[\w-]{8}\.(js|css)$/)
      const plain = await get(path)
      expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(plain.headers.get('vary')).toMatch(/accept-encoding/i)
      for (const encoding of ['br', 'gzip']) {
        const packed = await get(path, { 'accept-encoding': encoding })
        expect([packed.status, packed.headers.get('content-encoding')]).toEqual([200, encoding])
        expect(packed.headers.get('content-type')).toBe(plain.headers.get('content-type'))
        expect(packed.headers.get('content-security-policy')).toMatch(/script-src 'self'/)
      }
    }
  })

  it('is less than 150,000 bytes for a user, compressed, without the charts and the password estimate', async () => {
    const sizes = await Promise.all(
      assets.map(
        async path => (await readFile(join(built.folder, `${path.slice('/console/'.length)}.gz`))).length,
      ),
    )
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150_000)
    const all = await readdir(join(built.folder, 'assets'))
    expect(all.filter(name => /^charts-[\w-]{8}\.js$/.test(name))).toHaveLength(1)
    expect(all.filter(name => /^strength-[\w-]{8}\.js$/.test(name))).toHaveLength(1)
    expect(assets.filter(path => /charts|strength/.test(path))).toEqual([])
  })

  it('leaves the rest of the service as it was: problems, methods, and the policy of answers', async () => {
    const missing = await get('/console/assets/nothing.js')
    expect([missing.status, JSON.parse(missing.text)]).toMatchObject([404, { code: 'not_found' }])
    expect(missing.headers.get('cache-control')).toBe('no-store')
    const posted = await fetch(`${instance.url}/console/`, { method: 'POST' })
    await posted.text()
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    for (const path of [
      '/console/../package.json',
      '/console/%2e%2e/package.json',
      '/console/..%2fpackage.json',
    ]) {
      expect((await get(path)).status, path).toBe(404)
    }
    expect((await get('/health/live')).headers.get('content-security-policy')).not.toMatch(/script-src/)
  })

  it.each([
    ['is switched off by CONSOLE=off', { CONSOLE: 'off' }, () => built.folder],
    ['is not there where none was built', {}, () => join(built.folder, 'nowhere')],
  ])('%s', async (_title, more, folder) => {
    const other = await startInstance({ ...environment, ...more }, 0, { consoleFolder: folder() })
    const answers = await Promise.all(['/', '/console', '/console/'].map(path => get(path, {}, other)))
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404])
    await other.close()
  })
})
