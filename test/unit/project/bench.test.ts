import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createAnswerReader, encode } from '../../../bench/load/http.ts'
import { inOrderOf } from '../../../bench/measure/rounds.ts'
import { watchStandstills } from '../../../bench/measure/standstill.ts'
import { median, summarise, type Turn } from '../../../bench/measure/statistics.ts'
import { judge, judgeByRound, verdictOn } from '../../../bench/measure/targets.ts'
import { renderDocument } from '../../../bench/report/document.ts'
import { columns, figuresOfRow, measuredText } from '../../../bench/report/figures.ts'
import { readRun, render, resultsFile } from '../../../bench/report/publish.ts'
import type { Run } from '../../../bench/report/run-facts.ts'

const turn: Turn = {
  requests: 1_000,
  seconds: 1,
  p50Ms: 2,
  p99Ms: 4,
  failures: 0,
  firstFailure: null,
  cpuSeconds: 0.5,
  residentBytes: 1_000_000,
}

describe('what the benchmark makes of its rounds', () => {
  it('takes the middle of an odd number of rounds, and the mean of the middle two of an even number', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([9, 1, 5, 3])).toBe(4)
  })

  it('tells medians of rates, and how far the rounds lie apart', () => {
    const summary = summarise([turn, { ...turn, requests: 3_000 }, { ...turn, seconds: 2, requests: 4_000 }])
    expect(summary).toMatchObject({ requestsPerSecond: 2_000, spread: 1, p99Ms: 4 })
  })

  it('counts processor time by the request, and knows none where the system does not tell', () => {
    expect(summarise([turn]).cpuSecondsPer1000).toBe(0.5)
    expect(summarise([{ ...turn, cpuSeconds: null }]).cpuSecondsPer1000).toBeNull()
  })

  it('judges a target that is a floor and one that is a ceiling', () => {
    const floor = { atLeast: 0.85, wanted: 0.95 }
    expect([0.84, 0.85, 0.95].map(value => verdictOn(value, floor))).toEqual(['missed', 'met', 'wanted'])
    const ceiling = { atMost: 2, wanted: 1.3 }
    expect([2.1, 2, 1.3].map(value => verdictOn(value, ceiling))).toEqual(['missed', 'met', 'wanted'])
    expect(verdictOn(1, undefined)).toBe('untargeted')
  })

  it('tells a ratio by as many digits as its verdict needs', () => {
    const target = { atLeast: 0.75, wanted: 0.9 }
    const ratio = { of: 'service', to: 'floor', figure: 'requestsPerSecond', byCpu: null, target } as const
    const told = (value: number) => measuredText({ ...ratio, value, verdict: verdictOn(value, target) })
    expect([0.74593, 0.75014, 0.89912, 0.74412].map(told)).toEqual(['0.746', '0.75', '0.899', '0.74'])
    expect([0.749764, 0.749999].map(told)).toEqual(['0.7498', '0.749999'])
  })

  it('relates two entries by throughput and by processor time', () => {
    const summaries = new Map([
      ['service', summarise([{ ...turn, cpuSeconds: 2 }])],
      ['floor', summarise([{ ...turn, requests: 2_000, cpuSeconds: 1 }])],
    ])
    const ratio = judge({ of: 'service', to: 'floor', figure: 'requestsPerSecond' }, summaries)
    expect(ratio).toMatchObject({ value: 0.5, byCpu: 0.25 })
  })

  it('relates two builds round by round, so that a slow round moves no ratio', () => {
    const rounds = (rates: readonly number[]) =>
      rates.map(requests => ({ ...turn, requests, cpuSeconds: requests / 1_000 }))
    const turns = new Map([
      ['this', rounds([90, 900, 9_000])],
      ['other', rounds([100, 1_000, 10_000])],
    ])
    const ratio = judgeByRound({ of: 'this', to: 'other', figure: 'requestsPerSecond' }, turns)
    expect(ratio.value).toBeCloseTo(0.9)
    expect(ratio.byCpu).toBeCloseTo(1)
  })

  it.each([2, 3])('lets each of %i entries come first, and last, equally often', count => {
    const entries = Array.from({ length: count }, (_, at) => at)
    const rounds = Array.from({ length: 2 * count }, (_, round) => inOrderOf(round, entries))
    for (const place of [0, count - 1]) {
      const seen = rounds.map(round => round[place])
      expect(entries.map(entry => seen.filter(each => each === entry).length)).toEqual(entries.map(() => 2))
    }
  })

  it('refuses to relate an entry that was not measured', () => {
    const ratio = { of: 'service', to: 'nobody', figure: 'requestsPerSecond' } as const
    expect(() => judge(ratio, new Map([['service', summarise([turn])]]))).toThrow('nobody')
  })
})

