type Misfit = { keyword: string; instancePath: string; message: string }

/** The first violation of a schema, such as `/web/idleTimeoutSeconds must be integer`. */
export function misfitOf([error]: readonly Misfit[]): string {
  if (error === undefined) return '/ is not valid'
  // A disallowed name fails a schema that is `false`.
  const what = error.keyword === 'boolean' ? 'is not a known name' : error.message
  return `${error.instancePath || '/'} ${what}`
}
