import { makeValidator } from 'envalid'

const encoding = 'write # ? / @ in a user or password as %23 %3F %2F %40'

/**
 * The driver takes a URL without a host for 127.0.0.1, and a path that is no number for a database that it then fails to
 * select: either way it would work on a Redis that nobody has named.
 */
export const redisUrl = makeValidator<string>(input => {
  const url = input.trim()
  if (!/^rediss?:\/\//i.test(url)) {
    throw new TypeError('must be a URL that begins with redis:// or rediss://, without quotes')
  }
  if (!URL.canParse(url)) throw new TypeError(`cannot be read: ${encoding}`)
  const { hostname, pathname, hash, searchParams } = new URL(url)
  if (hash !== '' || /@/.test(pathname) || /@/.test([...searchParams.keys()].join())) {
    throw new TypeError(`cannot be read: ${encoding}`)
  }
  if (hostname === '' || searchParams.has('path') || searchParams.has('host')) {
    throw new TypeError('has no host: it must look like redis://host:6379; Unix sockets are not supported')
  }
  const database = pathname.replace(/^\//, '') || (searchParams.get('db') ?? '')
  if (!/^\d{0,6}$/.test(database)) {
    throw new TypeError(
      'has a path that is not the number of a database: it must end after the host and port, or look like redis://host:6379/2',
    )
  }
  return url
})
