import { defineConfig } from 'vitest/config'

/** What is started as a process of its own. */
const builtService = 'test/support/built-service.ts'
const stores = 'test/support/global-setup.ts'

/** Ends what hangs. A slow machine reaches none of these: tests wait for conditions, and their work is bounded by counts. */
const farAway = { testTimeout: 300_000, hookTimeout: 300_000, teardownTimeout: 60_000 }
const patience = { timeout: 120_000, interval: 25 }

/** Faults are measured: nothing runs beside them, and one comes after the other. */
const undisturbed = { globalSetup: [builtService], fileParallelism: false }

export default defineConfig({
  test: {
    ...farAway,
    expect: { poll: patience },
    pool: 'forks',
    maxWorkers: 2,
    // Named, so that the output ends with the summary wherever it runs.
    reporters: process.env['GITHUB_ACTIONS'] ? ['github-actions', 'default'] : ['default'],
    projects: [
      {
        extends: true,
        // The console names the packages, which stand beside it.
        resolve: { tsconfigPaths: true },
        test: {
          name: 'unit',
          include: [
            'test/unit/**/*.test.ts',
            'packages/*/test/*.test.{ts,tsx}',
            'test/model/**/*.test.ts',
            'test/fault/checker.test.ts',
          ],
          // Pure code leaves nothing behind, and a process for each of these files would cost more than its tests.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'packages/*/test/integration/*.test.ts'],
          globalSetup: [stores, builtService],
          // Each file closes what it has started, and has a database of its own. Loading the service anew for each would
          // be an eighth of the whole run.
          isolate: false,
          setupFiles: ['test/support/after-each-file.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: [stores, 'test/browser/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          // Not part of `npm test`: it installs what each example needs.
          name: 'examples',
          include: ['test/examples/**/*.test.ts'],
          globalSetup: [stores, 'test/examples/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          ...undisturbed,
          name: 'fault',
          include: ['test/fault/faults.test.ts'],
          // A group of its own, after everything else: its rows promise answers within two seconds and recovery within
          // five, and two workers beside it would have both cores, so that a row could fail for what they do.
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...undisturbed,
          name: 'fault-bench',
          include: ['test/fault/{mechanisms,long}.test.ts'],
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
