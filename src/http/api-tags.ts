/** The groups of calls in the API description, in the order in which a new user needs them. */
export const tags = [
  {
    name: 'Sign-in',
    description:
      'Create an account, sign in, stay signed in, sign out. Start with `signIn`, and enter its `accessToken` in **Authorize**.',
  },
  { name: 'Devices', description: 'The user’s own sessions: list, rename and revoke them.' },
  { name: 'Account', description: 'The user’s password and events.' },
  {
    name: 'Services',
    description: 'For gateways and backends: verify requests, open sessions, verify tokens.',
  },
  { name: 'OAuth', description: 'For OAuth clients (RFC 6749, 7009, 7662, 8414).' },
  {
    name: 'Operators',
    description: 'Users, revocations, statistics and the audit log. Requires a permission.',
  },
  { name: 'Health', description: 'For load balancers and orchestrators.' },
] as const

export type ApiTag = (typeof tags)[number]['name']
