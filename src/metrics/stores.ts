import { Counter, Gauge, type Registry } from 'prom-client'

const storeStates = ['up', 'down', 'recovering', 'restricted'] as const

export function storeMetrics(registers: Registry[]) {
  const current = new Gauge({
    name: 'latchkey_store_state',
    help: '1 for the state that a store is in.',
    labelNames: ['store', 'state'],
    registers,
  })
  const transitions = new Counter({
    name: 'latchkey_store_transitions_total',
    help: 'How often a store came into a state.',
    labelNames: ['store', 'state'],
    registers,
  })
  return {
    enter(store: 'postgres' | 'redis', state: string): void {
      for (const each of storeStates) current.set({ store, state: each }, each === state ? 1 : 0)
      transitions.inc({ store, state })
    },
  }
}

export function poolMetrics(
  read: () => { total: number; idle: number; waiting: number },
  registers: Registry[],
): void {
  new Gauge({
    name: 'latchkey_pool_connections',
    help: 'Connections to Postgres, and requests that wait for one.',
    labelNames: ['state'],
    registers,
    collect() {
      const { total, idle, waiting } = read()
      this.set({ state: 'busy' }, total - idle)
      this.set({ state: 'idle' }, idle)
      this.set({ state: 'waiting' }, waiting)
    },
  })
}

export function breakerMetrics(isOpen: () => boolean, registers: Registry[]): void {
  new Gauge({
    name: 'latchkey_breaker_open',
    help: '1 while a store has failed so often that no request asks it; a probe does.',
    labelNames: ['store'],
    registers,
    collect() {
      this.set({ store: 'redis' }, isOpen() ? 1 : 0)
    },
  })
}
