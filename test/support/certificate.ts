import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Of 127.0.0.1, signed by itself, for an hour or so of tests; paths of PEM files. */
export type Certificate = { file: string; key: string; remove(): Promise<void> }

/** Throws when there is no openssl. */
export async function makeCertificate(): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-test-certificate-'))
  const [file, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  const remove = () => rm(folder, { recursive: true, force: true })
  const flags = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '1']
  const subject = ['-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1']
  try {
    await promisify(execFile)('openssl', ['req', ...flags, ...subject, '-keyout', key, '-out', file])
  } catch (error) {
    await remove()
    throw error
  }
  return { file, key, remove }
}
