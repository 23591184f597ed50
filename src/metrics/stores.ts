import { Counter, Gauge, type Registry } from 'prom-client'

const storeStates = ['up', 'down', 'recovering', 'restricted'] as const

export function storeMetrics(registers: Registry[]) {
  const current = new Gauge({
    name: 'latchkey_store_state',
    help: '1 for the current state of a store, 0 for the others.',
    labelNames: ['store', 'state'],
    registers,
  })
  const transitions = new Counter({
    name: 'latchkey_store_transitions_total',
    help: 'State changes of a store, by the state that it entered.',
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
    help: 'Postgres connections by state, and requests waiting for one.',
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
    help: '1 while requests skip a store because it failed repeatedly; a probe checks it.',
    labelNames: ['store'],
    registers,
    collect() {
      this.set({ store: 'redis' }, isOpen() ? 1 : 0)
    },
  })
}
