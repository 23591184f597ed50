/** More than this does not travel together, so that one answer stays small. */
const defaultMost = 100

type Batch<Item, Answer> = { items: Item[]; answers: Promise<readonly Answer[]> }

/**
 * What is asked for in one turn of the event loop travels as one command or statement, which answers in the order of the
 * items. Under load most of what a question costs is the client's work for a command: its promises, its timer, its
 * messages. Nobody is answered by what was sent before they asked; who travels together fails together.
 */
export function gather<Item, Answer>(
  ask: (items: readonly Item[]) => Promise<readonly Answer[]>,
  most = defaultMost,
): (item: Item) => Promise<Answer | undefined> {
  let open: Batch<Item, Answer> | null = null

  function begin(): Batch<Item, Answer> {
    const items: Item[] = []
    const answers = new Promise<readonly Answer[]>((resolve, reject) => {
      setImmediate(() => {
        if (open?.items === items) open = null
        ask(items).then(resolve, reject)
      })
    })
    return { items, answers }
  }

  return async item => {
    const batch = open ?? begin()
    const index = batch.items.push(item) - 1
    open = batch.items.length < most ? batch : null
    return (await batch.answers)[index]
  }
}
