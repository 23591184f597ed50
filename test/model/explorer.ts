/** A move of the model: what happens, what the world is like afterwards, and which promise it breaks, if any. */
export type Step<World> = { name: string; next: World; breaks: string | null }

export type Exploration = {
  states: number
  /** False: there was more than `limit`, and nothing can be said about it. */
  complete: boolean
  /** The shortest way to a broken promise; null when there is none. */
  violation: { promise: string; trace: readonly string[] } | null
}

/**
 * Visits every world that can be reached, the nearest first, so that the first violation found is a shortest one.
 * A world is a flat record of booleans and numbers from -1 to 6: their sequence is its identity.
 */
export function explore<World extends Record<string, number | boolean>>(
  initial: World,
  stepsFrom: (world: World) => Step<World>[],
  limit: number,
): Exploration {
  const seen = new Set([identity(initial)])
  /** How each world was first reached, in the order of `seen`; the worlds themselves are needed only once. */
  const ways: Way[] = [{ from: -1, by: '' }]

  function expand(world: World, index: number, farther: Found<World>[]): Exploration['violation'] {
    for (const { name, next, breaks } of stepsFrom(world)) {
      if (breaks !== null) return { promise: breaks, trace: [...traceTo(index, ways), name] }
      if (seen.add(identity(next)).size === ways.length) continue
      farther.push({ world: next, index: ways.length })
      ways.push({ from: index, by: name })
    }
    return null
  }

  let nearest: Found<World>[] = [{ world: initial, index: 0 }]
  while (nearest.length > 0) {
    const farther: Found<World>[] = []
    for (const { world, index } of nearest) {
      const violation = expand(world, index, farther)
      if (violation !== null) return { states: seen.size, complete: true, violation }
    }
    if (seen.size > limit) return { states: seen.size, complete: false, violation: null }
    nearest = farther
  }
  return { states: seen.size, complete: true, violation: null }
}

type Found<World> = { world: World; index: number }
type Way = { from: number; by: string }

function traceTo(index: number, ways: readonly Way[]): string[] {
  const way = ways[index]
  return way === undefined || way.from < 0 ? [] : [...traceTo(way.from, ways), way.by]
}

/** Five values a character: they are small, and there are many worlds. */
function identity(world: Record<string, number | boolean>): string {
  let text = ''
  let packed = 1
  for (const key in world) {
    packed = packed * 8 + Number(world[key]) + 1
    if (packed < 0x8000) continue
    text += String.fromCharCode(packed)
    packed = 1
  }
  return text + String.fromCharCode(packed)
}
