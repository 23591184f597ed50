type Options = {
  /** Throws when so many wait for their answers that one more must not. */
  admit?: (waiting: number) => void
  /** More than this does not travel together; 100 by default, so that one answer stays small. */
  mostTogether?: number
}

type Batch<Item, Answer> = { items: Item[]; answers: Promise<readonly Answer[]> }

/**
 * What is asked for in one turn of the event loop travels as one command or statement, which answers in the order of the
 * items. Under load most of what a question costs is the client's work for a command: its promises, its timer, its
 * messages. `ask` takes the items when it can send them: who comes until then travels along. Nobody is answered by what
 * was sent before they asked; who travels together fails together.
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