describe('the HTTP of the load generator', () => {
  it('sends a body with its length in bytes', () => {
    const message = { method: 'POST', path: '/x', headers: { accept: '*/*' }, body: 'ü' } as const
    expect(encode(message, 'host:1')).toBe(
      'POST /x HTTP/1.1\r\nHost: host:1\r\naccept: */*\r\nContent-Length: 2\r\n\r\nü',
    )
  })

  it('reads an answer that arrives in pieces, and the next one behind it', () => {
    const reader = createAnswerReader()
    expect(reader.push(Buffer.from('HTTP/1.1 200 OK\r\nContent-Le'))).toBeNull()
    expect(reader.push(Buffer.from('ngth: 2\r\n\r\n{'))).toBeNull()
    expect(reader.push(Buffer.from('}'))).toEqual({ status: 200, body: '{}' })
    expect(reader.push(Buffer.from('HTTP/1.1 204 No Content\r\nx: y\r\n\r\n'))).toEqual({
      status: 204,
      body: '',
    })
  })

  it('does not guess where an answer without a length ends', () => {
    const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'
    expect(() => createAnswerReader().push(Buffer.from(chunked))).toThrow('Content-Length')
  })
})

describe('a machine that stands still', () => {
  it('is found out by a timer that is late, a few times in a run and no more', () => {
    const standstills = watchStandstills()
    expect(standstills.stoodStill()).toBe(false)
    const endsAt = performance.now() + 700
    while (performance.now() < endsAt);
    expect(Array.from({ length: 7 }, () => standstills.stoodStill())).toEqual([
      ...Array.from({ length: 5 }, () => true),
      false,
      false,
    ])
    expect(standstills.count()).toBe(5)
    standstills.stop()
  })

  it('is not held against what comes after it', () => {
    const standstills = watchStandstills()
    const endsAt = performance.now() + 700
    while (performance.now() < endsAt);
    standstills.restart()
    expect(standstills.stoodStill()).toBe(false)
    standstills.stop()
  })
})

describe('the document that the benchmark writes', () => {
  const run: Run = {
    facts: {
      date: '2026-01-31T12:00:00.000Z',
      machine: { processor: 'a processor', processors: 2, memoryBytes: 2 ** 33, system: 'Linux 6' },
      versions: { 'Node.js': '20.0.0' },
      cores: null,
      keptAwake: false,
      loadGenerator: 'wrk 4',
      rounds: 5,
      seconds: 3,
      connections: 64,
      standstills: 0,
    },
    rows: [],
  }
  const everything =
    '{{facts}} {{rounds}} {{seconds}} {{connections}} {{generator}} {{pinning}} {{sleep}} {{standstills}} {{targets}} {{rows}} {{tried}}'

  it('says when and where it was measured', () => {
    const document = renderDocument(everything, run, 'Nothing.')
    expect(document).toContain('| Date | 2026-01-31 |')
    expect(document).toContain('| Processor | a processor, 2 cores |')
    expect(document).toContain('| Node.js | 20.0.0 |')
  })

  it('says whether cores could sleep', () => {
    const awake = { ...run, facts: { ...run.facts, keptAwake: true } }
    expect(renderDocument(everything, run, '')).toContain('Cores may sleep')
    expect(renderDocument(everything, awake, '')).toContain('No core sleeps')
  })

  it('says how often a turn was taken anew', () => {
    const once = { ...run, facts: { ...run.facts, standstills: 1 } }
    expect(renderDocument(everything, run, '')).toContain('happened 0 times')
    expect(renderDocument(everything, once, '')).toContain('happened once')
  })

  it('gives each figure its column, the ratio to the first of the row included', () => {
    const entries = [1_000, 3_000].map(requests => {
      const turns = [{ ...turn, requests }]
      return { name: `${requests}`, kind: 'floor' as const, turns, summary: summarise(turns) }
    })
    const rows = figuresOfRow({ id: 'a', title: 'A', about: '', entries, ratios: [] })
    expect(rows.map(cells => cells.length)).toEqual([columns.length, columns.length])
    expect(rows.map(cells => cells[columns.indexOf('ratio')])).toEqual(['1.00', '3.00'])
  })

  it('is what stands in docs, with its chart, as long as nobody has changed one without the other', async () => {
    for (const { file, text } of await render(await readRun(resultsFile))) {
      expect(await readFile(join(import.meta.dirname, '..', '..', '..', file), 'utf8')).toBe(text)
    }
  })

  it('refuses a template that leaves out what was measured, or names what was not', () => {
    expect(() => renderDocument('{{facts}}', run, '')).toThrow('leaves out')
    expect(() => renderDocument(`${everything} {{more}}`, run, '')).toThrow('names more')
  })
})
