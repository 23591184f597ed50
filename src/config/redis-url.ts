import { makeValidator } from 'envalid'

const encoding = 'write # ? / @ in a user or password as %23 %3F %2F %40'

/**
 * The driver reads a URL without a host as 127.0.0.1, and a path that is not a number as a database that it then fails to
 * select. Either way it would use a Redis that the setting does not name.
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
      'has a path that is not a database number: end it after the port, or write redis://host:6379/2',
    )
  }
  return url
})
