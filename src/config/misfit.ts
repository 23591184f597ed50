type Misfit = { keyword: string; instancePath: string; message: string }

/** The first thing that does not fit a schema, such as `/web/idleTimeoutSeconds must be integer`. */
export function misfitOf([error]: readonly Misfit[]): string {
  if (error === undefined) return '/ does not fit'
  // A name that is not allowed fails a schema that is `false`.
  const what = error.keyword === 'boolean' ? 'is not a name that is known here' : error.message
  return `${error.instancePath || '/'} ${what}`
}
