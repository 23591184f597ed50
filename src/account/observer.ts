/** What a sign-in came to. One that could not be looked at (a store is away, too many at once) came to nothing. */
export type SignInResult = 'signed_in' | 'invalid_credentials' | 'account_locked' | 'client_type_not_allowed'

/** Told what the accounts have done, for whoever counts it. Never throws. */
export type SignInObserver = {
  signIn(result: SignInResult): void
  /** A failure was one too many: the address is locked from now on, for unknown devices or for one. */
  locked(): void
}
