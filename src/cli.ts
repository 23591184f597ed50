#!/usr/bin/env node
import { createProgram } from './cli/program.ts'

await createProgram()
  .parseAsync()
  .catch(async (error: unknown) => {
    const { refuse } = await import('./refuse.ts')
    refuse(error)
  })
