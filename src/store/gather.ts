type Options = {
  /** Throws if too many callers are waiting. */
  admit?: (waiting: number) => void
  /** The maximum number of items that are combined; 100 by default, so that responses stay small. */
  mostTogether?: number
}

type Batch<Item, Answer> = { items: Item[]; answers: Promise<readonly Answer[]> }

/**
 * Items of one turn of the event loop are sent as one command or statement, which returns results in the order of the
 * items. Under load, most of the cost of a read is the client's work for a command: its promises, its timer, its
 * messages. `ask` takes the items when it can send them, so later items join. A caller never gets the result of a
 * command that was sent before its call. Combined items fail together.
 */
export function gather<Item, Answer>(
  ask: (take: () => readonly Item[]) => Promise<readonly Answer[]>,
  { admit, mostTogether = 100 }: Options = {},
): (item: Item) => Promise<Answer | undefined> {
  let open: Batch<Item, Answer> | null = null
  let waiting = 0

  function begin(): Batch<Item, Answer> {
    const items: Item[] = []
    function take(): readonly Item[] {
      if (open?.items === items) open = null
      return items
    }
    function answered(): void {
      take()
      waiting -= items.length
    }
    const answers = new Promise<readonly Answer[]>((resolve, reject) => {
      setImmediate(() => ask(take).finally(answered).then(resolve, reject))
    })
    return { items, answers }
  }

  return async item => {
    admit?.(waiting)
    waiting++
    const batch = open ?? begin()
    const index = batch.items.push(item) - 1
    open = batch.items.length < mostTogether ? batch : null
    return (await batch.answers)[index]
  }
}
