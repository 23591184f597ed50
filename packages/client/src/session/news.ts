import type { Grant } from './storage.ts'

/** What a tab tells the others. The grant is in the storage; the message carries it only when the storage failed. */
export type News =
  | { kind: 'granted'; grant?: Grant }
  | { kind: 'ended'; sessionId: string | null; reason: string }

/**
 * Between the tabs of an origin, by a BroadcastChannel. Where there is none, a tab finds out what happened elsewhere
 * with its next refresh.
 */
export function createNews(name: string, onNews: (news: News) => void) {
  let channel: BroadcastChannel | undefined
  try {
    channel = new BroadcastChannel(name)
    channel.addEventListener('message', (event: MessageEvent<News>) => onNews(event.data))
    // In Node.js it would keep the process alive.
    if ('unref' in channel && typeof channel.unref === 'function') channel.unref()
  } catch {
    // Unsupported, or blocked together with the storage.
  }
  return {
    tell: (news: News) => channel?.postMessage(news),
    close(): void {
      channel?.close()
      channel = undefined
    },
  }
}
