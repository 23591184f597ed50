import type { Agent } from './agent.ts'

/** What apps are built with: it names no app. */
const libraries = new Set([
  'alamofire',
  'apache-httpclient',
  'axios',
  'cfnetwork',
  'dalvik',
  'dart',
  'dio',
  'got',
  'java',
  'java-http-client',
  'ktor client',
  'ktor-client',
  'node',
  'node-fetch',
  'okhttp',
  'reqwest',
  'undici',
])

/** What scripts and command lines send. */
const tools = new Set([
  'aiohttp',
  'curl',
  'go-http-client',
  'httpie',
  'insomnia',
  'libwww-perl',
  'postmanruntime',
  'python-httpx',
  'python-requests',
  'python-urllib',
  'ruby',
  'wget',
])

/** Where an app says which system it runs on, or its HTTP library exists for one only. The first that fits counts. */
const systems: readonly [pattern: RegExp, type: Agent['type'], os: string][] = [
  [/\biPad(?:OS)?\b/, 'tablet', 'iOS'],
  [/\b(?:iOS|iPhone|iPod)\b/, 'mobile', 'iOS'],
  // Apple's library. On a Mac it adds the processor or the model.
  [/\bDarwin\/\S+ \((?:x86_64|arm64|Mac)/, 'desktop', 'macOS'],
  [/\b(?:CFNetwork|Darwin)\//, 'mobile', 'iOS'],
  [/\b(?:Android\b|okhttp\/|Dalvik\/)/i, 'mobile', 'Android'],
  [/\b(?:macOS|Mac OS X|Macintosh)\b/, 'desktop', 'macOS'],
  [/\bWindows\b/, 'desktop', 'Windows'],
  [/\bLinux\b/, 'unknown', 'Linux'],
]

/** An agent of the form `Name/version (comment) Library/version`, as apps and tools send it. */
export function nativeAgent(text: string): Agent {
  const [, type, os] = systems.find(([pattern]) => pattern.test(text)) ?? [null, 'unknown' as const, null]
  const name = productName(text)
  const program = programNamed(name)
  // Android's own library, named for the virtual machine, says no more than the system does.
  return { type, os, browser: name === 'Dalvik' ? null : name, program }
}

function programNamed(name: string | null): Agent['program'] {
  const key = name?.toLowerCase() ?? ''
  if (key === '' || libraries.has(key)) return 'library'
  return tools.has(key) ? 'tool' : 'app'
}

/** The first product's name, without version or build: those change with each update. */
function productName(text: string): string | null {
  const head = text.split(/[/(;]/, 1)[0] ?? ''
  const product = decoded(head).trim()
  const version = product.search(/\sv?\d/i)
  const name = version < 0 ? product : product.slice(0, version).trimEnd()
  return name === '' || /[\p{Cc}\p{Cf}]/u.test(name) ? null : name
}

/** Apple's library writes a name's spaces and letters beyond ASCII in percent-encoding. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
