export { type UseSessionManagement, useSessionManagement } from './management.ts'
export { LatchkeyProvider, useLatchkey } from './provider.ts'
export { type UseSession, useSession, useTokenStatus } from './session.ts'
