import { circumstances, document } from '../../scripts/measured.ts'
import { type Measurement, table } from './measure.ts'

/** Puts the table of all rows into the documentation. */
export async function writeDocumentation(measurements: readonly Measurement[]): Promise<void> {
  const operations = measurements.reduce((sum, measurement) => sum + measurement.operations, 0)
  const heading = `${circumstances()} ${measurements.length} faults, ${operations} operations while they lasted and after.`
  const page = 'docs/internals/reliability.md'
  await document(page, 'npm run test:fault -- --docs', `${heading}\n\n${table(measurements)}`.trimEnd())
}
