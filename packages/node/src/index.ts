export type { VerifiableRequest } from './request/credential.ts'
export { type NotSignedIn, type Problem, problemFor } from './verdict/problem.ts'
export { Refused } from './verdict/refused.ts'
export type { Caller, Refusal, SignedIn, Unknown, Verdict } from './verdict/verdict.ts'
export type { VerifierState } from './verifier/state.ts'
export {
  createVerifier,
  type Revocation,
  type Verifier,
  type VerifierOptions,
  type VerifyOptions,
} from './verifier/verifier.ts'
