/** A setting that stops the start: one line that names it and says how to mend it. */
export class ConfigError extends Error {
  constructor(setting: string, remedy: string) {
    super(`${setting} ${remedy}`)
    this.name = 'ConfigError'
  }
}
