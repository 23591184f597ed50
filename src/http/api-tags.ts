/** The groups of calls in the API's description, in the order in which a new user meets them. */
export const tags = [
  {
    name: 'Sign-in',
    description:
      'Create an account, sign in, stay signed in, sign out. Begin with `signIn`; put its `accessToken` into **Authorize**.',
  },
  { name: 'Devices', description: 'A user’s own sessions: list, name and revoke them.' },
  { name: 'Account', description: 'A user’s own password, and what has happened to the account.' },
  { name: 'Services', description: 'Gateways and backends: check requests, open sessions, verify tokens.' },
  { name: 'OAuth', description: 'The same for clients that speak OAuth (RFC 6749, 7009, 7662, 8414).' },
  { name: 'Operators', description: 'Users, revocations, statistics and the audit log. Needs a permission.' },
  { name: 'Health', description: 'For load balancers and orchestrators.' },
] as const

export type ApiTag = (typeof tags)[number]['name']
