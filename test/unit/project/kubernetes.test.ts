import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { CronJob } from 'kubernetes-models/batch/v1/CronJob'
import { Job } from 'kubernetes-models/batch/v1/Job'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Namespace } from 'kubernetes-models/v1/Namespace'
import { Service } from 'kubernetes-models/v1/Service'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { readConfig, settings } from '../../../src/config/config.ts'

const folder = join(import.meta.dirname, '..', '..', '..', 'deploy', 'kubernetes')

/** Each checks itself against the schema that Kubernetes publishes for its kind. */
const models = {
  ConfigMap,
  CronJob,
  Deployment,
  Job,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  ServiceAccount,
}

type PodSpec = {
  automountServiceAccountToken: boolean
  terminationGracePeriodSeconds?: number
  securityContext: { runAsNonRoot: boolean; seccompProfile: { type: string } }
  containers: {
    lifecycle?: { preStop?: { exec?: { command: string[] } } }
    securityContext: { capabilities: { drop: string[] } }
    image: string
    env?: { name: string; value?: string }[]
  }[]
}
type Manifest = {
  apiVersion: string
  kind: keyof typeof models
  metadata: { name: string; namespace?: string }
  data?: Record<string, string>
  spec?: { template?: { spec: PodSpec }; jobTemplate?: { spec: { template: { spec: PodSpec } } } }
}

function manifests(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map(document => {
    expect(document.errors).toEqual([])
    return document.toJS()
  })
}

const all = [...manifests('latchkey.yaml'), ...manifests('migrate.yaml')]
const pods = all.flatMap(({ kind, spec }) => {
  const pod = spec?.template?.spec ?? spec?.jobTemplate?.spec.template.spec
  return pod === undefined ? [] : [{ kind, pod }]
})

describe('the Kubernetes manifests', () => {
  it.each(all.map(manifest => ({ manifest, name: `${manifest.kind} ${manifest.metadata.name}` })))(
    'fit the schema of their kind: $name',
    ({ manifest }) => {
      const Model = models[manifest.kind]
      expect(manifest.apiVersion).toBe(Model.apiVersion)
      expect(() => Reflect.construct(Model, [manifest]).validate()).not.toThrow()
    },
  )

  it('would be refused with a field of the wrong type or without one that is needed', () => {
    const deployment = all.find(({ kind }) => kind === 'Deployment')
    const broken = { ...deployment, spec: { ...deployment?.spec, replicas: 'two' } }
    expect(() => Reflect.construct(Deployment, [broken]).validate()).toThrow('/spec/replicas')
    const empty = { ...deployment, spec: { replicas: 2 } }
    expect(() => Reflect.construct(Deployment, [empty]).validate()).toThrow('selector')
  })

  it('run every pod as the restricted pod security standard wants it, without a token of the cluster', () => {
    expect(pods.map(({ kind }) => kind).sort()).toEqual(['CronJob', 'Deployment', 'Job'])
    for (const { pod } of pods) {
      expect(pod.automountServiceAccountToken).toBe(false)
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      for (const container of pod.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
      }
    }
  })

  it('name settings that there are, and take secrets by reference only', () => {
    const config = all.flatMap(({ kind, data }) => (kind === 'ConfigMap' ? Object.keys(data ?? {}) : []))
    expect(config.filter(name => !Object.hasOwn(settings, name))).toEqual([])
    expect(config.filter(name => /SECRET|PASSWORD|_URL/.test(name))).toEqual([])
    const values = pods.flatMap(({ pod }) => pod.containers.flatMap(({ env = [] }) => env))
    expect(values.filter(({ value }) => value !== undefined)).toEqual([])
  })

  it('trust no network of proxies until one has been named', () => {
    const config = all.find(({ kind }) => kind === 'ConfigMap')?.data ?? {}
    const stores = {
      DATABASE_URL: 'postgres://localhost/x',
      LATCHKEY_SECRET: randomBytes(32).toString('base64'),
    }
    expect(() => readConfig({ ...stores, ...config })).toThrow(/^TRUST_PROXY must be a list of addresses/)
    expect(readConfig({ ...stores, ...config, TRUST_PROXY: '10.42.7.0/24' }).trustProxy).toEqual([
      '10.42.7.0/24',
    ])
  })

  it('leave a pod the time to be noticed, and then to finish, before it is killed', () => {
    const server = pods.find(({ kind }) => kind === 'Deployment')?.pod
    const told = server?.containers[0]?.lifecycle?.preStop?.exec?.command
    expect(told).toEqual(['sleep', '5'])
    // The process ends by itself 10 seconds after it was told to.
    expect(server?.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(5 + 10)
  })

  it('run the same image everywhere', () => {
    expect(new Set(pods.flatMap(({ pod }) => pod.containers.map(({ image }) => image))).size).toBe(1)
  })
})
