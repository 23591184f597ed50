import { afterAll } from 'vitest'
import { dropRedis } from './stores.ts'

// Set up before all else of a file, so that it runs after all else.
afterAll(dropRedis)
