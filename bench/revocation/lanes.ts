/** Does it so many times, so many at once; `turn` counts from 0. */
export async function inLanes(
  lanes: number,
  times: number,
  work: (turn: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < times) await work(next++)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
