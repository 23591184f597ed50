/** A setting that stops the start: one line that names it and its remedy. */
export class ConfigError extends Error {
  constructor(setting: string, remedy: string) {
    super(`${setting} ${remedy}`)
    this.name = 'ConfigError'
  }
}
