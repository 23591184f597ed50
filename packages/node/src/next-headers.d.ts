/**
 * What `next.ts` uses of Next.js, which is only installed where the package is used. `npm run test:package` compiles and
 * runs it with the real one.
 */
declare module 'next/headers.js' {
  export function headers(): Promise<Headers>
}
