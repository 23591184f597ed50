import type { LoadStrength } from '@latchkey/react'

/** The estimator is large, and loaded only with a form for a new password. */
export const loadStrength: LoadStrength = async () => (await import('./strength.ts')).scoreOf
