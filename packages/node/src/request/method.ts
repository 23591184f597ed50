/**
 * The method of a request of which only the headers are known, as in a server component: `POST` stands for every method
 * that may change something. Browsers send `Origin` with all of them, if only as `null` (Fetch §3.2); content has a type,
 * and a server action a header of its own. A `GET` by CORS has an origin too and is judged more strictly than it must be.
 */
export function methodBehind(received: Headers): 'GET' | 'POST' {
  const says = ['origin', 'content-type', 'next-action'].some(name => received.has(name))
  return says ? 'POST' : 'GET'
}
