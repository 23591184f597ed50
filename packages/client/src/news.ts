/** What a tab tells the others; the tokens themselves stay in the storage. */
export type News = { kind: 'granted' } | { kind: 'ended'; sessionId: string | null; reason: string }

/**
 * Between the tabs of an origin, by a BroadcastChannel. Where there is none, a tab finds out what happened elsewhere
 * with its next refresh.
 */
export function createNews(name: string, onNews: (news: News) => void) {
  const Channel = globalThis.BroadcastChannel
  const channel = Channel === undefined ? undefined : new Channel(name)
  channel?.addEventListener('message', (event: MessageEvent<News>) => onNews(event.data))
  // In Node.js it would keep the process alive.
  if (channel !== undefined && 'unref' in channel && typeof channel.unref === 'function') channel.unref()
  return {
    tell: (news: News) => channel?.postMessage(news),
    close: () => channel?.close(),
  }
}
