import { describe, expect, it } from 'vitest'
import { csvOf } from '../../../src/console/operator/audit/csv.ts'

describe('a table as CSV', () => {
  it('quotes what would break a row', () => {
    expect(csvOf(['a', 'b'], [['1,2', 'say "x"\nand y']])).toBe('a,b\r\n"1,2","say ""x""\nand y"\r\n')
  })

  it('leaves ordinary text alone', () => {
    expect(csvOf(['agent'], [['a =1'], ['Mozilla/5.0 (X11; Linux)']])).toBe(
      'agent\r\na =1\r\nMozilla/5.0 (X11; Linux)\r\n',
    )
  })

  it('gives a spreadsheet no formula that a caller has put into a user agent', () => {
    for (const formula of [
      ...['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\rx'],
      ...['＝1+1', '＋1', '－1', '＠SUM(A1)', ' =1', '\u00a0 ＝1', '  \t@x'],
    ]) {
      expect(csvOf(['agent'], [[formula]])).toMatch(/^agent\r\n"?'/)
      expect(csvOf(['agent'], [[`x;${formula}`]])).toMatch(/^agent\r\n"?x;'/)
    }
  })
})
