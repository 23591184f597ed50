import { QueryClient } from '@tanstack/react-query'

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The client itself tries again where that is right; and a browser that believes to be offline may reach us.
      queries: { retry: false, networkMode: 'always', staleTime: 1_000 },
      // Forgotten at once: a password may be among what was sent.
      mutations: { retry: false, networkMode: 'always', gcTime: 0 },
    },
  })
}
