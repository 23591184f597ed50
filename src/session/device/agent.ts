export type DeviceType = 'desktop' | 'mobile' | 'tablet' | 'bot' | 'unknown'

/** What a request says about the program that sent it and the device that it runs on. */
export type Agent = {
  type: DeviceType
  os: string | null
  /** The name of the browser, app or tool, without its version. */
  browser: string | null
  /**
   * `app`: a native app, or a browser inside one. `library`: what an app sends when it does not name itself, such as an
   * HTTP library or an anonymous web view. `tool`: a script or a command line.
   */
  program: 'browser' | 'app' | 'library' | 'tool'
}
