import type { Step } from './step.ts'
import { cleanup } from './steps/cleanup.ts'
import { deviceList } from './steps/device-list.ts'
import { lostRedis } from './steps/lost-redis.ts'
import { lostResponse } from './steps/lost-response.ts'
import { parallelRefreshes } from './steps/parallel-refreshes.ts'
import { refresh } from './steps/refresh.ts'
import { revocation } from './steps/revocation.ts'
import { signIns } from './steps/sign-ins.ts'
import { stolenToken } from './steps/stolen-token.ts'

/** The story, in order. */
export const steps: Step[] = [
  signIns,
  deviceList,
  refresh,
  parallelRefreshes,
  lostResponse,
  stolenToken,
  revocation,
  lostRedis,
  cleanup,
]
