/** A setting that prevents the start. The message is one line with the setting and the remedy. */
export class ConfigError extends Error {
  constructor(setting: string, remedy: string) {
    super(`${setting} ${remedy}`)
    this.name = 'ConfigError'
  }
}
