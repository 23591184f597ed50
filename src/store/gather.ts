/** More than this does not travel together, so that one answer stays small. */
const mostTogether = 100

export type GatherOptions = {
  /** The same, where it has to be another number. */
  together?: number
  /** Throws when so many wait for their answers that one more must not. */
  admit?: (waiting: number) => void
}

type Batch<Item, Answer> = { items: Item[]; answers: Promise<readonly Answer[]> }

/**
 * What is asked for in one turn of the event loop travels as one command or statement, which answers in the order of the
 * items. Under load most of what a question costs is the client's work for a command: its promises, its timer, its
 * messages. Nobody is answered by what was sent before they asked; who travels together fails together.
 */
export function gather<Item, Answer>(
  ask: (items: readonly Item[]) => Promise<readonly Answer[]>,
  options: GatherOptions = {},
): (item: Item) => Promise<Answer | undefined> {
  const { together = mostTogether, admit } = options
  let open: Batch<Item, Answer> | null = null
  let waiting = 0

  function begin(): Batch<Item, Answer> {
    const items: Item[] = []
    const answers = new Promise<readonly Answer[]>((resolve, reject) => {
      setImmediate(() => {
        if (open?.items === items) open = null
        const answered = () => {
          waiting -= items.length
        }
        ask(items).finally(answered).then(resolve, reject)
      })
    })
    return { items, answers }
  }

  return async item => {
    admit?.(waiting)
    waiting++
    const batch = open ?? begin()
    const index = batch.items.push(item) - 1
    open = batch.items.length < together ? batch : null
    return (await batch.answers)[index]
  }
}
