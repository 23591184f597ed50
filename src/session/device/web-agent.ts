import type Bowser from 'bowser'
import type { Agent, DeviceType } from './agent.ts'

/** Programs that Bowser does not know, or knows by another name. The first that fits names the program. */
const programs: readonly [pattern: RegExp, name: string, program: Agent['program']][] = [
  [/\bInstagram /, 'Instagram', 'app'],
  [/\bBarcelona /, 'Threads', 'app'],
  [/\bFBAN\/Messenger|\bOrca-Android/, 'Messenger', 'app'],
  [/\bFB(?:AN|AV|_IAB)\//, 'Facebook', 'app'],
  [/\bMicroMessenger\//, 'WeChat', 'app'],
  [/\b(?:BytedanceWebview|musical_ly|trill_)/, 'TikTok', 'app'],
  [/\bLine\//, 'LINE', 'app'],
  [/\bSnapchat\//, 'Snapchat', 'app'],
  [/\bLinkedInApp\b/, 'LinkedIn', 'app'],
  [/\bPinterest(?:\/| for )/, 'Pinterest', 'app'],
  [/\bTwitter(?:Android| for )/, 'X', 'app'],
  [/\bGSA\//, 'Google app', 'app'],
  [/\bTeams\//, 'Microsoft Teams', 'app'],
  [/\bCode\/\S+ Chrome\/\S+ Electron\//, 'VS Code', 'app'],
  [/\b(?:DuckDuckGo|Ddg)\//, 'DuckDuckGo', 'browser'],
  [/\bHuaweiBrowser\//, 'Huawei Browser', 'browser'],
  [/\bMiuiBrowser\//, 'MIUI Browser', 'browser'],
  [/\bOpera Mini\//, 'Opera Mini', 'browser'],
  [/\bSamsungBrowser\//, 'Samsung Internet', 'browser'],
  [/\bOculusBrowser\//, 'Meta Quest Browser', 'browser'],
  [/\bAndroid\b[^)]*; wv\)/, 'Android WebView', 'library'],
]

const systemNames = new Map([
  ['Chrome OS', 'ChromeOS'],
  ['WebOS', 'webOS'],
])

const types = new Map<string, DeviceType>([
  ['desktop', 'desktop'],
  ['mobile', 'mobile'],
  ['tablet', 'tablet'],
  ['bot', 'bot'],
])

const televisions = /\b(?:SMART-TV|SmartTV|Android TV|Google ?TV|BRAVIA|HbbTV|CrKey|AFT[A-Z]\w*)\b/

/** An agent that begins as those of browsers do. */
export function webAgent(text: string, parsed: Bowser.Parser.ParsedResult): Agent {
  const system = systemOf(text, parsed)
  if (system.type === 'bot') return { ...system, browser: named(parsed.browser.name), program: 'tool' }
  if (system.os === 'PlayStation') return { ...system, browser: null, program: 'browser' }
  return { ...system, ...programOf(text, parsed) }
}

function programOf(text: string, parsed: Bowser.Parser.ParsedResult): Pick<Agent, 'browser' | 'program'> {
  for (const [pattern, name, program] of programs) {
    if (pattern.test(text)) return { browser: name, program }
  }
  const electron = / ([^\s/]+)\/\S+ Chrome\/\S+ Electron\//.exec(text)?.[1]
  if (electron !== undefined) return { browser: electron, program: 'app' }
  const browser = named(parsed.browser.name)
  // An iOS app's own web view has neither token. Its name stays Safari, which is what renders it.
  const isWebView = browser === 'Safari' && !/ (?:Version|Safari)\//.test(text)
  return { browser, program: isWebView ? 'library' : 'browser' }
}

function systemOf(text: string, parsed: Bowser.Parser.ParsedResult): Pick<Agent, 'type' | 'os'> {
  const type = types.get(parsed.platform.type ?? '') ?? 'unknown'
  const parsedName = named(parsed.os.name)
  const os = parsedName === null ? null : (systemNames.get(parsedName) ?? parsedName)
  if (type === 'bot') return { type, os }
  if (text.includes('PlayStation')) return { type: 'unknown', os: 'PlayStation' }
  if (televisions.test(text)) return { type: 'unknown', os }
  if (text.includes('CrOS ')) return { type: 'desktop', os: 'ChromeOS' }
  if (text.includes('HarmonyOS') || text.includes('OpenHarmony')) return { type, os: 'HarmonyOS' }
  if (text.includes('OculusBrowser/')) return { type: 'unknown', os: 'Android' }
  // These two ask for the desktop site: no Mac says Mobile, and Samsung's browser for Linux is that of its tablets.
  if (text.includes('Macintosh') && text.includes(' Mobile/')) return { type: 'tablet', os: 'iOS' }
  if (text.includes('(X11;') && text.includes('SamsungBrowser/')) return { type: 'tablet', os: 'Android' }
  return { type, os }
}

function named(name: string | undefined): string | null {
  return name ? name : null
}
