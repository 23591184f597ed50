import { Counter, type Registry } from 'prom-client'
import type { SignInObserver } from '../account/observer.ts'

export function signInMetrics(registers: Registry[]): SignInObserver {
  const signIns = new Counter({
    name: 'latchkey_sign_ins_total',
    help: 'Password sign-ins by outcome.',
    labelNames: ['outcome'],
    registers,
  })
  const lockouts = new Counter({
    name: 'latchkey_lockouts_total',
    help: 'Failed sign-ins that locked an account.',
    registers,
  })
  return {
    signIn: result => signIns.inc({ outcome: result }),
    locked: () => lockouts.inc(),
  }
}
